"""Detectability in the design of the data."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.claims.published_rows import claim, evidence, judged

from liandong.claims.detectability_data import detectability_in_data
from liandong.claims.findings import CheckResult
from liandong.definitions import Claim

Y = {"quantity": {"effect": "e", "outcome": "y"}}


def checked(given: Claim, *others: Claim, verdict: str = "carries", simulated: bool = False, **own: Any) -> CheckResult:
    claims = {one.id: one for one in (given, *others)}
    found = detectability_in_data(given, claims, evidence(simulated=simulated, verdicts=[judged(verdict, **own)]))
    assert found is not None
    return found


def test_a_small_coefficient_is_below_what_the_design_finds() -> None:
    found = checked(claim("0.020", kind="coefficient", **Y))
    assert found.reason == "detectability_data_below"
    # 0.25 points are 1.25 SD, so the outcome's SD is 0.2: 0.020 is 0.1 SD, and 12.5 times as much would be found
    assert found.values["coefficient_sd"] == pytest.approx(0.1)
    assert found.values["times"] == pytest.approx(12.5)
    assert (found.recomputed, found.found_in) == (0.25, "verdicts: effect=e; outcome=y")


def test_in_standard_deviations() -> None:
    quantity = {"effect": "e", "outcome": "y", "metric": "sd"}
    found = checked(claim("0.10", kind="coefficient", quantity=quantity))
    assert (found.values["coefficient"], found.values["coefficient_sd"]) == (pytest.approx(0.02), 0.1)
    assert found.recomputed == 1.25


def test_the_sign_does_not_matter() -> None:
    assert checked(claim("-0.300", kind="coefficient", **Y)).reason == "detectability_data_within"


def test_a_large_coefficient_in_a_design_without_a_valid_test() -> None:
    found = checked(claim("0.300", kind="coefficient", **Y), verdict="cannot_carry")
    assert found.reason == "detectability_data_not_carried"


@pytest.mark.parametrize(
    ("figure", "reason"),
    [("0.020", "detectability_data_below_simulated"), ("0.300", "detectability_data_within_simulated")],
)
def test_a_design_that_was_made_up_casts_no_doubt(figure: str, reason: str) -> None:
    found = checked(claim(figure, kind="coefficient", **Y), simulated=True, verdict="cannot_carry")
    assert (found.reason, found.verdict) == (reason, "not_checkable")


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        # 0.25 is found with 80 %: 2.80 standard errors; even odds are at 1.96 of them, 0.175
        ("0.174", "detectability_data_below"),
        ("0.176", "detectability_data_even"),
        ("0.249", "detectability_data_even"),
        ("0.251", "detectability_data_within"),
    ],
)
def test_only_an_effect_that_would_more_likely_be_missed_is_doubted(figure: str, reason: str) -> None:
    assert checked(claim(figure, kind="coefficient", **Y)).reason == reason


def test_significance_is_held_against_its_coefficient() -> None:
    given = claim("significant", kind="p_value", id="s", coefficient="c", **Y)
    found = checked(given, claim("0.020", kind="coefficient", **Y))
    assert found.reason == "detectability_data_below"
    assert found.values["coefficient"] == 0.02
    assert found.recomputed is None  # a p-value has no detectable effect in its own unit


@pytest.mark.parametrize(
    ("mde_sd", "reason"), [(1.25, "detectability_data_only_large"), (0.3, "detectability_data_moderate")]
)
def test_significance_without_a_size(mde_sd: float, reason: str) -> None:
    assert checked(claim("significant", kind="p_value", **Y), mde_sd=mde_sd).reason == reason


def test_only_large_in_simulated_data() -> None:
    found = checked(claim("significant", kind="p_value", **Y), simulated=True)
    assert found.reason == "detectability_data_only_large_simulated"


def test_what_is_not_known_is_said() -> None:
    found = checked(claim("0.020", kind="coefficient", **Y), mde=None, mde_sd=None)
    assert found.reason == "detectability_data_unknown"


@pytest.mark.parametrize(
    "given",
    [
        claim("not significant", kind="p_value", **Y),
        claim("0.020", kind="coefficient", stars=0, **Y),
        claim(31.1, quantity={"indicator": "a"}),
        claim("0.020", kind="coefficient"),
    ],
)
def test_nothing_is_said_of_claims_about_no_effect(given: Claim) -> None:
    assert detectability_in_data(given, {given.id: given}, evidence(verdicts=[judged("carries")])) is None


def test_nothing_is_said_without_data() -> None:
    given = claim("0.020", kind="coefficient", **Y)
    assert detectability_in_data(given, {given.id: given}, None) is None


def test_percentage_points_are_hundredths_of_an_outcome() -> None:
    found = checked(claim(2.0, kind="coefficient", unit="percentage_points", **Y))
    assert (found.values["coefficient"], found.values["times"]) == (pytest.approx(0.02), pytest.approx(12.5))
    assert found.recomputed == pytest.approx(25)
