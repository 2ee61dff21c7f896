"""Claims about the flow of the sample, bars of distributions, statistics of scales and differences."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from liandong.definitions import Instrument, load_study
from liandong.definitions.claim_quantities import check_quantities

ROOT = Path(__file__).resolve().parents[3]
RAW = {"instrument": "wushe", "analysis": {"effects": [{"id": "e", "outcomes": ["belonging"], "treatment": "t"}]}}


@cache
def _instrument() -> Instrument | None:
    return load_study(ROOT / "examples" / "hubei").instrument


def problems(quantity: dict[str, Any]) -> list[str]:
    claims = [{"id": "c", "quantity": quantity}]
    return [str(problem) for problem in check_quantities(claims, "f", RAW, _instrument())]


@pytest.mark.parametrize(
    "quantity",
    [
        {"stage": "accepted"},
        {"stage": "accepted", "statistic": "clusters"},
        {"stage": "complete_cases", "effect": "e", "outcome": "belonging"},
        {"scale": "belonging", "statistic": "alpha"},
        {"variable": "belonging", "level": "0–0.1"},
        {"variable": "gender", "level": 1},
        {"indicator": "coverage_community", "minus": {"indicator": "coverage_volunteer"}},
    ],
)
def test_what_a_bundle_shows_can_be_claimed(quantity: dict[str, Any]) -> None:
    assert problems(quantity) == []


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        ({"stage": "acepted"}, "did you mean 'accepted'?"),
        ({"stage": "accepted", "statistic": "alpha"}, "statistic"),
        ({"scale": "belonging", "statistic": "rows"}, "statistic"),
        ({"stage": "complete_cases", "effect": "e"}, "outcome"),
        ({"variable": "gendr", "level": 1}, "did you mean 'gender'?"),
        ({"variable": "gender", "scale": "belonging"}, "variable"),
        ({"indicator": "coverage_community", "minus": {"indicator": "coverage_voluntee"}}, "minus.indicator"),
        (
            {"indicator": "coverage_community", "minus": {"scale": "trust", "minus": {"scale": "belonging"}}},
            "minus.minus",
        ),
        ({"indicator": "coverage_community", "statistic": "mean"}, "statistic"),
    ],
)
def test_what_it_does_not_show_is_told_with_its_path(quantity: dict[str, Any], said: str) -> None:
    (told,) = problems(quantity)
    assert said in told
    assert told.startswith("f: claims[0] (c).quantity")
