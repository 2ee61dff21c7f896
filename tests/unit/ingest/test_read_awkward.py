"""The real files of ../shared/data/awkward, in place, against what other readers make of them."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl

from liandong.ingest import RawTable, apply_codebook, read_table

ACCEPTED_KEYS = (
    "rows", "cols", "value_labelled", "missing_ranges", "missing_user", "longest_name", "dup_labels",
    "longest_label", "non_ascii_meta", "han_in_metadata", "han_in_data", "mr_sets",
)  # fmt: skip
# The text of this file says otherwise than its header, which the other readers believe; see the test of its own below.
NOT_AS_CLAIMED = "datareader/test16.sas7bdat"
HAN = re.compile("[\u4e00-\u9fff]")
WIDTH = re.compile(r"[\d.]+")


def facts(table: RawTable) -> dict[str, Any]:
    labels = [table.labels.get(name) for name in table.columns]
    told = [
        *table.columns,
        *table.labels.values(),
        *(text for one in table.value_labels.values() for text in one.values()),
    ]
    texts = table.frame.select(pl.col(pl.String)).unpivot()["value"].drop_nulls()
    return {
        "longest_label": max(map(len, table.labels.values()), default=0),
        "non_ascii_meta": not all(map(str.isascii, told)),
        "han_in_metadata": any(map(HAN.search, told)),
        "han_in_data": any(map(HAN.search, texts)),
        "mr_sets": list(table.response_sets),
        "rows": table.frame.height,
        "cols": table.frame.width,
        "value_labelled": len(table.value_labels),
        "missing_ranges": sum(bool(codes.values or codes.ranges) for codes in table.user_missing.values()),
        "missing_user": sum(bool(codes.tags) for codes in table.user_missing.values()),
        "longest_name": max(map(len, table.columns)),
        "dup_labels": len(labels) - len(set(labels)),
    }


def expected_facts(entry: dict[str, Any]) -> dict[str, Any]:
    """One file cannot be read with dates converted, for one lies in the year 22 000 or so; R's reader knows it."""
    source = entry if entry["opened_with"] else entry["haven_2.5.1"]
    return {key: source[key] for key in ACCEPTED_KEYS if key in source}


def test_every_awkward_file_gives_what_two_other_readers_found(awkward: Path) -> None:
    entries = json.loads((awkward / "expected.json").read_text(encoding="utf-8"))["files"]
    with ThreadPoolExecutor(2) as pool:
        tables = list(pool.map(lambda entry: read_table(awkward / entry["file"]), entries))
    found = {entry["file"]: facts(table) for entry, table in zip(entries, tables, strict=True)}
    wrong = {
        entry["file"]: (found[entry["file"]], expected_facts(entry))
        for entry in entries
        if not expected_facts(entry).items() <= found[entry["file"]].items()
    }
    assert len(entries) == 47
    assert [name for name in wrong if name != NOT_AS_CLAIMED] == [], wrong
    assert wrong[NOT_AS_CLAIMED][0] == {**found[NOT_AS_CLAIMED], "han_in_data": True}
    for entry, table in zip(entries, tables, strict=True):
        if entry["opened_with"]:
            check_formats(entry, table)


def check_formats(entry: dict[str, Any], table: RawTable) -> None:
    """Hold formats, dates, documentation and encoding against what pyreadstat alone had told.

    It counts as dates only what it could turn into days, and takes no formats from columns of other kinds.
    """
    name = entry["file"]
    shown = {WIDTH.sub("", table.formats.get(column, "")) for column in table.columns}
    assert set(entry["formats"]) <= shown, name
    assert shown - set(entry["formats"]) <= {"WKYR"}, name
    assert len(table.temporal) >= entry["dates"], name
    assert bool(table.documentation) >= entry["notes"], name
    if entry["encoding"] is not None and name != NOT_AS_CLAIMED:
        assert table.encoding == entry["encoding"], name


def test_the_weight_is_the_one_that_pspp_shows(awkward: Path) -> None:
    weights = {"July 2004 Selective Exposure.sav": "weight", "spssio_test.sav": "weightVar", "german.sav": None}
    for name, weight in weights.items():
        assert read_table(awkward / "savreaderwriter" / name).weight == weight


def test_missing_ranges_are_kept_with_open_ends(awkward: Path) -> None:
    table = read_table(awkward / "savreaderwriter" / "spssio_test.sav")
    assert table.user_missing["Age"].ranges == ((0.0, 18.0),)
    assert table.user_missing["Income2"].ranges == ((float("-inf"), -1.0),)
    assert table.user_missing["Income2"].values == (999.0,)
    assert table.user_missing["aShortStringVar"].values == ("x", "y")
    assert table.documentation[0] == "This is a file label"


def test_extended_missing_values_keep_their_letters(awkward: Path) -> None:
    table = read_table(awkward / "haven" / "tagged-na-double.dta")
    assert table.frame["x"].to_list() == [1.0, 2.0, 3.0, 4.0, 5.0, None, None, None]
    assert table.tags.rows() == [(5, "x", ".a"), (6, "x", ".h"), (7, "x", ".z")]
    assert table.value_labels["x"] == {".a": "apple", ".z": ".zebra"}


def test_text_in_utf8_is_found_in_a_file_that_claims_latin_1(awkward: Path) -> None:
    table = read_table(awkward / "datareader" / "test16.sas7bdat")
    texts = {text for column in table.frame.select(pl.col(pl.String)) for text in column.drop_nulls()}
    assert {"高雄市", "부산", "Иркутск"} <= texts
    assert table.encoding == "UTF-8"
    assert len(table.notes) == 1


def test_german_text_is_not_taken_for_chinese(awkward: Path) -> None:
    table = read_table(awkward / "savreaderwriter" / "german.sav")
    assert table.columns == ("python", "programmieren", "macht", "überhaupt", "völlig", "spaß")
    assert table.notes == ()


def test_a_survey_of_spss_comes_out_typed(awkward: Path, make_codebook: Any) -> None:
    table = read_table(awkward / "pyreadstat" / "sample_missing.sav")
    book = make_codebook(
        mychar="string",
        mynum={"type": "number", "kinds": {"-1": "refused"}},
        mydate="date",
        dtime="datetime",
        mylabl={"type": "integer", "kinds": {"-1": "dont_know"}},
        mytime="time",
    )
    ingested = apply_codebook(table, book)
    first = {name: str(value) for name, value in ingested.frame.collect().row(0, named=True).items()}
    assert first == {
        "_row": "1",
        "mychar": "a",
        "mynum": "1.1",
        "mydate": "2018-05-06",
        "dtime": "2018-05-06 10:10:10",
        "mylabl": "1",
        "mytime": "10:10:10",
    }
    assert ingested.missing.collect().rows()[-2:] == [("refused", "dont_know"), ("user_missing", None)]
    assert ingested.frame.collect().rows()[-1][1:] == (None,) * 6
    assert ingested.unknown.collect().columns == ["_row", "myord"]
