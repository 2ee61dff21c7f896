"""Every check that needs no data, by hand-worked cases."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.claims.figure_order import figure_order
from liandong.claims.findings import CheckResult, found, one_per_check
from liandong.claims.reasons import REASONS
from liandong.claims.reasons_self import SELF_REASONS
from liandong.claims.self_checks import self_checks
from liandong.definitions import Claim
from liandong.definitions.claim_references import check_claims

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "claims" / "published_figures.yaml").read_text(encoding="utf-8")
)
EXPECTED = [(case, key, expected) for case in CASES for key, expected in case["found"].items()]
OPEN = {"published_low", "published_high", "sum_low", "sum_high", "whole_low", "whole_high", "statistic_high"}
IDS = [f"{case['case']}: {key}" for case, key, _ in EXPECTED]
# The cases give eight decimals or, of large numbers and roots, five or six significant digits.
TOLERANCE = {"rel": 5e-6, "abs": 5e-9}


def _results(case: dict[str, Any]) -> dict[str, CheckResult]:
    claims = [Claim.model_validate({**claim, "source": {"title": "t"}}) for claim in case["claims"]]
    assert not check_claims(case["claims"], "claims.yaml")
    return {f"{result.claim} {result.check}": result for result in self_checks(claims)}


@pytest.mark.parametrize(("case", "key", "expected"), EXPECTED, ids=IDS)
def test_published_figures_are_judged_as_worked_by_hand(
    case: dict[str, Any], key: str, expected: dict[str, Any]
) -> None:
    result = _results(case)[key]
    assert result.reason == expected["reason"]
    for name, value in expected.items():
        if name == "reason":
            continue
        given = getattr(result, name) if name in CheckResult.__slots__ else result.values[name]
        assert given == (None if value is None else pytest.approx(value, **TOLERANCE)), name


def test_every_reason_of_these_checks_occurs_in_a_case() -> None:
    assert {expected["reason"] for _, _, expected in EXPECTED} | {"grimmer_possible"} >= set(SELF_REASONS)


def test_no_check_without_data_supports_a_claim() -> None:
    assert "supported" not in {reason.verdict for reason in SELF_REASONS.values()}
    assert {reason.verdict for code, reason in SELF_REASONS.items() if code.startswith("detectability")} <= {
        "doubtful",
        "consistent",
        "not_checkable",
    }


def test_every_result_has_the_numbers_of_its_sentence_and_only_open_ends_are_infinite() -> None:
    for case in CASES:
        for result in _results(case).values():
            assert set(REASONS[result.reason].values) <= set(result.values)
            infinite = {name for name, value in result.values.items() if math.isinf(value)}
            assert infinite <= OPEN
            figures = (result.recomputed, result.conf_low, result.conf_high, result.difference, result.chance)
            assert all(figure is None or math.isfinite(figure) for figure in figures), result


def test_a_reason_without_its_numbers_is_refused() -> None:
    with pytest.raises(KeyError, match="needs the values level, se_largest"):
        found("a", "test_no_standard_error")
    with pytest.raises(KeyError):
        found("a", "no_such_reason")


def test_one_finding_that_is_wrong_outweighs_all_that_are_right() -> None:
    right = found("a", "test_interval_contains", values={"level": 0.95, "interval_low": 1, "interval_high": 2})
    wrong = found("a", "test_p_out_of_range", base=7)
    other = found("b", "test_no_numbers")
    merged = one_per_check([right, other, wrong])
    assert [(one.claim, one.reason, one.base) for one in merged] == [
        ("a", "test_p_out_of_range", 7),
        ("b", "test_no_numbers", None),
    ]
    assert dict(merged[0].values) == {"level": 0.95, "interval_low": 1, "interval_high": 2}


def test_results_cannot_be_changed() -> None:
    result = found("a", "grim_above_base", values={"n": 3})
    with pytest.raises(AttributeError):
        result.claim = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        result.values["n"] = 4  # type: ignore[index]


def test_a_joint_chance_is_of_all_figures_of_a_base_or_of_none() -> None:
    case = next(case for case in CASES if case["case"].startswith("ten percentages"))
    told = {key: "joint_chance" in result.values for key, result in _results(case).items()}
    assert told["calm grim"]
    assert not any(told[f"{name} grim"] for name in ("alone", "mean", "third", "thirds", "no_third"))


@pytest.mark.parametrize("name", ["not", "small", "starless", "high_p"])
def test_what_is_called_insignificant_is_not_held_against_the_design(name: str) -> None:
    case = next(case for case in CASES if case["case"].startswith("a standard error says more"))
    assert f"{name} detectability" not in _results(case)


def test_the_order_of_two_large_groups_is_that_of_their_nearest_figures() -> None:
    """A thousand figures above a thousand others: a million pairs, of which those at the ends are looked at."""
    figures = [
        {"id": f"f{i}", "kind": "percent", "published": f"{i / 10:.1f}" if i % 2 else f"{i / 10:.2f}"}
        for i in range(2_0, 9_80)
    ]
    order = [[one["id"] for one in figures[500:]], [one["id"] for one in figures[:500]]]
    comparison = {"id": "c", "kind": "comparison", "published": "more", "order": order}
    claims = [Claim.model_validate({**claim, "source": {"title": "t"}}) for claim in (*figures, comparison)]
    (result,) = figure_order(claims[-1], {claim.id: claim for claim in claims})
    # 52.00 and 51.9, of different digits: 51.995 - 51.95
    assert (result.reason, result.values["smallest_gap"]) == ("order_follows", pytest.approx(0.045))


def test_groups_without_any_figure_have_no_order() -> None:
    given = [
        {"id": "a", "kind": "percent", "published": "few"},
        {"id": "b", "kind": "percent", "published": 3},
        {"id": "c", "kind": "comparison", "published": "more", "order": ["a", "b"]},
    ]
    claims = [Claim.model_validate({**claim, "source": {"title": "t"}}) for claim in given]
    (result,) = figure_order(claims[-1], {claim.id: claim for claim in claims})
    assert (result.reason, result.values["without_figure"]) == ("order_no_figures", 1)


@pytest.mark.parametrize("key", ["all grim", "loss grim", "roughly grim", "some_620 grim", "of_counts grim"])
def test_nothing_is_said_of_counts_of_everybody_of_amounts_and_of_what_arithmetic_divides(key: str) -> None:
    assert not [
        case
        for case in CASES
        if case["case"].startswith(("people come", "a standard deviation that the")) and key in _results(case)
    ]


def test_what_casts_doubt_outweighs_what_supports_within_one_check() -> None:
    figures = {"published": 31.1, "estimate": 30.9, "difference": 0.2, "n": 618, "low": 27, "high": 35}
    exact, differs = (found("a", f"reproduction_{code}", values=figures) for code in ("exact", "differs"))
    assert [one.reason for one in one_per_check([exact, differs])] == ["reproduction_differs"]
