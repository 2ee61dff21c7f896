"""Two versions of a table: what counts as the same number, and what is told of the rest."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from liandong.evidence.comparison import compare_tables
from liandong.evidence.spec import COUNT, REAL, TEXT, spec

SPEC = spec("sizes", "name", name=TEXT, n=COUNT, size=REAL)


def _table(*rows: tuple[str, int | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(SPEC.columns), orient="row")


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        (0.02, 0.02 + 9e-10, True),
        (0.02, 0.02 + 2e-9, False),  # below 1 the difference itself counts
        (5e6, 5e6 + 4e-3, True),  # above 1 its share of the number
        (5e6, 5e6 + 6e-3, False),
        (None, None, True),
        (None, 0.0, False),
        (math.inf, math.inf, True),
        (math.inf, 1.0, False),
        (math.nan, math.nan, True),
        (math.nan, 0.0, False),
    ],
)
def test_real_numbers_agree_to_the_ninth_digit(before: float | None, after: float | None, is_same: bool) -> None:  # noqa: FBT001
    found = compare_tables(SPEC, _table(("a", 1, before)), _table(("a", 1, after)))
    assert found.agrees is is_same
    assert [cell.column for cell in found.cells] == ([] if is_same else ["size"])


@pytest.mark.parametrize(("after", "column"), [(("a", 2, 0.5), "n"), (("a", None, 0.5), "n")])
def test_counts_have_to_be_equal(after: Any, column: str) -> None:
    found = compare_tables(SPEC, _table(("a", 1, 0.5)), _table(after))
    assert [(cell.row, cell.column, cell.before) for cell in found.cells] == [("name=a", column, 1)]


def test_rows_of_one_side_are_named_and_their_order_does_not_count() -> None:
    before, after = (
        _table(("a", 1, 0.1), ("b", 2, 0.2), ("c", 3, 0.3)),
        _table(("c", 3, 0.3), ("d", 4, 0.4), ("a", 1, 0.1)),
    )
    found = compare_tables(SPEC, before, after)
    assert (found.gone, found.new, found.cells) == (("name=b",), ("name=d",), ())
    assert not found.agrees


def test_the_largest_difference_within_the_tolerance_is_told() -> None:
    found = compare_tables(SPEC, _table(("a", 1, 10.0), ("b", 1, 1.0)), _table(("a", 1, 10.0 + 2e-9), ("b", 1, 1.0)))
    assert found.agrees
    assert found.largest == pytest.approx(2e-10, rel=1e-3)  # of a number of 10
