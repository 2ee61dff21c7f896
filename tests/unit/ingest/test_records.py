from __future__ import annotations

import csv

import pytest

from liandong.ingest.lenient import IrregularRecord, Repaired, inspect, rewrite
from liandong.ingest.records import Shape, drop_blank_lines, measure

REGULAR = [
    ("a,b\n1,2\n", Shape(2, 0, 2)),
    ("a,b\n1,2", Shape(2, 0, 2)),
    ("a,b\r\n1,2\r\n", Shape(2, 0, 2)),
    ('a,b\n"1,5",2\n', Shape(2, 0, 2)),
    ('a,b\n"x\n\ny",2\n', Shape(2, 0, 2)),
    ('a,b\n"say ""yes""",2\n', Shape(2, 0, 2)),
    ('a,b\n"",""\n', Shape(2, 0, 2)),
    ("\na,b\n\r\n1,2\n\n", Shape(2, 3, 2)),
]


@pytest.mark.parametrize(("text", "expected"), REGULAR)
@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
def test_shape_is_the_same_however_the_text_is_cut(text: str, expected: Shape, piece: int) -> None:
    content = text.encode()
    pieces = [content[start : start + piece] for start in range(0, len(content), piece)]
    assert measure(pieces, ",") == expected
    repaired = Repaired(expected.records, expected.blank_lines, expected.fields, stray=0, first_stray=0)
    assert inspect(text.splitlines(keepends=True), ",") == repaired


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a,b\n1,2\n3\n", 3, "has 1 fields"),
        ("a,b\n1,2,3\n", 2, "has 3 fields"),
        ('a,b\n"x\ny",2\n3\n', 4, "has 1 fields"),
        ('a,b\n1,2\n3,"4', 3, "never closed"),
        ('a,b\n1,2\n3,"4\n', 3, "never closed"),
        ('a,b\n1,2\n"3,4\n5,6\n', 3, "never closed"),
    ],
)
def test_irregular_records_are_found_with_their_line(text: str, line: int, problem: str) -> None:
    assert measure([text.encode()], ",") is None
    found = inspect(text.splitlines(keepends=True), ",")
    assert isinstance(found, IrregularRecord)
    assert (found.line, problem in found.problem) == (line, True)


@pytest.mark.parametrize("text", ['a,b\n5" nail,2\n', 'a,b\n5" nail,2\n6" nail,3\n', 'a,b\n"x" y,2\n'])
@pytest.mark.parametrize("piece", [1, 1000])
def test_a_quotation_mark_inside_a_field_is_not_taken_on_trust(text: str, piece: int) -> None:
    content = text.encode()
    assert measure([content[start : start + piece] for start in range(0, len(content), piece)], ",") is None


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('1,"he said "yes" to me"', ["1", 'he said "yes" to me']),
        ('1,"he said "yes, sir" to me"', ["1", 'he said "yes, sir" to me']),
        ('1,"said ""yes"" and "no" twice"', ["1", 'said "yes" and "no" twice']),
        ('"红旗"小区,5栋', ['"红旗"小区', "5栋"]),
        ('1, "a, b"', ["1", "a, b"]),
        ('1,"a \\"b\\" c"', ["1", 'a \\"b\\" c']),
        ('5" nail,6" nail', ['5" nail', '6" nail']),
    ],
)
def test_a_quotation_mark_closes_only_where_a_field_ends(line: str, fields: list[str]) -> None:
    found = inspect(["a,b\n", f"{line}\n"], ",")
    assert isinstance(found, Repaired)
    written = rewrite(["a,b\n", f"{line}\n"], ",").decode().splitlines()[1]
    assert next(csv.reader([written])) == fields


def test_the_first_stray_quotation_mark_is_told_with_its_line() -> None:
    found = inspect(["a,b\n", "1,2\n", '5" nail,2\n', "\n", '6" nail,2\n'], ",")
    assert found == Repaired(records=4, blank_lines=1, fields=2, stray=2, first_stray=3)


def test_a_quotation_that_never_ends_is_given_up_soon() -> None:
    lines = ["a,b\n", '1,"2\n', *["3,4\n"] * 50_000]
    assert inspect(lines, ",") == IrregularRecord(2, "opens a quotation mark that is never closed")


def test_rewriting_keeps_every_field() -> None:
    lines = ["a,b\n", '5" nail,"x\n', 'y"\n', "\n", "6,\n"]
    assert rewrite(lines, ",") == b'"a","b"\n"5"" nail","x\ny"\n"6",""\n'


def test_blank_lines_within_quotation_marks_stay() -> None:
    assert drop_blank_lines(b'\r\na\n\n"x\n\ny"\n\r\nz') == b'a\n"x\n\ny"\nz\n'
