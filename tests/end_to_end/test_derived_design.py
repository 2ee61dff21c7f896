"""Derived columns as cluster, weight, strata and unit of assignment give what fields with the same values give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

Run = Callable[..., Any]
TITLE = {"zh": "题", "en": "title"}
FIRST_HALF = ["c0", "c1", "c2", "c3"]
DERIVED = [
    {"name": "place", "title": TITLE, "expression": "community"},
    {"name": "weighs", "title": TITLE, "expression": "1 + (age > 40)"},
    {"name": "half", "title": TITLE, "expression": f"community in {FIRST_HALF}"},
]
INDICATOR = {
    "id": "adults",
    "group": "profile",
    "kind": "share",
    "title": TITLE,
    "numerator": "age > 30",
    "universe": "answered(age)",
    "source": {"citation": "made up"},
}


def _write_indicators(study: Path) -> None:
    text = yaml.safe_dump({"indicators": [INDICATOR]})
    (study.parent / "instrument" / "indicators.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kind", ["observational", "randomised"])
def test_derived_columns_stand_wherever_the_design_names_one(
    small_study: Any, liandong: Run, tmp_path: Path, kind: str
) -> None:
    number = pl.col("community").str.strip_prefix("c").cast(pl.Int64)
    small_study.data = small_study.data.with_columns(
        served=(number % 2) if kind == "randomised" else pl.col("served"),
        place=pl.col("community"),
        weighs=1 + (pl.col("age") > 40).cast(pl.Int64),
        half=pl.col("community").is_in(FIRST_HALF).cast(pl.Int64),
    )
    effect = small_study.raw["analysis"]["effects"][0] | {"cluster": ["place"], "absorb": []}
    small_study.raw["analysis"]["effects"] = [effect]
    lot = {"unit": "place", "strata": "half"} if kind == "randomised" else {}
    small_study.raw["design"] = {
        "cluster": "place",
        "weight": "weighs",
        "strata": "half",
        "assignment": {"kind": kind, **lot},
    }
    fields = [
        {"name": name, "title": name, "type": of, "liandong": {"title_en": name, "role": role}}
        for name, of, role in (
            ("place", "string", "cluster"),
            ("weighs", "integer", "weight"),
            ("half", "integer", "stratum"),
        )
    ]
    whole = list(small_study.codebook["fields"])
    small_study.codebook["fields"] = [*whole, *fields]
    study = small_study.write()
    _write_indicators(study)
    assert liandong("run", study, "--out", tmp_path / "fields").code == 0

    small_study.codebook["fields"] = whole
    small_study.data = small_study.data.drop("place", "weighs", "half")
    small_study.raw["analysis"]["derived"] = DERIVED
    study = small_study.write()
    assert liandong("check", study).code == 0
    assert liandong("run", study, "--out", tmp_path / "derived").code == 0

    # The others describe the codebook's fields, which differ.
    tables = {file.stem for file in (tmp_path / "fields" / "tables").iterdir()} - {
        "labels",
        "missingness",
        "plan",
        "validation",
    }
    assert {"sample_flow", "indicators", "estimates", "verdicts"} <= tables
    for name in sorted(tables):
        by_field, by_derived = (
            pl.read_csv(tmp_path / way / "tables" / f"{name}.csv", infer_schema_length=None)
            for way in ("fields", "derived")
        )
        assert_frame_equal(by_derived, by_field)
    flow = pl.read_csv(tmp_path / "derived" / "tables" / "sample_flow.csv")
    assert flow.filter((pl.col("stage") == "accepted") & pl.col("effect").is_null())["clusters"].to_list() == [8]
    methods = set(pl.read_csv(tmp_path / "derived" / "tables" / "estimates.csv")["vcov"])
    assert ("RI" in methods) == (kind == "randomised")


def test_a_weight_of_words_is_found_by_check(small_study: Any, liandong: Run) -> None:
    small_study.raw["analysis"]["derived"] = DERIVED[:1]
    small_study.raw["design"]["weight"] = "place"
    outcome = liandong("check", small_study.write())
    assert outcome.code == 2
    assert "design.weight: 'place' is not a number" in outcome.err
