from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from liandong.errors import IngestError
from liandong.ingest import read_table

CHINESE = "社区,答案\n东湖社区,１\n西湖社区,2\n"
ROWS = [("东湖社区", "１"), ("西湖社区", "2")]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CHINESE.encode(), "UTF-8"),
        (codecs.BOM_UTF8 + CHINESE.encode(), "UTF-8"),
        (CHINESE.encode("gb18030"), "GB18030"),
        (CHINESE.encode("gbk"), "GB18030"),
        (CHINESE.encode("utf-16"), "UTF-16"),
        (CHINESE.replace("\n", "\r\n").encode(), "UTF-8"),
        (CHINESE.replace("\n", "\r").encode(), "UTF-8"),
    ],
    ids=["utf8", "bom", "gb18030", "gbk", "utf16", "crlf", "cr"],
)
def test_encoding_and_line_ends_are_found(content: bytes, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    table = read_table(path)
    assert table.columns == ("社区", "答案")
    assert table.frame.rows() == ROWS
    assert (table.encoding, table.row_count) == (encoding, 2)
    assert bool(table.notes) == (encoding != "UTF-8")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    rows = [("id", "地址", "数"), ("1", f"a{separator}b", "1,5"), ("2", "", "x;y")]
    path.write_text("".join(separator.join(f'"{cell}"' for cell in row) + "\n" for row in rows), encoding="utf-8")
    assert read_table(path).frame.rows() == rows[1:]


def test_every_field_is_text_and_quoted_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "survey.tsv"
    path.write_text('id\tsaid\n007\t"first\nsecond"\n8\t\n', encoding="utf-8")
    assert read_table(path).frame.rows() == [("007", "first\nsecond"), ("8", "")]


def test_blank_lines_are_no_rows_and_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("a,b\n1,2\n\n3,4\n\n\n", encoding="utf-8")
    table = read_table(path)
    assert table.frame.rows() == [("1", "2"), ("3", "4")]
    assert table.notes == ("Blank lines that were skipped: 3.",)


def test_single_quotation_marks_are_a_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text('a,b\n5" nail,1\n6" nail,2\n', encoding="utf-8")
    table = read_table(path)
    assert table.frame.rows() == [('5" nail', "1"), ('6" nail', "2")]
    assert len(table.notes) == 1


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("a,,c\n1,2,3\n", encoding="utf-8")
    table = read_table(path)
    assert table.columns == ("a", "_unnamed_2", "c")
    assert table.notes == ("Columns without a name in the header: 2.",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b,a\n1,2,3\n", "'a' in columns 1 and 3"),
        (b"a,b\n1,2\n3\n", "line 3 has 1 fields, the header has 2"),
        (b"a,b\n1,2\n3,4,5\n", "line 3 has 3 fields, the header has 2"),
        (b'a,b\n1,2\n3,"4', "line 3 opens a quotation mark"),
        (b"a,b\n", "no rows"),
        (b"", "empty"),
        (b"\n\n", "no columns"),
        ("a,b\nfür,é\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_text_that_is_no_table_is_an_error_that_says_why(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    with pytest.raises(IngestError, match=message) as caught:
        read_table(path)
    assert caught.value.where == "survey.csv"
    assert "survey.csv" in caught.value.zh
    assert caught.value.hint


def test_a_named_encoding_is_used_and_must_fit(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes("a,b\nfür,2\n".encode("latin-1"))
    assert read_table(path, encoding="latin-1").frame.rows() == [("für", "2")]
    for wrong in ("utf-8", "no-such-encoding"):
        with pytest.raises(IngestError, match=wrong):
            read_table(path, encoding=wrong)
