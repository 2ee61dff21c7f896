"""No small cell can be read from a table, nor be found by subtraction within it."""

from __future__ import annotations

from itertools import product

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.disclose import suppress_small_cells
from liandong.evidence import TABLES

# A shared machine may be slow for a moment; that is no failure.
unhurried = settings(max_examples=40, deadline=None)

CATEGORIES = ("p", "q", "r")
LEVELS = ("x", "y", "z")
COUNTS = st.lists(st.integers(0, 40), min_size=9, max_size=9)
MINIMUM = st.integers(1, 15)


def crossed(counts: list[int]) -> pl.DataFrame:
    """Return a distribution of three categories in the total and in three levels, from the nine inner cells."""
    inner = dict(zip(product(LEVELS, CATEGORIES), counts, strict=True))
    rows = []
    for level, category in product(("", *LEVELS), CATEGORIES):
        inside = [level] if level else list(LEVELS)
        rows.append(
            {
                "indicator": "edu",
                "category": category,
                "universe": "all",
                "subgroup": "gender" if level else "",
                "level": level,
                "numerator_n": sum(inner[each, category] for each in inside),
                "denominator_n": sum(inner[each, other] for each in inside for other in CATEGORIES),
                "estimate": 0.5,
                "suppressed": False,
                "kind": "distribution",
            }
        )
    return pl.DataFrame(rows, schema=dict(TABLES["indicators"].columns))


def is_safe(count: int, universe: int, minimum: int) -> bool:
    return all(people == 0 or people >= minimum for people in (count, universe - count, universe))


@unhurried
@given(counts=COUNTS, minimum=MINIMUM)
def test_no_shown_cell_is_small(counts: list[int], minimum: int) -> None:
    shown = suppress_small_cells("indicators", crossed(counts), minimum).filter(~pl.col("suppressed"))
    for row in shown.rows(named=True):
        assert is_safe(row["numerator_n"], row["denominator_n"], minimum)


@unhurried
@given(counts=COUNTS, minimum=MINIMUM)
def test_what_subtraction_gives_is_safe_or_everything(counts: list[int], minimum: int) -> None:
    table = crossed(counts)
    hidden = suppress_small_cells("indicators", table, minimum)["suppressed"]
    marked = table.with_columns(suppressed=hidden)
    levels = marked.filter(pl.col("subgroup") != "")
    for _, rows in marked.group_by("level"):
        inside = rows.filter("suppressed")
        count, universe = int(inside["numerator_n"].sum()), int(rows["denominator_n"][0])
        if 0 < count < universe:
            assert inside.height > 1
            assert is_safe(count, universe, minimum)
    for _, rows in levels.group_by("category"):
        inside, rest = rows.filter("suppressed"), rows.filter(~pl.col("suppressed"))
        if inside.height and rest["denominator_n"].sum():
            assert inside.height > 1
            assert is_safe(int(inside["numerator_n"].sum()), int(inside["denominator_n"].sum()), minimum)


@unhurried
@given(counts=COUNTS, minimum=MINIMUM)
def test_hiding_twice_hides_no_more(counts: list[int], minimum: int) -> None:
    once = suppress_small_cells("indicators", crossed(counts), minimum)
    assert suppress_small_cells("indicators", once, minimum).equals(once)
