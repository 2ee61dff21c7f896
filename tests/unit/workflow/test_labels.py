from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

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


def test_what_a_personal_field_may_hold_is_no_label(tmp_path: Path) -> None:
    def field(name: str, **own: Any) -> dict[str, Any]:
        return {"name": name, "title": name, "type": "string", "liandong": {"title_en": name, **own}}

    title = {"zh": "题", "en": "T"}
    labelled = [{"value": "k1", "label": "张三"}, {"value": "k2", "label": "李四"}]
    listed = {"constraints": {"enum": ["k1", "k2"]}, "categories": labelled}
    codebook = {
        "fields": [field("who", pii=True) | listed, field("kind") | listed],
        "liandong": {"title": title, "version": "1"},
    }
    derived = [
        {"name": "same", "title": title, "expression": "who", "categories": [["k1", {"zh": "张三", "en": "Z"}]]},
        {"name": "li", "title": title, "expression": "who == '李四'", "categories": [[1, title]]},
        {"name": "again", "title": title, "expression": "li == 1"},
        {"name": "plain", "title": title, "expression": "kind == 'k1'"},
    ]
    spec = {"id": "s", "title": title, "instrument": "instrument", "analysis": {"derived": derived}}
    (tmp_path / "instrument").mkdir()
    (tmp_path / "instrument" / "codebook.yaml").write_text(yaml.safe_dump(codebook), encoding="utf-8")
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    table = label_table(load_study(tmp_path))
    assert set(table.filter(pl.col("kind") == "level")["name"]) == {"kind", "li"}
    sources = dict(table.filter(pl.col("kind") == "derived").select("name", "source").iter_rows())
    assert sources == {"same": "", "li": "", "again": "", "plain": "kind == 'k1'"}
