from __future__ import annotations

import polars as pl
import pytest

from liandong.errors import EstimationError
from liandong.workflow.crosscheck import crosschecking


def test_the_process_is_gone_when_the_block_ends() -> None:
    with crosschecking() as crosscheck:
        process = crosscheck.process
        assert process.poll() is None
    assert process.poll() is not None
    assert not crosscheck.folder.exists()


def test_a_refit_that_fails_is_an_estimation_error() -> None:
    with crosschecking() as crosscheck:
        assert crosscheck.process.stdin is not None
        crosscheck.process.stdin.write('{"rows": "nowhere.parquet", "models": [{"broken": 1}]}')
        crosscheck.process.stdin.close()
        with pytest.raises(EstimationError, match="linearmodels failed"):
            crosscheck.compare(pl.DataFrame())
