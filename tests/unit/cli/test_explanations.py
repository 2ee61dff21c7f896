from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from liandong.audit import Spread
from liandong.cli.explanations import in_words, show_explanations, verdict_in_words
from liandong.evidence import TABLES
from liandong.workflow import ExplainResult


def spread(**own: object) -> Spread:
    keys: dict[str, object] = {
        "effect": "e", "outcome": "y", "step": "M1", "term": "t", "n_answers": 13,
        "p_low": 0.0312, "p_high": 0.0688, "lowest": "absorbingls", "highest": "stata_areg", "own_p_value": 0.0521,
        "error_low": 0.93, "error_high": 1.08, "p_by_factor": (0.041, 0.0688), "p_by_distribution": (0.043, 0.0521),
        "distributions": ("t(31)", "normal"),
    }  # fmt: skip
    return Spread(**{**keys, **own})


def test_the_range_its_reasons_and_the_dispute_are_said() -> None:
    assert in_words(spread()) == (
        "The p-value ranges from 0.031 (absorbingls) to 0.069 (stata_areg); ours is 0.052. What differs is the"
        " small-sample factor (standard errors are 93 to 108 % of ours; p from 0.041 to 0.069) and the reference"
        " distribution (t(31), normal; p from 0.043 to 0.052) if each differed alone. Programs fall on both sides of"
        " 5 %: the convention decides, so nothing should rest on the star."
    )


def test_equal_answers_need_no_reasons() -> None:
    assert in_words(spread(p_low=0.93012, p_high=0.93041)) == "Every program's p-value rounds to 0.930."
    assert in_words(spread(p_low=1e-9, p_high=1e-5)) == "Every program's p-value rounds to <0.001."


def test_a_reason_that_does_nothing_alone_is_left_out_or_said() -> None:
    only = in_words(spread(p_high=0.0412, distributions=("t(900)",)))
    assert "What differs is the small-sample factor (standard errors" in only
    assert "reference" not in only
    still = in_words(spread(p_by_distribution=(0.0521, 0.0522)))
    assert "(t(31), normal; p stays at 0.052)" in still
    little = in_words(spread(p_high=0.0322, error_low=0.999, error_high=1.0, distributions=("t(31)",)))
    assert little.endswith("by less than one per cent of the standard error.")


def test_models_without_moments_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"effect": "visit", "outcome": "trust", "verdict": "not_assessed", "recommended": ""}
    verdicts = pl.DataFrame([{**asked, "reasons": "two_large_effects"}])
    show_explanations(ExplainResult("s", TABLES["explanations"].empty(), (), (("visit", "trust"),), verdicts))
    text = capsys.readouterr().out
    assert text.startswith("visit on trust: two fixed effects of many levels")
    lines = text.splitlines()
    assert len(lines) == 3
    assert lines[2] == "Verdict: which inference to believe was not assessed: two_large_effects."


BELIEVED: dict[str, Any] = {
    "verdict": "carries", "recommended": "CR2", "reasons": "unequal_clusters+randomised_individual",
    "std_error": 0.02712, "df": 140.62, "p_value": 0.9306,
}  # fmt: skip


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({}, "believe CR2 (SE 0.0271, t(140.6), p 0.931); reasons: unequal_clusters, randomised_individual."),
        (
            {"verdict": "limited", "recommended": "CR1", "reasons": "some_treated", "df": 31.0, "p_value": 1e-4},
            "believe CR1 (SE 0.0271, t(31), p <0.001), with reservations; reasons: some_treated.",
        ),
        (
            {"recommended": "RI", "std_error": None, "df": None, "reasons": "few_clusters"},
            "believe RI (p 0.931); reasons: few_clusters.",
        ),
        (
            {"verdict": "cannot_carry", "recommended": "", "reasons": "few_untreated+low_df"},
            "this design cannot carry a conclusion: few_untreated, low_df.",
        ),
    ],
)
def test_the_verdict_says_what_to_believe(own: dict[str, Any], said: str) -> None:
    assert verdict_in_words({**BELIEVED, **own}) == f"Verdict: {said}"
