"""What is published of communities where people must not be counted: bands and standings instead of estimates.

A community of fewer people than the minimum is left out. Of the others the table keeps the standing and a band, see
:mod:`liandong.disclose.bands`; everything exact goes, and the number of people with it, here and where other tables
give the sizes of clusters: a share of 16 % says "three" only to who knows that there are nineteen. "All others
together" goes, because the figure of all is known. Of a measure whose own row is hidden nothing is left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from liandong.disclose.bands import Band, Total, bands, ends, interval_of_class, safe_bands, size_class
from liandong.disclose.coarse import share_unit, significant, to_unit
from liandong.disclose.columns import column_kinds
from liandong.disclose.outline import Nest
from liandong.inference.empirical_bayes import Prior, prior_of

Row = dict[str, Any]
Tables = dict[str, pl.DataFrame]

_DIGITS: Final = 2
_PARTS_OF_SD: Final = 4  # a band of means is rounded to about a quarter of the standard deviation of people
_WHOLE: Final = 1e-6
_EXACT: Final = ("n_obs", "mean", "df_within")


def without_cluster_sizes(shown: Mapping[str, pl.DataFrame], minimum: int) -> Tables:
    """Return the tables without the sizes of single clusters, where a table compares communities."""
    found = dict(shown)
    table = shown.get("communities")
    if minimum == 1 or table is None or table.is_empty():
        return found
    if "influence" in shown:
        listed = pl.col("cluster").is_in(table["cluster"].unique().to_list())
        columns = ("n_obs", "n_treated", "n_untreated")
        found["influence"] = shown["influence"].with_columns(
            pl.when(~listed).then(pl.col(column)).alias(column) for column in columns
        )
    if "design" in shown:
        sizes = ("cluster_size_min", "cluster_size_median", "cluster_size_max")
        nothing = pl.lit(None, dtype=pl.Float64)
        found["design"] = shown["design"].with_columns(
            nothing.cast(shown["design"].schema[column]).alias(column) for column in sizes
        )
    return found


def banded_communities(
    before: Mapping[str, pl.DataFrame], shown: Mapping[str, pl.DataFrame], minimum: int, nests: Sequence[Nest] = ()
) -> Tables:
    """Return the tables with ``communities`` and ``community_spread`` as they may be published.

    Parameters
    ----------
    before
        The tables with all numbers.
    shown
        As they are published, these two aside: what is hidden of an indicator is hidden of its communities.
    minimum
        The smallest number of people that may be published; with 1 nothing is hidden.
    nests
        Levels that hold whole communities: what is published of them bounds these.
    """
    found = dict(shown)
    if minimum == 1 or "communities" not in shown or "community_spread" not in shown:
        return found
    table, spread = before["communities"], before["community_spread"]
    if table.is_empty() or table["n_obs"].null_count() == table.height:  # published before
        return found
    hidden = _hidden_measures(shown)
    counts = _counts(before)
    rows = {key: part.rows(named=True) for key, part in _by_measure(table).items()}
    gone = set(shown["communities"].filter("suppressed").select("measure", "universe", "cluster").rows())
    after = {}
    for row in spread.rows(named=True):
        key = row["measure"], row["universe"]
        own = rows.get(key, [])
        told = [None] * len(own) if key in hidden else _told(own, row, _totals(own, key, counts, nests), minimum)
        after[key] = [
            _published(one, None if (*key, one["cluster"]) in gone else band)
            for one, band in zip(own, told, strict=True)
        ]
    listed = [row for key in rows for row in after[key]]
    found["communities"] = pl.DataFrame(listed, schema=table.schema, orient="row")
    found["community_spread"] = pl.DataFrame(
        [_rough(row, (row["measure"], row["universe"]) in hidden, minimum) for row in spread.rows(named=True)],
        schema=spread.schema,
        orient="row",
    )
    return found


def _by_measure(table: pl.DataFrame) -> dict[tuple[Any, ...], pl.DataFrame]:
    return table.partition_by("measure", "universe", as_dict=True, maintain_order=True)


def _hidden_measures(shown: Mapping[str, pl.DataFrame]) -> set[tuple[str, str]]:
    """Return the indicators whose row on the whole sample is hidden."""
    if "indicators" not in shown:
        return set()
    whole = shown["indicators"].filter((pl.col("subgroup") == "") & pl.col("estimate").is_null())
    return set(whole.select("indicator", "universe").rows())


def _counts(before: Mapping[str, pl.DataFrame]) -> dict[tuple[str, str, str, str], tuple[int, int]]:
    """Return how many people an indicator is true of and of how many it is not, by universe, subgroup and level."""
    if "indicators" not in before:
        return {}
    rows = before["indicators"].filter(pl.col("category") == "").rows(named=True)
    return {
        (row["indicator"], row["universe"], row["subgroup"], row["level"]): (
            row["numerator_n"],
            row["denominator_n"] - row["numerator_n"],
        )
        for row in rows
        if row["numerator_n"] is not None and row["denominator_n"] is not None
    }


def _totals(
    rows: Sequence[Row],
    key: tuple[str, str],
    counts: Mapping[tuple[str, str, str, str], tuple[int, int]],
    nests: Sequence[Nest],
) -> list[Total]:
    """Return what is published of the communities together: of all of them, and of the levels that hold some whole."""
    everyone = counts.get((*key, "", "")) or _added(rows)
    found = [Total(frozenset(range(len(rows))), *everyone)]
    for nest in nests:
        members = frozenset(at for at, row in enumerate(rows) if row["cluster"] in nest.clusters)
        if members:
            # Without an own row of this indicator the level's people bound it all the same.
            inside = counts.get((*key, nest.column, nest.level)) or _added([rows[at] for at in members])
            found.append(Total(members, *inside))
    return found


def _told(rows: Sequence[Row], spread: Row, totals: Sequence[Total], minimum: int) -> list[Mapping[str, float] | None]:
    """Return what is published of each community instead of its figures, None of those that are hidden."""
    large = [at for at, row in enumerate(rows) if row["n_obs"] >= minimum and row["shrunk"] is not None]
    told: list[Mapping[str, float] | None] = [None] * len(rows)
    if not large or spread["sd_within"] is None:
        return told
    prior = _prior(rows, spread)
    shrunk = np.array([rows[at]["shrunk"] for at in large])
    people = np.array([rows[at]["n_obs"] for at in large], dtype=float)
    if not _counts_people(rows):
        of_means = _bands_of_means(shrunk, people, spread["sd_within"], prior, minimum)
        for at, one in zip(large, of_means, strict=True):
            told[at] = one
        return told
    mean = totals[0].having / max(1, totals[0].having + totals[0].lacking)
    found: list[Band | None] = [None] * len(rows)
    for at, band in zip(
        large, bands(shrunk, people, [rows[at]["standing"] for at in large], mean, prior, minimum), strict=True
    ):
        found[at] = band
    safe = safe_bands(found, totals, mean, prior, minimum)
    return [ends(band) if may and band is not None else None for band, may in zip(found, safe, strict=True)]


def _prior(rows: Sequence[Row], spread: Row) -> Prior:
    size = np.array([[row["n_obs"]] for row in rows], dtype=float)
    centre, within = np.array([spread["centre"]], dtype=float), np.array([spread["sd_within"]], dtype=float) ** 2
    between = np.array([math.nan if spread["sd_between"] is None else spread["sd_between"]]) ** 2
    return prior_of(size, centre, within, between)


def _counts_people(rows: Sequence[Row]) -> bool:
    """Tell whether estimates are shares of people: said to be, or means that are whole numbers over their people."""
    if any(row["kind"] == "share" for row in rows):
        return True
    known = [row for row in rows if row["estimate"] is not None]
    return all(
        0 <= row["estimate"] <= 1
        and abs(row["estimate"] * row["n_obs"] - round(row["estimate"] * row["n_obs"])) < _WHOLE
        for row in known
    )


def _added(rows: Sequence[Row]) -> tuple[int, int]:
    having = sum(round(row["estimate"] * row["n_obs"]) for row in rows if row["estimate"] is not None)
    return having, sum(row["n_obs"] for row in rows) - having


def _bands_of_means(
    shrunk: np.ndarray[Any, Any], people: np.ndarray[Any, Any], deviation: float, prior: Prior, minimum: int
) -> list[Mapping[str, float] | None]:
    least = np.array([size_class(int(size), minimum) for size in people], dtype=float)
    low, high = interval_of_class(shrunk, people, least, prior, is_share=False)
    step = _round_step(deviation / _PARTS_OF_SD)
    return [
        {"band_low": _multiple(math.floor(one / step), step), "band_high": _multiple(math.ceil(other / step), step)}
        if step and math.isfinite(one) and math.isfinite(other)
        else None
        for one, other in zip(low, high, strict=True)
    ]


def _round_step(wanted: float) -> float:
    """Return 1, 2 or 5 times a power of ten: the smallest such step that is not below `wanted`, 0 for none."""
    if wanted <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted * (1 - _WHOLE))


def _multiple(count: int, step: float) -> float:
    return float(f"{count * step:.12g}")


def _published(row: Row, band: Mapping[str, float] | None) -> Row:
    figures = [name for name, kind in column_kinds("communities").items() if kind in {"people", "statistic"}]
    if band is None:
        return {**row, **dict.fromkeys(figures), "standing": "unknown", "suppressed": True}
    return {**row, **dict.fromkeys(figures), **band}


def _rough(row: Row, hidden: bool, minimum: int) -> Row:  # noqa: FBT001 - one caller, in this module
    """Return how far communities differ without what gives the number of people back."""
    people = row["n_obs"] or 0
    figures = [name for name, kind in column_kinds("community_spread").items() if kind == "statistic"]
    if hidden or people < minimum:
        return {**row, **dict.fromkeys(figures), "n_obs": None, "n_clusters": None}
    rough = {name: None if row[name] is None else significant(row[name], _DIGITS) for name in figures}
    rough["df"] = row["df"]
    if row["kind"] == "share" and row["centre"] is not None:
        rough["centre"] = to_unit(row["centre"], share_unit(people))
    return {**row, **rough, **dict.fromkeys(_EXACT)}
