"""What must hold for any table whatever: nothing is lost, nothing is taken for something else."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.definitions import Codebook
from liandong.ingest import DeclaredMissing, RawTable, apply_codebook
from liandong.ingest.lenient import Repaired, inspect, rewrite
from liandong.ingest.raw import NO_TAGS
from liandong.ingest.records import Shape, measure
from liandong.ingest.text import Decoder

# Other work on the machine must not fail a test: no time limit on an example.
patient = settings(deadline=None)

CODES = {"97": "refused", "98": "dont_know", "-3": "not_applicable"}
DECLARED = 99.0
BOOK = Codebook.model_validate(
    {
        "fields": [
            {
                "name": "q",
                "title": "题",
                "type": "integer",
                "missingValues": [{"value": code} for code in CODES],
                "liandong": {"title_en": "Q", "missing_kinds": CODES},
            }
        ],
        "liandong": {"title": {"zh": "测试", "en": "Test"}, "version": "1"},
    }
)
NUMBERS = st.one_of(
    st.none(),
    st.sampled_from([97.0, 98.0, -3.0, DECLARED]),
    st.integers(-5, 120).map(float),
    st.floats(allow_nan=True, allow_infinity=True),
)
TEXTS = st.one_of(
    st.sampled_from(["", " ", "97", "98.0", "９７", "-3", "3", "４", "3.5", "不知道", "nan", "1e400"]),
    st.text(max_size=6),
)
# The separator is the comma, lines end in a line feed: other controls would only test Python's reader.
FIELDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=5) | st.sampled_from(
    ['"', ",", "\n", 'a"b', ""]
)


def raw_table(values: pl.Series) -> RawTable:
    frame = pl.DataFrame({"q": values})
    declared = {"q": DeclaredMissing(values=(DECLARED,))} if values.dtype == pl.Float64 else {}
    nothing: dict[str, Any] = {"labels": {}, "value_labels": {}, "formats": {}, "temporal": {}}
    return RawTable(
        path=Path("made.sav"),
        format="sav",
        sha256="",
        encoding="UTF-8",
        data=frame.lazy(),
        schema=frame.schema,
        row_count=frame.height,
        user_missing=declared,
        tags=NO_TAGS,
        **nothing,
    )


def places(values: pl.Series) -> list[tuple[bool, bool, bool]]:
    """For each row: whether it came out as a value, as a kind of missing, as an unreadable text."""
    ingested = apply_codebook(raw_table(values), BOOK)
    assert ingested.frame.collect()["_row"].to_list() == list(range(1, len(values) + 1))
    unreadable = set(ingested.type_problems["row"])
    return [
        (value is not None, kind is not None, row in unreadable)
        for row, (value, kind) in enumerate(
            zip(ingested.frame.collect()["q"], ingested.missing.collect()["q"], strict=True), 1
        )
    ]


@patient
@given(st.lists(NUMBERS, min_size=1))
def test_a_user_missing_number_is_never_system_missing(cells: list[float | None]) -> None:
    values = pl.Series(cells, dtype=pl.Float64)
    for cell, place in zip(cells, places(values), strict=True):
        if cell is None or cell != cell:  # noqa: PLR0124 (not a number)
            assert place == (False, False, False)
        elif cell in {97.0, 98.0, -3.0, DECLARED}:
            assert place == (False, True, False)
        else:
            assert place in {(True, False, False), (False, False, True)}


@patient
@given(st.lists(TEXTS, min_size=1))
def test_every_text_ends_in_exactly_one_place(cells: list[str]) -> None:
    for cell, place in zip(cells, places(pl.Series(cells, dtype=pl.String)), strict=True):
        empty = not cell.rstrip(" \0\u3000\r\n\t")
        assert sum(place) == (0 if empty else 1), repr(cell)


@patient
@given(st.lists(NUMBERS, min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(cells: list[float | None], chance: Any) -> None:
    order = list(range(len(cells)))
    chance.shuffle(order)
    values = pl.Series(cells, dtype=pl.Float64)
    straight = places(values)
    assert places(values.gather(order)) == [straight[place] for place in order]


@patient
@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(FIELDS, min_size=width, max_size=width), min_size=1)))
def test_a_written_table_is_measured_as_it_was_written(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    text = out.getvalue()
    content = text.encode()
    shape = Shape(records=len(rows), blank_lines=0, fields=len(rows[0]))
    assert measure([content[start : start + 7] for start in range(0, len(content), 7)], ",") == shape
    whole = Repaired(shape.records, shape.blank_lines, shape.fields, stray=0, first_stray=0)
    assert inspect(io.StringIO(text, newline=""), ",") == whole
    assert rewrite(io.StringIO(text, newline=""), ",") == content


@patient
@given(st.lists(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8), min_size=2))
def test_chinese_in_gb18030_is_decoded_once_any_text_shows_the_encoding(texts: list[str]) -> None:
    telling = "信任程度"
    raws = [text.encode("gb18030") for text in [telling, *texts]]
    decoder = Decoder(raws)
    decoded = [decoder(raw) for raw in raws]
    # Bytes that spell Chinese in UTF-8 as well cannot be told apart; no pair of frequent characters does.
    told_apart = [not any(char >= "\u0800" for char in _as_utf8(raw)) for raw in raws]
    assert all(found == text for found, text, sure in zip(decoded, [telling, *texts], told_apart, strict=True) if sure)


def _as_utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
