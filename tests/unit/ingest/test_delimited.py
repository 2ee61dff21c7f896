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
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "UTF-16"),
        (CHINESE.encode("utf-16-le"), "UTF-16-LE"),
        (CHINESE.encode("utf-16-be"), "UTF-16-BE"),
        (CHINESE.encode("utf-32"), "UTF-32"),
        (CHINESE.replace("\n", "\r\n").encode(), "UTF-8"),
        (CHINESE.replace("\n", "\r").encode(), "UTF-8"),
    ],
    ids=["utf8", "bom", "gb18030", "gbk", "utf16", "utf16be", "utf16le bare", "utf16be bare", "utf32", "crlf", "cr"],
)
def test_encoding_and_line_ends_are_found(content: bytes, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    table = read_table(path)
    assert table.columns == ("社区", "答案")
    assert table.frame.rows() == ROWS
    assert (table.encoding, table.row_count) == (encoding, 2)
    assert bool(table.notes) == (encoding != "UTF-8")


def test_big5_is_found_where_there_is_enough_of_it(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes("編號,社區\n1,臺北市信義區\n2,您對社區的信任程度如何\n".encode("big5"))
    table = read_table(path)
    assert table.frame["社區"].to_list() == ["臺北市信義區", "您對社區的信任程度如何"]
    assert table.notes == ("The text was read as Big5.",)


def test_the_encoding_is_found_wherever_chinese_begins(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(b"id,said\n" + b"1,ok\n" * 100_000 + "2,非常满意\n".encode("gbk"))
    table = read_table(path)
    assert table.frame["said"].to_list()[-1] == "非常满意"
    assert table.encoding == "GB18030"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    rows = [("id", "地址", "数"), ("1", f"a{separator}b", "1,5"), ("2", "", "x;y")]
    path.write_text("".join(separator.join(f'"{cell}"' for cell in row) + "\n" for row in rows), encoding="utf-8")
    assert read_table(path).frame.rows() == rows[1:]


@pytest.mark.parametrize("line", ["sep=;", "SEP=;\r", '"sep=;"'])
def test_the_line_by_which_excel_names_the_separator_is_no_row(line: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"{line}\nid;a\n1;x,y,z\n", encoding="utf-8-sig")
    assert read_table(path).frame.rows(named=True) == [{"id": "1", "a": "x,y,z"}]


@pytest.mark.parametrize(
    "titles", [["某区满意度调查,,"], ["某区满意度调查"], ["某区满意度调查,,", "导出时间：2021-03-05,,"]]
)
def test_titles_above_the_header_are_kept_aside(titles: list[str], tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("\n".join([*titles, "id,q1,q2", "1,2,3", "4,5"]), encoding="utf-8")
    line = len(titles) + 3
    with pytest.raises(IngestError, match=f"line {line} has 2 fields"):
        read_table(path)
    path.write_text("\n".join([*titles, "id,q1,q2", "1,2,3"]), encoding="utf-8")
    table = read_table(path)
    assert table.frame.rows(named=True) == [{"id": "1", "q1": "2", "q2": "3"}]
    assert table.documentation == tuple(title.rstrip(",") for title in titles)
    assert "taken for" in table.notes[0]
    assert "满意度" not in table.notes[0]


@pytest.mark.parametrize("text", ["id,,\n1,2,3\n", "说明\n今天\n明天\n", "id,,\n男,女,\n"])
def test_a_header_with_few_names_is_not_taken_for_a_title(text: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(text, encoding="utf-8")
    assert read_table(path).columns[0] == text.partition("\n")[0].rstrip(",")


def test_rows_and_nameless_columns_without_content_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("id,q,,\n1,,,x\n,,,\n2,3,,\n,,,\n", encoding="utf-8")
    table = read_table(path)
    assert table.frame.rows(named=True) == [
        {"id": "1", "q": "", "_unnamed_4": "x"},
        {"id": "2", "q": "3", "_unnamed_4": ""},
    ]
    assert table.row_count == 2
    assert table.notes == (
        "Columns without a name in the header: 3, 4.",
        "Rows without any content that were skipped: 2.",
        "Of the columns without a name, 1 without content were left out.",
    )


def test_names_lose_line_ends_and_what_cannot_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text('\u200bid,"您的\r\n 性别", a b \n1,2,3\n', encoding="utf-8")
    assert read_table(path).columns == ("id", "您的 性别", "a b")


def test_the_last_byte_of_a_dos_file_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(b"a,b\r\n1,2\r\n\x1a")
    assert read_table(path).frame.rows() == [("1", "2")]


def test_line_ends_may_be_of_several_kinds(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(b"a,b\r\n1,2\n3,4\r5,6\n")
    table = read_table(path)
    assert table.frame.rows() == [("1", "2"), ("3", "4"), ("5", "6")]
    assert len(table.notes) == 1


def test_a_header_of_numbers_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("1,2,2021-03-05\n4,5,2021-03-06\n", encoding="utf-8")
    assert "perhaps the header is missing" in read_table(path).notes[0]


def test_a_very_long_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    lines = "x,\n" * 100_000
    path.write_text(f'a,b\n1,{"长" * 400_000}\n2,"{lines}"\n', encoding="utf-8")
    assert read_table(path).frame["b"].str.len_chars().to_list() == [400_000, 300_000]


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
    (note,) = table.notes
    assert note.startswith("Quotation marks inside fields were not doubled (in 2 records, the first on line 2)")


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
        ("a,b\nfür,é\n".encode("latin-1"), r"not UTF-8 \(see line 2\)"),
        ("a,b\n1,东湖\n".encode() + "2,西湖\n".encode("gbk"), "UTF-8 up to line 3"),
        (b"a,b\n1,x\n2,y\x00\n", "line 3 holds a byte zero"),
        (b"a,b\n1,x\n" + bytes(500), "line 3 holds a byte zero"),
        ("编号，姓名\n1，甲\n".encode(), "separated by the full-width '，'"),
        (b"PK\x03\x04 and more", "Excel workbook or a ZIP archive"),
        (b"\xd0\xcf\x11\xe0 and more", "old format"),
        (b"\xef\xbb\xbf \n<HTML><table>", "a web page"),
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
