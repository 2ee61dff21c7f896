"""Rules of disclosure control: their defaults, and which are weaker than these."""

from __future__ import annotations

from typing import Any

import pytest

from liandong.definitions import Disclosure
from liandong.definitions.disclosure import weaker_rules


@pytest.mark.parametrize(
    ("raw", "weaker"),
    [
        ({}, []),
        ({"minimum_cell": 10, "p_percent": 10}, []),
        ({"minimum_cell": 20, "p_percent": 15, "rounding": 5}, []),
        ({"minimum_cell": 9}, ["a minimum_cell below 10"]),
        ({"p_percent": 9.5}, ["a p_percent below 10"]),
        ({"minimum_cell": 1, "p_percent": 0}, ["a minimum_cell below 10", "a p_percent below 10"]),
        ({"minimum_cell": "nine"}, []),  # the check of shapes says what is wrong with it
    ],
)
def test_rules_weaker_than_their_defaults(raw: dict[str, Any], weaker: list[str]) -> None:
    assert weaker_rules(raw) == weaker


def test_nothing_is_hidden_only_when_every_rule_is_off() -> None:
    off = {"minimum_cell": 1, "p_percent": 0}
    assert Disclosure(**off).hides_nothing
    for key, value in {"minimum_cell": 2, "p_percent": 1, "rounding": 5, "dominance": {"n": 1, "k": 0.75}}.items():
        assert not Disclosure.model_validate({**off, key: value}).hides_nothing
