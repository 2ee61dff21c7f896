"""Omitted variables under clustering: cluster sums from moments are those of the rows, and their variance is right."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample, dummies

from liandong.errors import EstimationError
from liandong.inference import (
    Fit,
    adjusted,
    benchmark_strengths,
    coefficients,
    fit,
    partial_strengths,
    sensitivity,
)
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]
Floats = np.ndarray


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    return clustered_sample(29, rows=600, clusters=30)


def fitted(data: dict[str, np.ndarray], effect: str | None, weight: str | None = None) -> Fit:
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    return fit(within, "y", REGRESSORS)


def by_rows(data: dict[str, np.ndarray], effect: str | None, b: float) -> tuple[float, float, Floats]:
    """Return |β₁| - b S and the contributions of clusters to it, by residuals of every row."""
    effects = dummies(data[effect]) if effect else np.ones((len(data["y"]), 1))
    x, others = data["x1"].astype(float), np.column_stack([effects, data["x2"], data["x3"]]).astype(float)
    rest = x - others @ np.linalg.lstsq(others, x, rcond=None)[0]
    full = np.column_stack([x, others])
    beta = np.linalg.lstsq(full, data["y"], rcond=None)[0]
    residual = data["y"] - full @ beta
    rss, left = residual @ residual, rest @ rest
    scale = math.sqrt(rss / left)
    member = dummies(data["cluster"])
    own = np.sign(beta[0]) * (member.T @ (rest * residual)) / left
    spread = 0.5 * scale * (member.T @ residual**2 / rss - member.T @ rest**2 / left)
    return abs(beta[0]) - b * scale, scale, own - b * spread


@pytest.mark.parametrize("effect", [None, "contains", "inside", "crossing"])
def test_interval_under_a_confounder_is_that_of_the_rows(data: dict[str, np.ndarray], effect: str | None) -> None:
    model = fitted(data, effect)
    found = sensitivity(model, "x1")
    r2_treatment, r2_outcome = 0.2, 0.1
    moved = adjusted(found, r2_treatment, r2_outcome)
    kept = {name: values[_kept(data, effect)] for name, values in data.items()}
    size, scale, contributions = by_rows(kept, effect, math.sqrt(r2_outcome * r2_treatment / (1 - r2_treatment)))
    factor = (coefficients(model, "CR1").std_error[0] / coefficients(model, "CR0").std_error[0]) ** 2
    # Both sides are sums over 600 rows of well-conditioned regressions.
    assert found.scale == pytest.approx(scale, rel=1e-10)
    assert abs(float(moved.estimate)) == pytest.approx(abs(size), rel=1e-9)
    assert float(moved.std_error) == pytest.approx(math.sqrt(factor * contributions @ contributions), rel=1e-9)


def _kept(data: dict[str, np.ndarray], effect: str | None) -> np.ndarray:
    if effect is None:
        return np.ones(len(data["y"]), dtype=bool)
    levels, counts = np.unique(data[effect], return_counts=True)
    return np.isin(data[effect], levels[counts > 1])


def test_variance_of_the_bound_is_that_of_the_jackknife() -> None:
    data = clustered_sample(31, rows=3000, clusters=150)
    b = 0.4
    left_out = []
    for cluster in np.unique(data["cluster"]):
        kept = {name: values[data["cluster"] != cluster] for name, values in data.items()}
        left_out.append(by_rows(kept, None, b)[0])
    jackknife = math.sqrt(149 / 150 * ((np.array(left_out) - np.mean(left_out)) ** 2).sum())
    found = sensitivity(fitted(data, None), "x1")
    r = 2 / (1 + math.sqrt(1 + 4 / b**2))
    # The two variances differ by terms of order 1/G: 150 clusters.
    assert float(adjusted(found, r, r).std_error) == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_without_a_confounder_the_interval_is_that_of_the_headline(
    data: dict[str, np.ndarray], weight: str | None
) -> None:
    model = fitted(data, "crossing", weight)
    own, found = coefficients(model, "CR1"), sensitivity(model, "x1")
    moved = adjusted(found, 0.0, 0.0)
    assert (found.std_error, found.df) == pytest.approx((own.std_error[0], own.df[0]), rel=1e-12)
    assert float(moved.conf_low) == pytest.approx(own.conf_low[0], rel=1e-12)
    assert float(moved.conf_high) == pytest.approx(own.conf_high[0], rel=1e-12)


@pytest.mark.parametrize("term", REGRESSORS)
def test_robustness_values_are_where_estimate_and_interval_reach_zero(data: dict[str, np.ndarray], term: str) -> None:
    found = sensitivity(fitted(data, "inside"), term)
    at_zero = adjusted(found, found.robustness_value, found.robustness_value)
    assert float(at_zero.estimate) == pytest.approx(0.0, abs=1e-12 * found.scale)
    touching = adjusted(found, found.robustness_value_alpha, found.robustness_value_alpha)
    near = touching.conf_low if found.estimate > 0 else touching.conf_high
    assert found.robustness_value_alpha > 0
    assert found.robustness_value_alpha < found.robustness_value
    assert float(near) == pytest.approx(0.0, abs=1e-10 * found.scale)


def test_a_confounder_that_explains_the_outcome_wholly_needs_the_partial_r2_of_the_treatment(
    data: dict[str, np.ndarray],
) -> None:
    found = sensitivity(fitted(data, None), "x1")
    assert float(adjusted(found, found.partial_r2, 1.0).estimate) == pytest.approx(0.0, abs=1e-12)


def test_an_interval_that_holds_zero_already_has_no_robustness() -> None:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(20), 10)
    data = {"y": rng.normal(size=200), "x1": rng.normal(size=200), "cluster": cluster}
    within = within_samples(pl.DataFrame(data), {"m": ["y", "x1"]}, "cluster").within["m"]
    found = sensitivity(fit(within, "y", ["x1"]), "x1")
    assert abs(found.estimate) < 2 * found.std_error
    assert found.robustness_value > 0
    assert (found.robustness_value_alpha, found.robustness_value_iid) == (0.0, 0.0)


def test_clustering_lowers_the_robustness_value_of_a_treatment_that_clusters_share() -> None:
    rng = np.random.default_rng(7)
    cluster = np.repeat(np.arange(40), 25)
    x = rng.normal(size=40)[cluster]
    y = 0.5 * x + rng.normal(size=40)[cluster] + rng.normal(size=1000)
    within = within_samples(pl.DataFrame({"y": y, "x": x, "c": cluster}), {"m": ["y", "x"]}, "c").within["m"]
    found = sensitivity(fit(within, "y", ["x"]), "x")
    assert found.robustness_value_alpha < 0.5 * found.robustness_value_iid


def test_strengths_of_a_block_are_those_of_fits_without_it(data: dict[str, np.ndarray]) -> None:
    model = fitted(data, "crossing", "weight")
    within = model.within
    without = fit(within, "y", ["x1"])
    treatment, alone = fit(within, "x1", ["x2", "x3"]), within.pooled[tuple(within.positions(["x1", "x1"]))]
    expected = (1 - treatment.rss / alone, 1 - model.rss / without.rss)
    assert partial_strengths(model, "x1", ["x2", "x3"]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("r2_treatment", "multiple"), [(1.0, 1.0), (0.5, 2.0), (0.4, 2.0), (0.3, 3.0)])
def test_no_confounder_explains_more_than_all_of_the_treatment(r2_treatment: float, multiple: float) -> None:
    assert benchmark_strengths(r2_treatment, 0.1, multiple) == (None, None)


@pytest.mark.parametrize("r2_outcome", [0.9, 1.0])
def test_no_confounder_explains_more_than_all_of_the_outcome(r2_outcome: float) -> None:
    assert benchmark_strengths(0.05, r2_outcome, 1.0) == pytest.approx((0.05 / 0.95, 1.0))


def test_a_perfect_fit_cannot_be_explained_away() -> None:
    x = np.arange(12.0)
    frame = pl.DataFrame({"y": 2 * x, "x": x, "c": np.arange(12) % 4})
    found = sensitivity(fit(within_samples(frame, {"m": ["y", "x"]}, "c").within["m"], "y", ["x"]), "x")
    # Residuals are rounding: what is left of 1 is below 1e-6.
    assert found.robustness_value == pytest.approx(1.0, abs=1e-6)
    assert found.partial_r2 == pytest.approx(1.0)


def test_a_term_outside_the_model_is_an_error(data: dict[str, np.ndarray]) -> None:
    with pytest.raises(EstimationError, match="not among those kept"):
        sensitivity(fitted(data, None), "x9")
