from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.errors import IngestError
from liandong.ingest import apply_codebook, read_table


def test_cells_come_in_the_types_of_the_sheet(tmp_path: Path, write_workbook: Any) -> None:
    rows = [
        ["编号", "得分", "同意", "开始", "日期", "备注", "混合"],
        [1, 3.5, True, ("date", 44260.5), ("date", 44260), "很好", 7],
        [2, None, False, ("date", 44261.25), None, "", "不清楚"],
    ]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"答卷": rows}))
    assert table.frame.to_dict(as_series=False) == {
        "编号": [1.0, 2.0],
        "得分": [3.5, None],
        "同意": [True, False],
        "开始": [datetime(2021, 3, 5, 12), datetime(2021, 3, 6, 6)],  # noqa: DTZ001 (Excel knows no time zones)
        "日期": [date(2021, 3, 5), None],
        "备注": ["很好", None],
        "混合": ["7", "不清楚"],
    }
    assert table.notes == ("Column '混合' mixes float, str; it was read as text.",)


def test_numbers_stored_as_text_are_read_by_the_codebook(
    tmp_path: Path, write_workbook: Any, make_codebook: Any
) -> None:
    rows = [["id", "age", "born"], ["001", "３５", ("date", 31048)], ["002", 41, None], ["003", "n.a.", None]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"a": rows}))
    ingested = apply_codebook(table, make_codebook(id="string", age="integer", born="date"))
    assert ingested.frame.collect().rows() == [
        (1, "001", 35, date(1985, 1, 1)),
        (2, "002", 41, None),
        (3, "003", None, None),
    ]
    assert ingested.type_problems.rows() == [(3, "age", "n.a.")]


def test_the_first_sheet_with_content_is_read_and_the_others_are_named(tmp_path: Path, write_workbook: Any) -> None:
    sheets = {"说明": [], "数据": [["a"], [1]], "选项": [["b"], [2], [3]]}
    path = write_workbook(tmp_path / "survey.xlsx", sheets)
    table = read_table(path)
    assert (table.columns, table.row_count) == (("a",), 1)
    assert table.notes == ("The sheet '数据' was read; the workbook also has '选项'.",)
    assert read_table(path, sheet="选项").frame.to_dict(as_series=False) == {"b": [2.0, 3.0]}
    with pytest.raises(IngestError, match="there is no sheet '数据2'"):
        read_table(path, sheet="数据2")


def test_empty_rows_are_no_rows_and_are_noted(tmp_path: Path, write_workbook: Any) -> None:
    rows = [["a", "", "c"], [1, 2, 3], [None, None, None], [4, 5, 6]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows}))
    assert table.frame.rows() == [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]
    assert table.columns == ("a", "_unnamed_2", "c")
    assert table.notes == (
        "Columns without a name in the first row: 2.",
        "Empty rows of the sheet that were skipped: 1.",
    )


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"s": [["a", "b", "a"], [1, 2, 3]]}, "'a' in columns 1 and 3"),
        ({"s": [["a", "b"]]}, "no rows"),
        ({"s": []}, "the workbook is empty"),
    ],
)
def test_a_sheet_that_is_no_table_is_an_error(
    sheets: dict[str, Any], message: str, tmp_path: Path, write_workbook: Any
) -> None:
    with pytest.raises(IngestError, match=message):
        read_table(write_workbook(tmp_path / "survey.xlsx", sheets))


def test_a_workbook_with_a_damaged_part_is_an_error(tmp_path: Path, write_workbook: Any) -> None:
    path = write_workbook(tmp_path / "survey.xlsx", {"s": [["a"], *([i] for i in range(50))]})
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        place = part.header_offset + 30 + len(part.filename) + part.compress_size // 2
    content = bytearray(path.read_bytes())
    content[place] ^= 0x55
    path.write_bytes(content)
    with pytest.raises(IngestError, match=r"sheet1\.xml fails its checksum|cannot be read"):
        read_table(path)


def test_a_workbook_that_unpacks_to_more_than_the_memory_is_refused(tmp_path: Path, write_workbook: Any) -> None:
    path = write_workbook(tmp_path / "bomb.xlsx", {"s": [["a"], ["x" * 130_000_000]]})
    assert path.stat().st_size < 1_000_000
    with pytest.raises(IngestError, match=r"unpacks to 130,\d{3},\d{3} bytes"):
        read_table(path, memory_bytes=200 * 1024**2)
    with pytest.raises(IngestError, match=r"more than the 0\.2 GiB of memory"):
        read_table(path, memory_bytes=256 * 1024**2)


def test_a_frame_of_excel_has_polars_types(tmp_path: Path, write_workbook: Any) -> None:
    table = read_table(write_workbook(tmp_path / "s.xlsx", {"s": [["a", "b", "c"], [1, "x", ("date", 44260.25)]]}))
    assert dict(table.schema) == {"a": pl.Float64, "b": pl.String, "c": pl.Datetime("us")}
