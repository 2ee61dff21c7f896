"""What only SPSS files have: response sets, a weight, ranges of missing codes, very long texts and names."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import polars as pl
import polars.testing as polars_testing
import pyreadstat
import pytest

from liandong.errors import IngestError
from liandong.ingest import RawResponseSet, apply_codebook, read_table, readstat_source
from liandong.ingest.headers.cursor import DamagedFileError
from liandong.ingest.headers.sav_sets import StoredSet, parse_sets

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "ingest"
INCOME = "过去十二个月家庭全部可支配收入合计金额"  # 57 bytes in UTF-8: SPSS allows 64
ESSAY = "甲乙丙" * 100
PSPP_SETS = {
    "服务": RawResponseSet("服务", "接受过的服务", ("q1a", "q1b", "q1c"), 1.0),
    "cats": RawResponseSet("cats", "满意的方面", ("q2a", "q2b"), None),
    "strs": RawResponseSet("strs", "有无", ("s1", "s2"), "Y"),
}


@pytest.mark.parametrize("name", ["pspp_utf8.sav", "pspp_utf8.zsav", "pspp_gb18030.sav", "pspp_gb18030.zsav"])
def test_a_survey_of_pspp_loses_nothing(name: str) -> None:
    table = read_table(REFERENCE / name)
    frame = table.frame
    assert frame["id"].to_list() == [1.0, 2.0, 3.0]
    assert frame["姓名"].to_list() == ["张三", "李四", '"王,五"']
    assert frame[INCOME].to_list() == [-1234.5678, 0.1, 1e15]
    assert frame["q2b"].to_list() == [5.0, 99.0, 5.0]
    assert [len(text.encode()) > 255 for text in frame["essay"]] == [True] * 3
    assert frame["essay"][0].startswith("甲乙丙甲乙丙")
    assert frame["essay"][0].endswith("很长的文字说明")
    assert table.labels[INCOME] == "家庭年收入（元）"
    assert table.value_labels["q1c"] == {0.0: "否", 1.0: "是", 9.0: "不知道"}
    # PSPP leaves this code in UTF-8 in a file of GB18030.
    assert table.value_labels["姓名"] == {"张三": "组长"}
    assert table.user_missing["q2a"].ranges == ((-math.inf, -1.0),)
    assert table.user_missing["q2a"].values == (99.0,)
    assert table.user_missing["s1"].values == ("N",)
    assert table.response_sets == PSPP_SETS
    assert table.weight == "w"
    assert table.documentation[0] == "试点社区居民问卷"
    assert {name: how.kind for name, how in table.temporal.items()} == {"d": "date", "moment": "datetime"}


@pytest.mark.parametrize("encoding", ["utf8", "gb18030"])
def test_the_portable_file_of_the_same_survey_agrees_with_it(encoding: str) -> None:
    """PSPP shortens names to 8 bytes and texts to 255 when it exports, and leaves sets and the title out."""
    old, new = read_table(REFERENCE / f"pspp_{encoding}.por"), read_table(REFERENCE / f"pspp_{encoding}.sav")
    renamed = dict(zip(old.columns, new.columns, strict=True))
    assert {renamed[name]: label for name, label in old.labels.items()} == new.labels
    assert {renamed[name]: labels for name, labels in old.value_labels.items()} == new.value_labels
    assert {renamed[name]: codes for name, codes in old.user_missing.items()} == new.user_missing
    assert {renamed[name]: how for name, how in old.temporal.items()} == new.temporal
    assert renamed[old.weight or ""] == new.weight
    shared = [name for name in new.columns if name != "essay"]
    # PSPP writes numbers to some 14 digits.
    polars_testing.assert_frame_equal(old.frame.rename(renamed).select(shared), new.frame.select(shared), rel_tol=1e-13)
    for short, whole in zip(old.frame["ESSAY"], new.frame["essay"], strict=True):
        assert whole.startswith(short.rstrip())
        assert len(short) > 80


def test_codes_and_ranges_declared_missing_become_missing(make_codebook: Any) -> None:
    table = read_table(REFERENCE / "pspp_gb18030.sav")
    book = make_codebook(
        q1a={"type": "integer", "kinds": {"9": "dont_know"}}, q2a="integer", q2b="integer", s1="string", s2="string"
    )
    ingested = apply_codebook(table, book)
    frame, missing = ingested.frame.collect(), ingested.missing.collect()
    assert frame["q1a"].to_list() == [1, 0, None]
    assert missing["q1a"].to_list() == [None, None, "dont_know"]
    assert frame["q2a"].to_list() == [3, 4, None]
    assert frame["q2b"].to_list() == [5, None, 5]
    assert frame["s1"].to_list() == ["Y", None, "Y"]
    assert missing["s1"].to_list() == [None, "user_missing", None]


def test_response_sets_of_real_files(awkward: Path) -> None:
    table = read_table(awkward / "savreaderwriter" / "spssio_test.sav")
    assert table.response_sets == {
        "ages": RawResponseSet("ages", "the ages", ("Age", "AGE2", "AGE3"), None),
        "incomes": RawResponseSet(
            "incomes", "three kinds of income", ("Income1", "Income2", "Income3", "Age", "AGE2", "AGE3"), None
        ),
        "V": RawResponseSet("V", "", ("V1", "V2", "V3"), 1.0),
    }
    assert table.weight == "weightVar"


def with_record(content: bytes, subtype: int, text: bytes) -> bytes:
    """Put an extension record at the end of the dictionary."""
    end = content.find(struct.pack("<2i", 999, 0))
    return content[:end] + struct.pack("<4i", 7, subtype, 1, len(text)) + text + content[end:]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b"$a=C 10 my mcgroup a b\n", RawResponseSet("a", "my mcgroup", ("a", "b"), None)),
        (b"$a=D3 1.5 0  a b\n", RawResponseSet("a", "", ("a", "b"), 1.5)),
        (b"$a=D2 -9 3 x=y a b\n", RawResponseSet("a", "x=y", ("a", "b"), -9.0)),
        (b"$a=D4 abcd 2 #2 c d\n", RawResponseSet("a", "#2", ("c", "d"), "abcd")),
        (b"$a=E 11 6 choice 0  c d\n\n\n", RawResponseSet("a", "", ("c", "d"), "choice")),
        (b"\n$a=E 1 2 34 13 third mdgroup a b\n", RawResponseSet("a", "third mdgroup", ("a", "b"), 34.0)),
        ("$题=D1 1 12 接受服务 a b\n".encode(), RawResponseSet("题", "接受服务", ("a", "b"), 1.0)),
        ("$题=D1 1 8 接受服务 a b\n".encode("gbk"), RawResponseSet("题", "接受服务", ("a", "b"), 1.0)),
    ],
)
def test_response_sets_are_read_however_they_are_written(
    record: bytes, expected: RawResponseSet, tmp_path: Path
) -> None:
    path = tmp_path / "sets.sav"
    pyreadstat.write_sav(pl.DataFrame({"a": [1.0], "b": [0.0], "c": ["x"], "d": ["y"]}), path)
    path.write_bytes(with_record(path.read_bytes(), 19 if record[3:4] == b"E" else 7, record))
    table = read_table(path)
    assert table.response_sets == {expected.name: expected}


@pytest.mark.parametrize(
    ("record", "note"), [(b"$a=D1 1 0  a zz\n", "the file has no zz"), (b"$a=Q1 1 0  a b\n", "makes no sense")]
)
def test_response_sets_that_make_no_sense_are_said(record: bytes, note: str, tmp_path: Path) -> None:
    path = tmp_path / "sets.sav"
    pyreadstat.write_sav(pl.DataFrame({"a": [1.0], "b": [0.0]}), path)
    path.write_bytes(with_record(path.read_bytes(), 7, record))
    table = read_table(path)
    assert table.response_sets == {}
    assert note in table.notes[0]


def test_sets_stand_one_to_a_line() -> None:
    found = parse_sets(b"$a=C 1 x a b\n$b=D1 1 1 y c d\n\n")
    assert found == [StoredSet(b"a", b"x", (b"a", b"b"), None), StoredSet(b"b", b"y", (b"c", b"d"), b"1")]
    for wrong in (b"$a C 1 x a\n", b"$a=D9 1 0  a\n", b"$a=C 99 x a\n", b"$a=C x a\n"):
        with pytest.raises(DamagedFileError):
            parse_sets(wrong)


def test_a_weight_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "weight.sav"
    pyreadstat.write_sav(pl.DataFrame({"a": [1.0], "t": ["long enough for two"]}), path)
    content = path.read_bytes()
    for place, weight in {1: "a", 2: None, 3: None, 9: None}.items():
        path.write_bytes(content[:76] + struct.pack("<i", place) + content[80:])
        if weight is None:
            with pytest.raises(IngestError, match=f"weights its cases by its value {place}"):
                read_table(path)
        else:
            assert read_table(path).weight == weight


@pytest.mark.parametrize("width", [8, 255, 256, 600, 5_000])
def test_texts_of_every_length_come_back(width: int, tmp_path: Path) -> None:
    path = tmp_path / "essays.sav"
    frame = pl.DataFrame({"essay": [("说" * width)[: width // 3], "", "末"], "after": [1.0, 2.0, 3.0]})
    pyreadstat.write_sav(frame, path)
    assert read_table(path).frame.equals(frame)


def test_gbk_that_is_valid_utf8_by_accident_is_still_chinese(tmp_path: Path, as_gbk: Any) -> None:
    path = tmp_path / "short.sav"
    pyreadstat.write_sav(pl.DataFrame({"q": ["说说", "母"]}), path)
    path.write_bytes(as_gbk(path.read_bytes()))
    raw = "说说母".encode("gbk")
    assert raw.decode("utf-8") == "\u02f5\u02f5\u0138"
    table = read_table(path)
    assert [text.strip() for text in table.frame["q"]] == ["说说", "母"]
    assert table.encoding == "GB18030"


@pytest.mark.parametrize("name", ["hebrews.sav", "tegulu.sav"])
def test_other_scripts_are_not_taken_for_chinese(name: str, awkward: Path) -> None:
    table = read_table(awkward / "pyreadstat" / name)
    assert table.encoding == "UTF-8"
    assert table.notes == ()


def test_names_of_64_bytes_and_many_labelled_texts_come_back(tmp_path: Path) -> None:
    path = tmp_path / "wide.sav"
    names = [f"{'长' * 20}{i:03d}" for i in range(60)]
    codes = {f"代码{i}": f"第{i}类" for i in range(40)}
    frame = pl.DataFrame({name: ["代码1", "代码39", ""] for name in names})
    pyreadstat.write_sav(frame, path, variable_value_labels=dict.fromkeys(names, codes))
    table = read_table(path)
    assert list(table.columns) == names
    assert all(table.value_labels[name] == codes for name in names)
    assert table.frame.equals(frame)


@pytest.mark.parametrize("code_page", [936, 54936, 51936, 65001, 1252, 2, 0, -1])
def test_gb18030_is_read_whatever_code_page_a_file_without_a_name_for_it_gives(code_page: int, tmp_path: Path) -> None:
    content = (REFERENCE / "pspp_gb18030.sav").read_bytes()
    start = content.find(struct.pack("<3i", 7, 20, 1))
    length = struct.unpack_from("<i", content, start + 12)[0]
    content = content[:start] + content[start + 16 + length :]
    at = content.find(struct.pack("<4i", 7, 3, 4, 8)) + 16 + 28
    path = tmp_path / "old.sav"
    path.write_bytes(content[:at] + struct.pack("<i", code_page) + content[at + 4 :])
    table = read_table(path)
    whole = read_table(REFERENCE / "pspp_gb18030.sav")
    assert table.frame.equals(whole.frame)
    assert (table.labels, table.value_labels, table.response_sets) == (
        whole.labels,
        whole.value_labels,
        whole.response_sets,
    )


def mixed_survey(path: Path, rows: int) -> pl.DataFrame:
    """Write a file that claims UTF-8, with labels in UTF-8 and one answer, in its last row, in GBK."""
    frame = pl.DataFrame({"q": [1.0] * rows, "town": ["east"] * (rows - 1) + ["东湖社区"]})
    pyreadstat.write_sav(frame, path, column_labels=["您对社区的信任程度", "所在社区"], file_label="模拟数据")
    content = path.read_bytes()
    at = content.rfind("东湖社区".encode())
    assert at > 0
    gbk = "东湖社区".encode("gbk").ljust(12)
    path.write_bytes(content[:at] + gbk + content[at + 12 :])
    return frame


def test_one_answer_in_another_encoding_is_found_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "mixed.sav"
    frame = mixed_survey(path, 10)
    table = read_table(path)
    assert table.frame.equals(frame)
    assert table.labels == {"q": "您对社区的信任程度", "town": "所在社区"}
    assert table.documentation == ("模拟数据",)
    assert table.encoding == "GB18030 and UTF-8"
    assert len(table.notes) == 1


def test_one_answer_in_another_encoding_is_found_beyond_the_first_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from liandong.ingest import child_readstat

    monkeypatch.setattr(readstat_source, "_CELLS_AT_ONCE", 20)
    path = tmp_path / "mixed.sav"
    frame = mixed_survey(path, 95)
    request = {"path": str(path), "format": "sav", "encoding": None, "catalogue": None}
    found = child_readstat.read(request, tmp_path)
    assert pl.read_ipc(tmp_path / "table.arrow").equals(frame)
    assert found["encoding"] == "GB18030 and UTF-8"
    assert len(found["notes"]) == 1
