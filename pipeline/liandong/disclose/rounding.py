"""Counts rounded to a base, the same way wherever they stand.

Conventional rounding (Hundepool et al. 2012, ch. 5.4): every count goes to the nearest multiple of the base, half of it
up. The same number is the same everywhere, so that nothing is won by averaging over tables; in return parts need not
add up to their totals, which the notes have to say. Shares are rounded to a unit of at least one base, so that they do
not give the counts back.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from liandong.disclose.coarse import to_unit
from liandong.disclose.columns import column_kinds

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def rounded_tables(tables: Mapping[str, pl.DataFrame], base: int) -> dict[str, pl.DataFrame]:
    """Return the tables with counts of people as multiples of `base`, and shares no more precise than these.

    The mean size of a cluster, which with the number of clusters gives the number of people, becomes a whole number.
    """
    counted = {name: _counts_rounded(name, table, base) for name, table in tables.items()}
    everybody = _everybody(counted)
    return {name: _shares_rounded(name, table, base, everybody) for name, table in counted.items()}


def _everybody(tables: Mapping[str, pl.DataFrame]) -> int:
    flow = tables.get("sample_flow")
    accepted = [] if flow is None else flow.filter(pl.col("stage") == "accepted")["rows"].drop_nulls().to_list()
    return max(accepted, default=0)


def _counts_rounded(name: str, table: pl.DataFrame, base: int) -> pl.DataFrame:
    people = [column for column, kind in column_kinds(name).items() if kind == "people"]
    return table.with_columns(
        (pl.col(column) + base // 2) // base * base if table.schema[column].is_integer() else pl.col(column).round(0)
        for column in people
    )


def _shares_rounded(name: str, table: pl.DataFrame, base: int, everybody: int) -> pl.DataFrame:
    if name == "indicators":
        shares = ["estimate", "conf_low", "conf_high"]
        people = table.select(pl.when(pl.col("kind") != "mean").then("denominator_n"))["denominator_n"].to_list()
    else:
        shares = [column for column, kind in column_kinds(name).items() if kind == "share"]
        people = [everybody] * table.height
    return table.with_columns(
        pl.Series(
            column,
            [_share(value, of, base) for value, of in zip(table[column], people, strict=True)],
            dtype=pl.Float64,
        )
        for column in shares
    )


def _share(value: float | None, people: int | None, base: int) -> float | None:
    if value is None or not people:
        return value
    return to_unit(value, next((step for step in _STEPS if step * people >= base), 1.0))
