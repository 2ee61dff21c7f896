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
