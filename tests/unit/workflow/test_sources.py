from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liandong.definitions import Codebook, DataSource, Origin
from liandong.errors import IngestError
from liandong.workflow.sources import read_source


@pytest.fixture
def districts(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "江岸.csv", tmp_path / "武昌.csv"
    one.write_text("id,1、性别\n1,1\n2,2\n", encoding="gb18030")
    other.write_text("id,2、性别\n3,1\n", encoding="utf-8")
    return one, other


def codebook(**extras: Any) -> Codebook:
    field = {"name": "gender", "title": "性别", "type": "integer", "liandong": {"title_en": "Gender", **extras}}
    extra = {"title": {"zh": "测试", "en": "Test"}, "version": "1"}
    return Codebook.model_validate({"fields": [field], "liandong": extra})


def test_one_file_is_read_as_it_is(districts: tuple[Path, Path]) -> None:
    table = read_source(DataSource(districts[:1]))
    assert table.frame.rows() == [("1", "1"), ("2", "2")]
    assert table.encoding == "GB18030"


def test_several_files_keep_their_order_and_say_where_rows_are_from(districts: tuple[Path, Path]) -> None:
    table = read_source(
        DataSource(districts, origin=Origin(field="district", values=("A1", "B2"))),
        codebook(columns=["1、性别", "2、性别"]),
    )
    assert table.frame.rows() == [("1", "1", "A1"), ("2", "2", "A1"), ("3", "1", "B2")]
    assert [part.name for part in table.parts] == ["江岸.csv", "武昌.csv"]


def test_origin_is_added_to_a_single_file_too(districts: tuple[Path, Path]) -> None:
    table = read_source(DataSource(districts[:1], origin=Origin(field="wave", values=(1,))))
    assert table.frame["wave"].to_list() == [1, 1]


def test_an_encoding_is_that_of_every_file(districts: tuple[Path, Path]) -> None:
    with pytest.raises(IngestError, match="cannot be read as utf-8") as caught:
        read_source(DataSource(districts, encoding="utf-8"))
    assert caught.value.where == "江岸.csv"


def test_a_file_that_is_not_there_is_named(tmp_path: Path, districts: tuple[Path, Path]) -> None:
    with pytest.raises(IngestError, match=r"there is no such file"):
        read_source(DataSource((*districts, tmp_path / "洪山.csv")))
