"""Means of amounts that rest on one or two people: the p% rule and the (n, k) rule.

The p% rule (Hundepool et al. 2012, Statistical Disclosure Control, ch. 4.2): with x₁ ≥ x₂ ≥ … and the total X
published (a mean and its number of people are one), the person with x₂ knows x₁ to within X − x₁ − x₂. A cell is unsafe
where that is less than p % of x₁. The (n, k) rule calls it unsafe where the n largest make up more than the share k of
X. Both take amounts of any sign by their size; yes and no are counts, and counts have rules of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from liandong.definitions import Disclosure, Effect, Indicator

_VALUE: Final = "__amount"
_MOST: Final = 5
_MEANS: Final[Mapping[str, tuple[str, ...]]] = {
    "indicators": ("estimate", "conf_low", "conf_high", "design_effect"),
    "design": ("outcome_mean", "outcome_sd"),
    "balance": ("mean_treated", "mean_untreated", "difference", "std_difference"),
    # "All others", with the mean of all, is the community's own.
    "communities": (
        *("estimate", "conf_low", "conf_high", "shrunk", "shrunk_low", "shrunk_high"),
        *("rest", "rest_low", "rest_high", "difference", "difference_low", "difference_high"),
    ),
}


@dataclass(frozen=True, slots=True)
class Concentration:
    """A row of a table whose mean rests on one or two people: its table, and what identifies it."""

    table: str
    key: tuple[tuple[str, str], ...]


def is_concentrated(largest: Sequence[float], total: float, rules: Disclosure) -> bool:
    """Tell whether the largest amounts of a cell, the first ones first, make its total unsafe."""
    ordered = [*largest, 0.0, 0.0]
    rest = total - ordered[0] - ordered[1]
    by_p = rules.p_percent > 0 and rest < rules.p_percent / 100 * ordered[0]
    by_share = rules.dominance is not None and sum(largest[: rules.dominance.n]) > rules.dominance.k * total
    return by_p or by_share


def concentrated_means(
    frame: pl.DataFrame,
    indicators: Iterable[Indicator],
    subgroups: Sequence[str],
    effects: Iterable[Effect],
    rules: Disclosure,
    cluster: str | None = None,
) -> list[Concentration]:
    """Return the means of amounts in `frame` that the rules call unsafe.

    Parameters
    ----------
    frame
        The rows of the analysis, with derived columns.
    indicators, subgroups
        Those of kind mean are looked at, whole and by the subgroups that they are given for.
    effects
        Their outcomes are looked at whole, what is compared between arms by the treatment.
    rules
        The study's.
    cluster
        The column of communities, which the indicators of kind mean are looked at by as well.
    """
    if rules.p_percent == 0 and rules.dominance is None:
        return []
    found: list[Concentration] = []
    for indicator in indicators:
        if indicator.kind == "mean":
            found += _of_indicator(frame, indicator, subgroups, rules)
            found += _of_communities(frame, indicator, cluster, rules)
    for effect in effects:
        found += _of_effect(frame, effect, rules)
    return found


def _of_indicator(
    frame: pl.DataFrame, indicator: Indicator, subgroups: Sequence[str], rules: Disclosure
) -> Iterator[Concentration]:
    groups = subgroups if indicator.subgroups else ()
    for universe, rows in _universes(frame, indicator):
        key = (("indicator", indicator.id), ("universe", universe))
        for group in ("", *(name for name in groups if name in frame.columns)):
            for level in _unsafe_levels(rows, group, rules):
                yield Concentration("indicators", (*key, ("subgroup", group), ("level", level)))


def _of_communities(
    frame: pl.DataFrame, indicator: Indicator, cluster: str | None, rules: Disclosure
) -> Iterator[Concentration]:
    """Yield the unsafe communities of an indicator; where it is one, the smallest other with it: the total is known."""
    if cluster is None or cluster not in frame.columns:
        return
    for universe, rows in _universes(frame, indicator):
        unsafe = [*_unsafe_levels(rows, cluster, rules)]
        if len(unsafe) == 1:
            sizes = (
                rows.drop_nulls([_VALUE, cluster]).group_by(pl.col(cluster).alias("level")).len().sort("len", "level")
            )
            others = (_text(level) for level in sizes["level"])
            unsafe += [level for level in others if level not in unsafe][:1]
        key = (("measure", indicator.id), ("universe", universe))
        yield from (Concentration("communities", (*key, ("cluster", level))) for level in unsafe)


def _universes(frame: pl.DataFrame, indicator: Indicator) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the universes of an indicator with its amounts, null for whoever is outside."""
    universes = {"all": [indicator.universe]}
    if indicator.need is not None:
        universes["in_need"] = [indicator.universe, indicator.need]
    for universe, stated in universes.items():
        value = indicator.numerator.polars()
        names = set(indicator.numerator.names)
        for condition in stated:
            if condition is not None:
                value = pl.when(condition.polars()).then(value)
                names |= set(condition.names)
        if names <= set(frame.columns):
            yield universe, frame.with_columns(value.alias(_VALUE))


def _of_effect(frame: pl.DataFrame, effect: Effect, rules: Disclosure) -> Iterator[Concentration]:
    for outcome in effect.outcomes:
        if outcome in frame.columns and [*_unsafe_levels(_valued(frame, outcome), "", rules)]:
            yield Concentration("design", (("effect", effect.id), ("outcome", outcome)))
    for covariate in effect.balanced:
        known = {covariate, effect.treatment} <= set(frame.columns)
        if known and [*_unsafe_levels(_valued(frame, covariate), effect.treatment, rules)]:
            yield Concentration("balance", (("effect", effect.id), ("covariate", covariate), ("level", "")))


def _valued(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.with_columns(pl.col(column).alias(_VALUE))


def _unsafe_levels(rows: pl.DataFrame, group: str, rules: Disclosure) -> Iterator[str]:
    """Yield the levels of a group (of all rows: one level without a name) whose amounts are concentrated."""
    dtype = rows.schema[_VALUE]
    if not dtype.is_numeric():
        return
    amount = pl.col(_VALUE).cast(pl.Float64).abs()
    cut = pl.lit("") if not group else pl.col(group)
    answered = rows.select(cut.alias("level"), amount.alias("amount")).drop_nulls()
    if answered["amount"].is_in([0.0, 1.0]).all():
        return
    cells = answered.group_by("level").agg(pl.col("amount").sum().alias("total"), pl.col("amount").top_k(_MOST))
    for level, total, largest in cells.sort("level").rows():
        if is_concentrated(sorted(largest, reverse=True), total, rules):
            yield _text(level)


def _text(level: Any) -> str:
    """Return a level as the tables name it."""
    if isinstance(level, bool) or (isinstance(level, float) and level.is_integer()):
        return str(int(level))
    return str(level)


def without_concentrated(
    tables: Mapping[str, pl.DataFrame], found: Iterable[Concentration]
) -> tuple[dict[str, pl.DataFrame], list[tuple[str, int, str]]]:
    """Return the tables without these means, their rows marked as suppressed, and the cells that were emptied."""
    after = dict(tables)
    cells: list[tuple[str, int, str]] = []
    for one in found:
        if one.table not in after:
            continue
        table = after[one.table]
        hit = table.select(pl.all_horizontal(pl.col(name) == value for name, value in one.key).alias("hit"))["hit"]
        columns = _MEANS[one.table]
        after[one.table] = table.with_columns(
            *(pl.when(~hit).then(pl.col(column)).alias(column) for column in columns),
            suppressed=pl.col("suppressed") | hit,
        )
        cells += [(one.table, at, column) for at, is_hit in enumerate(hit) if is_hit for column in columns]
    return after, cells
