"""SPSS portable files: every byte of text is kept, every number comes back as it was written."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from liandong.errors import IngestError
from liandong.ingest import apply_codebook, read_table
from liandong.ingest.headers.cursor import DamagedFileError
from liandong.ingest.portable import parse_portable

LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+0&[]!$*);^-/|,%_>?`:$@'=\"000000~"
TABLE = (b"0" * 64 + LETTERS + b"0" * 21 + b"{}\\").ljust(256, b"0")
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRST"


def base_30(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 30)
        digits = DIGITS[digit] + digits
    return digits


def text(raw: bytes) -> bytes:
    return base_30(len(raw)).encode() + b"/" + raw


def in_lines(content: bytes, line_end: bytes = b"\r\n") -> bytes:
    content = content.ljust(-(-len(content) // 80) * 80, b"Z")
    return b"".join(content[at : at + 80] + line_end for at in range(0, len(content), 80))


def portable(encoding: str, labels: str | None = None, essay: str = "说明" * 60) -> bytes:
    """A survey of three questions: a number with labels and missing codes, a name, and a long text."""

    def answer(value: str) -> bytes:
        return text(value.encode(encoding))

    def label(value: str) -> bytes:
        return text(value.encode(labels or encoding))

    parts = [
        b"ASCII SPSS PORT FILE".ljust(40) * 5,
        TABLE,
        b"SPSSPORTA8/202401016/120000",
        b"1" + text(b"SPSS"),
        b"43/5B/6" + text(b"Q1"),
        b"70/" + text(b"Q1") + b"5/8/2/5/8/2/" + b"9-1/" + b"839/" + b"C" + label("满意度"),
        b"7K/" + label("姓名") + b"1/K/0/1/K/0/" + b"8" + answer("拒答"),
        b"78F/" + text(b"ESSAY") + b"1/8F/0/1/8F/0/",
        b"D1/" + text(b"Q1") + b"2/" + b"1/" + label("很不满意") + b"5/" + label("很满意"),
        b"D1/" + label("姓名") + b"1/" + answer("张三") + label("组长"),
        b"E1/" + label("试点社区"),
        b"F",
        b"1/" + answer("张三") + answer(essay),
        b"*." + answer("拒答") + answer(" "),
        b"39/" + answer("李四   ") + answer("x"),
        b"-8/" + answer("欧阳") + answer("y"),
    ]
    return in_lines(b"".join(parts))


@pytest.mark.parametrize(
    ("encoding", "labels", "said"),
    [
        ("gbk", None, "GB18030"),
        ("gb18030", None, "GB18030"),
        ("utf-8", None, "UTF-8"),
        ("gbk", "utf-8", "GB18030 and UTF-8"),
    ],
)
def test_chinese_comes_back_whole_in_every_part(encoding: str, labels: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "old.por"
    path.write_bytes(portable(encoding, labels))
    table = read_table(path)
    assert table.columns == ("Q1", "姓名", "ESSAY")
    assert table.frame.rows() == [
        (1.0, "张三", "说明" * 60),
        (None, "拒答", ""),
        (99.0, "李四", "x"),
        (-8.0, "欧阳", "y"),
    ]
    assert table.encoding == said
    assert table.labels == {"Q1": "满意度"}
    assert table.value_labels == {"Q1": {1.0: "很不满意", 5.0: "很满意"}, "姓名": {"张三": "组长"}}
    assert table.user_missing["Q1"].values == (99.0,)
    assert table.user_missing["Q1"].ranges == ((-math.inf, -1.0),)
    assert table.user_missing["姓名"].values == ("拒答",)
    assert table.formats == {"Q1": "F8.2", "姓名": "A20", "ESSAY": "A255"}
    assert table.documentation == ("试点社区",)
    assert table.weight == "Q1"
    assert table.notes == ("The file weights its cases by 'Q1'; weights are taken from study.yaml.",)


def test_declared_codes_become_missing(tmp_path: Path, make_codebook: Any) -> None:
    path = tmp_path / "old.por"
    path.write_bytes(portable("gbk"))
    book = make_codebook(Q1={"type": "integer", "kinds": {"99": "dont_know"}}, 姓名="string", ESSAY="string")
    ingested = apply_codebook(read_table(path), book)
    assert ingested.frame.collect()["Q1"].to_list() == [1, None, None, None]
    assert ingested.missing.collect()["Q1"].to_list() == [None, None, "dont_know", "user_missing"]
    assert ingested.frame.collect()["姓名"].to_list() == ["张三", None, "李四", "欧阳"]


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = tmp_path / "german.por"
    content = portable("gbk").replace("满意度".encode("gbk"), "gl\u00fcck ".encode("cp1252"))
    for chinese in ("姓名", "拒答", "很不满意", "很满意", "张三", "组长", "试点社区", "李四", "欧阳", "说明"):
        content = content.replace(
            chinese.encode("gbk"), "\u00e4a\u00f6b\u00fcc\u00dfd".encode("cp1252")[: 2 * len(chinese)]
        )
    path.write_bytes(content)
    table = read_table(path)
    assert table.labels["Q1"] == "glück"
    assert table.frame["\u00e4a\u00f6b"].to_list()[3] == "\u00e4a\u00f6b"
    assert table.encoding == "cp1252"


def test_an_encoding_that_the_user_names_is_used_and_must_fit(tmp_path: Path) -> None:
    path = tmp_path / "old.por"
    path.write_bytes(portable("gbk"))
    assert read_table(path, encoding="GB18030").columns[1] == "姓名"
    with pytest.raises(IngestError, match=r"not utf-8"):
        read_table(path, encoding="utf-8")


def test_the_table_of_letters_is_obeyed() -> None:
    plain = parse_portable(_ascii_survey())
    ebcdic = _ascii_survey().replace(b"\n", b"").decode("ascii").encode("cp037")
    lines = b"\n".join(ebcdic[at : at + 80] for at in range(0, len(ebcdic), 80))
    assert parse_portable(lines) == plain


def _ascii_survey() -> bytes:
    parts = b"SPSSPORTA8/202401016/12000070/1/A5/8/2/5/8/2/74/1/T1/4/0/1/4/0/F1.F/4/town-A.3/3/a/bZ"
    return in_lines(b"ASCII SPSS PORT FILE".ljust(40) * 5 + TABLE + parts, b"\n")


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_short_lines_are_filled_up_with_blanks(line_end: bytes) -> None:
    content = portable("gbk")
    trimmed = line_end.join(line.rstrip(b" ") for line in content.split(b"\r\n"))
    assert parse_portable(trimmed) == parse_portable(content)


NUMBERS = [0.0, 1.0, -1.0, 0.1, -1234.5678, 1 / 3, 1e15, 2.0**53, 1.7e308, -1.7e308, 1e-300, 5e-324, 29.999999999999996]


def test_numbers_come_back_to_the_last_bit(tmp_path: Path) -> None:
    path = tmp_path / "numbers.por"
    pyreadstat.write_por(pl.DataFrame({"A": NUMBERS}), path)
    assert parse_portable(path.read_bytes()).cells == [NUMBERS]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b"1+1", 30.0),
        (b"1-1", 1 / 30),
        (b"-A.F", -10.5),
        (b"  7", 7.0),
        (b".F", 0.5),
        (b"T+6T", math.inf),  # beyond the largest double: how some programs write HIGHEST
        (b"1-8T", 0.0),
    ],
)
def test_every_way_to_write_a_number_is_read(written: bytes, value: float) -> None:
    content = _ascii_survey().replace(b"F1.F/4/town", b"F" + written + b"/4/town")
    assert parse_portable(content).cells[0][0] == value


def test_a_file_of_spss_is_read_as_pyreadstat_reads_it(awkward: Path) -> None:
    path = awkward / "pyreadstat" / "sample.por"
    table = read_table(path)
    columns, meta = pyreadstat.read_por(path, output_format="dict", disable_datetime_conversion=True)
    assert table.frame.to_dict(as_series=False) == {name: list(cells) for name, cells in columns.items()}
    assert table.formats == meta.original_variable_types
    assert table.labels == meta.column_names_to_labels
    assert table.value_labels == meta.variable_value_labels
    assert list(table.documentation) == meta.notes
    assert {name: how.kind for name, how in table.temporal.items()} == {
        "MYDATE": "date",
        "DTIME": "datetime",
        "MYTIME": "time",
    }


DAMAGE = {
    "no end mark": (b"Z" * 200, b""),
    "more behind the end": (b"/bZ", b"/bZ1/4/town"),
    "an unknown record": (b"F1.F/", b"X1.F/"),
    "no digits": (b"F1.F/", b"F!!!/"),
    "a dot too many": (b"F1.F/", b"F1.F.1/"),
    "a text too long": (b"/4/town", b"/TTTT/town"),
    "a negative length": (b"/4/town", b"/-4/town"),
    "half a length": (b"/4/town", b"/4.5/town"),
    "no variables": (b"70/1/A5/8/2/5/8/2/74/1/T1/4/0/1/4/0/F", b"F"),
    "a label for nothing": (b"70/1/A5", b"C1/A70/1/A5"),
    "a range of texts": (b"0/1/4/0/F1", b"0/1/4/0/B1/a1/bF1"),
    "an endless number": (b"F1.F/", b"F" + b"1" * 500 + b"/"),
}


@pytest.mark.parametrize(("found", "put"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_an_error_that_says_what_is_wrong(found: bytes, put: bytes) -> None:
    flat = _ascii_survey().replace(b"\n", b"").rstrip(b"Z") + b"Z"
    damaged = flat[:-1] if not put else flat.replace(found, put)
    assert damaged != flat
    with pytest.raises(DamagedFileError):
        parse_portable(damaged)


def test_a_weight_that_is_not_there_and_labels_for_nothing_are_said(tmp_path: Path) -> None:
    path = tmp_path / "old.por"
    content = portable("gbk")
    path.write_bytes(content.replace(b"62/Q1", b"62/Q9"))
    with pytest.raises(IngestError, match="weights its cases by 'Q9'"):
        read_table(path)
    path.write_bytes(content.replace(b"D1/2/Q1", b"D1/2/Q7"))
    assert "a variable that the file does not have: 'Q7'" in " ".join(read_table(path).notes)
