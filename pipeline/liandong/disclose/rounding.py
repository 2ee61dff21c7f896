"""Counts rounded to a base, the same way wherever they stand.

Conventional rounding (Hundepool et al. 2012, ch. 5.4): every count goes to the nearest multiple of the base, half of it
up. The same number is the same everywhere, so that nothing is won by averaging over tables; in return parts need not
add up to their totals, which the notes have to say. Shares are rounded to a unit of at least one base, so that they do
not give the counts back; nor do means, which of whole answers are fractions over the count, corrections for small
samples, and residual degrees of freedom. How many questionnaires were received, rejected and accepted stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import polars as pl

from liandong.disclose.coarse import significant, to_unit
from liandong.disclose.columns import column_kinds

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_MEANS: Final = {
    "scales": ("mean", "sd"),
    "items": ("mean", "sd"),
    "design": ("outcome_mean", "outcome_sd"),
    "balance": ("mean_treated", "mean_untreated", "difference", "std_difference"),
}
_DIGITS_OF_MEANS: Final = 3
_DEGREES: Final = ("df", "df_denominator", "within_df")
_RESIDUAL: Final = 0.5  # more degrees of freedom than that share of a sample are those of its residuals
_T: Final = re.compile(r"t\(\d+\)")
_ACCOUNTED: Final = ("received", "rejected", "accepted")


def rounded_tables(tables: Mapping[str, pl.DataFrame], base: int) -> dict[str, pl.DataFrame]:
    """Return the tables with counts of people as multiples of `base`, and shares no more precise than these.

    The mean size of a cluster, which with the number of clusters gives the number of people, becomes a whole number.
    """
    counted = {name: _counts_rounded(name, table, base) for name, table in tables.items()}
    everybody = _everybody(counted)
    shared = {name: _shares_rounded(name, table, base, everybody) for name, table in counted.items()}
    return {name: _without_sample_size(name, table, everybody) for name, table in shared.items()}


def _without_sample_size(name: str, table: pl.DataFrame, everybody: int) -> pl.DataFrame:
    """Round and empty the figures of `table` that are worked out with the exact number of people."""
    table = table.with_columns(
        pl.Series(column, [None if one is None else significant(one, _DIGITS_OF_MEANS) for one in table[column]]).cast(
            pl.Float64
        )
        for column in _MEANS.get(name, ())
    )
    clusters = pl.col("n_clusters") if "n_clusters" in table.columns else pl.lit(None, dtype=pl.Int64)
    own = pl.col("n_obs") if "n_obs" in table.columns else pl.lit(None, dtype=pl.Int64)
    people = pl.coalesce(own, pl.lit(everybody))
    for column in (one for one in _DEGREES if one in table.columns):
        residual = (pl.col(column) > people * _RESIDUAL) & ~(pl.col(column) < clusters).fill_null(value=False)
        table = table.with_columns(pl.when(~residual.fill_null(value=False)).then(pl.col(column)).alias(column))
    if name != "explanations":
        return table
    texts = [_T.sub("t(N − K)", text) if df is None else text for text, df in table.select("distribution", "df").rows()]
    return table.with_columns(pl.Series("distribution", texts, dtype=pl.String), factor=pl.lit(None, dtype=pl.Float64))


def _everybody(tables: Mapping[str, pl.DataFrame]) -> int:
    flow = tables.get("sample_flow")
    accepted = [] if flow is None else flow.filter(pl.col("stage") == "accepted")["rows"].drop_nulls().to_list()
    return max(accepted, default=0)


def _counts_rounded(name: str, table: pl.DataFrame, base: int) -> pl.DataFrame:
    people = [column for column, kind in column_kinds(name).items() if kind == "people"]
    rounded = table.with_columns(
        (pl.col(column) + base // 2) // base * base if table.schema[column].is_integer() else pl.col(column).round(0)
        for column in people
    )
    if name != "sample_flow":
        return rounded
    return rounded.with_columns(rows=pl.when(pl.col("stage").is_in(_ACCOUNTED)).then(table["rows"]).otherwise("rows"))


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
