"""Chinese text in files of statistics programs, whatever they say about its encoding."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from liandong.errors import IngestError
from liandong.ingest import RawTable, apply_codebook, read_table

FRAME = pl.DataFrame({"q1": [1.0, 97.0, None, 98.0], "社区": ["东湖社区", "", "西湖", "a"]})
LABELS: list[str | None] = ["您对社区的信任程度？", "所在社区"]
VALUES = {"q1": {1.0: "很信任", 97.0: "拒答", 98.0: "不知道"}}
KINDS = {"97": "refused", "98": "dont_know"}
HAN = re.compile(rb"(?:[\xe3-\xef][\x80-\xbf]{2})+")


def in_gbk(found: re.Match[bytes]) -> bytes:
    return found.group().decode().encode("gbk").ljust(len(found.group()))


def write_survey(path: Path) -> Path:
    pyreadstat.write_sav(
        FRAME,
        path,
        file_label="模拟数据",
        column_labels=LABELS,
        variable_value_labels=VALUES,
        missing_ranges={"q1": [97.0, 98.0]},
    )
    return path


def check_survey(table: RawTable) -> None:
    assert table.columns == ("q1", "社区")
    assert table.frame["q1"].to_list() == [1.0, 97.0, None, 98.0]
    assert table.frame["社区"].to_list() == FRAME["社区"].to_list()
    assert table.labels == dict(zip(FRAME.columns, LABELS, strict=True))
    assert table.value_labels == VALUES
    assert table.user_missing["q1"].values == (97.0, 98.0)
    assert table.documentation == ("模拟数据",)


def test_chinese_labels_and_missing_codes_come_back_from_a_sav(tmp_path: Path, make_codebook: Any) -> None:
    table = read_table(write_survey(tmp_path / "survey.sav"))
    check_survey(table)
    assert table.notes == ()

    ingested = apply_codebook(table, make_codebook(q1={"type": "integer", "kinds": KINDS}, 社区="string"))
    assert ingested.frame.collect()["q1"].to_list() == [1, None, None, None]
    assert ingested.missing.collect()["q1"].to_list() == [None, "refused", None, "dont_know"]
    assert ingested.frame.collect()["社区"].to_list() == ["东湖社区", None, "西湖", "a"]


@pytest.mark.parametrize("claim", [None, b"CP125"], ids=["claims utf-8", "claims an unknown encoding"])
def test_gbk_is_found_where_a_sav_claims_something_else(claim: bytes | None, tmp_path: Path, as_gbk: Any) -> None:
    path = write_survey(tmp_path / "survey.sav")
    path.write_bytes(as_gbk(path.read_bytes(), claim))
    table = read_table(path)
    check_survey(table)
    assert table.encoding == "GB18030"
    assert len(table.notes) == 1


def test_gbk_is_found_in_a_stata_file_of_the_time_before_unicode(tmp_path: Path) -> None:
    path = tmp_path / "survey.dta"
    frame = FRAME.rename({"社区": "town"}).select("town", "q1")
    pyreadstat.write_dta(frame, path, column_labels=["所在社区", "信任程度"], version=12)
    path.write_bytes(HAN.sub(in_gbk, path.read_bytes()))
    table = read_table(path)
    assert [text.strip() for text in table.frame["town"]] == FRAME["社区"].to_list()
    assert [label.strip() for label in table.labels.values()] == ["所在社区", "信任程度"]
    assert table.encoding == "GB18030"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_transport_file_says_nothing_about_its_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.xpt"
    pyreadstat.write_xport(FRAME.rename({"社区": "TOWN"}), path)
    content = path.read_bytes()
    if encoding == "gbk":
        content = HAN.sub(in_gbk, content)
    path.write_bytes(content)
    assert [text.strip() for text in read_table(path).frame["TOWN"]] == FRAME["社区"].to_list()


def test_an_encoding_that_the_user_names_is_used_and_must_fit(tmp_path: Path, as_gbk: Any) -> None:
    path = write_survey(tmp_path / "survey.sav")
    path.write_bytes(as_gbk(path.read_bytes()))
    check_survey(read_table(path, encoding="GB18030"))
    with pytest.raises(IngestError, match="encoding"):
        read_table(path, encoding="UTF-8")
