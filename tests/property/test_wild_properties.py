"""What must not change a bootstrap test: origin and unit of columns, order of rows, where the null is put."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.row_level import clustered_sample

from liandong.inference import Hypothesis, WildTest, fit, wild_bootstrap, wild_draws
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2"]
EFFECTS = st.sampled_from([None, "same", "contains", "inside", "crossing"])
WEIGHTS = st.sampled_from([None, "weight"])
SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def sample(seed: int) -> pl.DataFrame:
    return pl.DataFrame(clustered_sample(seed, rows=200, clusters=9))


def bootstrapped(frame: pl.DataFrame, effect: str | None, weight: str | None, null: float = 0.0) -> WildTest:
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    draws = wild_draws([within.cluster_labels], seed=1, count=999)
    return wild_bootstrap([Hypothesis(fit(within, "y", REGRESSORS), "x1", null)], draws, keep=True)[0]


def assert_same(left: WildTest, right: WildTest, unit: float = 1.0) -> None:
    # Enumerated or sampled alike: the same draws, up to the rounding of other sums.
    np.testing.assert_allclose(left.t_star, right.t_star, rtol=1e-6, atol=1e-8)
    assert left.statistic == pytest.approx(right.statistic, rel=1e-8, abs=1e-9)
    assert left.p_value == right.p_value
    ends = np.array([right.conf_low, right.conf_high]) * unit
    np.testing.assert_allclose([left.conf_low, left.conf_high], ends, rtol=1e-6, atol=1e-6 * left.std_error)


@few
@given(SEEDS, EFFECTS, WEIGHTS)
def test_row_order_does_not_matter(seed: int, effect: str | None, weight: str | None) -> None:
    frame = sample(seed)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=1)
    assert_same(bootstrapped(frame, effect, weight), bootstrapped(shuffled, effect, weight))


@few
@given(SEEDS, EFFECTS, st.sampled_from([1e-5, 0.3, 1e6]), st.sampled_from([-50.0, 0.0, 1e3]))
def test_units_and_origins_do_not_matter(seed: int, effect: str | None, scale: float, origin: float) -> None:
    frame = sample(seed)
    moved = frame.with_columns(pl.col("y") * scale + origin, pl.col("x1") * 4 - origin, pl.col("x2") / scale)
    assert_same(bootstrapped(moved, effect, None), bootstrapped(frame, effect, None), scale / 4)


@few
@given(SEEDS, EFFECTS, WEIGHTS, st.floats(-1, 2))
def test_a_null_is_the_null_of_zero_for_the_outcome_less_it(
    seed: int, effect: str | None, weight: str | None, null: float
) -> None:
    frame = sample(seed)
    less = frame.with_columns(pl.col("y") - null * pl.col("x1"))
    left, right = bootstrapped(frame, effect, weight, null), bootstrapped(less, effect, weight)
    assert left.statistic == pytest.approx(right.statistic, rel=1e-8, abs=1e-9)
    assert left.p_value == right.p_value
    np.testing.assert_allclose(left.t_star, right.t_star, rtol=1e-6, atol=1e-8)


@few
@given(SEEDS, EFFECTS, WEIGHTS, st.sampled_from([0.8, 0.9, 0.95]))
def test_the_interval_holds_what_the_test_accepts(
    seed: int, effect: str | None, weight: str | None, level: float
) -> None:
    frame = sample(seed)
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    found = fit(within, "y", REGRESSORS)
    draws = wild_draws([within.cluster_labels], seed=1, count=999)
    (test,) = wild_bootstrap([Hypothesis(found, "x1")], draws, level=level)
    assert test.conf_low < test.estimate < test.conf_high
    nulls = [b for b in test.estimate + test.std_error * np.linspace(-9, 9, 37) if abs(b - test.estimate) > 1e-9]
    for b, at in zip(nulls, wild_bootstrap([Hypothesis(found, "x1", b) for b in nulls], draws), strict=True):
        if at.p_value > 1 - level + 1e-9:
            assert test.conf_low <= b <= test.conf_high
        elif not test.notes:
            assert not test.conf_low < b < test.conf_high
