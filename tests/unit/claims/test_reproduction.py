"""Reproduction: what a published figure is worth after it was estimated again."""

from __future__ import annotations

import pytest
from tests.cases.claims.published_rows import claim, effect, evidence, judged, share
from tests.cases.claims.reproduced import CASES

from liandong.claims import Evidence
from liandong.claims.reasons import REASONS
from liandong.claims.reproduction import reproduce
from liandong.definitions import Claim

ROW = share(192, 618, 0.24, 0.38)


@pytest.mark.parametrize(
    ("given", "published", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_reproduction_by_hand(given: Claim, published: Evidence | None, reason: str) -> None:
    assert reproduce(given, published).reason == reason


def test_every_reason_of_reproduction_has_a_case() -> None:
    ours = {code for code, reason in REASONS.items() if reason.check == "reproduction"}
    assert ours == {reason for _, _, _, reason in CASES}


def test_the_row_says_what_was_found_and_where() -> None:
    given = claim(31.1, n=618, quantity={"indicator": "a"})
    found = reproduce(given, evidence(indicators=[ROW]))
    assert found.recomputed == pytest.approx(31.0679611650, abs=1e-9)  # 192 of 618, in percent
    assert (found.conf_low, found.conf_high) == (24.0, 38.0)
    assert found.difference == pytest.approx(0.0320388350, abs=1e-9)
    assert found.base == 618
    assert found.found_in == "indicators: indicator=a; universe=all"
    assert found.values["n"] == 618


def test_a_subgroup_and_a_category_are_found_by_their_keys() -> None:
    rows = [share(10, 20, 0.3, 0.7, level="1", subgroup="gender"), share(5, 25, 0.1, 0.4, category="2")]
    whole = claim(50, n=20, quantity={"indicator": "a", "subgroup": "gender", "level": 1})
    assert reproduce(whole, evidence(indicators=rows)).reason == "reproduction_exact"
    part = claim(20, n=25, quantity={"indicator": "a", "category": 2})
    assert reproduce(part, evidence(indicators=rows)).reason == "reproduction_exact"


def test_a_bar_of_a_distribution_is_a_share_of_all_its_bars() -> None:
    rows = [
        {"variable": "v", "level": str(level), "n": n, "share": n / 40, "suppressed": False}
        for level, n in enumerate((10, 30))
    ]
    given = claim(75, n=40, quantity={"variable": "v", "level": 1})
    found = reproduce(given, evidence(distributions=rows))
    assert (found.reason, found.recomputed) == ("reproduction_exact", 75.0)
    count = claim(30, kind="count", n=40, quantity={"variable": "v", "level": 1})
    assert reproduce(count, evidence(distributions=rows)).reason == "reproduction_exact_count"


def test_the_interval_of_a_difference_covers_any_covariance() -> None:
    rows = [share(60, 100, 0.5, 0.7), share(40, 100, 0.3, 0.5, indicator="b")]
    given = claim(25, kind="difference", n=90, quantity={"indicator": "a", "minus": {"indicator": "b"}})
    found = reproduce(given, evidence(indicators=rows))
    assert found.recomputed == pytest.approx(20)
    # half-widths of ten each add up: 20 ± 20
    assert (found.conf_low, found.conf_high) == (pytest.approx(0), pytest.approx(40))
    assert found.reason == "reproduction_within"


def test_the_verdict_chooses_the_inference() -> None:
    rows = [effect(0.02, 0.01, 0.03, 0.001, vcov="CR1"), effect(0.02, -0.05, 0.09, 0.5)]
    given = claim("0.024", kind="coefficient", quantity={"effect": "e", "outcome": "y"})
    recommended = evidence(estimates=rows, verdicts=[judged("carries", recommended="CR1")])
    assert reproduce(given, recommended).reason == "reproduction_effect_within"
    cautious = evidence(estimates=rows, verdicts=[judged("carries", recommended="CR2")])
    assert reproduce(given, cautious).reason == "reproduction_effect_imprecise"


def test_a_claim_may_name_an_earlier_step() -> None:
    rows = [effect(0.05, 0.04, 0.06, 0.001, step="M1"), effect(0.02, 0.01, 0.03, 0.001)]
    published = evidence(estimates=rows, verdicts=[judged("carries")])
    first = claim("0.05", kind="coefficient", quantity={"effect": "e", "outcome": "y", "step": "M1"})
    assert reproduce(first, published).recomputed == 0.05
    last = claim("0.02", kind="coefficient", quantity={"effect": "e", "outcome": "y"})
    assert reproduce(last, published).recomputed == 0.02


def test_the_inference_behind_a_published_standard_error_is_named() -> None:
    rows = [effect(0.118, 0.05, 0.19, 0.001, vcov="CR1", std_error=0.0344), effect(0.118, 0.04, 0.2, 0.003)]
    published = evidence(estimates=rows, verdicts=[judged("carries")])
    given = claim("0.118", kind="coefficient", se="0.034", quantity={"effect": "e", "outcome": "y"})
    found = reproduce(given, published)
    assert found.values["std_error_like"] == 0.0344
    assert [place.split("vcov=")[1].split(";")[0] for place in str(found.found_in).split(" | ")] == ["CR2", "CR1"]
    other = reproduce(given.model_copy(update={"se": "0.020"}), published)
    assert "std_error_like" not in other.values


def test_a_standard_error_that_nothing_gives_is_told_beside_ours() -> None:
    rows = [effect(0.118, 0.05, 0.19, 0.001, vcov="CR1", std_error=0.031), effect(0.118, 0.04, 0.2, 0.003)]
    given = claim("0.118", kind="coefficient", n=500, se="0.002", quantity={"effect": "e", "outcome": "y"})
    found = reproduce(given, evidence(estimates=rows, verdicts=[judged("carries")]))
    assert (found.reason, found.verdict) == ("reproduction_effect_other_error", "doubtful")
    assert [found.values[name] for name in ("published_se", "error_low", "error_high")] == [0.002, 0.01, 0.031]


def test_an_error_that_disclosure_control_rounds_may_be_the_published_one() -> None:
    rows = [effect(0.118, 0.05, 0.19, 0.001, std_error=0.0344)]  # of 0.034449
    given = claim("0.118", kind="coefficient", n=500, se="0.03445", quantity={"effect": "e", "outcome": "y"})
    rounded = evidence(minimum_cell=10, estimates=rows, verdicts=[judged("carries")])
    assert reproduce(given, rounded).reason == "reproduction_effect"
    exact = evidence(estimates=rows, verdicts=[judged("carries")])
    assert reproduce(given, exact).reason == "reproduction_effect_other_error"


def test_percentage_points_of_an_effect_on_yes_or_no() -> None:
    published = evidence(estimates=[effect(0.118, 0.05, 0.19, 0.001)], verdicts=[judged("carries")])
    given = claim(
        11.8, kind="coefficient", unit="percentage_points", se="1.0", quantity={"effect": "e", "outcome": "y"}
    )
    found = reproduce(given, published)
    assert (found.reason, found.recomputed) == ("reproduction_effect_within", pytest.approx(11.8))
    assert (found.conf_low, found.conf_high) == (pytest.approx(5), pytest.approx(19))
    assert found.values["std_error_like"] == pytest.approx(1)  # 0.01
