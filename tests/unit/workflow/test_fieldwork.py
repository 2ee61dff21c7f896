"""Field supervision of the Hubei example: which of its planted faults come to the supervisor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from liandong.definitions import Study, load_study
from liandong.evidence import conform, read_bundle, writing_bundle
from liandong.evidence.typed_rows import TypedRows
from liandong.quality import Supervision
from liandong.workflow.fieldwork import supervise, write_supervision
from liandong.workflow.intake import Intake, take_in

HUBEI = Path(__file__).resolve().parents[3] / "examples" / "hubei"


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(HUBEI)


@pytest.fixture(scope="module")
def intake(study: Study) -> Intake:
    assert study.instrument is not None
    return take_in(study, study.instrument.codebook, lambda _: None)


@pytest.fixture(scope="module")
def found(study: Study, intake: Intake) -> Supervision:
    return supervise(study, intake)


def _rows(found: Supervision, check: str) -> list[int]:
    return found.restricted["findings"].filter(pl.col("check") == check)["row"].sort().to_list()


def test_faults_of_the_file_come_to_the_supervisor(found: Supervision) -> None:
    assert len(_rows(found, "duplicates_identical")) == 1
    assert len(_rows(found, "duplicates_key")) == 1
    assert len(_rows(found, "negative_duration")) == 1
    assert len(_rows(found, "night")) == 1
    assert len(_rows(found, "rejected")) == 6  # of nine: the copy and the pair of one key have checks of their own


def test_rejected_rows_are_looked_at(found: Supervision) -> None:
    received = found.checks.filter(pl.col("check") == "rejected").row(0, named=True)
    assert (received["n_checked"], received["n_flagged"]) == (627, 9)
    assert found.restricted["clusters"].filter(pl.col("community") == "C99").height == 1  # a place that does not exist


def test_respondent_numbers_and_telephones_stay_where_they_are(found: Supervision, intake: Intake) -> None:
    personal = intake.ingested.table.rows.select("respondent_id", "phone_tail").collect()
    numbers = set(personal["respondent_id"])
    text = "\n".join(table.write_csv() for table in found.restricted.values())
    assert not [number for number in numbers if number in text]
    assert not found.restricted["to_do"]["what_zh"].str.contains("13a4").any()


def test_a_large_file_gives_the_same_tables(study: Study, intake: Intake, found: Supervision) -> None:
    table = intake.ingested.table
    large = TypedRows(table.rows, table.schema, table.height, batch=100)
    ingested = replace(intake.ingested, table=large)
    again = supervise(study, replace(intake, responses=replace(intake.responses, ingested=ingested)))
    assert again.checks.equals(found.checks)
    for name, expected in found.restricted.items():
        assert conform(name, again.restricted[name]).equals(conform(name, expected)), name


def test_tables_are_read_back_from_the_restricted_folder(found: Supervision, tmp_path: Path) -> None:
    with writing_bundle(tmp_path / "b") as writer:
        write_supervision(writer, found)
        writer.manifest({})
    bundle = read_bundle(tmp_path / "b")
    assert bundle.restricted_table("to_do").height == found.restricted["to_do"].height
    assert not list((tmp_path / "b").glob("tables/*"))
