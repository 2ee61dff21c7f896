"""Waves and districts: several files of one table, below one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from liandong.definitions import Origin
from liandong.errors import IngestError
from liandong.ingest import DeclaredMissing, RawTable, Temporal, apply_codebook, read_table, stack

SPSS_SECONDS = Temporal("date", "seconds", (1582, 10, 14))
TRUST = {1.0: "很不信任", 2.0: "一般", 3.0: "很信任"}
MakeFile = Callable[..., RawTable]


@pytest.fixture
def a_file(raw_of: Callable[..., RawTable]) -> MakeFile:
    """Make a raw table as if read from the file `name`."""

    def make(name: str, columns: Mapping[str, Any] | pl.DataFrame, **other: Any) -> RawTable:
        frame = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(columns)
        file_format = other.pop("format", "sav")
        return replace(raw_of(frame, **other), path=Path(name), format=file_format, sha256=f"hash of {name}")

    return make


def kinds_of(table: RawTable) -> list[tuple[str, str, str]]:
    return table.differences.select("column", "kind", "file").rows()


def test_rows_stand_in_the_order_of_the_files_and_can_be_found_again(a_file: MakeFile) -> None:
    stacked = stack([a_file("2021/w.sav", {"a": [1.0, 2.0]}), a_file("2023/w.sav", {"a": [3.0, 4.0, 5.0]})])
    assert stacked.frame["a"].to_list() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert stacked.row_count == 5
    assert stacked.places(pl.Series([5, 1, 2, 3])).rows() == [
        ("2023/w.sav", 3),
        ("2021/w.sav", 1),
        ("2021/w.sav", 2),
        ("2023/w.sav", 1),
    ]
    assert [(part.name, part.first_row, part.rows, part.sha256) for part in stacked.parts] == [
        ("2021/w.sav", 0, 2, "hash of 2021/w.sav"),
        ("2023/w.sav", 2, 3, "hash of 2023/w.sav"),
    ]
    assert stacked.differences.is_empty()
    assert stacked.notes == ("Rows are those of several files: 1 to 2 of 2021/w.sav, 3 to 5 of 2023/w.sav.",)


def test_a_single_file_is_its_own_only_part(a_file: MakeFile) -> None:
    table = a_file("w.sav", {"a": [1.0, 2.0]})
    assert [(part.name, part.first_row, part.rows) for part in table.parts] == [("w.sav", 0, 2)]
    assert table.places(pl.Series([2])).rows() == [("w.sav", 2)]
    assert stack([table]).frame.equals(table.frame)


def test_columns_match_by_name_then_by_case_and_the_rest_is_null(a_file: MakeFile) -> None:
    stacked = stack(
        [a_file("x", {"ID": ["1"], "q1": [1.0], "old": [9.0]}), a_file("y", {"new": ["n"], "Q1": [2.0], "id": ["2"]})]
    )
    assert stacked.frame.rows(named=True) == [
        {"ID": "1", "q1": 1.0, "old": 9.0, "new": None},
        {"ID": "2", "q1": 2.0, "old": None, "new": "n"},
    ]
    assert kinds_of(stacked) == [
        ("old", "absent", "y"),
        ("new", "absent", "x"),
        ("ID", "name", "y"),
        ("q1", "name", "y"),
        ("", "order", "y"),
    ]
    assert stacked.notes[1] == "y does not have the columns: 'old'."


def test_two_columns_that_differ_in_case_only_match_neither(a_file: MakeFile) -> None:
    stacked = stack([a_file("x", {"id": ["1"], "Q": [1]}), a_file("y", {"id": ["2"], "q": [2], "ｑ": [3]})])
    assert stacked.columns == ("id", "Q", "ｑ")
    two = stack([a_file("x", {"id": ["1"], "QA": [1]}), a_file("y", {"id": ["2"], "qa": [2], "Qa": [3]})])
    assert two.columns == ("id", "QA", "qa", "Qa")


def test_headers_that_mean_the_same_field_are_one_column(a_file: MakeFile) -> None:
    files = [a_file("x", {"id": [1], "1、您的性别": [1]}), a_file("y", {"id": [2], "2、您的性别": [2]})]
    assert len(stack(files).columns) == 3
    stacked = stack(files, aliases=[frozenset({"gender", "1、您的性别", "2、您的性别"})])
    assert stacked.frame["1、您的性别"].to_list() == [1, 2]
    assert kinds_of(stacked) == [("1、您的性别", "name", "y")]


def test_origin_says_which_file_a_row_is_from(a_file: MakeFile) -> None:
    files = [a_file("x", {"a": [1, 2]}), a_file("y", {"a": [3]})]
    assert stack(files, Origin(field="wave", values=(2021, 2023))).frame["wave"].to_list() == [2021, 2021, 2023]
    assert stack(files, Origin(field="wave", values=("一", 2))).frame["wave"].to_list() == ["一", "一", "2"]
    with pytest.raises(IngestError, match="already has the column 'A'"):
        stack([a_file("x", {"A": [1]}), a_file("y", {"A": [2]})], Origin(field="a", values=(1, 2)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (pl.Series([1], dtype=pl.Int64), pl.Series([0.5]), pl.Series([1.0, 0.5])),
        (pl.Series([1], dtype=pl.Int8), pl.Series([300], dtype=pl.Int64), pl.Series([1, 300])),
        (pl.Series([True]), pl.Series([3], dtype=pl.Int64), pl.Series([1, 3])),
        (pl.Series([7.0]), pl.Series(["n.a."]), pl.Series(["7", "n.a."])),
        (pl.Series([0.1]), pl.Series(["0.2"]), pl.Series(["0.1", "0.2"])),
        (pl.Series([date(2021, 3, 5)]), pl.Series(["2021/3/6"]), pl.Series(["2021-03-05", "2021/3/6"])),
        (pl.Series(["a"], dtype=pl.Categorical), pl.Series(["b"], dtype=pl.Enum(["b"])), pl.Series(["a", "b"])),
        (pl.Series([None], dtype=pl.String), pl.Series([0.5]), pl.Series([None, 0.5])),
        (pl.Series([""]), pl.Series([date(2021, 3, 5)]), pl.Series([None, date(2021, 3, 5)])),
    ],
    ids=["wider", "longer", "truth", "text", "decimals", "dates", "categories", "all null", "all empty"],
)
def test_types_that_differ_become_one_that_holds_both(
    one: pl.Series, other: pl.Series, expected: pl.Series, a_file: MakeFile
) -> None:
    stacked = stack([a_file("x", {"a": one}), a_file("y", {"a": other})])
    assert stacked.frame["a"].to_list() == expected.to_list()
    assert stacked.schema["a"] == expected.dtype == stacked.frame.schema["a"]


def test_whole_numbers_beyond_a_double_stay_whole(a_file: MakeFile) -> None:
    long = 420106197001010017
    stacked = stack([a_file("x", {"a": [long]}, format="parquet"), a_file("y", {"a": [0.5]})])
    assert stacked.frame["a"].to_list() == [str(long), "0.5"]


def test_lists_and_numbers_cannot_stand_in_one_column(a_file: MakeFile) -> None:
    with pytest.raises(IngestError, match="lists or records"):
        stack([a_file("x", {"a": [[1]]}), a_file("y", {"a": [1]})])


def test_dates_counted_and_written_come_out_alike(a_file: MakeFile, make_codebook: Any) -> None:
    seconds = (date(2021, 3, 5) - date(1582, 10, 14)).days * 86_400.0
    files = [
        a_file("x.sav", {"d": [seconds, 1e300]}, temporal={"d": SPSS_SECONDS}, formats={"d": "DATE11"}),
        a_file("y.dta", {"d": [18_282]}, temporal={"d": Temporal("date", "days", (1960, 1, 1))}),
        a_file("z.csv", {"d": ["2024年5月6日"]}, format="csv"),
        a_file("u.xlsx", {"d": [date(2025, 1, 2)]}),
    ]
    stacked = stack(files)
    assert stacked.temporal == {}
    ingested = apply_codebook(stacked, make_codebook(d="date"))
    days = ingested.frame.lazy().collect()["d"].to_list()
    assert days == [date(2021, 3, 5), None, date(2010, 1, 20), date(2024, 5, 6), date(2025, 1, 2)]
    assert ingested.type_problems.rows() == [(2, "d", "1e+300")]


def test_a_duration_of_more_than_a_day_is_not_made_a_time_of_day(a_file: MakeFile) -> None:
    clock = Temporal("time", "seconds", (1582, 10, 14))
    stacked = stack([a_file("x", {"t": [30_615.0, 90_000.0]}, temporal={"t": clock}), a_file("y", {"t": ["08:00"]})])
    assert stacked.frame["t"].to_list() == ["08:30:15", "90000", "08:00"]


def test_the_same_way_of_counting_stays_a_number(a_file: MakeFile) -> None:
    files = [a_file(name, {"d": [86_400.0]}, temporal={"d": SPSS_SECONDS}, formats={"d": "DATE11"}) for name in "xy"]
    stacked = stack(files)
    assert (stacked.temporal, stacked.formats) == ({"d": SPSS_SECONDS}, {"d": "DATE11"})
    assert stacked.frame["d"].to_list() == [86_400.0, 86_400.0]


def test_leading_zeros_of_one_file_do_not_get_lost(a_file: MakeFile) -> None:
    stacked = stack([a_file("x", {"code": [12.0]}, formats={"code": "N6"}), a_file("y", {"code": ["000013"]})])
    assert stacked.frame["code"].to_list() == ["000012", "000013"]


def test_a_code_is_missing_in_the_file_that_says_so_and_nowhere_else(a_file: MakeFile, make_codebook: Any) -> None:
    files = [
        a_file("x", {"age": [30.0, 99.0, -5.0]}, user_missing={"age": DeclaredMissing((99.0,), ((-9.0, -1.0),))}),
        a_file("y", {"age": [99.0, 97.0, 31.0]}, user_missing={"age": DeclaredMissing((97.0,))}),
        a_file("z", {"age": ["99", " 28 "]}),
    ]
    stacked = stack(files)
    assert stacked.frame["age"].to_list() == ["30", None, None, "99", None, "31", "99", " 28 "]
    assert stacked.tags.rows() == [(1, "age", "99"), (2, "age", "-5"), (4, "age", "97")]
    details = stacked.differences.filter(kind="missing").select("file", "detail").rows()
    assert details == [
        ("y", "97, not 99, -9 to -1; cells with such a code that it does not declare: 1"),
        ("z", "none, not 99, -9 to -1; cells with such a code that it does not declare: 1"),
    ]
    ingested = apply_codebook(stacked, make_codebook(age={"type": "integer", "kinds": {"97": "refused"}}))
    assert ingested.frame.lazy().collect()["age"].to_list() == [30, None, None, 99, None, 31, 99, 28]
    assert [str(kind) for kind in ingested.missing.lazy().collect()["age"]] == [
        "None", "user_missing", "user_missing", "None", "refused", "None", "None", "None",
    ]  # fmt: skip


def test_both_ends_of_a_missing_range_are_missing_in_the_file_that_declares_it(a_file: MakeFile) -> None:
    declared = {"age": DeclaredMissing(ranges=((97.0, 99.0),))}
    cells = {"age": [96.9, 97.0, 98.0, 99.0, 99.1]}
    stacked = stack([a_file("x", cells, user_missing=declared), a_file("y", cells)])
    assert stacked.frame["age"].to_list() == [96.9, None, None, None, 99.1, *cells["age"]]
    assert stacked.tags.rows() == [(1, "age", "97"), (2, "age", "98"), (3, "age", "99")]
    (detail,) = stacked.differences.filter(kind="missing")["detail"]
    assert detail == "none, not 97 to 99; cells with such a code that it does not declare: 3"


def test_codes_that_every_file_declares_hold_for_the_column(a_file: MakeFile) -> None:
    declared = {"q": DeclaredMissing((99.0,))}
    stacked = stack(
        [a_file("x", {"q": [1.0, 99.0]}, user_missing=declared), a_file("y", {"q": [99.0]}, user_missing=declared)]
    )
    assert stacked.user_missing == declared
    assert stacked.frame["q"].to_list() == [1.0, 99.0, 99.0]
    assert stacked.tags.is_empty()


def test_extended_missing_values_move_with_their_rows(a_file: MakeFile) -> None:
    tags = pl.DataFrame({"row": [1], "column": ["Q"], "tag": [".a"]})
    entry = {"Q": DeclaredMissing(tags=(".a",))}
    stacked = stack(
        [
            a_file("x", {"q": [1.0]}),
            a_file("y", {"Q": [2.0, None]}, tags=tags, user_missing=entry, value_labels={"Q": {".a": "拒答"}}),
        ]
    )
    assert stacked.tags.rows() == [(2, "q", ".a")]
    assert stacked.user_missing["q"].tags == (".a",)
    assert stacked.value_labels == {"q": {".a": "拒答"}}


def test_labels_in_other_words_are_told_and_the_first_words_stay(a_file: MakeFile) -> None:
    other = {1.0: "很不信任。", 2.0: "不好说", 4.0: "说不清"}
    stacked = stack(
        [
            a_file("x", {"q": [1.0]}, value_labels={"q": TRUST}, labels={"q": "信任程度"}),
            a_file("y", {"q": [2.0]}, value_labels={"q": other}, labels={"q": "对社区的信任"}),
        ]
    )
    assert stacked.value_labels["q"] == {**TRUST, 4.0: "说不清"}
    assert stacked.labels == {"q": "信任程度"}
    assert stacked.differences.select("kind", "detail").rows() == [
        ("label", "'对社区的信任', not '信任程度'"),
        ("value_label", "2 is '不好说', not '一般'; 4 is labelled '说不清' only here; 3 has no label"),
    ]
    assert "which somebody has to compare" in stacked.notes[2]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({1.0: "很信任", 2.0: "一般", 3.0: "很不信任"}, "'很信任' is the code 3 in x, but 1 in y"),
        ({1: "一般", 2: "很信任 "}, "'一般' is the code 2 in x, but 1 in y"),
    ],
    ids=["reversed", "shifted"],
)
def test_one_label_for_two_codes_would_mix_up_the_answers(
    labels: Mapping[float, str], told: str, a_file: MakeFile
) -> None:
    files = [a_file(name, {"q": [1.0]}, value_labels={"q": words}) for name, words in (("x", TRUST), ("y", labels))]
    with pytest.raises(IngestError, match=told) as caught:
        stack(files)
    assert caught.value.hint
    assert "答卷" in caught.value.zh or "代码" in caught.value.zh


def test_a_label_that_several_codes_share_contradicts_nothing(a_file: MakeFile) -> None:
    one, other = {1.0: "其他", 2.0: "其他", 3.0: "无"}, {1.0: "无意见", 2.0: "其他"}
    files = [a_file(name, {"q": [1.0]}, value_labels={"q": words}) for name, words in (("x", one), ("y", other))]
    assert stack(files).row_count == 2


def test_the_same_content_twice_is_an_error(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(IngestError, match=r"a\.csv and b\.csv have the same content"):
        stack([read_table(tmp_path / "a.csv"), read_table(tmp_path / "b.csv")])


def test_files_without_a_common_column_are_no_table(a_file: MakeFile) -> None:
    with pytest.raises(IngestError, match="no column of y is in the files before it"):
        stack([a_file("x", {"a": [1]}), a_file("y", {"b": [1]})])


def test_real_files_of_three_programs_become_one_survey(
    tmp_path: Path, make_codebook: Any, write_workbook: Any
) -> None:
    first = pl.DataFrame({"id": ["001"], "q": [99.0], "day": [date(2021, 3, 5)]})
    pyreadstat.write_sav(first, tmp_path / "a.sav", missing_ranges={"q": [99.0]})
    pyreadstat.write_dta(pl.DataFrame({"day": [date(2022, 3, 5)], "q": [2], "ID": ["002"]}), tmp_path / "b.dta")
    write_workbook(tmp_path / "c.xlsx", {"s": [["id", "q", "day"], ["003", "３", ("date", 44990)]]})
    (tmp_path / "d.csv").write_text("id,q,day\n004,1,2024/3/5\n", encoding="gb18030")
    files = [read_table(tmp_path / name) for name in ("a.sav", "b.dta", "c.xlsx", "d.csv")]
    stacked = stack(files, Origin(field="wave", values=(1, 2, 3, 4)))
    book = make_codebook(id="string", q={"type": "integer", "kinds": {"99": "refused"}}, day="date", wave="integer")
    frame = apply_codebook(stacked, book).frame.lazy().collect()
    assert frame.drop("_row").rows() == [
        ("001", None, date(2021, 3, 5), 1),
        ("002", 2, date(2022, 3, 5), 2),
        ("003", 3, date(2023, 3, 5), 3),
        ("004", 1, date(2024, 3, 5), 4),
    ]


def test_text_files_are_stacked_without_being_read_into_memory(tmp_path: Path) -> None:
    for name, value in (("a.csv", 1), ("b.csv", 2)):
        (tmp_path / name).write_text(f"a,b\n{value},x\n", encoding="utf-8")
    stacked = stack([read_table(tmp_path / "a.csv"), read_table(tmp_path / "b.csv")])
    assert "csv scan" in stacked.data.explain().lower()


def test_a_text_file_cannot_declare_missing_codes_and_is_not_blamed(a_file: MakeFile) -> None:
    declared = {"q": DeclaredMissing((99.0,))}
    first = a_file("x", {"q": [1.0, 99.0]}, user_missing=declared)
    assert stack([first, a_file("y", {"q": ["2"]}, format="csv")]).differences.is_empty()
    assert kinds_of(stack([first, a_file("y", {"q": ["99"]}, format="csv")])) == [("q", "missing", "y")]
