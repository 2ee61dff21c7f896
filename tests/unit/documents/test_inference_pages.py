"""docs/inference.md and its Chinese counterpart: no reason, no method and no table without a word about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from liandong.audit import reasons
from liandong.evidence import TABLES

ROOT = Path(__file__).resolve().parents[3]
PAGES = ["docs/inference.md", "docs/inference.zh-CN.md"]
CODES = {*reasons.FATAL, *reasons.LIMITING, *reasons.REMARKS, "enough_clusters", "two_large_effects"}
METHODS = {"CR1", "CR2", "CR3", "twoway", "WCR-R", "WCR-W", "RI"}


def _sections(page: str) -> list[str]:
    return (ROOT / page).read_text(encoding="utf-8").split("\n## ")


def _code(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


@pytest.mark.parametrize("page", PAGES)
def test_every_reason_is_explained_and_none_that_is_not_one(page: str) -> None:
    explained = _code(_sections(page)[2]) - {"reasons", "cannot_carry", "not_assessed"}
    assert explained == CODES


@pytest.mark.parametrize("page", PAGES)
def test_grave_reasons_stand_among_the_grave(page: str) -> None:
    _, grave, limiting, _ = re.split(r"\*\*[^*]+\*\*", _sections(page)[2])
    assert _code(grave) - {"cannot_carry"} == set(reasons.FATAL)
    # one that is both is explained where it is graver
    assert _code(limiting) == set(reasons.LIMITING) - set(reasons.FATAL)


@pytest.mark.parametrize("page", PAGES)
def test_every_method_is_explained(page: str) -> None:
    assert _code(_sections(page)[1]) >= METHODS


@pytest.mark.parametrize("page", PAGES)
def test_every_table_answers_a_question(page: str) -> None:
    questions = "\n".join(line for line in _sections(page)[3].splitlines() if line.startswith("|"))
    assert set(TABLES) <= _code(questions)


def test_bounds_in_words_are_those_of_the_rule() -> None:
    """The pages write these numbers out; whoever changes one has to change the pages."""
    bounds = (reasons.ENOUGH_CLUSTERS, reasons.ENOUGH_ON_ONE_SIDE, reasons.FEWEST_PEOPLE, reasons.COMFORTABLE_PEOPLE)
    assert bounds == (50, 10, 10, 30)
    assert (reasons.LOWEST_DF, reasons.COMFORTABLE_DF) == (4, 10)
    assert (reasons.HIGH_PARTIAL_LEVERAGE, reasons.UNEQUAL_LEVERAGE, reasons.UNEVEN_DF) == (0.25, 3, 0.5)
    assert reasons.TOO_SMALL_AGAINST_CLASSICAL == 1.5
