"""Alpha, omega and item statistics against hand-worked values, pingouin and R."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from liandong.measure import cronbach_alpha, mcdonald_omega
from liandong.measure.one_factor import fit_one_factor
from liandong.measure.reliability import item_rest_correlations

REFERENCE = Path(__file__).parents[2] / "reference/measure"
R_VALUES = pl.read_csv(REFERENCE / "reliability.csv").rows(named=True)
NORMAL_975 = 1.959963984540054


def answers(name: str) -> NDArray[np.float64]:
    return pl.read_csv(REFERENCE / f"{name}.csv").to_numpy().astype(np.float64)


def test_alpha_worked_by_hand() -> None:
    items = np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 3.0], [3.0, 3.0]])
    # Var(a) = 11/12, Var(b) = 11/12, totals 2, 4, 4, 6 → 8/3; α = 2 (1 − (11/6)/(8/3)) = 2 · 5/16.
    assert cronbach_alpha(items).estimate == pytest.approx(0.625, abs=1e-15)


@pytest.mark.parametrize("values", R_VALUES, ids=[values["data"] for values in R_VALUES])
def test_alpha_and_its_interval_are_those_of_r(values: dict[str, float]) -> None:
    ours = cronbach_alpha(answers(str(values["data"])))
    expected = (values["alpha"], values["alpha_low"], values["alpha_high"])
    # Both are closed forms; the F quantiles of R and Cephes agree to about 1e-13.
    assert (ours.estimate, ours.low, ours.high) == pytest.approx(expected, abs=1e-12)


def test_alpha_and_its_interval_are_those_of_pingouin() -> None:
    import pandas as pd
    import pingouin

    items = answers("likert")
    alpha, interval = pingouin.cronbach_alpha(pd.DataFrame(items))
    ours = cronbach_alpha(items)
    assert ours.estimate == pytest.approx(float(alpha), abs=1e-13)
    assert (ours.low, ours.high) == pytest.approx(tuple(interval), abs=5e-4)  # pingouin rounds to three decimals


@pytest.mark.parametrize("values", R_VALUES, ids=[values["data"] for values in R_VALUES])
def test_omega_and_its_standard_error_are_those_of_r(values: dict[str, float]) -> None:
    ours = mcdonald_omega(answers(str(values["data"])))
    assert ours.estimate is not None
    assert ours.low is not None
    assert ours.high is not None
    # factanal's optimiser stops when its objective moves by less than 1e-13 relative: 1e-7 in the parameters.
    assert ours.estimate == pytest.approx(values["omega"], abs=1e-7)
    by_logit = ours.estimate * (1 - ours.estimate) / (2 * NORMAL_975)
    error = by_logit * (_logit(ours.high) - _logit(ours.low))
    # R's value is a finite difference over steps of 1e-3: about 1e-5 relative with 300 people, more with 30.
    assert error == pytest.approx(values["omega_se"], rel=5e-5)


def test_omega_recovers_a_one_factor_model_exactly() -> None:
    # Orthogonal unit columns, mixed so that the sample covariance is exactly λλ' + diag(ψ).
    loadings, uniques = np.array([1.0, 2.0, 3.0, 0.5]), np.array([4.0, 1.0, 2.0, 0.75])
    basis = np.linalg.qr(np.column_stack([np.ones(50), np.random.default_rng(1).normal(size=(50, 5))]))[0][:, 1:]
    items = np.sqrt(50) * (basis[:, :1] * loadings + basis[:, 1:] * np.sqrt(uniques))
    # (Σλ)² = 42.25, Σψ = 7.75.
    assert mcdonald_omega(items).estimate == pytest.approx(42.25 / 50, abs=1e-12)


def test_a_factor_fit_is_a_stationary_point() -> None:
    items = answers("attitude")
    correlations = np.asarray(np.corrcoef(items.T))
    fit = fit_one_factor(correlations)
    inverse = np.linalg.inv(fit.implied)
    misfit = inverse @ (correlations - fit.implied) @ inverse
    assert fit.converged
    assert np.abs(misfit @ fit.loadings).max() < 1e-12
    assert np.abs(np.diagonal(misfit)).max() < 1e-12


def test_reversing_all_items_changes_neither_coefficient() -> None:
    items = answers("likert")
    assert _all(cronbach_alpha(6.0 - items)) == pytest.approx(_all(cronbach_alpha(items)), abs=1e-12)
    assert _all(mcdonald_omega(6.0 - items)) == pytest.approx(_all(mcdonald_omega(items)), abs=1e-10)


def test_one_item_has_no_reliability() -> None:
    items = answers("likert")[:, :1]
    assert _all(cronbach_alpha(items)) == (None, None, None)
    assert _all(mcdonald_omega(items)) == (None, None, None)


def test_two_items_have_alpha_but_no_omega() -> None:
    items = answers("likert")[:, :2]
    assert cronbach_alpha(items).estimate is not None
    assert mcdonald_omega(items).estimate is None


@pytest.mark.parametrize("people", [0, 1])
def test_too_few_people_give_none(people: int) -> None:
    items = answers("likert")[:people]
    assert _all(cronbach_alpha(items)) == (None, None, None)
    assert _all(mcdonald_omega(items)) == (None, None, None)
    assert np.isnan(item_rest_correlations(items)).all()


def test_identical_answers_give_none() -> None:
    items = np.full((20, 4), 3.0)
    assert _all(cronbach_alpha(items)) == (None, None, None)
    assert _all(mcdonald_omega(items)) == (None, None, None)


def test_a_constant_item_leaves_omega_as_it_is_and_has_no_item_rest_correlation() -> None:
    items = answers("likert")
    with_constant = np.column_stack([items, np.full(len(items), 4.0)])
    assert _all(mcdonald_omega(with_constant)) == pytest.approx(_all(mcdonald_omega(items)), abs=1e-12)
    rest = item_rest_correlations(with_constant)
    assert np.isnan(rest[-1])
    assert rest[:-1] == pytest.approx(item_rest_correlations(items), abs=1e-12)


def test_a_repeated_item_is_a_heywood_case_without_interval() -> None:
    items = answers("likert")
    omega = mcdonald_omega(np.column_stack([items[:, 0], items[:, 0], items[:, 2]]))
    assert omega.estimate is not None
    assert (omega.low, omega.high) == (None, None)


def test_items_that_measure_opposite_things_have_negative_alpha() -> None:
    items = answers("likert")[:, :3]
    items[:, 1] = 6.0 - items[:, 1]
    alpha = cronbach_alpha(items)
    assert alpha.estimate is not None
    assert alpha.low is not None
    assert alpha.estimate < 0
    assert alpha.low < alpha.estimate


def test_item_rest_correlations_are_plain_correlations_with_the_sum_of_the_others() -> None:
    items = answers("attitude")
    expected = [
        np.corrcoef(items[:, item], np.delete(items, item, axis=1).sum(axis=1))[0, 1] for item in range(items.shape[1])
    ]
    assert item_rest_correlations(items) == pytest.approx(expected, abs=1e-13)


def _all(reliability: object) -> tuple[float | None, ...]:
    return tuple(getattr(reliability, part) for part in ("estimate", "low", "high"))


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
