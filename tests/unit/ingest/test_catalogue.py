"""SAS data files and the catalogues that hold their value labels."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from liandong.errors import IngestError
from liandong.ingest import apply_codebook, read_table
from liandong.ingest.catalogue import user_formats

MADE_BY_R = Path(__file__).resolve().parents[2] / "reference" / "ingest" / "survey.sas7bdat.gz"
PAIRS = {
    "haven/hadley.sas7bdat": (
        "haven/formats.sas7bcat",
        {"workshop": {1.0: "R", 2.0: "SAS"}, "gender": {"f": "Female", "m": "Male"}},
    ),
    "pyreadstat/test_data_linux.sas7bdat": (
        "pyreadstat/test_formats_linux.sas7bcat",
        {key: {"1": "Male", "2": "Female"} for key in ("SEXA", "SEXB")},
    ),
    "pyreadstat/test_data_win.sas7bdat": (
        "pyreadstat/test_formats_win.sas7bcat",
        {key: {"1": "Male", "2": "Female"} for key in ("SEXA", "SEXB")},
    ),
    "pyreadstat/missing_test.sas7bdat": ("pyreadstat/missing_formats.sas7bcat", {"var1": {".a": "missing"}}),
}  # as R's haven 2.5.1 reads them with catalog_file


@pytest.mark.parametrize(("name", "catalogue", "labels"), [(name, *rest) for name, rest in PAIRS.items()])
def test_the_catalogue_gives_the_value_labels(name: str, catalogue: str, labels: dict[str, Any], awkward: Path) -> None:
    table = read_table(awkward / name, catalogue=awkward / catalogue)
    assert table.value_labels == labels
    assert table.notes == ()
    alone = read_table(awkward / name)
    assert alone.value_labels == {}
    assert alone.frame.equals(table.frame)


def test_without_a_catalogue_a_note_says_which_formats_and_which_file(awkward: Path, tmp_path: Path) -> None:
    note = read_table(awkward / "haven" / "hadley.sas7bdat").notes[0]
    assert "$GENDER, WORKSHOP (2 columns)" in note
    assert "beside the file stands formats.sas7bcat" in note
    shutil.copy(awkward / "haven" / "hadley.sas7bdat", tmp_path)
    note = read_table(tmp_path / "hadley.sas7bdat").notes[0]
    assert "$GENDER, WORKSHOP" in note
    assert "beside" not in note


def test_a_catalogue_of_another_survey_is_said_to_be_of_no_use(awkward: Path) -> None:
    table = read_table(
        awkward / "haven" / "hadley.sas7bdat", catalogue=awkward / "pyreadstat" / "test_formats_win.sas7bcat"
    )
    assert table.value_labels == {}
    assert table.notes == ("The catalogue test_formats_win.sas7bcat has no labels for the formats $GENDER, WORKSHOP.",)


def test_extended_missing_values_of_sas_become_kinds(awkward: Path, make_codebook: Any) -> None:
    table = read_table(
        awkward / "pyreadstat" / "missing_test.sas7bdat", catalogue=awkward / "pyreadstat" / "missing_formats.sas7bcat"
    )
    assert table.tags["tag"].to_list() == [".a", ".b", ".c", ".x", ".y", ".z", "._"]
    book = make_codebook(var1={"type": "number", "kinds": {".a": "refused"}}, var7="number", var9="number")
    missing = apply_codebook(table, book).missing.collect()
    assert missing.row(0, named=True) == {"var1": "refused", "var7": "user_missing"}


def test_a_damaged_catalogue_is_an_error_that_names_the_catalogue(awkward: Path, tmp_path: Path) -> None:
    data, whole = awkward / "haven" / "hadley.sas7bdat", (awkward / "haven" / "formats.sas7bcat").read_bytes()
    path = tmp_path / "broken.sas7bcat"
    garbage = bytearray(whole)
    garbage[2_000:9_000] = b"\xff" * 7_000
    for content in (b"", b"x", whole[:-1_024], whole[:40] + bytes(400), data.read_bytes(), bytes(garbage)):
        path.write_bytes(content)
        with pytest.raises(IngestError) as caught:
            read_table(data, catalogue=path)
        assert caught.value.where == "broken.sas7bcat"
        assert "broken.sas7bcat" in caught.value.zh


def test_a_catalogue_that_is_not_there_or_not_wanted_is_an_error(tmp_path: Path) -> None:
    data = tmp_path / "survey.sas7bdat"
    data.write_bytes(gzip.decompress(MADE_BY_R.read_bytes()))
    with pytest.raises(IngestError, match="no such catalogue"):
        read_table(data, catalogue=tmp_path / "lost.sas7bcat")
    with pytest.raises(IngestError, match="no such catalogue"):
        read_table(data, catalogue=tmp_path)
    survey = tmp_path / "survey.sav"
    pyreadstat.write_sav(pl.DataFrame({"a": [1.0]}), survey)
    with pytest.raises(IngestError, match=r"survey\.sav is none"):
        read_table(survey, catalogue=data)


def test_a_file_made_by_r_is_read_with_its_chinese(tmp_path: Path) -> None:
    path = tmp_path / "survey.sas7bdat"
    path.write_bytes(gzip.decompress(MADE_BY_R.read_bytes()))
    table = read_table(path)
    assert table.frame["id"].to_list() == [float(i) for i in range(1, 41)]
    assert table.frame["town"].to_list()[:4] == ["社区一", "社区二", "", ""]
    assert table.frame["essay"].to_list() == ["说明" * (i % 20) for i in range(1, 41)]
    assert table.frame["x"].to_list() == [None, *(i / 7 for i in range(1, 40))]


@pytest.mark.parametrize("version", [5, 8])
def test_transport_files_of_both_versions_give_what_was_written(version: int, tmp_path: Path) -> None:
    path = tmp_path / "survey.xpt"
    name = "TOWN" if version == 5 else "a_name_of_more_than_8_letters"
    frame = pl.DataFrame({"Q1": [1.0, None, -2.5], name: ["东湖", "", "西湖社区"]})
    pyreadstat.write_xport(
        frame, path, file_format_version=version, column_labels=["满意度", "社区"], table_name="SURVEY"
    )
    table = read_table(path)
    assert table.frame.equals(frame)
    assert table.labels == {"Q1": "满意度", name: "社区"}


def test_formats_that_come_with_sas_are_told_from_others() -> None:
    shown = {
        "a": "BEST12.", "b": "$14.", "c": "DATETIME17", "d": "E8601DT", "e": "TIME20.3", "f": "MMYY7", "g": "12",
        "h": "YYMMDD10", "i": "COMMA9.2", "j": "$CHAR20.", "k": "Z5.", "l": "WEEKDATX29",
        "m": "YESNO.", "n": "$GENDER", "o": "A", "p": "满意度",
    }  # fmt: skip
    assert user_formats(shown) == {"m": "YESNO", "n": "$GENDER", "o": "A", "p": "满意度"}
