from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from liandong.definitions import Study, load_study
from liandong.evidence import conform
from liandong.workflow.labels import label_table

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture(scope="module", params=["hubei", "rice_insurance"])
def study(request: pytest.FixtureRequest) -> Study:
    return load_study(EXAMPLES / request.param)


def test_labels_fit_their_table(study: Study) -> None:
    assert conform("labels", label_table(study)).height > 0


def test_everything_named_in_the_models_has_both_titles(study: Study) -> None:
    table = label_table(study)
    titled = set(table.filter((pl.col("zh") != "") & (pl.col("en") != ""))["name"])
    for effect in study.spec.analysis.effects:
        controls = [name for step in effect.steps for name in step.add]
        assert {effect.id, effect.treatment, *effect.outcomes, *effect.absorb, *controls} <= titled


def test_scales_and_indicators_say_where_they_come_from(study: Study) -> None:
    table = label_table(study).filter(pl.col("kind").is_in(["scale", "indicator"]))
    assert (table["source"].str.len_chars() > 0).all()


def test_english_labels_differ_from_chinese_ones(study: Study) -> None:
    levels = label_table(study).filter(pl.col("kind") == "field")
    assert (levels["zh"] != levels["en"]).all()
