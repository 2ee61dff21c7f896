"""A further question that the data cannot carry: the report is made, and names it with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Language
from liandong.evidence import read_bundle
from liandong.present import open_page
from liandong.workflow import run_study


@pytest.fixture
def overambitious(small_study: Any) -> Path:
    """Run a study whose mediator is the same for everybody, and whose subgroup has a level per person."""
    small_study.data = small_study.data.with_columns(age=pl.lit(40), serial=pl.int_range(40))
    serial = {"name": "serial", "title": "序", "type": "integer", "liandong": {"title_en": "Serial"}}
    small_study.codebook["fields"].append(serial)
    analysis = small_study.raw["analysis"]
    effect = analysis["effects"][0]
    effect |= {"subgroups": ["serial"], "steps": [{"name": "M1"}]}
    analysis["mediations"] = [
        {
            "id": "through_age",
            "title": {"zh": "经由年龄", "en": "Through age"},
            "role": "exploratory",
            "outcomes": effect["outcomes"],
            "treatment": effect["treatment"],
            "mediator": "age",
            "cluster": ["community"],
        }
    ]
    bundle: Path = small_study.folder / "out"
    run_study(small_study.write(), out=bundle, on_progress=lambda _: None)
    return bundle


def test_a_further_question_that_fails_stands_unanswered_and_stops_nothing(overambitious: Path) -> None:
    found = read_bundle(overambitious)
    unanswered = found.table("unanswered")
    assert sorted(zip(unanswered["question"], unanswered["item"], strict=True)) == [
        ("heterogeneity", "served"),
        ("mediation", "through_age"),
    ]
    assert found.manifest["complete"]
    assert found.table("estimates").height > 0


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "中介分析“经由年龄”（探索性）"), ("en", "the mediation analysis “Through age”")]
)
def test_the_report_names_what_was_not_answered(lang: Language, words: str, overambitious: Path) -> None:
    assert words in open_page(str(overambitious), lang).limitations()
