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
    assert table.notes == ("Column '混合' mixes numbers, text; it was read as text.",)


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
    rows = [["a", "", "c"], [1, 2, 3], [None, None, None], [4, 5, 6], [None, " ", None]]
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


def test_names_in_two_rows_are_refused_with_the_place(tmp_path: Path, write_workbook: Any) -> None:
    rows = [["编号", "满意度", None, None], [None, "社区", "街道", "区"], [1, 2, 3, 4]]
    path = write_workbook(tmp_path / "survey.xlsx", {"s": rows}, merged=("B1:D1",))
    with pytest.raises(IngestError, match=r"'满意度' \(cell B1\) is merged over '社区', '街道', '区'; make one row"):
        read_table(path)
    path = write_workbook(tmp_path / "survey.xlsx", {"s": rows}, merged=("A1:A2", "B1:D1"))
    with pytest.raises(IngestError, match=r"is merged over (2 rows|'社区')"):
        read_table(path)


def test_a_name_merged_over_answers_leaves_columns_without_a_name(tmp_path: Path, write_workbook: Any) -> None:
    path = write_workbook(tmp_path / "survey.xlsx", {"s": [["id", "q", None], [1, 2, 3]]}, merged=["B1:C1"])
    table = read_table(path)
    assert table.columns == ("id", "q", "_unnamed_3")
    assert table.notes == ("Columns without a name in the first row: 3.",)


def test_titles_above_the_names_are_kept_aside(tmp_path: Path, write_workbook: Any) -> None:
    rows = [["某区满意度调查", None, None], [None, None, None], ["id", "q1", "q2"], [1, 2, 3]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows}, merged=["A1:C1"]))
    assert table.frame.rows(named=True) == [{"id": 1.0, "q1": 2.0, "q2": 3.0}]
    assert table.documentation == ("某区满意度调查",)
    assert table.notes[0].startswith("The first row was taken for a title")


def test_a_cell_merged_over_rows_is_the_answer_of_each(tmp_path: Path, write_workbook: Any) -> None:
    rows = [["社区", "id", "a", "b"], ["东湖", 1, 5, None], [None, 2, 6, 7], ["西湖", 3, 8, 9]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows}, merged=["A2:A3", "C2:D2"]))
    assert table.frame["社区"].to_list() == ["东湖", "东湖", "西湖"]
    assert table.frame["b"].to_list() == [None, 7.0, 9.0]
    assert table.notes == (
        "Cells merged over several rows: 1; the value was given to each of these rows.",
        "Cells merged over several columns: 1; it stands in the first of them only.",
    )


PLACES = pytest.mark.parametrize("with_places", [True, False], ids=["places written", "places counted"])


@PLACES
def test_errors_of_excel_stay_to_be_seen(
    *, with_places: bool, tmp_path: Path, write_workbook: Any, make_codebook: Any
) -> None:
    rows = [["id", "age"], [1, ("error", "#N/A")], [2, 41], [3, ("error", "#DIV/0!")], [4, ("error", "#N/A")]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows}, with_places=with_places))
    assert table.notes[0] == "Column 'age' has errors of Excel, kept as text: #DIV/0! (1), #N/A (2)."
    ingested = apply_codebook(table, make_codebook(id="integer", age="integer"))
    assert ingested.type_problems.rows() == [(1, "age", "#N/A"), (3, "age", "#DIV/0!"), (4, "age", "#N/A")]


def test_a_formula_gives_its_last_result(tmp_path: Path, write_workbook: Any) -> None:
    rows = [["id", "sum"], [1, ("formula", 3)], [2, ("formula", 4.5)]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows}))
    assert table.frame["sum"].to_list() == [3.0, 4.5]
    assert table.notes == ("Columns with formulas, of which the last results were read: 'sum'.",)


@PLACES
def test_a_formula_that_was_never_computed_is_no_empty_cell(
    *, with_places: bool, tmp_path: Path, write_workbook: Any
) -> None:
    rows = [["id", "sum"], [1, ("formula", 3)], [2, ("formula", None)], [3, ("formula", None)]]
    path = write_workbook(tmp_path / "survey.xlsx", {"s": rows}, with_places=with_places)
    with pytest.raises(IngestError, match=r"2 formulas have no result \(columns B\).*open the workbook in Excel"):
        read_table(path)


def test_what_is_hidden_is_read_and_told(tmp_path: Path, write_workbook: Any) -> None:
    rows = [["id", "q"], [1, 2], [3, 4]]
    path = write_workbook(
        tmp_path / "survey.xlsx",
        {"旧": [["x"], [1]], "答卷": rows},
        hidden_sheets=["旧"],
        hidden_rows=[3],
        hidden_columns=[2],
    )
    table = read_table(path)
    assert table.frame.rows() == [(1.0, 2.0), (3.0, 4.0)]
    assert table.notes == (
        "The sheet '答卷' was read; the workbook also has '旧' (hidden).",
        "Rows that are hidden in the sheet and were read all the same: 1.",
        "Columns that are hidden in the sheet and were read all the same: 'q'.",
    )
    assert read_table(path, sheet="旧").notes == ("The sheet '旧' is hidden.",)


def test_digits_that_excel_has_cut_are_told(tmp_path: Path, write_workbook: Any, make_codebook: Any) -> None:
    rows = [["card", "tel", "text"], [420106197001010000, 13812345678, "420106197001010017"], [7, 2, "001"]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows}))
    assert table.frame["card"].to_list() == ["420106197001010000", "7"]
    assert "digits are lost" in table.notes[0]
    assert len(table.notes) == 1
    frame = apply_codebook(table, make_codebook(tel="string", text="string")).frame.lazy().collect()
    assert frame.rows() == [(1, "13812345678", "420106197001010017"), (2, "2", "001")]


@pytest.mark.parametrize(("from_1904", "serial"), [(False, 44260), (True, 44260 - 1462)])
def test_dates_count_from_1900_or_1904(*, from_1904: bool, serial: int, tmp_path: Path, write_workbook: Any) -> None:
    rows = [["d"], [("date", serial)]]
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows}, from_1904=from_1904))
    assert table.frame["d"].cast(pl.Date).to_list() == [date(2021, 3, 5)]


def test_percents_are_shares_and_said_to_be(tmp_path: Path, write_workbook: Any) -> None:
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": [["p"], [("percent", 0.25)]]}))
    assert table.frame["p"].to_list() == [0.25]
    assert table.notes == ("Columns shown in percent, read as shares (25% is 0.25): 'p'.",)


def test_nameless_columns_without_content_are_left_out(tmp_path: Path, write_workbook: Any) -> None:
    table = read_table(write_workbook(tmp_path / "survey.xlsx", {"s": [["a", None, "c", None], [1, None, 3, None]]}))
    assert table.columns == ("a", "c")
    assert table.notes[-1].startswith("Of the columns without a name, ")


def test_a_table_may_stand_anywhere_on_the_sheet(tmp_path: Path, write_workbook: Any) -> None:
    rows = [[], [None, "id", "q"], [None, 1, ("error", "#REF!")]]
    assert read_table(write_workbook(tmp_path / "survey.xlsx", {"s": rows})).frame.rows() == [(1.0, "#REF!")]


def test_a_workbook_with_macros_is_read_as_one_without(tmp_path: Path, write_workbook: Any) -> None:
    assert read_table(write_workbook(tmp_path / "survey.xlsm", {"s": [["a"], [1]]})).row_count == 1


@pytest.mark.parametrize("suffix", ["xls", "xlsb", "ods", "et"])
def test_other_spreadsheets_are_to_be_saved_as_xlsx(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"survey.{suffix}").write_bytes(b"some content")
    with pytest.raises(IngestError, match="cannot be read") as caught:
        read_table(tmp_path / f"survey.{suffix}")
    assert "Spreadsheets: .xlsx." in str(caught.value.hint)
