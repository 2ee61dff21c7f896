"""What definitions say about whom a table counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from liandong.definitions import load_study, parse_expression
from liandong.disclose import Outline, outline

HUBEI = Path(__file__).parents[3] / "examples/hubei/study.yaml"
GIVEN = Outline(
    asked={"often": parse_expression("served == 1")},
    derived={
        "female": parse_expression("(gender == 2) * 1"),
        "providers": parse_expression("served + volunteer"),
        "either": parse_expression("served == 1 or volunteer == 1"),
    },
    items={"trust": ("near", "far"), "belonging": ("home", "bond")},
    strict=frozenset({"trust"}),
)


@pytest.mark.parametrize(
    ("column", "conditions"),
    [
        ("age", "?age"),
        ("female", "?gender"),  # settled by one answer
        ("providers", "?served ?volunteer"),
        ("either", "?either"),  # may be settled by a part of what it reads
        ("often", "?often ?served served=1"),  # only those who were served were asked
        ("trust", "?trust ?near ?far"),  # all items are needed
        ("belonging", "?belonging"),
    ],
)
def test_what_it_takes_to_know_a_column(column: str, conditions: str) -> None:
    assert GIVEN.known(column) == frozenset(conditions.split())


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("served == 1", {"?served", "served=1"}),
        ('area == "A1"', {"?area", "area=A1"}),
        ("served == 1 and age >= 65", {"?served", "served=1", "?age", "[age >= 65]"}),
        ("served == 1 or age >= 65", {"?served == 1 or age >= 65", "[served == 1 or age >= 65]"}),
    ],
)
def test_conditions_are_taken_apart(text: str, conditions: set[str]) -> None:
    assert GIVEN.where(parse_expression(text)) == conditions


def test_the_same_people_have_the_same_conditions_in_every_table() -> None:
    assert GIVEN.level("served", "1") == GIVEN.where(parse_expression("served == 1"))


def test_a_question_that_everybody_answered_is_no_condition() -> None:
    everybody = GIVEN.with_complete(frozenset({"gender", "served"}))
    assert everybody.known("gender", "providers") == {"?volunteer"}
    assert everybody.level("gender", "1") == {"gender=1"}


def test_a_study_says_what_its_names_stand_for() -> None:
    found = outline(load_study(HUBEI))
    assert "?served_social_worker" in found.known("freq_social_worker")
    assert found.known("other_providers") == found.known(
        "served_community", "served_social_org", "served_volunteer", "served_charity", "served_self_org"
    )
    assert set(found.effects) >= {"social_work", "linkage"}
    assert found.multiverses["social_work"].effect == "social_work"
