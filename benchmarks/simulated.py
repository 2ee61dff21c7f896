"""Seeded data for the benchmarks, written once under build/bench."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from timing import BUILD

COMMUNITIES, DISTRICTS = 5_000, 20
REGRESSORS = [f"x{j}" for j in range(1, 16)]
OUTCOMES = ["belonging", "trust"]
STEPS = [REGRESSORS[: 3 * step] for step in range(1, 6)]
_CHUNK = 1_000_000


def simulated(rows: int) -> Path:
    """Return a Parquet file of `rows` respondents in 5,000 communities of 20 districts: 15 regressors, 2 outcomes."""
    import pyarrow.parquet as pq

    path = BUILD / f"respondents_{rows}.parquet"
    if path.exists():
        return path
    BUILD.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20211026)
    slopes = rng.normal(0, 0.1, (len(REGRESSORS), 2))
    common = rng.standard_normal((COMMUNITIES, len(REGRESSORS) + 2))
    unfinished = path.with_suffix(".part")
    writer = None
    for begin in range(0, rows, _CHUNK):
        table = _respondents(rng, min(_CHUNK, rows - begin), slopes, common).to_arrow()
        writer = writer or pq.ParquetWriter(unfinished, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return unfinished.rename(path)


def _respondents(rng: np.random.Generator, n: int, slopes: np.ndarray, common: np.ndarray) -> pl.DataFrame:
    community = rng.integers(0, COMMUNITIES, n, dtype=np.int32)
    x = rng.standard_normal((n, len(REGRESSORS))) + 0.3 * common[community, 2:]
    x[:, 0] = x[:, 0] > 0
    y = x @ slopes + 0.3 * common[community, :2] + rng.standard_normal((n, 2))
    values = {name: x[:, j] for j, name in enumerate(REGRESSORS)} | {name: y[:, j] for j, name in enumerate(OUTCOMES)}
    return pl.DataFrame({"community": community, "district": community % DISTRICTS, **values})
