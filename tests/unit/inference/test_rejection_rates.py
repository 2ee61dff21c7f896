"""A small simulation: how often each kind of inference rejects at 5 % where nothing is true.

300 samples of the scenarios of `benchmarks/size.py`. The bounds are four binomial standard errors of 300 draws around
the rates that 5,000 draws give there: sqrt(p(1 - p)/300) is 1.3 points at 5 % and 2.4 at 22 %.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from benchmarks.size import ALPHA, P, Scenario, batches, judged, rejections

from liandong.inference import PlannedDesign, planned_effect

DRAWS = 300


def rate(p_values: P, method: str) -> float:
    return float((p_values[method] <= ALPHA).mean())


def within_error(expected: float) -> tuple[float, float]:
    reach = 4 * np.sqrt(expected * (1 - expected) / DRAWS)
    return expected - reach, expected + reach


@pytest.fixture(scope="module")
def three() -> P:
    return rejections(Scenario(3), DRAWS, resamples=199, recommend=judged)


@pytest.fixture(scope="module")
def half() -> P:
    return rejections(Scenario(16), DRAWS, resamples=199, recommend=judged)


def test_what_is_called_statsmodels_is_statsmodels(three: P) -> None:
    from statsmodels.api import OLS, add_constant

    batch = next(batches(Scenario(3), 20, seed=1))
    design = add_constant(batch.treatment)
    for i in (0, 7):
        peer = OLS(batch.outcomes[:, i], design).fit(cov_type="cluster", cov_kwds={"groups": batch.cluster})
        assert three["statsmodels"][i] == pytest.approx(peer.pvalues[1], rel=1e-8)  # p of 1e-6 amplify rounding of t


def test_with_three_treated_clusters_usual_errors_reject_four_times_too_often(three: P) -> None:
    for method, expected in (("statsmodels", 0.23), ("CR1", 0.215), ("CR3", 0.115)):
        low, high = within_error(expected)
        assert low < rate(three, method) < high
    assert rate(three, "statsmodels") >= rate(three, "CR1") > rate(three, "CR3") > rate(three, "CR2")


def test_with_three_treated_clusters_cr2_errs_on_the_safe_side(three: P) -> None:
    assert rate(three, "CR2") < within_error(0.023)[1]


@pytest.mark.parametrize("method", ["CR1", "CR2", "CR3", "WCR-R", "RI"])
def test_with_half_of_the_clusters_treated_all_are_near_five_percent(half: P, method: str) -> None:
    low, high = within_error(0.055)
    assert low < rate(half, method) < high


def test_randomisation_keeps_five_percent_whatever_the_number_treated(three: P) -> None:
    low, high = within_error(0.05)
    assert low < rate(three, "RI") < high


def test_the_verdict_recommends_what_keeps_its_size_or_nothing(half: P, three: P) -> None:
    assert np.isnan(three["recommended"]).all()
    low, high = within_error(0.05)
    assert low < rate(half, "recommended") < high
    assert low < rate(three, "if randomised") < high


@pytest.mark.parametrize("unit", ["cluster", "half"])
def test_the_smallest_detectable_effect_is_found_as_often_as_promised(unit: Literal["cluster", "half"]) -> None:
    assignment: Literal["cluster", "individual"] = "cluster" if unit == "cluster" else "individual"
    plan = PlannedDesign(32, 19, 0.1, assignment=assignment)
    effect = planned_effect(plan).effect
    found = rejections(Scenario(16, "equal", unit, effect=effect), DRAWS, resamples=0)
    low, high = within_error(0.8)
    # Clusters of one size: the test with CR2 is the one that the formula is about.
    assert low < rate(found, "CR2") < high


def test_seven_untreated_people_are_judged_too_few() -> None:
    people = rejections(Scenario(32, unit="person"), 60, resamples=0, recommend=judged)
    assert np.isnan(people["recommended"]).all()
    # 60 draws: 12.8 % of them in the benchmark; without the fixed effect in the leverage CR2 would be as bad
    assert (people["CR1"] <= ALPHA).mean() > (people["CR2"] <= ALPHA).mean()
