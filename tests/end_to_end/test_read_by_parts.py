"""A study whose rows are read by parts, as those of a large file are, ends in the same files as one held in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from liandong.definitions import load_study
from liandong.evidence import BundleWriter, typed_rows
from liandong.ingest import apply
from liandong.workflow.intake import Intake, take_in
from liandong.workflow.preparation import prepare
from liandong.workflow.restricted import write_restricted

ROOT = Path(__file__).parents[2]
STUDY = load_study(ROOT / "examples" / "hubei")


def _taken_in() -> Intake:
    assert STUDY.instrument is not None
    return take_in(STUDY, STUDY.instrument.codebook, lambda _: None)


def _files(intake: Intake, folder: Path) -> Mapping[str, pl.DataFrame]:
    assert STUDY.instrument is not None
    folder.mkdir()
    write_restricted(BundleWriter(folder), intake, None)
    return {path.name: pl.read_parquet(path) for path in sorted(folder.rglob("*.parquet"))}


@pytest.fixture(scope="module")
def whole() -> Intake:
    return _taken_in()


@pytest.mark.parametrize("batch", [61, 626])
def test_parts_of_any_size_give_the_same_files(
    batch: int, whole: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "IN_MEMORY", 0)
    monkeypatch.setattr(typed_rows, "IN_MEMORY", 0)
    monkeypatch.setattr(apply, "BATCH", batch)
    parts = _taken_in()
    assert parts.validated.passed.batch == batch
    assert parts.rows == whole.rows
    assert_frame_equal(parts.rules, whole.rules)
    assert_frame_equal(parts.corrections, whole.corrections)
    ours, theirs = _files(parts, tmp_path / "parts"), _files(whole, tmp_path / "whole")
    assert ours.keys() == theirs.keys()
    for name, frame in theirs.items():
        assert_frame_equal(ours[name], frame)
    assert_frame_equal(prepare(STUDY, parts.linked).frame, prepare(STUDY, whole.linked).frame)


def test_rows_of_several_files_say_where_they_stand(small_study: Any, tmp_path: Path) -> None:
    first, second = small_study.data.head(15), small_study.data.tail(25)
    second = second.with_columns(age=pl.when(pl.int_range(25) == 4).then(7).otherwise("age"))
    second = second.with_columns(id=pl.when(pl.int_range(25) == 6).then(None).otherwise("id"))
    path = small_study.write()
    for name, rows in (("one", first), ("two", second)):
        rows.write_csv(path.parent / f"{name}.csv")
    small_study.raw["data"] = {"responses": {"files": ["one.csv", "two.csv"]}}
    path.write_text(yaml.safe_dump(small_study.raw, allow_unicode=True), encoding="utf-8")
    study = load_study(path)
    assert study.instrument is not None
    intake = take_in(study, study.instrument.codebook, lambda _: None)
    files = _files(intake, tmp_path / "files")
    assert files["rejected.parquet"].select("_row", "_file", "_file_row").rows() == [(22, "two.csv", 7)]
    assert intake.corrections.select("row", "field", "before", "file", "file_row").rows() == [
        (20, "age", "7", "two.csv", 5)
    ]
