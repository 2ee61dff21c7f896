from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Codebook
from liandong.errors import ExitCode, IngestError
from liandong.ingest import read_table, stack
from liandong.ingest.correction_log import read_corrections
from liandong.ingest.corrections import correct_tables
from liandong.ingest.hand_corrected import HandCorrected
from liandong.ingest.raw import DeclaredMissing

HEADER = "row,field,old,new,why,who,when"
WHY = "误录,李督导,2021/7/3"
ANSWERS = "id,age,sex,day,name,note\nR1,35,1,2021-07-01,王一,a\nR2, 40 ,2,2021-07-02,李二,\nR3,99,1,2021/7/3,张三,007\n"
FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "string"},
    {"name": "age", "type": "integer", "missingValues": ["99"]},
    {"name": "sex", "type": "integer", "categories": [{"value": 1, "label": "男"}, {"value": 2, "label": "女"}]},
    {"name": "day", "type": "date"},
    {"name": "name", "type": "string", "liandong": {"pii": True}},
    {"name": "note", "type": "string"},
]
Apply = Callable[..., HandCorrected]


def _codebook(fields: Sequence[dict[str, Any]] = FIELDS, key: Sequence[str] = ("id",)) -> Codebook:
    whole = [
        {**field, "title": field["name"], "liandong": {"title_en": field["name"], **field.get("liandong", {})}}
        for field in fields
    ]
    extras = {"title": {"zh": "表", "en": "Table"}, "version": "1"}
    return Codebook.model_validate({"fields": whole, "primaryKey": list(key), "liandong": extras})


@pytest.fixture
def apply(tmp_path: Path) -> Apply:
    """Return the function that applies a log, given as text, to the answers."""

    def _apply(log: str | bytes, *, answers: str = ANSWERS, codebook: Codebook | None = None) -> HandCorrected:
        (tmp_path / "answers.csv").write_text(answers, encoding="utf-8")
        path = tmp_path / "corrections.csv"
        path.write_bytes(log if isinstance(log, bytes) else log.encode())
        tables = {"responses": read_table(tmp_path / "answers.csv")}
        codebooks = {"responses": codebook or _codebook()}
        return correct_tables(tables, codebooks, read_corrections(path))["responses"]

    return _apply


@pytest.fixture
def refused(apply: Apply) -> Callable[..., list[str]]:
    def _refused(*lines: str, header: str = HEADER, **kwargs: Any) -> list[str]:
        with pytest.raises(IngestError) as error:
            apply("\n".join([header, *lines]), **kwargs)
        assert error.value.exit_code == ExitCode.DATA
        return error.value.message.splitlines()[1:]

    return _refused


def test_a_cell_gets_its_new_value_and_the_rest_stays(apply: Apply) -> None:
    result = apply(f"{HEADER}\n1,age,35,53,{WHY}\n")
    assert result.raw.frame["age"].to_list() == ["53", " 40 ", "99"]
    assert result.raw.frame.drop("age").equals(read_table(result.raw.path).frame.drop("age"))
    assert result.record.row(0) == (1, "age", "35", "53", "manual", "误录", "李督导", "2021-07-03")
    assert result.raw.notes[-1] == "Corrections by hand (corrections.csv): 1 in 1 rows."


def test_the_raw_file_is_never_written_to(apply: Apply, tmp_path: Path) -> None:
    apply(f"{HEADER}\n1,age,35,53,{WHY}\n2,*,,drop,{WHY}\n")
    assert (tmp_path / "answers.csv").read_text(encoding="utf-8") == ANSWERS


@pytest.mark.parametrize(
    "line",
    ["2,age,40,41", "2,age,40.0,41", "2,age, ４０ ,41", "3,day,2021-07-03,2021-07-04", "3,day,2021年7月3日,2021/7/4"],
)
def test_old_is_compared_as_the_field_reads_it(apply: Apply, line: str) -> None:
    assert apply(f"{HEADER}\n{line},{WHY}\n").record.height == 1


def test_a_missing_cell_is_empty_in_the_log(apply: Apply) -> None:
    result = apply(f"{HEADER}\n2,note,,听不清,{WHY}\n3,age,99,,{WHY}\n")
    assert result.raw.frame["note"].to_list() == ["a", "听不清", "007"]
    assert result.raw.frame["age"].to_list() == ["35", " 40 ", None]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1,age,36,53", "row 1, age: 'old' is '36', but the data have '35'"),
        ("2,sex,女,1", "row 2, sex: 'old' is '女', but the data have '2'"),
        ("3,note,7,8", "row 3, note: 'old' is '7', but the data have '007'"),
        ("1,note,,b", "row 1, note: 'old' is nothing, but the data have 'a'"),
        ("1,agee,35,53", "the data have no field of the name under 'field' that can be corrected (did you mean 'age'"),
        ("4,age,35,53", "answers.csv has no row 4: its rows are 1 to 3"),
        ("0,age,35,53", "'row' is no row number: '0'"),
        ("one,age,35,53", "'row' is no row number: 'one'"),
        (",age,35,53", "neither 'row' nor the key (id) says which row is meant"),
        ("1,,35,53", "'field' is empty; a whole row is dropped with * under field and drop under new"),
        ("1,*,35,drop", "a whole row (*) can only be dropped"),
        ("1,age,35,fifty", "'new' is 'fifty', which the field cannot hold: it is of type integer"),
        ("1,sex,1,女", "'new' is '女', which the field cannot hold"),
        ("1,day,2021-07-01,3/7/2021", "'new' is '3/7/2021', which the field cannot hold: it is of type date"),
        ("1,name,王,赵", "row 1, name: 'old' is (withheld), but the data have (withheld)"),
    ],
)
def test_an_entry_that_does_not_match_is_refused(refused: Callable[..., list[str]], line: str, says: str) -> None:
    (found,) = refused(f"{line},{WHY}")
    assert found.startswith("  - line 2: ")
    assert says in found


def test_a_missing_code_may_be_the_new_value(apply: Apply) -> None:
    assert apply(f"{HEADER}\n1,age,35,99,{WHY}\n").raw.frame["age"][0] == "99"


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (",李督导,2021-07-03", "'why' is empty"),
        ("误录,,2021-07-03", "'who' is empty"),
        ("误录,李督导,", "'when' is empty"),
        ("误录,李督导,last week", "'when' is no date: 'last week'; write 2021-07-03"),
    ],
)
def test_who_why_and_when_are_needed(refused: Callable[..., list[str]], end: str, says: str) -> None:
    (found,) = refused(f"1,age,35,53,{end}")
    assert says in found


def test_all_entries_that_do_not_match_are_listed_at_once(refused: Callable[..., list[str]]) -> None:
    found = refused(f"1,age,36,53,{WHY}", f"2,age,40,41,{WHY}", f"9,age,1,2,{WHY}", "1,sex,1,2,,,")
    assert [line.split(":")[0] for line in found] == ["  - line 2", "  - line 4", *["  - line 5"] * 3]


def test_corrections_of_one_cell_follow_each_other_by_date(apply: Apply) -> None:
    later = "1,age,53,54,核实,李督导,2021-07-05"
    result = apply(f"{HEADER}\n{later}\n1,age,35,53,误录,李督导,2021-07-04\n")
    assert result.raw.frame["age"][0] == "54"
    assert result.record.select("before", "after").rows() == [("35", "53"), ("53", "54")]


def test_one_cell_corrected_twice_in_two_ways_is_refused(refused: Callable[..., list[str]]) -> None:
    found = refused(f"1,age,35,53,{WHY}", "1,age,35,54,核实,李督导,2021-07-05")
    assert found == ["  - line 3: row 1, age: 'old' is '35', but line 2 of 2021-07-03 has made it '53'"]


def test_the_same_correction_written_down_twice_counts_once(apply: Apply) -> None:
    assert apply(f"{HEADER}\n1,age,35,53,{WHY}\n1,age,35,53,{WHY}\n").record.height == 1


def test_a_row_is_named_by_its_key(apply: Apply) -> None:
    header = "id,field,old,new,why,who,when"
    result = apply(f"{header}\nR3,sex,1,2,{WHY}\n")
    assert result.raw.frame["sex"].to_list() == ["1", "2", "2"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("R9,,sex,1,2", "no row of the data has that key"),
        ("R3,1,sex,1,2", "row 1 has another key; the key is that of row 3"),
    ],
)
def test_key_and_row_have_to_agree(refused: Callable[..., list[str]], line: str, says: str) -> None:
    (found,) = refused(f"{line},{WHY}", header="id,row,field,old,new,why,who,when")
    assert says in found


def test_a_key_that_stands_twice_needs_the_row(refused: Callable[..., list[str]], apply: Apply) -> None:
    header = "id,row,field,old,new,why,who,when"
    (found,) = refused(f"R1,,age,35,53,{WHY}", header=header, answers=ANSWERS + "R1,35,1,2021-07-01,,\n")
    assert "2 rows have that key (rows 1, 4): say which one under 'row'" in found
    result = apply(f"{header}\nR1,4,age,35,53,{WHY}\n", answers=ANSWERS + "R1,35,1,2021-07-01,,\n")
    assert result.raw.frame["age"][3] == "53"


def test_a_key_of_several_columns_has_to_be_complete(refused: Callable[..., list[str]], apply: Apply) -> None:
    codebook = _codebook(key=("id", "day"))
    (found,) = refused(f"R1,,age,35,53,{WHY}", header="id,day,field,old,new,why,who,when", codebook=codebook)
    assert "the key is not complete: id, day" in found
    log = f"id,day,field,old,new,why,who,when\nR3,2021-07-03,age,99,35,{WHY}\n"
    assert apply(log, codebook=codebook).raw.frame["age"][2] == "35"


def test_a_row_is_dropped_by_hand(apply: Apply) -> None:
    result = apply(f"{HEADER}\n2,*,,drop,测试问卷,李督导,2021-07-03\n")
    assert result.dropped.to_list() == [2]
    assert result.raw.row_count == 3
    assert result.record.row(0)[1:5] == ("*", None, "drop", "manual")
    assert result.raw.notes[-1].endswith("0 in 0 rows, and rows dropped: 1.")


def test_values_of_personal_fields_are_withheld_in_the_record(apply: Apply) -> None:
    result = apply(f"{HEADER}\n1,name,王一,王乙,{WHY}\n")
    assert result.raw.frame["name"][0] == "王乙"
    assert result.record.select("before", "after").row(0) == ("(withheld)", "(withheld)")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_the_log_comes_from_excel(apply: Apply, encoding: str) -> None:
    log = f"{HEADER},,\r\n1,age,35,53,录入时看错一行,李督导,2021/7/3 9:05,,\r\n,,,,,,,,\r\n"
    result = apply(log.encode(encoding))
    assert result.record.row(0)[-3:] == ("录入时看错一行", "李督导", "2021-07-03 09:05:00")


def test_the_log_may_have_chinese_headers_and_columns_of_its_own(apply: Apply) -> None:
    result = apply(f"序号,行号,字段,原值,新值,原因,修改人,日期\n1,1,age,35,53,{WHY}\n")
    assert result.record.height == 1


@pytest.mark.parametrize("header", ["id", "ID", "答卷编号", "KEY", " key ", "ｋｅｙ"])
def test_the_key_may_stand_under_its_title_or_a_header_that_it_has_in_files(apply: Apply, header: str) -> None:
    fields = [{**FIELDS[0], "liandong": {"columns": ["KEY", "_uuid"]}}, *FIELDS[1:]]
    codebook = _codebook(fields)
    first = codebook.fields[0].model_copy(update={"title": "答卷编号"})
    codebook = codebook.model_copy(update={"fields": (first, *codebook.fields[1:])})
    log = f"{header},{HEADER.removeprefix('row,')}\nR2,age,40,41,{WHY}\n"
    assert apply(log, codebook=codebook).record["row"].to_list() == [2]


@pytest.mark.parametrize("log", [f"{HEADER}\n", HEADER, "", "\ufeff", "\n \n"])
def test_an_empty_log_changes_nothing(apply: Apply, log: str) -> None:
    result = apply(log)
    assert result.record.is_empty()
    assert result.raw.notes == read_table(result.raw.path).notes


def test_a_log_that_lacks_a_column_is_refused(apply: Apply) -> None:
    with pytest.raises(IngestError, match="lacks the column who") as error:
        apply("row,field,old,new,why,when,whom\n1,age,35,53,a,2021-07-03,b\n")
    assert error.value.hint == "did you mean 'whom'?"


def test_a_log_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="there is no such file"):
        read_corrections(tmp_path / "corrections.csv")


def test_several_answers_in_one_cell_are_corrected_as_a_whole(apply: Apply, refused: Callable[..., list[str]]) -> None:
    options = [
        {"name": f"help_{code}", "type": "integer", "liandong": {"columns": ["help"], "option": str(code)}}
        for code in (1, 2)
    ]
    codebook, answers = _codebook([FIELDS[0], *options]), "id,help\nR1,1┋2\nR2,2\n"
    result = apply(f"{HEADER}\n1,help,1┋2,1,{WHY}\n", answers=answers, codebook=codebook)
    assert result.raw.frame["help"].to_list() == ["1", "2"]
    (found,) = refused(f"1,help_2,1,0,{WHY}", answers=answers, codebook=codebook)
    assert "it is one of the answers in 'help': correct that cell as a whole" in found


def test_the_log_may_be_a_workbook(tmp_path: Path, write_workbook: Any) -> None:
    rows = [HEADER.split(","), [1, "age", 35, 53, "误录", "李", ("date", 44380)]]
    log = read_corrections(write_workbook(tmp_path / "log.xlsx", {"更正": rows}))
    assert log.problems == ()
    entry = log.entries[0]
    assert (entry.row, entry.old, entry.new, f"{entry.when:%F}") == (1, "35", "53", "2021-07-03")


def test_a_workbook_with_a_header_only_is_an_empty_log(tmp_path: Path, write_workbook: Any) -> None:
    assert read_corrections(write_workbook(tmp_path / "log.xlsx", {"更正": [HEADER.split(",")]})).is_empty


def test_an_unknown_table_is_refused(refused: Callable[..., list[str]]) -> None:
    (found,) = refused(f"1,age,35,53,{WHY},reponses", header=f"{HEADER},table")
    assert "there is no table 'reponses' (did you mean 'responses'?)" in found


def test_rows_of_several_files_are_named_with_their_file(tmp_path: Path) -> None:
    for name, answers in (("a.csv", "id,age\nR1,20\nR2,30\n"), ("b.csv", "id,age\nR3,40\nR4,50\n")):
        (tmp_path / name).write_text(answers, encoding="utf-8")
    raw = stack([read_table(tmp_path / "a.csv"), read_table(tmp_path / "b.csv")])
    codebooks = {"responses": _codebook(FIELDS[:2])}
    path = tmp_path / "log.csv"
    path.write_text(f"file,{HEADER}\nb.csv,2,age,50,51,{WHY}\n", encoding="utf-8")
    result = correct_tables({"responses": raw}, codebooks, read_corrections(path))["responses"]
    assert result.raw.frame["age"].to_list() == ["20", "30", "40", "51"]
    assert result.record["row"].to_list() == [4]
    path.write_text(f"file,{HEADER}\n,2,age,50,51,{WHY}\nc.csv,2,age,50,51,{WHY}\n", encoding="utf-8")
    with pytest.raises(IngestError) as error:
        correct_tables({"responses": raw}, codebooks, read_corrections(path))
    assert "line 2: the table has several files: say under 'file' in which one the row stands" in str(error.value)
    assert "line 3: 'c.csv' is no file of the table" in str(error.value)


@pytest.fixture
def typed(tmp_path: Path) -> Callable[[str], HandCorrected]:
    """Return the function that applies a log to a Stata file, in which dates are numbers."""
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame(
        {"id": ["R1", "R2"], "age": [35.0, 99.0], "day": [dt.date(2021, 7, 1), None], "score": [1.5, None]}
    )
    pyreadstat.write_dta(frame, str(tmp_path / "answers.dta"))
    fields = [*FIELDS[:2], FIELDS[3], {"name": "score", "type": "number"}]

    def _apply(lines: str) -> HandCorrected:
        (tmp_path / "log.csv").write_text(f"{HEADER}\n{lines}", encoding="utf-8")
        tables = {"responses": read_table(tmp_path / "answers.dta")}
        return correct_tables(tables, {"responses": _codebook(fields)}, read_corrections(tmp_path / "log.csv"))[
            "responses"
        ]

    return _apply


def test_numbers_and_dates_are_stored_as_the_file_stores_them(typed: Callable[[str], HandCorrected]) -> None:
    result = typed(f"1,day,2021/7/1,2021/7/2,{WHY}\n2,age,99,36,{WHY}\n2,score,,2.25,{WHY}\n1,score,1.50,,{WHY}\n")
    frame = result.raw.frame
    assert frame["age"].to_list() == [35.0, 36.0]
    assert frame["score"].to_list() == [None, 2.25]
    assert frame["day"].dtype == result.raw.schema["day"]
    assert frame["day"][0] == (pl.date(2021, 7, 2) - pl.date(1960, 1, 1)).dt.total_days().pipe(pl.select).item()


def test_what_a_typed_column_cannot_store_is_refused(typed: Callable[[str], HandCorrected]) -> None:
    with pytest.raises(IngestError) as error:
        typed(f"1,day,2021-07-01,someday,{WHY}\n1,age,35,many,{WHY}\n")
    assert len(error.value.message.splitlines()) == 3


def test_an_extended_missing_value_gives_way_to_an_answer(typed: Callable[[str], HandCorrected]) -> None:
    from dataclasses import replace

    raw = typed("").raw
    tags = pl.DataFrame({"row": [1], "column": ["score"], "tag": [".a"]})
    tagged = replace(raw, tags=tags, user_missing={"score": DeclaredMissing(tags=(".a",))})
    path = raw.path.with_name("log.csv")
    path.write_text(f"{HEADER}\n2,score,.a,3,{WHY}\n", encoding="utf-8")
    fields = [*FIELDS[:2], FIELDS[3], {"name": "score", "type": "number"}]
    result = correct_tables({"responses": tagged}, {"responses": _codebook(fields)}, read_corrections(path))
    assert result["responses"].raw.tags.is_empty()
    assert result["responses"].raw.frame["score"].to_list() == [1.5, 3.0]
