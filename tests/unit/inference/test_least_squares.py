"""Coefficients, covariances and tests from moments equal those of a row-level fit with dummies."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample, dummy_fit

from liandong.errors import EstimationError
from liandong.inference import coefficients, covariance, fit, fit_nested
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]
CASES = [[], ["same"], ["contains"], ["inside"], ["crossing"], ["inside", "wave"], ["crossing", "wave"]]


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    return clustered_sample(13)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effects", CASES, ids="+".join)
def test_slopes_and_sandwich_are_those_of_the_row_level_fit(
    data: dict[str, np.ndarray], effects: list[str], weight: str | None
) -> None:
    first, second = [*effects, None, None][:2]
    samples = within_samples(
        pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", first, weight, second_effect=second
    )
    found = fit(samples.within["m"], "y", REGRESSORS)
    x = np.column_stack([data[r] for r in REGRESSORS]).astype(float)
    rows = dummy_fit(data["y"], x, data["cluster"], [data[e] for e in effects], data[weight] if weight else None)
    assert found.terms[:3] == tuple(REGRESSORS)
    # Both are backward stable on well-conditioned data of a thousand rows.
    np.testing.assert_allclose(found.coefficients[:3], rows.slopes, rtol=1e-11)
    np.testing.assert_allclose(covariance(found, "CR0").matrix[:3, :3], rows.cr0, rtol=1e-10)
    np.testing.assert_allclose(covariance(found, "iid").matrix[:3, :3], rows.iid, rtol=1e-10)


@pytest.mark.parametrize(
    ("effects", "counted"),
    [([], 1), (["same"], 1), (["inside"], 1), (["contains"], 6), (["crossing"], 9), (["crossing", "wave"], 9 + 3)],
    ids=["none", "equals", "inside", "contains", "crossing", "two"],
)
def test_the_coefficients_counted_follow_the_stated_rule(
    data: dict[str, np.ndarray], effects: list[str], counted: int
) -> None:
    first, second = [*effects, None, None][:2]
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", first, second_effect=second)
    found = covariance(fit(within.within["m"], "y", REGRESSORS), "CR1")
    n, g, k = len(data["y"]), 30, 3 + counted
    assert found.parameters == k
    assert found.factor == pytest.approx(g / (g - 1) * (n - 1) / (n - k), rel=1e-15)
    assert set(found.df) == {29.0}


def test_without_clusters_every_level_counts(data: dict[str, np.ndarray]) -> None:
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", "inside").within["m"]
    found = covariance(fit(within, "y", REGRESSORS), "iid")
    assert found.parameters == 3 + within.n_levels
    assert set(found.df) == {float(len(data["y"]) - found.parameters)}


def test_tests_and_intervals_follow_from_t(data: dict[str, np.ndarray]) -> None:
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster").within["m"]
    found = coefficients(fit(within, "y", REGRESSORS), level=0.9)
    # Quantile and tail of t(29), from R: qt(0.95, 29) and 2 * pt(-2.04523, 29).
    np.testing.assert_allclose((found.conf_high - found.estimate) / found.std_error, 1.699127027, rtol=1e-9)
    np.testing.assert_allclose(found.statistic, found.estimate / found.std_error, rtol=1e-15)
    inside = (found.conf_low < 0) & (found.conf_high > 0)
    np.testing.assert_array_equal(found.p_value > 0.1, inside)


def test_steps_share_one_sample(data: dict[str, np.ndarray]) -> None:
    frame = pl.DataFrame(data).with_columns(x3=pl.when(pl.int_range(pl.len()) % 5 != 0).then("x3"))
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", "crossing").within["m"]
    steps = fit_nested(within, "y", [["x1"], ["x1", "x2"], REGRESSORS])
    assert [s.terms for s in steps] == [("x1",), ("x1", "x2"), ("x1", "x2", "x3")]
    assert {s.n_obs for s in steps} == {frame["x3"].count()}
    assert steps[0].r2_within < steps[1].r2_within < steps[2].r2_within


def test_scores_add_up_to_zero(data: dict[str, np.ndarray]) -> None:
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", "crossing", "weight").within["m"]
    np.testing.assert_allclose(fit(within, "y", REGRESSORS).scores.sum(axis=0), 0, atol=1e-10)


def test_a_perfect_fit_has_no_error_and_no_test() -> None:
    frame = pl.DataFrame({"cluster": [1, 1, 2, 2, 3, 3], "x": [0, 1, 2, 3, 5, 4], "y": [1, 3, 5, 7, 11, 9]})
    found = coefficients(fit(within_samples(frame, {"m": ["x", "y"]}, "cluster").within["m"], "y", ["x"]))
    assert found.estimate[0] == pytest.approx(2)
    assert found.std_error[0] < 1e-15


def small(**columns: list[float]) -> pl.DataFrame:
    return pl.DataFrame({"cluster": [1, 1, 2, 2], "x": [1.0, 2.0, 4.0, 3.0], "y": [1.0, 2.0, 2.0, 5.0], **columns})


def test_an_outcome_that_does_not_vary_is_an_error() -> None:
    within = within_samples(small(flat=[2.0] * 4), {"m": ["x", "flat"]}, "cluster").within["m"]
    with pytest.raises(EstimationError, match="'flat' does not vary in the sample"):
        fit(within, "flat", ["x"])


def test_an_outcome_that_the_effect_absorbs_is_an_error() -> None:
    within = within_samples(small(level=[1.0, 1.0, 2.0, 2.0]), {"m": ["x", "level"]}, "cluster", "cluster").within["m"]
    with pytest.raises(EstimationError, match="does not vary within any level of 'cluster'"):
        fit(within, "level", ["x"])


def test_one_cluster_cannot_carry_a_clustered_variance() -> None:
    frame = small().with_columns(cluster=pl.lit(1))
    found = fit(within_samples(frame, {"m": ["x", "y"]}, "cluster").within["m"], "y", ["x"])
    with pytest.raises(EstimationError, match="lies in one"):
        covariance(found, "CR1")
    assert covariance(found, "iid").matrix.shape == (1, 1)


def test_more_coefficients_than_rows_are_refused() -> None:
    frame = small(z=[0.0, 1.0, 0.0, 2.0])
    found = fit(within_samples(frame, {"m": ["x", "y", "z"]}, "cluster", "cluster").within["m"], "y", ["x", "z"])
    with pytest.raises(EstimationError, match="4 rows cannot carry 4 coefficients"):
        covariance(found, "iid")


def test_an_unknown_covariance_is_refused_with_the_known_ones() -> None:
    found = fit(within_samples(small(), {"m": ["x", "y"]}, "cluster").within["m"], "y", ["x"])
    with pytest.raises(EstimationError, match="among iid, CR0, CR1"):
        covariance(found, "HC3")


@pytest.mark.parametrize(
    ("outcome", "regressors", "message"),
    [
        ("y", ["x", "y"], "among its own regressors"),
        ("y", ["x", "x"], "came more than once"),
        ("y", ["z"], "'z' are not among them"),
    ],
)
def test_models_that_make_no_sense_are_refused(outcome: str, regressors: list[str], message: str) -> None:
    within = within_samples(small(), {"m": ["x", "y"]}, "cluster").within["m"]
    with pytest.raises(EstimationError, match=message):
        fit(within, outcome, regressors)


def test_the_moments_are_left_as_they_were(data: dict[str, np.ndarray]) -> None:
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", "crossing").within["m"]
    before = within.cells.copy(), within.clusters.copy()
    coefficients(fit(within, "y", REGRESSORS))
    np.testing.assert_array_equal(within.cells, before[0])
    np.testing.assert_array_equal(within.clusters, before[1])
