"""What must not change an estimate: order, scale of weights, names of clusters, origin and unit of a column."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.row_level import clustered_sample

from liandong.inference import Coefficients, coefficients, fit, survey_proportion
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]
EFFECTS = st.sampled_from([None, "same", "contains", "inside", "crossing"])
WEIGHTS = st.sampled_from([None, "weight"])
SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def estimated(frame: pl.DataFrame, effect: str | None, weight: str | None, cluster: str = "cluster") -> Coefficients:
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, cluster, effect, weight).within["m"]
    return coefficients(fit(within, "y", REGRESSORS))


def assert_same(left: Coefficients, right: Coefficients) -> None:
    # Sums in another order: 1e-10 leaves room for a few hundred roundings.
    np.testing.assert_allclose(left.estimate, right.estimate, rtol=1e-10)
    np.testing.assert_allclose(left.std_error, right.std_error, rtol=1e-10)


def sample(seed: int) -> pl.DataFrame:
    return pl.DataFrame(clustered_sample(seed, rows=200, clusters=12))


@few
@given(SEEDS, EFFECTS, WEIGHTS)
def test_row_order_does_not_matter(seed: int, effect: str | None, weight: str | None) -> None:
    frame = sample(seed)
    assert_same(
        estimated(frame, effect, weight), estimated(frame.sample(fraction=1, shuffle=True, seed=1), effect, weight)
    )


@few
@given(SEEDS, EFFECTS, st.floats(1e-6, 1e6))
def test_the_scale_of_weights_does_not_matter(seed: int, effect: str | None, factor: float) -> None:
    frame = sample(seed)
    scaled = frame.with_columns(pl.col("weight") * factor)
    assert_same(estimated(frame, effect, "weight"), estimated(scaled, effect, "weight"))


@few
@given(SEEDS, EFFECTS)
def test_equal_weights_are_no_weights(seed: int, effect: str | None) -> None:
    frame = sample(seed).with_columns(weight=pl.lit(0.7))
    assert_same(estimated(frame, effect, "weight"), estimated(frame, effect, None))


@few
@given(SEEDS, EFFECTS, st.permutations(list("子丑寅卯辰巳午未申酉戌亥")))
def test_names_of_clusters_do_not_matter(seed: int, effect: str | None, names: list[str]) -> None:
    frame = sample(seed)
    renamed = frame.with_columns(
        cluster=pl.col("cluster").replace_strict(dict(enumerate(names)), return_dtype=pl.String)
    )
    assert_same(estimated(frame, effect, None), estimated(renamed, effect, None))


@few
@given(SEEDS, EFFECTS, WEIGHTS, st.integers(-(10**6), 10**6))
def test_adding_a_constant_to_a_regressor_does_not_matter(
    seed: int, effect: str | None, weight: str | None, constant: int
) -> None:
    frame = sample(seed).with_columns((pl.col("x1") * 8).round())
    moved = frame.with_columns(pl.col("x1") + constant)
    assert_same(estimated(frame, effect, weight), estimated(moved, effect, weight))


@few
@given(SEEDS, EFFECTS, st.floats(1e-5, 1e5))
def test_the_unit_of_a_regressor_scales_its_coefficient_only(seed: int, effect: str | None, unit: float) -> None:
    frame = sample(seed)
    found, scaled = estimated(frame, effect, None), estimated(frame.with_columns(pl.col("x1") * unit), effect, None)
    np.testing.assert_allclose(scaled.estimate * [unit, 1, 1], found.estimate, rtol=1e-9)
    np.testing.assert_allclose(scaled.p_value, found.p_value, rtol=1e-7, atol=1e-14)


@few
@given(SEEDS, st.integers(2, 5))
def test_rows_repeated_within_their_clusters_leave_slopes_alone(seed: int, times: int) -> None:
    frame = sample(seed)
    found, repeated = estimated(frame, "crossing", None), estimated(pl.concat([frame] * times), "crossing", None)
    np.testing.assert_allclose(repeated.estimate, found.estimate, rtol=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=40))
def test_proportions_keep_their_interval_in_range(counts: list[tuple[int, int]]) -> None:
    positive = np.array([float(a) for a, _ in counts])
    rows = np.array([a + b for a, b in counts])
    if (rows > 0).sum() < 2:
        rows = rows + 1
    found = survey_proportion(positive, rows.astype(float), rows)
    assert 0 <= found.conf_low <= found.estimate <= found.conf_high <= 1
    mirrored = survey_proportion(rows - positive, rows.astype(float), rows)
    assert mirrored.conf_low == pytest.approx(1 - found.conf_high, abs=1e-9)
