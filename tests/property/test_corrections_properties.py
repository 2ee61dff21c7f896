"""A log of corrections takes one table to another, cell by cell, or leaves everything as it was."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.definitions import Codebook
from liandong.errors import IngestError
from liandong.ingest.correction_log import read_corrections
from liandong.ingest.corrections import correct_tables
from liandong.ingest.raw import NO_TAGS, RawTable

TYPES = {"id": "string", "age": "integer", "income": "number", "note": "string"}
CODEBOOK = Codebook.model_validate(
    {
        "fields": [
            {"name": name, "title": name, "type": kind, "liandong": {"title_en": name}} for name, kind in TYPES.items()
        ],
        "primaryKey": ["id"],
        "liandong": {"title": {"zh": "表", "en": "Table"}, "version": "1"},
    }
)
NOTES = st.text(st.sampled_from("ab,\"'\n;甲 =-@|"), max_size=6).map(str.strip)
CELLS = st.tuples(
    st.one_of(st.just(""), st.integers(-3, 120).map(str)),
    st.one_of(st.just(""), st.integers(0, 10**15).map(lambda number: str(number / 100))),
    NOTES,
)
PAIRS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6)
FORMS = st.sampled_from(["text", "typed"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])


def _raw(rows: Sequence[tuple[str, str, str]], form: str) -> RawTable:
    cells = [(f"R{place}", *row) for place, row in enumerate(rows, start=1)]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(TYPES, pl.String), orient="row")
    if form == "typed":
        frame = frame.with_columns(pl.col("age", "income").cast(pl.Float64, strict=False))
    return RawTable(
        path=Path("answers.csv"), format="csv", sha256="", encoding=None, data=frame.lazy(), schema=frame.schema,
        row_count=frame.height, labels={}, value_labels={}, user_missing={}, tags=NO_TAGS, formats={}, temporal={},
    )  # fmt: skip


def _corrected(raw: RawTable, lines: Sequence[Sequence[Any]], encoding: str) -> pl.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            header = ("id", "row", "field", "old", "new", "why", "who", "when")
            csv.writer(file).writerows([header, *([*line, "核对", "李", "2021/7/3"] for line in lines)])
        log = read_corrections(path)
    return correct_tables({"responses": raw}, {"responses": CODEBOOK}, log)["responses"].raw.frame


def _differences(pairs: Sequence[Any]) -> list[list[Any]]:
    """Return a line for every cell that differs, naming its row by number, by key, or by both in turn."""
    return [
        [f"R{place}" if place % 3 else "", place if place % 2 or not place % 3 else "", field, old, new]
        for place, (before, after) in enumerate(pairs, start=1)
        for field, old, new in zip(("age", "income", "note"), before, after, strict=True)
        if old != new
    ]


@given(PAIRS, FORMS, ENCODINGS)
@settings(max_examples=30, deadline=None)
def test_a_log_of_all_differences_makes_one_table_of_the_other(pairs: list[Any], form: str, encoding: str) -> None:
    before, after = _raw([one for one, _ in pairs], form), _raw([other for _, other in pairs], form)
    found = _corrected(before, _differences(pairs), encoding).with_columns(pl.col(pl.String).replace("", None))
    assert found.equals(after.frame.with_columns(pl.col(pl.String).replace("", None)))


@given(PAIRS, FORMS, st.data())
@settings(max_examples=20, deadline=None)
def test_one_line_that_does_not_match_refuses_the_log(pairs: list[Any], form: str, data: st.DataObject) -> None:
    lines = _differences(pairs)
    if not lines:
        return
    wrong = data.draw(st.integers(0, len(lines) - 1))
    lines[wrong][3] = lines[wrong][3] + "9" if lines[wrong][2] == "note" else "777"
    with pytest.raises(IngestError) as error:
        _corrected(_raw([one for one, _ in pairs], form), lines, "utf-8")
    assert [line.split(":")[0] for line in error.value.message.splitlines()[1:]] == [f"  - line {wrong + 2}"]
