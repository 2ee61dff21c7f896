"""Rules that few people were asked about, broke or kept show no numbers in the bundle."""

from __future__ import annotations

import polars as pl
import pytest

from liandong.disclose import suppress_small_cells
from liandong.evidence import TABLES

NUMBERS = ("n_checked", "n_failed", "n_rows_rejected")
Numbers = tuple[int | None, int | None, int | None]
EVERYBODY: Numbers = (627, 0, 0)


def rules(*rows: Numbers) -> pl.DataFrame:
    text = dict.fromkeys(("field", "kind", "action", "title_zh", "title_en"), "")
    records = [
        {**text, "rule": f"r{i}", **dict(zip(NUMBERS, row, strict=True)), "suppressed": False}
        for i, row in enumerate(rows)
    ]
    return pl.DataFrame(records, schema=dict(TABLES["validation"].columns))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((7, 0, 0), (None, 0, 0)),  # a skip rule: the seven untreated, none of whom answered
        ((620, 0, 0), (None, 0, 0)),  # everybody but them
        ((617, 0, 0), (617, 0, 0)),
        ((627, 9, 0), (627, None, 0)),  # nine values taken away
        ((627, 9, 9), (627, None, None)),
        ((627, 10, 10), (627, 10, 10)),
        ((30, 28, 28), (30, None, None)),  # two kept it
        ((30, 30, 0), (30, 30, 0)),
        ((5, 5, 5), (None, None, None)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_counts_of_few_people_are_hidden(before: Numbers, after: Numbers) -> None:
    found = suppress_small_cells("validation", rules(EVERYBODY, before), 10)
    assert found.select(NUMBERS).rows() == [EVERYBODY, after]
    assert found["suppressed"].to_list() == [False, None in after]
    assert found.schema == rules(EVERYBODY).schema
    assert suppress_small_cells("validation", found, 10).equals(found)


def test_a_minimum_of_one_hides_no_rule() -> None:
    table = rules(EVERYBODY, (7, 1, 1))
    assert suppress_small_cells("validation", table, 1).equals(table)


def test_a_survey_without_rules_has_nothing_to_hide() -> None:
    assert suppress_small_cells("validation", rules(), 10).is_empty()


@pytest.mark.parametrize(
    ("unit", "before", "after"),
    [
        ("interviews", (627, 9), (627, None)),
        ("interviews", (627, 10), (627, 10)),
        ("interviews", (627, 0), (627, 0)),
        ("interviews", (30, 25), (30, None)),  # five were not flagged
        ("pairs", (9, 0), (None, None)),
        ("interviewers", (24, 2), (24, None)),
        ("communities", (32, 2), (32, 2)),
        ("questions", (8, 3), (8, 3)),
    ],
)
def test_checks_show_no_counts_of_few_people(
    unit: str, before: tuple[int, int], after: tuple[int | None, int | None]
) -> None:
    row = {column: "" for column, dtype in TABLES["checks"].columns.items() if dtype == pl.String}
    numbers = {"n_checked": before[0], "n_flagged": before[1], "share": before[1] / before[0], "suppressed": False}
    table = pl.DataFrame([{**row, "unit": unit, **numbers}], schema=dict(TABLES["checks"].columns))
    found = suppress_small_cells("checks", table, 10)
    assert found.select("n_checked", "n_flagged").row(0) == after
    assert (found["share"].item() is None) is found["suppressed"].item() is (None in after)
    assert suppress_small_cells("checks", found, 10).equals(found)
    assert suppress_small_cells("checks", table, 1).equals(table)
