"""Table ``overlap``: who has several things at once, every combination of a group's indicators that occurs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from liandong.definitions import Indicator
from liandong.evidence import TABLES
from liandong.indicators.design import SampleDesign, sample_design
from liandong.indicators.lines import Line, lines_of
from liandong.indicators.table import without_zero_weights
from liandong.inference import survey_proportion

GROUPS: Final = ("coverage",)
"""Groups of indicators of which several can be true of one person: being served by one provider and by another."""
_FEWEST: Final = 3


def overlap_members(indicators: Sequence[Indicator]) -> dict[str, list[Indicator]]:
    """Return the groups whose combinations are counted, with their shares of everybody; groups of three or more."""
    found = {
        group: [one for one in indicators if one.group == group and one.kind == "share" and one.universe is None]
        for group in GROUPS
    }
    return {group: members for group, members in found.items() if len(members) >= _FEWEST}


def overlap_table(
    frame: pl.DataFrame,
    indicators: Sequence[Indicator],
    cluster: str | None,
    weight: str | None = None,
    strata: str | None = None,
) -> pl.DataFrame:
    """Return table ``overlap``.

    Parameters
    ----------
    frame, indicators, cluster, weight, strata
        As :func:`liandong.indicators.indicator_table` has them.

    Returns
    -------
    polars.DataFrame
        One row per group and combination that occurs, the most frequent first. ``members`` are the indicators that are
        true of these people, all others of the group not; ``n`` of the ``n_rows`` people for whom all of them are
        known. ``share`` is weighted, with the interval of the table of indicators.

    Raises
    ------
    EstimationError
        As :func:`liandong.indicators.indicator_table`.
    """
    rows: list[dict[str, Any]] = []
    groups = overlap_members(indicators)
    if groups:
        frame = without_zero_weights(frame, weight)
        design = sample_design(frame, cluster, weight, strata)
        for group, members in groups.items():
            rows += _of_group(group, frame, members, design)
    return pl.DataFrame(rows, schema=dict(TABLES["overlap"].columns), orient="row")


def _of_group(
    group: str, frame: pl.DataFrame, members: Sequence[Indicator], design: SampleDesign
) -> Iterator[dict[str, Any]]:
    found = lines_of(frame, members, {})
    lines = [line for line in found.lines if line.universe == "all"]
    answers = found.values.select(line.column for line in lines).with_columns(
        design.cluster.alias("cluster"),
        pl.lit(1.0).alias("weight") if design.weight is None else design.weight.alias("weight"),
    )
    known = answers.drop_nulls()
    cells = known.group_by(*(line.column for line in lines), "cluster").agg(
        pl.len().alias("n"), pl.col("weight").sum().alias("weight")
    )
    whole = known.group_by("cluster").agg(pl.len().alias("n"), pl.col("weight").sum().alias("weight"))
    n_rows, n_of, weight_of = known.height, *_by_cluster(whole, design.count)
    combinations = cells.partition_by([line.column for line in lines], as_dict=True, include_key=True)
    sized = sorted(combinations.items(), key=lambda item: (-int(item[1]["n"].sum()), _place(item[0])))
    for combination, cell in sized:
        got = survey_proportion(_by_cluster(cell, design.count)[1], weight_of, n_of.astype(np.int64), design.strata)
        yield {
            "group": group,
            "members": _named(lines, combination),
            "n_members": sum(combination),
            "n": int(cell["n"].sum()),
            "n_rows": n_rows,
            "share": got.estimate,
            "conf_low": None if np.isnan(got.conf_low) else got.conf_low,
            "conf_high": None if np.isnan(got.conf_high) else got.conf_high,
            "suppressed": False,
        }


def _by_cluster(cells: pl.DataFrame, count: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return people and Σw by cluster of the whole sample, zero for clusters without anybody, (G,) each."""
    people, weight = np.zeros(count), np.zeros(count)
    place = cells["cluster"].to_numpy()
    people[place], weight[place] = cells["n"].to_numpy(), cells["weight"].to_numpy()
    return people, weight


def _place(combination: Sequence[Any]) -> tuple[int, tuple[bool, ...]]:
    """Order combinations of one size: fewer members first, then the indicators' own order."""
    return sum(combination), tuple(not one for one in combination)


def _named(lines: Sequence[Line], combination: Sequence[Any]) -> str:
    return "+".join(line.indicator.id for line, true in zip(lines, combination, strict=True) if true)
