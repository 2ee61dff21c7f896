"""The verdict on a claim out of its checks: every combination, and the rules by name."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from liandong.claims.findings import CheckResult
from liandong.claims.reason_type import Check, Verdict
from liandong.claims.reasons import REASONS
from liandong.claims.verdict import CHECKS, DECIDING, overall

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
FIGURES_ALONE: tuple[Check, ...] = ("grim", "parts", "arithmetic", "test")


def result(check: Check, verdict: Verdict, reason: str = "", **own: object) -> CheckResult:
    return CheckResult("c", check, verdict, reason or f"{check}_{verdict}", **own)  # type: ignore[arg-type]


def verdict_of(**checks: Verdict) -> str:
    return overall("c", [result(check, verdict) for check, verdict in checks.items()]).verdict  # type: ignore[arg-type]


def test_every_check_has_its_place() -> None:
    known = set(get_args(Check)) - {"overall"}
    assert set(CHECKS) == known
    assert set(DECIDING) == known


# Each check can be missing; three at a time see every pair of rules meet.
@pytest.mark.parametrize("checks", [("grim", "reproduction", "detectability"), ("arithmetic", "order", "denominator")])
def test_every_combination_follows_the_rules(checks: tuple[Check, ...]) -> None:
    for verdicts in product([None, *VERDICTS], repeat=len(checks)):
        given = {check: verdict for check, verdict in zip(checks, verdicts, strict=True) if verdict is not None}
        found = verdict_of(**given)
        if "contradicted" in given.values():
            expected = "contradicted"
        elif "doubtful" in given.values():
            expected = "doubtful"
        elif "supported" in {given.get("reproduction"), given.get("order")}:
            expected = "supported"
        elif any(
            given.get(check) in {"consistent", "supported"} for check in (*FIGURES_ALONE, "reproduction", "order")
        ):
            expected = "consistent"
        else:
            expected = "not_checkable"
        assert found == expected, given


@pytest.mark.parametrize("check", FIGURES_ALONE)
def test_figures_that_agree_with_each_other_never_support(check: Check) -> None:
    assert verdict_of(**{check: "supported"}) == "consistent"


@pytest.mark.parametrize("check", ["detectability", "denominator"])
def test_what_says_nothing_of_the_figure_makes_it_not_even_consistent(check: Check) -> None:
    assert verdict_of(**{check: "consistent"}) == "not_checkable"
    assert verdict_of(**{check: "doubtful"}) == "doubtful"


def test_one_impossible_figure_outweighs_a_reproduction() -> None:
    found = overall("c", [result("reproduction", "supported"), result("arithmetic", "contradicted")])
    assert (found.verdict, found.found_in) == ("contradicted", "claims: claim=c; check=arithmetic")


def test_a_design_that_cannot_find_it_outweighs_a_reproduction() -> None:
    found = overall("c", [result("reproduction", "supported"), result("detectability", "doubtful")])
    assert (found.verdict, found.found_in) == ("doubtful", "claims: claim=c; check=detectability")


def test_a_claim_without_any_check_is_not_checkable() -> None:
    found = overall("c", [])
    assert (found.verdict, found.found_in, found.values["checks"]) == ("not_checkable", "", 0)


def test_data_argue_before_mere_agreement() -> None:
    found = overall("c", [result("grim", "consistent"), result("reproduction", "consistent")])
    assert found.found_in == "claims: claim=c; check=reproduction"


def test_why_nothing_can_be_said_is_more_than_that_there_are_no_data() -> None:
    alone = result("grim", "not_checkable", "grim_no_figure")
    found = overall("c", [alone, result("reproduction", "not_checkable", "reproduction_no_data")])
    assert found.found_in == "claims: claim=c; check=grim"


def test_simulated_agreement_has_a_reason_of_its_own() -> None:
    made = result("reproduction", "consistent", "reproduction_simulated")
    assert overall("c", [result("grim", "consistent"), made]).reason == "overall_consistent_simulated"
    assert overall("c", [result("grim", "consistent")]).reason == "overall_consistent"


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("check", ["reproduction", "order", "detectability", "denominator"])
def test_what_simulated_data_give_neither_counts_nor_decides_nor_is_shown(check: Check, verdict: Verdict) -> None:
    made = result(check, verdict, f"{check}_simulated", recomputed=31.2)
    grim = result("grim", "consistent", "grim_possible_weak", recomputed=31.07, chance=0.62)
    found = overall("c", [grim, made])
    assert (found.verdict, found.found_in) == ("consistent", "claims: claim=c; check=grim")
    assert (found.values["checks"], found.values["in_favour"], found.values["against"]) == (1, 1, 0)
    assert (found.recomputed, found.chance) == (31.07, 0.62)
    alone = overall("c", [made])
    assert (alone.verdict, alone.recomputed, alone.values["checks"]) == ("not_checkable", None, 0)
    assert alone.found_in == f"claims: claim=c; check={check}"  # nothing else is there to tell


@pytest.mark.parametrize("reason", ["arithmetic_unpublished", "parts_unpublished"])
def test_what_was_never_published_is_told_apart(reason: str) -> None:
    check: Check = "parts" if reason.startswith("parts") else "arithmetic"
    open_one = result("reproduction", "not_checkable", "reproduction_no_data")
    found = overall("c", [result(check, "not_checkable", reason, recomputed=36.4), open_one])
    assert (found.reason, found.verdict, found.recomputed) == ("overall_derived", "not_checkable", 36.4)
    assert overall("c", [open_one]).reason == "overall_not_checkable"


def test_no_reason_of_simulated_data_says_anything() -> None:
    simulated = {code: reason for code, reason in REASONS.items() if "simulated" in code and reason.check != "overall"}
    assert simulated
    assert {reason.verdict for reason in simulated.values()} == {"not_checkable"}


def test_the_row_shows_what_the_data_give() -> None:
    found = overall(
        "c",
        [
            result("grim", "contradicted", recomputed=30.97, chance=0.62),
            result("reproduction", "consistent", recomputed=31.07, conf_low=24.0, conf_high=38.0, difference=0.03),
        ],
    )
    assert (found.recomputed, found.conf_low, found.conf_high, found.difference) == (31.07, 24.0, 38.0, 0.03)
    assert (found.values["checks"], found.values["against"], found.values["in_favour"]) == (2, 1, 1)


def test_a_smallest_detectable_effect_is_not_shown_as_what_was_found() -> None:
    found = overall("c", [result("detectability", "doubtful", recomputed=0.25)])
    assert (found.verdict, found.recomputed) == ("doubtful", None)
