"""Tables that count treated and untreated people: a small arm is hidden, with the figures that give it away.

The number of people in an arm goes, the number of their clusters, and the mean of an arm. So does a standardised
difference, because the mean of everybody is no secret. Of a row whose whole sample is too small, every figure goes.
Which cluster moves a coefficient gives a small arm away, too: the untreated are where the partial leverage is. Nor is
a coefficient without its own telling: of a level all figures of a hidden arm go. Of the whole sample the coefficient
and its error stay, roughly, because they are what the study is about; see :mod:`liandong.disclose.few` for what is
taken from them, and for what they still let a reader guess. And the levels of a subgroup or covariate add up to figures
that are shown elsewhere, so that one hidden level takes another one with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

Row = dict[str, Any]
Count = Callable[[Row], float | None]

_COUNTS = ("n_treated", "n_untreated", "clusters_with_treated", "clusters_with_untreated", "clusters_with_both")
_MEANS = ("mean_treated", "mean_untreated", "difference", "std_difference")
_ROUNDING = 1e-6
# Figures that go with the arms of their row.
TELLING = {
    "heterogeneity": ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"),
    "verdicts": (
        "effective_clusters",
        "leverage_ratio",
        "partial_leverage_max",
        "without_one_low",
        "without_one_high",
    ),
}

ARM_TABLES = frozenset({"design", "verdicts", "influence", "heterogeneity", "mediation", "balance"})


def hide_small_arms(name: str, table: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return table `name`, one of `ARM_TABLES`, with small arms hidden and ``suppressed`` set in their rows."""
    counts = [column for column in (*_COUNTS, *_MEANS) if column in table.columns]
    figures = [column for column, dtype in table.schema.items() if dtype.is_numeric() and column not in counts]
    arms = pl.any_horizontal(pl.lit(value=False), *(_small(table, c, minimum) for c in ("n_treated", "n_untreated")))
    gone = _small(table, "n_obs", minimum)
    if name == "balance":
        arms = arms | _small_share(minimum)
    if name == "influence":
        gone = gone | arms
    before = pl.col("suppressed") & (pl.col("n_treated").is_null() if name == "design" else pl.lit(value=True))
    gone, arms = gone | (pl.col("suppressed") & _blank(table, figures)), arms | gone | before
    known = table.select(before=before)["before"].to_list()
    hidden = {what: table.select(rule.alias(what))[what].to_list() for what, rule in (("arms", arms), ("gone", gone))}
    for what, sizes in _PARTS.get(name, {}).items():
        _guard(table, name, hidden[what], sizes, minimum)
    hidden["arms"] = [one or other for one, other in zip(hidden["arms"], hidden["gone"], strict=True)]
    # Arms that were hidden before may be large ones, whose sizes alone must not be known.
    small = [one and not other for one, other in zip(hidden["arms"], known, strict=True)]
    table = _blanked(table, counts, hidden["arms"])
    table = _blanked(table, TELLING.get(name, ()), small)
    table = _blanked(table, figures, hidden["gone"])
    if name == "heterogeneity":
        table = _unflagged(table, hidden["arms"])
    table = table.with_columns(pl.col("suppressed") | pl.Series(hidden["arms"], dtype=pl.Boolean))
    return _without_small_shares(_without_small_clusters(table, minimum), minimum) if name == "design" else table


def hide_small_shares(table: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return the table power without the shares of treated people that give a small arm away."""
    people = pl.col("n_clusters") * pl.col("cluster_size")
    treated = people * pl.col("share_treated")
    small = pl.any_horizontal(arm.round().is_between(1, minimum - 1) for arm in (treated, people - treated))
    shown = ~(pl.col("is_actual") & small.fill_null(value=False))
    return table.with_columns(pl.when(shown).then(pl.col("share_treated")).alias("share_treated"))


def _without_small_clusters(table: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Hide the size of the smallest and the largest cluster where it is a small number of people."""
    few = {column: _small(table, column, minimum) for column in ("cluster_size_min", "cluster_size_max")}
    return table.with_columns(
        *(pl.when(~small).then(pl.col(column)).alias(column) for column, small in few.items()),
        suppressed=pl.any_horizontal("suppressed", *few.values()),
    )


def _without_small_shares(table: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Hide the mean of an outcome of yes and no that a small number of people, or all but a small number, have."""
    is_share = (pl.col("outcome_low") == 0) & (pl.col("outcome_high") == 1)
    few = (is_share & _is_small_count(pl.col("n_obs"), pl.col("outcome_mean"), minimum)).fill_null(value=False)
    return table.with_columns(pl.when(~few).then(pl.col(c)).alias(c) for c in ("outcome_mean", "outcome_sd"))


def _unflagged(table: pl.DataFrame, hidden: Sequence[bool]) -> pl.DataFrame:
    """Say "few" instead of "one" where counts are hidden: one cluster of few people is as good as their number."""
    few = {f"one_{arm}_cluster": f"few_{arm}_clusters" for arm in ("treated", "untreated")}
    neutral = pl.col("flag").replace(few)
    return table.with_columns(flag=pl.when(pl.Series(hidden, dtype=pl.Boolean)).then(neutral).otherwise("flag"))


def _blank(table: pl.DataFrame, figures: Sequence[str]) -> pl.Expr:
    """Tell where every figure of a sample has been hidden before, and not its size alone."""
    if "n_obs" not in table.columns:
        return pl.lit(value=False)
    return pl.all_horizontal(pl.col(figure).is_null() for figure in figures)


def _blanked(table: pl.DataFrame, columns: Sequence[str], hidden: Sequence[bool]) -> pl.DataFrame:
    shown = ~pl.Series(hidden, dtype=pl.Boolean)
    return table.with_columns(pl.when(shown).then(pl.col(column)).alias(column) for column in columns)


def _small(table: pl.DataFrame, column: str, minimum: int) -> pl.Expr:
    if column not in table.columns:
        return pl.lit(value=False)
    return pl.col(column).is_between(1, minimum - 1).fill_null(value=False)


def _small_share(minimum: int) -> pl.Expr:
    """Tell where the mean of an arm is a share that gives away a small count, or a small rest."""

    def one(arm: str) -> pl.Expr:
        return _is_small_count(pl.col(f"n_{arm}"), pl.col(f"mean_{arm}"), minimum)

    return (one("treated") | one("untreated")).fill_null(value=False)


def _is_small_count(size: pl.Expr, mean: pl.Expr, minimum: int) -> pl.Expr:
    """Tell where a mean over `size` people is the share of few of them, or of all but a few."""
    count = size * mean
    is_count = mean.is_between(0, 1) & ((count - count.round()).abs() < _ROUNDING)
    rest = size - count.round()
    return is_count & (count.round().is_between(1, minimum - 1) | rest.is_between(1, minimum - 1))


def _column(name: str) -> Count:
    return lambda row: row[name]


def _share(arm: str) -> Count:
    """Return how many of an arm are in the level of a covariate."""

    def count(row: Row) -> float | None:
        size, mean = row[f"n_{arm}"], row[f"mean_{arm}"]
        return None if size is None or mean is None else size * mean

    return count


_KEYS = {
    "heterogeneity": ("effect", "outcome", "subgroup"),
    "balance": ("effect", "covariate"),
    "influence": ("effect", "outcome"),
}
_LEVELS = {"heterogeneity": "level", "balance": "level", "influence": "cluster"}
_PARTS: Mapping[str, Mapping[str, tuple[Count, ...]]] = {
    "heterogeneity": {"gone": (_column("n_obs"),), "arms": (_column("n_treated"), _column("n_untreated"))},
    "balance": {"arms": (_share("treated"), _share("untreated"))},
    "influence": {"gone": (_column("n_obs"),)},
}


def _guard(table: pl.DataFrame, name: str, hidden: list[bool], sizes: Sequence[Count], minimum: int) -> None:
    """Hide, the smallest first, until what is hidden of a total are two levels or more, and enough people together."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    rows = table.rows(named=True)
    for i, row in enumerate(rows):
        if row[_LEVELS[name]]:
            groups.setdefault(tuple(row[key] for key in _KEYS[name]), []).append(i)
    for group in groups.values():
        while _deducible([rows[i] for i in group if hidden[i]], sizes, minimum):
            spare = [i for i in group if not hidden[i] and any(size(rows[i]) for size in sizes)]
            if not spare:
                break
            hidden[min(spare, key=lambda i: min(size(rows[i]) or 0 for size in sizes))] = True


def _deducible(inside: Sequence[Row], sizes: Sequence[Count], minimum: int) -> bool:
    if len(inside) < 2:  # noqa: PLR2004 - one hidden level is what the others lack
        return bool(inside)
    totals = [[size(row) for row in inside] for size in sizes]
    known = [sum(one for one in total if one is not None) for total in totals if None not in total]
    return any(0 < total < minimum - _ROUNDING for total in known)
