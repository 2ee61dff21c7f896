"""Comparisons against the order of our estimates."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.claims.published_rows import claim, evidence, share

from liandong.claims.findings import CheckResult
from liandong.claims.order_data import order_in_data
from liandong.definitions import Claim

A = claim(60.0, id="a", n=100, quantity={"indicator": "a"})
B = claim(40.0, id="b", n=100, quantity={"indicator": "b"})
C = claim(20.0, id="c3", n=100, quantity={"indicator": "c"})
APART = [share(60, 100, 0.5, 0.7), share(40, 100, 0.3, 0.49, indicator="b"), share(20, 100, 0.1, 0.29, indicator="c")]
TOUCHING = [share(60, 100, 0.5, 0.7), share(40, 100, 0.3, 0.5, indicator="b")]
REVERSED = [share(40, 100, 0.3, 0.49), share(60, 100, 0.5, 0.7, indicator="b")]
NEARLY = [share(49, 100, 0.39, 0.59), share(51, 100, 0.41, 0.61, indicator="b")]


def ordered(rows: list[dict[str, Any]], *others: Claim, simulated: bool = False, **own: Any) -> CheckResult | None:
    claims = {one.id: one for one in (A, B, C, *others)}
    given = claim("more than", kind="comparison", **(own or {"order": ["a", "b"]}))
    return order_in_data(given, {**claims, given.id: given}, evidence(simulated=simulated, indicators=rows))


@pytest.mark.parametrize(
    ("rows", "simulated", "reason"),
    [
        (APART, False, "order_data_clear"),
        (TOUCHING, False, "order_data_sample"),  # the bounds meet: not apart
        (REVERSED, False, "order_data_reversed"),
        (NEARLY, False, "order_data_unclear"),
        (APART, True, "order_data_simulated"),
        (REVERSED, True, "order_data_simulated_differs"),
    ],
)
def test_order_by_hand(rows: list[dict[str, Any]], simulated: bool, reason: str) -> None:  # noqa: FBT001
    found = ordered(rows, simulated=simulated)
    assert found is not None
    assert found.reason == reason


def test_all_pairs_of_neighbouring_groups_are_compared() -> None:
    found = ordered(APART, order=["a", ["b", "c3"]])
    assert found is not None
    assert (found.values["n_compared"], found.values["n_clear"]) == (2, 2)
    assert found.values["smallest_gap_found"] == pytest.approx(20)  # the closest pair: 60 and 40


@pytest.mark.parametrize(("relation", "start", "end"), [("higher", "b", "a"), ("lower", "a", "b")])
def test_a_relation_says_which_is_higher(relation: str, start: str, end: str) -> None:
    found = ordered(APART, **{"relation": relation, "from": start, "to": end})
    assert found is not None
    assert found.reason == "order_data_clear"


def test_every_figure_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from liandong.claims import order_data

    asked: list[str] = []
    monkeypatch.setattr(order_data, "estimate_of", lambda one, _: asked.append(one.id) or "no_row")
    ordered(APART, order=[["a", "b"], ["c3"]])
    assert sorted(asked) == ["a", "b", "c3"]


def test_another_sample_cannot_support_an_order() -> None:
    other = claim(60.0, id="a", n=900, quantity={"indicator": "a"})
    found = ordered(APART, other)
    assert found is not None
    assert found.reason == "order_data_elsewhere"


def test_another_sample_that_turns_it_round_casts_doubt() -> None:
    other = claim(60.0, id="a", quantity={"indicator": "a"})
    found = ordered(REVERSED, other)
    assert found is not None
    assert found.reason == "order_data_unclear"


def test_what_is_hidden_is_said() -> None:
    hidden = [share(None, None, None, None, suppressed=True), share(40, 100, 0.3, 0.49, indicator="b")]
    found = ordered(hidden)
    assert found is not None
    assert found.reason == "order_data_hidden"
    absent = ordered([])
    assert absent is not None
    assert absent.reason == "order_data_no_row"


def test_a_part_that_is_hidden_leaves_no_support() -> None:
    rows = [*APART[:2], share(None, None, None, None, suppressed=True, indicator="c")]
    found = ordered(rows, order=["a", ["b", "c3"]])
    assert found is not None
    assert (found.reason, found.values["n_compared"], found.values["n_unseen"]) == ("order_data_partly", 1, 1)


def test_figures_that_name_nothing_are_left_to_the_published_ones() -> None:
    assert ordered(APART, claim(1.0, id="a"), claim(2.0, id="b")) is None


def _overlap(members: str, n: int | None) -> dict[str, Any]:
    return {"group": "coverage", "members": members, "n": n, "n_rows": 100}


COMBINATIONS = [_overlap("a+b", 30), _overlap("a", 30), _overlap("b", 10), _overlap("", 30)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (COMBINATIONS, (30, 10, 100)),
        (COMBINATIONS[:-1], None),  # one left out
        ([*COMBINATIONS[:-1], _overlap("", None)], None),  # one hidden
        ([], None),
    ],
)
def test_people_with_only_one_of_the_two_are_told_where_all_combinations_are_shown(
    rows: list[dict[str, Any]], told: tuple[int, int, int] | None
) -> None:
    claims = {"a": A, "b": B}
    given = claim("more than", kind="comparison", order=["a", "b"])
    found = order_in_data(given, claims, evidence(indicators=TOUCHING, overlap=rows))
    assert found is not None
    assert found.reason == "order_data_sample"  # which is the same with them
    names = ("only_higher", "only_lower", "n_both_known")
    assert (tuple(found.values[name] for name in names) if "only_higher" in found.values else None) == told
