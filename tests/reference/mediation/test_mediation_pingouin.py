"""Mediation against pingouin, which draws rows: here every row is a cluster of its own, and nothing is absorbed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Inference, Mediation, Text
from liandong.mechanisms import mediation_table

# Both are least squares. Of 1,999 draws a standard deviation is known to 1.6 %, so that two differ by 2.2 % as a rule.
POINT, SPREAD = 1e-10, 0.08


def test_paths_and_bootstrap_are_those_of_pingouin_when_every_row_is_a_cluster() -> None:
    pingouin = pytest.importorskip("pingouin", reason="pingouin is not installed")
    rng = np.random.default_rng(31)
    n = 150
    visited, age = rng.integers(0, 2, n), rng.normal(50, 15, n)
    liking = 0.5 * visited + 0.01 * age + rng.normal(size=n)
    trust = 0.4 * liking + 0.3 * visited - 0.01 * age + rng.normal(size=n)
    rows = pl.DataFrame({"visited": visited, "age": age, "liking": liking, "trust": trust, "person": np.arange(n)})
    mediation = Mediation(
        id="liking",
        title=Text(zh="好感", en="Liking"),
        outcomes=("trust",),
        treatment="visited",
        mediator="liking",
        controls=("age",),
        cluster=("person",),
    )
    ours = {r["path"]: r for r in mediation_table(rows, [mediation], Inference(draws=1999)).iter_rows(named=True)}
    theirs = pingouin.mediation_analysis(
        data=rows.to_pandas(), x="visited", m="liking", y="trust", covar="age", n_boot=1999, seed=5
    ).set_index("path")
    found = {path: ours[path]["estimate"] for path in ("a", "total", "direct", "indirect")}
    expected = dict(zip(("a", "total", "direct", "indirect"), theirs["coef"].to_numpy()[[0, 2, 3, 4]], strict=True))
    assert found == pytest.approx(expected, rel=POINT)
    indirect = theirs.loc["Indirect"]
    assert ours["indirect"]["std_error"] == pytest.approx(indirect["se"], rel=SPREAD)
