"""What the checks say of surveys in which nothing is wrong."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from liandong.quality import Supervision, supervise_rows

SEEDS = range(100, 112)
ABOUT_INTERVIEWERS = (
    "missing_interviewers",
    "closed_filters",
    "alike_interviewers",
    "uniform_interviewers",
    "heaping_interviewers",
)


@pytest.fixture(scope="module")
def calm(clean: Any) -> list[Supervision]:
    return [supervise_rows(survey.received, survey.study, survey.second) for survey in map(clean, SEEDS)]


def _flagged(calm: list[Supervision], check: str) -> list[int]:
    return [int(one.checks.filter(pl.col("check") == check)["n_flagged"].item()) for one in calm]


@pytest.mark.parametrize(
    "check",
    [
        "duplicates_identical",
        "duplicates_key",
        "duplicates_near",
        "negative_duration",
        "night",
        "overlaps",
        "too_long",
        "speeders",
        "back_check_errors",
        "contradictions",
        "heaping",
        "silent_questions",
        "clusters",
    ],
)
def test_a_clean_survey_is_not_accused(calm: list[Supervision], check: str) -> None:
    # young_and_rich is drawn with a chance below 1e-5 a row; speeders and long ones cannot occur
    assert sum(_flagged(calm, check)) == 0


def test_interviewers_are_seldom_accused(calm: list[Supervision]) -> None:
    # Each family is held to 5 %: of 5 × 12 families 3 by expectation; more than 8 has a chance of 0.3 %.
    families = sum(flagged > 0 for check in ABOUT_INTERVIEWERS for flagged in _flagged(calm, check))
    assert families <= 8


def test_no_question_depends_on_the_interviewer(calm: list[Supervision]) -> None:
    assert sum(_flagged(calm, "interviewer_effects")) <= 2
    icc = pl.concat([one.restricted["interviewer_icc"] for one in calm]).drop_nulls("p_value")
    # the F test keeps its level: 5 % of some 480 tests, within three standard errors
    share = float((icc["p_value"] < 0.05).mean())  # type: ignore[arg-type]
    assert 0.02 < share < 0.08
    # and the interval of an ICC of zero holds zero in 97.5 % (it is cut at zero)
    assert float((icc["icc_low"] == 0).mean()) > 0.95  # type: ignore[arg-type]


def test_few_numbers_are_outliers(calm: list[Supervision]) -> None:
    # 1,200 numbers a survey: incomes lognormal (1 in 2,000 beyond 3.5), ages even (none)
    assert max(_flagged(calm, "outliers")) <= 4


def test_p_values_of_signs_are_not_too_small(calm: list[Supervision]) -> None:
    """The exact test is conservative: no more than 5 % of its p-values lie below 5 %."""
    exact = pl.concat([one.restricted["interviewer_measures"] for one in calm]).filter(pl.col("test") == "exact")
    assert float((exact["p_value"] < 0.05).mean()) < 0.05  # type: ignore[arg-type]


def test_p_values_of_ranks_keep_their_level(calm: list[Supervision]) -> None:
    ranks = pl.concat([one.restricted["interviewer_measures"] for one in calm]).filter(pl.col("test") == "rank")
    assert ranks.height == 2 * 40 * len(SEEDS)
    # within three standard errors of 5 %, of 960 tests that go together two by two
    assert 0.01 < float((ranks["p_value"] < 0.05).mean()) < 0.09  # type: ignore[arg-type]
