"""Weights are those of R's survey package (`rake`, `postStratify`); values and script beside this."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Margin, Text, Weighting
from liandong.weighting import make_weights

SOURCE = Text(zh="普查", en="Census")
SEX = Margin(column="sex", targets=((0, 0.49), (1, 0.51)))
AGE = Margin(column="age", targets=(("18-34", 0.31), ("35-59", 0.42), ("60+", 0.27)))
EDU = Margin(column="edu", targets=((1, 0.22), (2, 0.38), (3, 0.25), (4, 0.15)))
THREE = Weighting(method="raking", margins=(SEX, AGE, EDU), source=SOURCE)
ONE = Weighting(method="cells", margins=(AGE,), source=SOURCE)


@pytest.fixture(scope="module")
def sample() -> pl.DataFrame:
    return pl.read_csv(Path(__file__).parent / "sample.csv")


@pytest.mark.parametrize(
    ("weighting", "base", "theirs"),
    [(THREE, None, "raked"), (THREE, "base", "raked_from_base"), (ONE, "base", "cells")],
    ids=["raking", "raking from design weights", "cells"],
)
def test_weights_are_those_of_r(sample: pl.DataFrame, weighting: Weighting, base: str | None, theirs: str) -> None:
    found = make_weights(sample, weighting, base)
    # Both stop when margins are within about 1e-10 of their targets.
    np.testing.assert_allclose(found.values.to_numpy(), sample[theirs].to_numpy(), rtol=1e-8)
