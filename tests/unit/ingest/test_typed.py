from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.errors import IngestError
from liandong.ingest import RawTable, Temporal, apply_codebook

CASES = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "cases" / "ingest_typing.yaml").read_text(encoding="utf-8")
)
SPSS_SECONDS = Temporal("date", "seconds", (1582, 10, 14))


def case_name(case: dict[str, Any]) -> str:
    return "-".join(str(value) for key, value in case.items() if key != "cells")


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_texts_are_read_as_worked_out_by_hand(
    case: dict[str, Any], make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    cells = case["cells"]
    spec = {key: value for key, value in case.items() if key != "cells"}
    table = raw_of(pl.DataFrame({"x": [cell["raw"] for cell in cells]}))

    ingested = apply_codebook(table, make_codebook(x=spec))

    found = ingested.frame.collect()["x"].to_list()
    expected = [cell["value"] for cell in cells]
    if case["type"] == "time":
        expected = [None if value is None else time.fromisoformat(value) for value in expected]
    assert found == expected
    unreadable = [(row, cell["raw"]) for row, cell in enumerate(cells, 1) if cell.get("problem")]
    assert ingested.type_problems.select("row", "value").rows() == unreadable


def test_each_type_of_the_codebook_has_one_column_type(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    types = ("integer", "number", "string", "boolean", "date", "datetime", "time", "year")
    table = raw_of(pl.DataFrame({name: [""] for name in types}))

    frame = apply_codebook(table, make_codebook(**{name: name for name in types})).frame.collect()

    assert dict(frame.schema) == {
        "_row": pl.Int64,
        "integer": pl.Int64,
        "number": pl.Float64,
        "string": pl.String,
        "boolean": pl.Boolean,
        "date": pl.Date,
        "datetime": pl.Datetime("us"),
        "time": pl.Time,
        "year": pl.Int64,
    }


def test_numbers_of_a_statistics_program_fill_fields_of_every_type(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    seconds = (date(2021, 3, 5) - date(1582, 10, 14)).days * 86_400.0
    table = raw_of(
        pl.DataFrame(
            {
                "whole": [3.0, 3.5],
                "code": [101.0, 7.25],
                "padded": [12.0, 123_456.0],
                "yes": [1.0, 2.0],
                "day": [seconds, seconds + 3_600],
                "moment": [seconds + 30_615.25, None],
                "clock": [30_615.0, 90_000.0],
                "born": [seconds, None],
                "said": [seconds, 0.0],
            }
        ),
        formats={"padded": "N6"},
        temporal={
            "day": SPSS_SECONDS,
            "moment": Temporal("datetime", "seconds", (1582, 10, 14)),
            "clock": Temporal("time", "seconds", (1582, 10, 14)),
            "born": SPSS_SECONDS,
            "said": SPSS_SECONDS,
        },
    )

    ingested = apply_codebook(
        table,
        make_codebook(
            whole="integer",
            code="string",
            padded="string",
            yes="boolean",
            day="date",
            moment="datetime",
            clock="time",
            born="year",
            said="string",
        ),
    )

    assert ingested.frame.collect().drop("_row").to_dict(as_series=False) == {
        "whole": [3, None],
        "code": ["101", "7.25"],
        "padded": ["000012", "123456"],
        "yes": [True, None],
        "day": [date(2021, 3, 5), date(2021, 3, 5)],
        "moment": [datetime(2021, 3, 5, 8, 30, 15, 250_000), None],  # noqa: DTZ001 (surveys keep local time)
        "clock": [time(8, 30, 15), None],
        "born": [2021, None],
        "said": ["2021-03-05", "1582-10-14"],
    }
    assert ingested.type_problems.rows() == [(2, "whole", "3.5"), (2, "yes", "2"), (2, "clock", "01:00:00")]


@pytest.mark.parametrize(
    ("unit", "count", "expected"),
    [
        ("days", 18_282, date(2010, 1, 20)),
        ("weeks", 2_601, date(2010, 1, 8)),
        ("months", 600, date(2010, 1, 1)),
        ("months", -60, date(1955, 1, 1)),
        ("quarters", 58, date(1974, 7, 1)),
        ("halves", -10, date(1955, 1, 1)),
    ],
)
def test_stata_counts_from_1960(
    unit: Any,
    count: int,
    expected: date,
    make_codebook: Callable[..., Any],
    raw_of: Callable[..., RawTable],
) -> None:
    table = raw_of(pl.DataFrame({"x": [count]}), temporal={"x": Temporal("date", unit, (1960, 1, 1))})
    assert apply_codebook(table, make_codebook(x="date")).frame.collect()["x"].to_list() == [expected]


def test_a_date_beyond_all_calendars_is_listed_and_not_fatal(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"x": [1e300, 86_400.0]}), temporal={"x": SPSS_SECONDS})
    ingested = apply_codebook(table, make_codebook(x="date"))
    assert ingested.frame.collect()["x"].to_list() == [None, date(1582, 10, 15)]
    assert ingested.type_problems.rows() == [(1, "x", "1e+300")]


def test_not_a_number_is_missing_and_infinity_is_unreadable(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"x": [1.5, float("nan"), float("inf")]}))
    ingested = apply_codebook(table, make_codebook(x="number"))
    assert ingested.frame.collect()["x"].to_list() == [1.5, None, None]
    assert ingested.type_problems.rows() == [(3, "x", "inf")]


def test_a_column_of_lists_is_refused(make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]) -> None:
    with pytest.raises(IngestError, match="List"):
        apply_codebook(raw_of(pl.DataFrame({"x": [[1, 2]]})), make_codebook(x="integer"))
