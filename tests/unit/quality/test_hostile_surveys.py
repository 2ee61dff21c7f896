"""Surveys that lack what the checks would like to have: every table is made all the same, and nothing is invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Study
from liandong.evidence import RESTRICTED_TABLES, conform
from liandong.evidence.typed_rows import ROW
from liandong.quality import Supervision, supervise_rows

WithQuality = Callable[[dict[str, Any]], Study]


def _states(found: Supervision) -> dict[str, str]:
    return dict(found.checks.select("check", "state").iter_rows())


def _sound(found: Supervision) -> None:
    """Hold every table against its declaration, and every count against what was looked at."""
    for name in RESTRICTED_TABLES:
        conform(name, found.restricted[name])
    made = found.checks.filter(pl.col("state") == "made")
    assert made.filter(pl.col("n_checked") <= 0).is_empty()
    assert found.checks.filter(pl.col("state") == "not_made", pl.col("lacking") == "").is_empty()


def test_without_any_key_what_needs_none_is_made(clean: Any, with_quality: WithQuality) -> None:
    study = with_quality({})
    found = supervise_rows(clean(1).received, study)
    _sound(found)
    states = _states(found)
    assert {name for name, state in states.items() if state == "made"} >= {
        "duplicates_identical",
        "duplicates_near",
        "rejected",
        "outliers",
        "missing_questions",
    }
    assert states["speeders"] == states["overlaps"] == states["interviewer_effects"] == "not_made"
    lacking = dict(found.checks.select("check", "lacking").iter_rows())
    assert lacking["missing_interviewers"] == "quality.interviewer"
    assert found.restricted["clusters"].height == 20  # the cluster of the design stands for the community


@pytest.mark.parametrize("height", [1, 2, 7])
def test_a_survey_that_has_just_begun(clean: Any, height: int) -> None:
    survey = clean(1)
    rows = replace(
        survey,
        frame=survey.frame.head(height),
        kinds={name: kinds[:height] for name, kinds in survey.kinds.items()},
    )
    found = supervise_rows(rows.received, survey.study, survey.second)
    _sound(found)
    assert _states(found)["outliers"] == "too_few"
    assert found.restricted["progress"]["n"].sum() == height


def test_columns_that_the_file_does_not_have(clean: Any) -> None:
    survey = clean(1)
    there = [ROW, "id", "sex", "age", "item0", "item1"]
    bare = replace(survey, frame=survey.frame.select(there), kinds={})
    found = supervise_rows(bare.received, survey.study, survey.second.select(ROW, "age"))
    _sound(found)
    assert _states(found)["back_check_errors"] == "not_made"
    assert _states(found)["duplicates_near"] == "too_few"


def test_columns_without_any_value(clean: Any) -> None:
    survey = clean(1)
    empty = [name for name in survey.frame.columns if name not in {ROW, "id"}]
    nothing = replace(
        survey, frame=survey.frame.with_columns(pl.lit(None).cast(survey.frame.schema[n]).alias(n) for n in empty)
    )
    found = supervise_rows(nothing.received, survey.study, survey.second)
    _sound(found)
    silent = found.checks.filter(pl.col("check") == "silent_questions").row(0, named=True)
    assert silent["n_flagged"] == silent["n_checked"] > 0
    assert found.restricted["interviewers"].is_empty()


def test_one_interviewer_is_compared_with_nobody(clean: Any) -> None:
    survey = clean(1)
    alone = survey.set("who", range(600), "I00")
    found = supervise_rows(alone.received, survey.study, survey.second)
    _sound(found)
    assert found.restricted["interviewers"].height == 1
    assert found.restricted["interviewer_measures"].is_empty()
    assert _states(found)["missing_interviewers"] == "too_few"


def test_interviewers_with_a_place_of_their_own_cannot_be_told_from_it(clean: Any) -> None:
    survey = clean(1)
    apart = survey.set("place", range(600), [f"P{name}" for name in survey.frame["who"]])
    found = supervise_rows(apart.received, survey.study, survey.second)
    assert found.restricted["interviewer_icc"]["basis"].drop_nulls().unique().to_list() == ["confounded"]


def test_numbers_that_are_no_numbers_are_left_out(clean: Any) -> None:
    survey = clean(1)
    odd = survey.set("income", [0, 1, 2], [float("nan"), float("inf"), -float("inf")])
    found = supervise_rows(odd.received, survey.study, survey.second)
    _sound(found)
    assert found.restricted["findings"].filter(pl.col("check") == "outliers", pl.col("row") == 1).is_empty()


def test_personal_columns_are_numbered_or_withheld(clean: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    survey = clean(1)
    assert survey.study.instrument is not None
    codebook = survey.study.instrument.codebook
    personal = {"id", "who", "income", "age", "place"}
    fields = tuple(
        field.model_copy(update={"liandong": field.liandong.model_copy(update={"pii": True})})
        if field.name in personal
        else field
        for field in codebook.fields
    )
    instrument = replace(survey.study.instrument, codebook=codebook.model_copy(update={"fields": fields}))
    study = replace(survey.study, instrument=instrument)
    changed = survey.set("income", [10], 987654321.0).set("who", range(15), "王小明").set("sex", [0], 1)
    second = survey.second.with_columns(age=pl.col("age") + 40, sex=3 - pl.col("sex"))
    found = supervise_rows(changed.received, study, second)
    _sound(found)
    text = "\n".join(table.write_csv() for table in found.restricted.values())
    for secret in ("王小明", "I07", "987654321", "R0001", "C03"):
        assert secret not in text
    assert found.restricted["interviewers"]["interviewer"].str.starts_with("#").all()
    ages = found.restricted["back_check_differences"].filter(pl.col("field") == "age")
    assert ages.height > 0
    assert ages["first"].null_count() == ages.height
    assert ages["difference"].null_count() == ages.height


def test_texts_that_look_like_templates_stay_texts(clean: Any) -> None:
    survey = clean(1)
    nasty = survey.set("who", range(15), "{0}{value!r}").set("income", [3], 9e9)
    found = supervise_rows(nasty.received, survey.study, survey.second)
    _sound(found)
    assert "{0}{value!r}" in found.restricted["interviewers"]["interviewer"].to_list()
