"""What `liandong check` says of the data files: those that are missing, how they were read, what is not used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

Run = Callable[..., Any]


def _with_data(study: Path, data: Any, **files: str | bytes) -> Path:
    raw = yaml.safe_load(study.read_text(encoding="utf-8"))
    raw["data"] = data
    study.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    for name, content in files.items():
        path = study.parent / f"{name}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return study


def test_without_any_file_only_the_definitions_are_checked(small_study: Any, liandong: Run) -> None:
    study = small_study.write()
    (study.parent / "responses.csv").unlink()
    outcome = liandong("check", study)
    assert outcome.code == 0
    assert "No data file yet; only the definitions were checked.\n  to come: responses.csv" in outcome.out


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"responses": ["responses.csv", "wave2.csv"]}, "wave2.csv"),
        ({"responses": {"file": "responses.csv", "catalogue": "formats.sas7bcat"}}, "formats.sas7bcat"),
        ({"responses": "responses.csv", "communities": "communities.csv"}, "communities.csv"),
        ({"responses": "instrument"}, "instrument"),
    ],
)
def test_a_file_that_is_missing_among_others_is_the_error_of_a_run(
    small_study: Any, liandong: Run, tmp_path: Path, data: Any, named: str
) -> None:
    study = _with_data(small_study.write(), data)
    checked, ran = liandong("check", study), liandong("run", study, "--out", tmp_path / "out")
    assert checked.code == ran.code == 3
    assert named in checked.err
    assert checked.err == ran.err


def test_differences_between_files_and_how_they_were_read_are_told(small_study: Any, liandong: Run) -> None:
    second = small_study.data.with_columns(pl.col("id") + "b").drop("age").with_columns(备注=pl.lit("好"))
    study = _with_data(
        small_study.write(), {"responses": ["responses.csv", "w2.csv"]}, w2=second.write_csv().encode("gb18030")
    )
    out = liandong("check", study).out
    assert "note: w2.csv: The text was read as GB18030." in out
    assert "note: w2.csv does not have the columns: 'age'." in out
    assert "columns not in the codebook, not used: 备注" in out
    assert "aside" not in out


def test_every_broken_rule_is_named_and_of_many_notes_and_columns_the_rest_is_counted(
    small_study: Any, liandong: Run
) -> None:
    rules = [
        {"id": f"young_{i}", "title": {"zh": "龄", "en": "Age"}, "check": f"age < {20 + i}", "action": "warn"}
        for i in range(30)
    ]
    small_study.codebook["liandong"]["rules"] = rules
    small_study.data = small_study.data.with_columns(pl.lit(1).alias(f"more_{i}") for i in range(40))
    out = liandong("check", small_study.write()).out
    assert all(f"  young_{i}: " in out for i in range(30))
    assert "not used: more_0, " in out
    assert "more_14 … and 25 more" in out
