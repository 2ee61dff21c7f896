"""Robustness values, bounds and adjusted estimates are those of PySensemakr (values and their script beside this)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from linearmodels.datasets import card

from liandong.inference import Fit, adjusted, benchmark_strengths, fit, partial_strengths, sensitivity
from liandong.inference.sensitivity import robustness_value_iid
from liandong.moments import within_samples

FOUND: dict[str, Any] = json.loads((Path(__file__).parent / "sensemakr_values.json").read_text(encoding="utf-8"))
CONTROLS = ["exper", "expersq", "black", "south", "smsa"]
# sensemakr's dummies have a condition number of 1e5 through squared experience, so that some digits go.
CLOSE = 1e-9


@pytest.fixture(scope="module")
def schooling() -> Fit:
    """Card's regression with the nine regions of 1966 absorbed, where sensemakr had eight dummies."""
    data = card.load()
    columns = {name: data[name].to_numpy().astype(float) for name in ["lwage", "educ", *CONTROLS]}
    region = sum(i * data[f"reg66{i}"].to_numpy() for i in range(1, 9))
    frame = pl.DataFrame({**columns, "region": region.astype(int), "id": data["id"].to_numpy() % 100})
    within = within_samples(frame, {"m": ["lwage", "educ", *CONTROLS]}, "id", "region").within["m"]
    return fit(within, "lwage", ["educ", *CONTROLS])


def test_a_regression_with_absorbed_regions_is_as_robust_as_with_dummies(schooling: Fit) -> None:
    theirs, ours = FOUND["card"], sensitivity(schooling, "educ")
    assert ours.estimate == pytest.approx(theirs["estimate"], rel=CLOSE)
    assert ours.partial_r2 == pytest.approx(theirs["partial_r2"], rel=CLOSE)
    assert ours.robustness_value == pytest.approx(theirs["robustness_value"], rel=CLOSE)
    assert ours.robustness_value_iid == pytest.approx(theirs["robustness_value_alpha"], rel=CLOSE)


@pytest.mark.parametrize(("r2_treatment", "r2_outcome", "estimate"), FOUND["card"]["adjusted"])
def test_a_confounder_of_given_strength_leaves_the_same_estimate(
    schooling: Fit, r2_treatment: float, r2_outcome: float, estimate: float
) -> None:
    found = adjusted(sensitivity(schooling, "educ"), r2_treatment, r2_outcome)
    assert float(found.estimate) == pytest.approx(estimate, rel=CLOSE)


@pytest.mark.parametrize(("names", "multiple", "r2_treatment", "r2_outcome", "estimate"), FOUND["card"]["benchmarks"])
def test_benchmarks_by_single_controls_and_by_groups_are_the_same(
    schooling: Fit, names: str, multiple: float, r2_treatment: float, r2_outcome: float, estimate: float
) -> None:
    strengths = benchmark_strengths(*partial_strengths(schooling, "educ", names.split("+")), multiple)
    # South explains 3e-5 of the treatment: a small difference of two large sums in sensemakr.
    assert strengths == pytest.approx((r2_treatment, r2_outcome), rel=1e-7)
    found = adjusted(sensitivity(schooling, "educ"), *strengths)
    assert float(found.estimate) == pytest.approx(estimate, rel=CLOSE)


@pytest.mark.parametrize(("statistic", "df", "value"), FOUND["pure"])
def test_the_robustness_value_of_a_t_statistic_is_the_same_in_all_three_cases(
    statistic: float, df: float, value: float
) -> None:
    assert robustness_value_iid(statistic / df**0.5, df, 0.05) == pytest.approx(value, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("r2_treatment", "r2_outcome", "multiple", "strong_d", "strong_y"), FOUND["strengths"])
def test_bounds_from_published_partial_r2_are_the_same(
    r2_treatment: float, r2_outcome: float, multiple: float, strong_d: float, strong_y: float
) -> None:
    assert benchmark_strengths(r2_treatment, r2_outcome, multiple) == pytest.approx((strong_d, strong_y), rel=1e-12)


def test_the_published_robustness_values_of_the_darfur_survey_are_met() -> None:
    # Cinelli & Hazlett (2020), table 1: direct harm, t = 4.18 with 783 df: RV 13.9 %, RV at 5 % 7.6 %.
    f = 4.184 / 783**0.5
    assert round(robustness_value_iid(f, 783.0, 1.0), 3) == 0.139
    assert round(robustness_value_iid(f, 783.0, 0.05), 3) == 0.076
