"""What the published figures of the two Chinese studies say by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from liandong.claims.findings import CheckResult
from liandong.claims.self_checks import self_checks
from liandong.definitions import load_study

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
COUNTS = {
    "coverage_social_worker": 611, "coverage_community": 504, "improvement_anxiety": 192, "improvement_sleep": 187,
    "improvement_appetite": 144, "improvement_hope": 116, "improvement_depression": 95, "improvement_integration": 102,
    "improvement_social": 92, "improvement_family": 26,
}  # fmt: skip


def _checked(study: str) -> dict[str, CheckResult]:
    return {f"{result.claim} {result.check}": result for result in self_checks(load_study(EXAMPLES / study).claims)}


@pytest.fixture(scope="module")
def hubei() -> dict[str, CheckResult]:
    return _checked("hubei")


@pytest.fixture(scope="module")
def neimenggu() -> dict[str, CheckResult]:
    return _checked("neimenggu")


@pytest.mark.parametrize(("claim", "count"), COUNTS.items())
def test_every_percentage_of_hubei_comes_from_one_number_of_618_people(
    hubei: dict[str, CheckResult], claim: str, count: int
) -> None:
    result = hubei[f"{claim} grim"]
    assert (result.values["count_low"], result.values["count_high"]) == (count, count)
    two_decimals = claim.startswith("coverage")
    assert result.reason == ("grim_possible" if two_decimals else "grim_possible_weak")
    assert result.chance == pytest.approx(0.06 if two_decimals else 0.62, abs=0.005)


@pytest.mark.parametrize("outcome", ["belonging", "trust"])
@pytest.mark.parametrize("kind", ["coefficient", "significance"])
def test_seven_untreated_people_make_both_effects_of_hubei_doubtful(
    hubei: dict[str, CheckResult], outcome: str, kind: str
) -> None:
    design = hubei[f"{outcome}_{kind} detectability"]
    assert (design.verdict, design.values["untreated"], design.values["clusters"]) == ("doubtful", 7, 32)
    assert design.values["mde_sd"] == pytest.approx(1.07, abs=0.005)
    assert design.values["mde_sd_clusters"] == pytest.approx(1.10, abs=0.005)
    assert hubei[f"{outcome}_{kind} test"].reason == "test_no_standard_error"


def test_the_order_of_coverage_follows_and_words_without_figures_do_not(hubei: dict[str, CheckResult]) -> None:
    assert hubei["coverage_order order"].reason == "order_follows"
    assert {hubei[f"{name} order"].verdict for name in ("improvement_economic", "intermediary")} == {"not_checkable"}


def test_nothing_that_hubei_publishes_contradicts_itself(hubei: dict[str, CheckResult]) -> None:
    assert {result.verdict for result in hubei.values()} == {"consistent", "doubtful", "not_checkable"}


NEIMENGGU = [
    ("money_total parts", "parts_unpublished", "recomputed", 510 + 635 + 610 + 1008 + 2000),
    ("money_growth arithmetic", "arithmetic_unpublished", "recomputed", 100 * (2000 / 510 - 1)),
    ("money_growth_yearly arithmetic", "arithmetic_unpublished", "recomputed", 100 * ((2000 / 510) ** 0.25 - 1)),
    ("money_per_project_2012 arithmetic", "arithmetic_unpublished", "recomputed", 510 / 14),
    ("money_per_project_2014 arithmetic", "arithmetic_unpublished", "recomputed", 610 / 19),
    ("projects_growth arithmetic", "arithmetic_unpublished", "recomputed", 500 / 14),
    ("money_new_2015 arithmetic", "arithmetic_unpublished", "recomputed", 1000),
    ("workers_growth arithmetic", "arithmetic_unpublished", "recomputed", 100 * (794 / 381 - 1)),
    ("workers_per_10000 arithmetic", "arithmetic_implies", "missing", 381 / 0.7 * 10_000),
    ("workers_per_10000_census arithmetic", "arithmetic_other_definition", "recomputed", 381 / 2470.6291),
    ("organisations_doubled arithmetic", "arithmetic_implies", "missing", 13_664 / 2),
    ("organisations_growth arithmetic", "arithmetic_unpublished", "conf_high", 36.64),
    ("kundulun_per_organisation arithmetic", "arithmetic_unpublished", "conf_low", 50),  # "nearly 400" is below 400
]


@pytest.mark.parametrize(("key", "reason", "name", "value"), NEIMENGGU, ids=[key for key, *_ in NEIMENGGU])
def test_administrative_figures_are_held_against_each_other(
    neimenggu: dict[str, CheckResult], key: str, reason: str, name: str, value: float
) -> None:
    result = neimenggu[key]
    assert result.reason == reason
    given = result.values[name] if name in result.values else getattr(result, name)
    assert given == pytest.approx(value, rel=1e-12)


def test_nothing_is_made_of_a_number_that_may_be_money_or_projects(neimenggu: dict[str, CheckResult]) -> None:
    assert {key for key in neimenggu if key.startswith(("carried_over", "money_2015"))} == set()


def test_only_the_workers_per_inhabitants_are_doubtful(neimenggu: dict[str, CheckResult]) -> None:
    against = {key for key, result in neimenggu.items() if result.verdict in {"doubtful", "contradicted"}}
    assert against == {"workers_per_10000_census arithmetic"}
