"""Rules of disclosure control: their defaults, and which are weaker than these."""

from __future__ import annotations

from typing import Any

import pytest

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
