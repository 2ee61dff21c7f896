from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.definitions import Study, load_study
from liandong.errors import IngestError, ValidationError
from liandong.evidence import TABLES, conform, writing_bundle
from liandong.workflow.intake import Intake, absent_fields, data_notes, notes, take_in, unknown_columns
from liandong.workflow.preparation import prepare
from liandong.workflow.restricted import write_restricted

CASES = Path(__file__).parents[2] / "cases" / "definitions"
TEXT = {"zh": "题", "en": "title"}
STUDY: dict[str, Any] = {
    "id": "small",
    "title": TEXT,
    "instrument": "../instrument",
    "data": {"responses": "responses.csv", "communities": "communities.csv", "service_log": "log.csv"},
    "design": {"cluster": "community", "assignment": {"kind": "observational"}},
    "analysis": {
        "derived": [
            {"name": "hours", "title": TEXT, "expression": "sum(service_log.hours)"},
            {"name": "large", "title": TEXT, "expression": "communities.residents >= 500"},
        ]
    },
}
FILES = {
    "responses.csv": (
        "id,community,age,gender,served,belong_1,belong_2,day\n"
        "R1,C1,30,1,1,4,4,2021-07-01\nR2,C1,40,2,1,3,4,2021-07-01\nR3,C2,50,2,0,5,5,2021-07-02\n"
        "R4,C9,60,1,0,2,2,2021-07-02\nR5,C2,70,1,1,3,3,2021-07-03\n"
    ),
    "communities.csv": (
        "code,residents,opened,station,leader\n"
        "C1,400,2019/1/1,true,甲\nC2,900,2020/1/1,false,乙\nC3,x,2020/1/1,,丙\nC3,5,2020/1/1,,丙\n"
    ),
    "log.csv": (
        "visit,person,hours,day,place,kept\nV1,R1,2,2021-06-01,家,true\nV2,R1,1.5,2021-06-02,家,true\n"
        "V3,R2,30,2021-06-03,站,false\nV4,R4,1,2021-06-03,站,true\nV5,R8,1,2021-06-03,站,true\n"
    ),
}
RULES = [
    {"id": "logged", "title": TEXT, "check": "served == 0 or count(service_log) > 0", "action": "warn"},
    {"id": "inhabited", "title": TEXT, "check": "communities.residents >= 500", "action": "warn"},
]
HEADER = "table,row,id,field,old,new,why,who,when\n"
WHY = "误录,李,2021-07-05"


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Intake]:
    """Return the function that takes in a small study with two second tables."""

    def _take(corrections: str | None = None, rules: Any = RULES, **files: str) -> Intake:
        instrument, folder = tmp_path / "instrument", tmp_path / "small"
        shutil.copytree(CASES / "instrument", instrument, dirs_exist_ok=True)
        shutil.copytree(CASES / "tables", instrument, dirs_exist_ok=True)
        raw = yaml.safe_load((instrument / "codebook.yaml").read_text(encoding="utf-8"))
        tables = {"communities": "communities.yaml", "service_log": "service_log.yaml"}
        raw["liandong"] |= {"tables": tables, "rules": rules}
        (instrument / "codebook.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
        folder.mkdir(exist_ok=True)
        study = STUDY if corrections is None else {**STUDY, "corrections": "corrections.csv"}
        (folder / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
        for name, text in {**FILES, **files}.items():
            (folder / name).write_text(text, encoding="utf-8")
        if corrections is not None:
            (folder / "corrections.csv").write_text(HEADER + corrections, encoding="utf-8")
        loaded = load_study(folder)
        assert loaded.instrument is not None
        return take_in(loaded, loaded.instrument.codebook, lambda _: None)

    return _take


@pytest.fixture
def study_of(tmp_path: Path) -> Callable[..., Study]:
    """Return the function that loads the study that `take` wrote, with other derived columns or files."""

    def _study_of(derived: Any = None, **files: str) -> Study:
        path = tmp_path / "small" / "study.yaml"
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if derived is not None:
            raw["analysis"]["derived"] = derived
        path.write_text(yaml.safe_dump(raw), encoding="utf-8")
        for name, text in files.items():
            (path.parent / name).write_text(text, encoding="utf-8")
        return load_study(path)

    return _study_of


def _rule(intake: Intake, rule: str) -> tuple[int, int]:
    row = intake.rules.row(by_predicate=pl.col("rule") == rule, named=True)
    return row["n_checked"], row["n_failed"]


def test_every_table_is_held_against_its_own_codebook(take: Callable[..., Intake]) -> None:
    intake = take()
    assert intake.rows == {"received": 5, "accepted": 4, "rejected": 1}
    communities, log = intake.tables["communities"].validated, intake.tables["service_log"].validated
    assert communities.rejected.collect()["_rules"].to_list() == [
        "key.conflict; residents.type; enough",
        "key.conflict; enough",
    ]
    assert log.accepted.collect()["visit"].to_list() == ["V1", "V2", "V3"]
    assert log.rejected.collect().select("visit", "_rules").rows() == [
        ("V4", "person.foreign_key"),
        ("V5", "person.foreign_key"),
    ]
    assert log.corrections.select("row", "field", "before", "rule").rows() == [(3, "hours", "30.0", "hours.range")]


def test_rules_of_tables_stand_in_the_table_of_rules_under_their_names(take: Callable[..., Intake]) -> None:
    intake = take()
    conform("validation", intake.rules)
    assert intake.rules["rule"].is_unique().all()
    row = intake.rules.row(by_predicate=pl.col("rule") == "service_log: hours.range", named=True)
    assert (row["field"], row["n_failed"]) == ("service_log.hours", 1)
    assert row["title_zh"].startswith("服务记录：「时长」")
    assert row["title_en"].startswith("Service log: “Hours” ")


def test_rules_read_other_tables(take: Callable[..., Intake]) -> None:
    intake = take()
    assert _rule(intake, "logged") == (5, 1)  # R5 was served, and no visit says so
    assert _rule(intake, "inhabited") == (4, 2)  # C9 is not in the table
    row = intake.rules.row(by_predicate=pl.col("rule") == "inhabited", named=True)
    assert row["field"] == "community"
    assert _rule(intake, "communities: enough") == (4, 2)  # C1 and C2 have two accepted interviews each, C3 none
    assert _rule(intake, "service_log: adult") == (3, 0)


def test_no_column_of_another_table_stays_in_the_responses(take: Callable[..., Intake]) -> None:
    intake = take()
    fields = {"_row", "id", "community", "age", "gender", "served", "belong_1", "belong_2", "day"}
    assert set(intake.validated.accepted.collect().columns) == fields
    assert set(intake.validated.rejected.collect().columns) == {*fields, "_rules", "_unreadable"}


def test_derived_columns_read_other_tables(take: Callable[..., Intake], tmp_path: Path) -> None:
    intake = take()
    frame = prepare(load_study(tmp_path / "small"), intake.linked).frame
    assert frame.select("hours", "large").rows() == [(3.5, 0), (None, 0), (0.0, 1), (0.0, 1)]


def test_supervision_sees_other_tables_beside_every_row_received(take: Callable[..., Intake]) -> None:
    received = take().received.rows.select("id", "communities.residents", "count(service_log)").collect()
    assert received.rows() == [("R1", 400, 2), ("R2", 400, 1), ("R3", 900, 0), ("R4", None, 0), ("R5", 900, 0)]


RENAMED = FILES["communities.csv"].replace("residents", "resident_n")


def test_a_derived_column_of_a_value_that_a_table_lacks_is_refused(take: Callable[..., Intake]) -> None:
    with pytest.raises(ValidationError) as error:
        take(**{"communities.csv": RENAMED})
    lacking = "the table communities has no column residents (did you mean 'resident_n'?)"
    assert error.value.message.splitlines()[1:] == [f"  - {lacking}, which analysis.derived.large needs"]
    assert "communities.residents" in error.value.zh


def test_a_derived_column_of_an_answer_that_nobody_gave_is_refused(
    take: Callable[..., Intake], study_of: Callable[..., Study]
) -> None:
    take()
    derived = [{"name": "old", "title": TEXT, "expression": "age > 60 and count(service_log) > 0"}]
    study = study_of(derived=derived, **{"responses.csv": FILES["responses.csv"].replace("age", "alter")})
    assert study.instrument is not None
    with pytest.raises(ValidationError, match=r"- age, which analysis.derived.old needs"):
        take_in(study, study.instrument.codebook, lambda _: None)


def test_rules_that_read_what_a_table_lacks_are_named_as_unchecked(
    take: Callable[..., Intake], study_of: Callable[..., Study]
) -> None:
    take()
    study = study_of(derived=[], **{"communities.csv": RENAMED})
    assert study.instrument is not None
    intake = take_in(study, study.instrument.codebook, lambda _: None)
    assert _rule(intake, "inhabited") == (0, 0)
    lacking = "not in the data: the table communities has no column residents (did you mean 'resident_n'?)"
    assert f"rule inhabited could not be checked: {lacking}" in data_notes(intake)
    assert not [note for note in data_notes(intake) if "logged" in note]
    assert "communities.resident_n" in unknown_columns(intake)
    assert "communities.residents" in absent_fields(intake)


def test_answers_that_point_to_rejected_rows_are_told_why(take: Callable[..., Intake]) -> None:
    twice = FILES["communities.csv"] + "C2,901,2020/1/1,false,乙\n"
    intake = take(**{"communities.csv": twice})
    row = intake.rules.row(by_predicate=pl.col("rule") == "community.foreign_key", named=True)
    assert (row["n_failed"], row["title_en"]) == (3, "“Community” should point to an accepted row of communities")
    (told,) = [note for note in data_notes(intake) if note.startswith("some rows")]
    assert told == (
        "some rows have in community what communities lists only in rows that were rejected themselves (key.conflict): "
        "mend those first, see restricted/communities_rejected.parquet"
    )


def test_answers_that_point_to_nothing_are_not_said_to_point_to_rejected_rows(take: Callable[..., Intake]) -> None:
    # C3 is rejected, and nobody's; C9 of R4 is in no table.
    assert not [note for note in data_notes(take()) if note.startswith("some rows")]


def test_a_table_without_a_file_leaves_its_rules_unchecked(take: Callable[..., Intake], tmp_path: Path) -> None:
    take()
    path = tmp_path / "small" / "study.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    del raw["data"]["service_log"]
    del raw["analysis"]
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    study = load_study(path)
    assert study.instrument is not None
    intake = take_in(study, study.instrument.codebook, lambda _: None)
    assert _rule(intake, "logged") == (0, 0)
    assert list(intake.tables) == ["communities"]
    assert "table not in the data: service_log" in notes(intake)
    assert "rule logged could not be checked: not in the data: the table service_log" in notes(intake)


def test_a_table_of_which_nothing_can_be_accepted_is_named(take: Callable[..., Intake]) -> None:
    with pytest.raises(ValidationError) as error:
        take(**{"log.csv": FILES["log.csv"].replace("R", "Q")})
    assert error.value.where == "service_log"


def test_corrections_reach_every_table_before_its_codebook(take: Callable[..., Intake]) -> None:
    intake = take(
        f"communities,3,,residents,x,5,{WHY}\nservice_log,3,,hours,30,3,{WHY}\n,,R4,community,C9,C2,{WHY}\n"
        f"communities,4,,*,,drop,重复,李,2021-07-05\n"
    )
    assert intake.rows == {"received": 5, "accepted": 5, "rejected": 0}
    communities = intake.tables["communities"].validated
    assert communities.accepted.collect()["code"].to_list() == ["C1", "C2", "C3"]
    assert communities.rejected.collect().select("_row", "_rules").rows() == [(4, "dropped_by_hand")]
    manual = intake.corrections.filter(pl.col("rule") == "manual").select("table", "row", "field", "before", "after")
    assert manual.rows() == [
        ("responses", 4, "community", "C9", "C2"),
        ("communities", 3, "residents", "x", "5"),
        ("communities", 4, "*", None, "drop"),
        ("service_log", 3, "hours", "30", "3"),
    ]
    assert "Corrections by hand (corrections.csv): 1 in 1 rows." in notes(intake)


def test_a_dropped_row_rejects_no_other(take: Callable[..., Intake]) -> None:
    answers = FILES["responses.csv"] + "R1,C1,99,1,1,1,1,2021-07-03\n"
    assert take(**{"responses.csv": answers}).rows["rejected"] == 3  # two with one key, and one of no community
    intake = take("responses,6,,*,,drop,测试问卷,李,2021-07-05\n", **{"responses.csv": answers})
    assert intake.rows == {"received": 6, "accepted": 4, "rejected": 2}
    assert intake.dropped == 1
    assert _rule(intake, "dropped_by_hand") == (6, 1)
    assert intake.validated.rejected.collect().select("_row", "_rules").rows() == [
        (4, "community.foreign_key"),
        (6, "dropped_by_hand"),
    ]


def test_one_error_lists_the_entries_of_all_tables(take: Callable[..., Intake]) -> None:
    with pytest.raises(IngestError) as error:
        take(f"communities,1,,residents,401,402,{WHY}\n,1,,age,31,32,{WHY}\n,1,,gender,1,2,{WHY}\n")
    assert [line.split(":")[0] for line in error.value.message.splitlines()[1:]] == ["  - line 2", "  - line 3"]


def test_files_of_second_tables_stand_in_the_restricted_folder(take: Callable[..., Intake], tmp_path: Path) -> None:
    corrections = f",,R4,community,C9,C2,{WHY}\n,1,,age,30,31,电话13800138000核实,李,2021-07-05\n"
    intake = take(corrections)
    with writing_bundle(tmp_path / "bundle") as writer:
        write_restricted(writer, intake, None)
        folder = writer.folder / "restricted"
        assert sorted(path.name for path in folder.iterdir()) == [
            "communities.parquet", "communities_rejected.parquet", "corrections.csv", "rejected.parquet",
            "responses.parquet", "service_log.parquet", "service_log_rejected.parquet",
        ]  # fmt: skip
        assert pl.read_parquet(folder / "communities.parquet")["residents"].to_list() == [400, 900]
        written = pl.read_csv(folder / "corrections.csv")
        assert written.columns == ["row", "field", "before", "after", "rule", "why", "who", "when", "table"]
        assert "13800138000" not in (folder / "corrections.csv").read_text(encoding="utf-8")
        writer.manifest({})
    assert "validation" in TABLES
