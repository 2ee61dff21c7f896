"""Table ``distributions``: how scores and profile variables are spread over the respondents, unweighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from liandong.errors import EstimationError
from liandong.evidence import TABLES
from liandong.indicators.levels import level_text, levels_of

BINS = 10
# Scores such as 0.1 + 0.2 lie a rounding error off the edge that they stand on.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Variable:
    """A column whose distribution is shown.

    Attributes
    ----------
    name
        The column.
    score_range
        Lowest and highest possible score: the column is numeric and is shown in ``BINS`` equal bins. None for a
        categorical column, shown value by value.
    known
        The values that a categorical column can take, in the order of the codebook; each has a row, also without
        anybody.
    """

    name: str
    score_range: tuple[float, float] | None = None
    known: tuple[Any, ...] = ()


def distribution_table(frame: pl.DataFrame, variables: Sequence[Variable]) -> pl.DataFrame:
    """Return table ``distributions``: one row per variable and bin or value.

    A bin holds lower ≤ score < upper, the last one its upper edge too; its ``level`` is "lower–upper". A value's
    ``level`` is its text, with ``lower`` and ``upper`` null. ``n`` counts respondents, ``share`` is of those with an
    answer (null when there is none): the sample as it is, without weights.

    Raises
    ------
    EstimationError
        For a score outside its range.
    """
    rows = [
        row
        for variable in variables
        if variable.name in frame.columns
        for row in (_values if variable.score_range is None else _bins)(frame[variable.name], variable)
    ]
    return pl.DataFrame(rows, schema=dict(TABLES["distributions"].columns), orient="row")


def _bins(scores: pl.Series, variable: Variable) -> list[dict[str, Any]]:
    low, high = sorted(variable.score_range or (0.0, 1.0))
    answered = scores.drop_nulls().cast(pl.Float64)
    place = (answered - low) / (high - low)
    outside = (~place.is_between(-_ROUNDING, 1 + _ROUNDING)).sum()
    if outside:
        raise EstimationError(
            f"{outside} values of {variable.name!r} lie outside its range {low:g}–{high:g}",
            hint="correct the range, or let the codebook's minimum and maximum blank such values",
            zh=f"变量 {variable.name} 有 {outside} 个值超出 {low:g}–{high:g}。",
        )
    number = (place * BINS + _ROUNDING).floor().clip(0, BINS - 1).cast(pl.Int64)
    counts = dict(number.value_counts().rows())
    edges = [low + (high - low) * step / BINS for step in range(BINS + 1)]
    return [
        _row(variable.name, f"{lower:g}–{upper:g}", counts.get(step, 0), answered.len(), lower, upper)
        for step, (lower, upper) in enumerate(pairwise(edges))
    ]


def _values(values: pl.Series, variable: Variable) -> list[dict[str, Any]]:
    answered = values.drop_nulls()
    counts = dict(answered.value_counts().rows())
    return [
        _row(variable.name, level_text(value), counts.get(value, 0), answered.len())
        for value in levels_of(answered, variable.known)
    ]


def _row(
    name: str, level: str, count: int, total: int, lower: float | None = None, upper: float | None = None
) -> dict[str, Any]:
    return {
        "variable": name,
        "level": level,
        "lower": lower,
        "upper": upper,
        "n": count,
        "share": count / total if total else None,
        "suppressed": False,
    }
