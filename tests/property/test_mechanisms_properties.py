"""What mediation and ordered logits may not depend on: order of rows, units, names of clusters."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.mechanisms.ordered_logit import ordered_logit
from liandong.mechanisms.resampling import DrawnPaths, draw_paths
from liandong.moments import within_samples

COLUMNS = ["x", "t", "m", "y"]
SAME = 1e-7  # units of up to 1e4 in a column cost a few of the sixteen digits


def _rows(seed: int, clusters: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    n = 12 * clusters
    where = rng.permutation(np.repeat(np.arange(clusters), 12))
    t = rng.integers(0, 2, n).astype(float)
    x = rng.normal(size=n)
    m = 0.5 * t + 0.2 * x + rng.normal(size=n)
    y = 0.4 * m + 0.3 * t + rng.normal(size=n) + rng.normal(size=clusters)[where]
    return pl.DataFrame({"where": where, "level": rng.integers(0, 3, n), "x": x, "t": t, "m": m, "y": y})


def _draws(rows: pl.DataFrame, effect: str | None) -> DrawnPaths:
    return draw_paths(within_samples(rows, {"all": COLUMNS}, "where", effect).within["all"], COLUMNS, 20, seed=1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 12), st.sampled_from([None, "where", "level"]), st.data())
def test_draws_depend_on_neither_order_nor_units_nor_names(
    seed: int, clusters: int, effect: str | None, data: st.DataObject
) -> None:
    rows = _rows(seed, clusters)
    u_t, u_m, u_y = (10.0 ** data.draw(st.integers(-4, 4)) for _ in range(3))
    other = rows.sample(fraction=1, shuffle=True, seed=seed).with_columns(
        where="c" + pl.col("where").cast(pl.String).str.zfill(3),  # names that sort as the numbers do
        t=pl.col("t") * u_t,
        m=pl.col("m") * u_m - 7 * u_m,
        y=pl.col("y") * u_y + 3 * u_y,
    )
    found, scaled = _draws(rows, effect).paths, _draws(other, effect).paths
    units = np.array([u_m / u_t, u_y / u_m, u_y / u_t, u_y / u_t, u_y / u_t])
    assert scaled / units[:, None] == pytest.approx(found, rel=SAME, abs=SAME)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 12), st.sampled_from([None, "where", "level"]))
def test_direct_and_indirect_effect_add_up_in_every_draw(seed: int, clusters: int, effect: str | None) -> None:
    a, b, direct, indirect, total = _draws(_rows(seed, clusters), effect).paths
    assert a * b == pytest.approx(indirect)
    assert direct + indirect == pytest.approx(total, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(1e-3, 1e3))
def test_ordered_logits_depend_on_neither_order_nor_units(seed: int, categories: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    n = 150
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(size=n)]).astype(float)
    answers = np.concatenate([np.arange(categories), rng.integers(0, categories, n - categories)])
    clusters = np.concatenate([np.arange(10), rng.integers(0, 10, n - 10)])
    order = rng.permutation(n)
    found = ordered_logit(answers, x, clusters)
    other = ordered_logit(answers[order], x[order] * unit, clusters[order])
    assert other.coefficients * unit == pytest.approx(found.coefficients, rel=SAME, abs=SAME)
    assert other.covariance * unit**2 == pytest.approx(found.covariance, rel=SAME, abs=SAME)
    assert other.log_likelihood == pytest.approx(found.log_likelihood)
