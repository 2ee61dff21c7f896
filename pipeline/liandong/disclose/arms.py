"""Tables that count treated and untreated people: a small arm is hidden, what was estimated from it is not.

A coefficient does not say how many people are in an arm; their number, the number of their clusters, and the mean of
an arm do. Of a row whose whole sample is too small, every figure goes.
"""

from __future__ import annotations

import polars as pl

_COUNTS = ("n_treated", "n_untreated", "clusters_with_treated", "clusters_with_untreated", "clusters_with_both")
_MEANS = ("mean_treated", "mean_untreated", "difference")
_ROUNDING = 1e-6

ARM_TABLES = frozenset({"design", "verdicts", "influence", "heterogeneity", "mediation", "balance"})


def hide_small_arms(name: str, table: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return table `name`, one of `ARM_TABLES`, with small arms hidden and ``suppressed`` set in their rows."""
    counts = [column for column in (*_COUNTS, *_MEANS) if column in table.columns]
    arms = pl.any_horizontal(pl.lit(value=False), *(_small(table, c, minimum) for c in ("n_treated", "n_untreated")))
    whole = _small(table, "n_obs", minimum)
    if name == "balance":
        arms = arms | _small_share(minimum)
    hidden, gone = table.select((arms | whole).alias("arms"), whole.alias("whole")).get_columns()
    figures = [column for column, dtype in table.schema.items() if dtype.is_numeric() and column not in counts]
    table = table.with_columns(pl.when(~hidden).then(pl.col(column)).alias(column) for column in counts)
    table = table.with_columns(pl.when(~gone).then(pl.col(column)).alias(column) for column in figures)
    return table.with_columns(suppressed=table["suppressed"] | hidden)


def _small(table: pl.DataFrame, column: str, minimum: int) -> pl.Expr:
    if column not in table.columns:
        return pl.lit(value=False)
    return pl.col(column).is_between(1, minimum - 1).fill_null(value=False)


def _small_share(minimum: int) -> pl.Expr:
    """Tell where the mean of an arm is a share that gives away a small count, or a small rest."""

    def one(arm: str) -> pl.Expr:
        size, mean = pl.col(f"n_{arm}"), pl.col(f"mean_{arm}")
        count = size * mean
        is_count = mean.is_between(0, 1) & ((count - count.round()).abs() < _ROUNDING)
        rest = size - count.round()
        return is_count & (count.round().is_between(1, minimum - 1) | rest.is_between(1, minimum - 1))

    return (one("treated") | one("untreated")).fill_null(value=False)
