"""Known shares of a population beside the people who answered: matched, or refused with names and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Margin, Weighting
from liandong.errors import EstimationError

Value = str | int | float | bool
_SHOWN = 8
_WHOLE = (1.0, 100.0)  # what shares and percents add up to
_ROUNDED = 0.005  # of the whole: published shares are rounded
_LARGEST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Target:
    """One margin of the population, matched with the sample.

    Attributes
    ----------
    column
        Of the data.
    levels
        Names of its J categories, in the order of the definitions.
    shares
        Of the population, adding up to 1, shape (J,).
    codes
        Category of each respondent, shape (n,).
    """

    column: str
    levels: tuple[str, ...]
    shares: NDArray[np.float64]
    codes: NDArray[np.intp]

    def totals(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of `weights` by category, shape (J,)."""
        return np.bincount(self.codes, weights, len(self.levels)).astype(np.float64)


def match_targets(frame: pl.DataFrame, weighting: Weighting) -> tuple[Target, ...]:
    """Return the margins of `weighting` matched with the rows of `frame`.

    Categories are compared by value: 1, 1.0 and true are the same, and so is a code in text.

    Raises
    ------
    EstimationError
        For targets that are neither shares, nor percents, nor counts of people (see the definitions' ``Margin``); a
        column that is not in the data; a respondent without an answer, or with one that has no target; a target that
        nobody in the sample answers to.
    """
    return tuple(_match(frame, margin, i) for i, margin in enumerate(weighting.margins))


def level_name(value: Value) -> str:
    """Return how a category is called: 1, 1.0 and true are "1"."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _match(frame: pl.DataFrame, margin: Margin, number: int) -> Target:
    where = f"design.weighting.margins[{number}]: {margin.column}"
    if margin.column not in frame.columns:
        raise EstimationError(
            f"expected a column {margin.column!r}; the accepted data have none of that name",
            where=where,
            hint="was the column in the survey file? `liandong check` lists the columns that are absent",
            zh=f"数据中没有加权所需的变量 {margin.column!r}。",
        )
    levels = tuple(level_name(value) for value, _ in margin.targets)
    shares = np.array([share for _, share in margin.targets], dtype=np.float64)
    _require_whole(shares, margin.column, where)
    answers = frame[margin.column]
    known = answers.drop_nans().drop_nulls() if answers.dtype.is_float() else answers.drop_nulls()
    names = {value: level_name(value) for value in known.unique().to_list()}
    counts = {names[value]: count for value, count in known.value_counts().rows()}
    _require_answers(counts, frame.height, levels, margin.column, where)
    position = {level: j for j, level in enumerate(levels)}
    codes = known.replace_strict(list(names), [position[name] for name in names.values()], return_dtype=pl.Int64)
    return Target(margin.column, levels, shares / shares.sum(), codes.to_numpy().astype(np.intp))


def _require_whole(targets: NDArray[np.float64], column: str, where: str) -> None:
    """Raise for targets that look like shares or percents, but are no whole: one is mistyped or left out."""
    total = float(targets.sum())
    people = bool((targets == np.round(targets)).all() and targets.max() > _LARGEST_PERCENT)
    if people or any(abs(total - whole) <= _ROUNDED * whole for whole in _WHOLE):
        return
    raise EstimationError(
        f"expected shares of {column!r} that add up to 1, percents that add up to 100, or counts of people (whole"
        f" numbers, one of them over 100); the targets add up to {total:g}",
        where=where,
        hint="is a category left out, or a number mistyped?",
        zh=f"加权变量 {column!r} 的目标值之和为 {total:g}；比例之和应为 1，百分比之和应为 100，否则须为人数（整数）。",
    )


def _require_answers(counts: Mapping[str, int], people: int, levels: tuple[str, ...], column: str, where: str) -> None:
    missing = people - sum(counts.values())
    if missing:
        raise EstimationError(
            f"expected an answer from every respondent; {missing} of {people} have none",
            where=where,
            hint="leave this margin out, reject these rows in the codebook, or derive a column in which those without"
            " an answer have a category and a target",
            zh=f"加权变量 {column!r} 有 {missing} 人缺失，无法加权。",
        )
    unknown = {answer: count for answer, count in counts.items() if answer not in levels}
    if unknown:
        raise EstimationError(
            f"expected a target for every answer; there is none for {_listed(unknown)}",
            where=where,
            hint=f"targets are given for {', '.join(levels)}; add the others, or derive a column that merges them",
            zh=f"加权变量 {column!r} 有 {len(unknown)} 个类别没有目标值。",
        )
    empty = [level for level in levels if level not in counts]
    if empty:
        raise EstimationError(
            f"expected respondents in every category that has a target; nobody answered {', '.join(empty)}",
            where=where,
            hint="no weight can stand for people who are not there: merge the category with a neighbour in a derived"
            " column, and add up their targets",
            zh=f"加权变量 {column!r} 的类别 {'、'.join(empty)} 没有受访者，请合并类别。",
        )


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{level!r} ({count} people)" for level, count in ordered[:_SHOWN])
    return shown + (f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else "")
