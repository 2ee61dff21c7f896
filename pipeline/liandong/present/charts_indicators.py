"""Plots of indicators: sorted dots with intervals, two denominators side by side, distributions of scores."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

import polars as pl

from liandong.present.canvas import (
    SHEET,
    TEXT,
    Dot,
    dot_rows,
    lines_of,
    measured,
    placed,
    ruled,
    sheet,
)
from liandong.present.charts import ACCENT, TEAL, drawn, in_style, wrapped
from liandong.present.facts import Facts, Row
from liandong.present.numbers import fixed, hundredths
from liandong.present.tables_appendix import ranked
from liandong.present.words import word

_FULL: Final = (0.0, 100.0)
_OFFSET: Final = 0.085  # inches of the two dots of an indicator from the middle of its row
_BAR: Final = "#8fb2b5"  # light enough for the dashed line to show on it, on paper too
_BARS: Final = 1.25  # inches
_TITLE_EM: Final = 15.0


@in_style()
def dot_chart(facts: Facts, name: str) -> Any:
    """Return the shares of a group as dots with intervals, the largest on top, figures at the right."""
    rows = ranked(facts, name)
    dots = [_dot(row, at) for at, row in enumerate(rows)]
    names = [facts.title(row["indicator"]) for row in rows]
    return dot_rows(names, dots, axis=word(facts.lang, "axis_share"), zero=False, limits=_FULL)


@in_style()
def both_chart(facts: Facts, name: str) -> Any:
    """Return two dots per indicator: of all respondents, and of those in need; figures at the right."""
    rows = ranked(facts, name)
    need = {row["indicator"]: row for row in ranked(facts, name, "in_need")}
    dots = [_dot(row, at, shift=-_OFFSET if row["indicator"] in need else 0.0) for at, row in enumerate(rows)]
    of_need = [(at, need[row["indicator"]]) for at, row in enumerate(rows) if row["indicator"] in need]
    dots += [_dot(row, at, kind=1, shift=_OFFSET) for at, row in of_need]
    names = [facts.title(row["indicator"]) for row in rows]
    kinds = [word(facts.lang, key) for key in ("of_all", "of_need")]
    return dot_rows(names, dots, axis="%", kinds=kinds, zero=False, limits=_FULL)


def binned(facts: Facts) -> list[str]:
    """Return the scores of the table distributions that have a bar to show."""
    shown = facts.tables["distributions"].filter(pl.col("lower").is_not_null() & pl.col("share").is_not_null())
    return [*dict.fromkeys(shown["variable"])]


@in_style()
def distribution_chart(facts: Facts) -> Any:
    """Return a histogram per score, two in a row, a dashed line at its mean; a hidden bar is left out."""
    variables = binned(facts)
    titles = [wrapped(facts.title(variable), _TITLE_EM) for variable in variables]
    across = min(2, len(variables))
    head, below, left, between = 0.2 * max(map(lines_of, titles)), 0.42, 0.42, 0.42
    width = (SHEET - left - 0.12 - (across - 1) * between) / across
    figure = sheet(ceil(len(variables) / across) * (head + _BARS + below))
    means = {row["scale"]: row["mean"] for row in facts.rows("scales") if row["mean"] is not None}
    highest = max(100 * row["share"] for variable in variables for row in _bars(facts, variable))
    for at, (variable, title) in enumerate(zip(variables, titles, strict=True)):
        top = (at // across) * (head + _BARS + below) + head
        axes = placed(figure, left + (at % across) * (width + between), top, width, _BARS)
        rows = _bars(facts, variable)
        lower, upper = [row["lower"] for row in rows], [row["upper"] for row in rows]
        widths = [0.94 * (high - low) for low, high in zip(lower, upper, strict=True)]
        middles = [(low + high) / 2 for low, high in zip(lower, upper, strict=True)]
        axes.bar(middles, [100 * row["share"] for row in rows], widths, color=_BAR, edgecolor=TEAL, linewidth=0.5)
        axes.set_ylim(0, highest * 1.16)
        if variable in means:
            axes.axvline(means[variable], color=ACCENT, linestyle=(0, (4, 2)), linewidth=1.1)
            text = word(facts.lang, "drawn_mean", value=fixed(means[variable], 2))
            right = means[variable] > (min(lower) + max(upper)) / 2
            axes.annotate(
                drawn(text), (means[variable], highest * 1.15), (-3 if right else 3, 0), textcoords="offset points",
                ha="right" if right else "left", va="top", color=ACCENT,
            )  # fmt: skip
        measured(axes.xaxis, 5)
        measured(axes.yaxis, 4)
        ruled(axes, "y")
        axes.set_title(title, loc="left", fontsize=TEXT, color=TEAL, pad=3)
        axes.set_xlabel(drawn(word(facts.lang, "axis_score")), labelpad=1)
        if at % across == 0:
            axes.set_ylabel("%", labelpad=2, rotation=0, ha="right", va="center")
    return figure


def _bars(facts: Facts, variable: str) -> list[Row]:
    rows = facts.rows("distributions", variable=variable)
    return [row for row in rows if row["lower"] is not None and row["share"] is not None]


def _dot(row: Row, at: int, kind: int = 0, shift: float = 0.0) -> Dot:
    estimate, low, high = (_percent(row, name) for name in ("estimate", "conf_low", "conf_high"))
    assert estimate is not None  # `ranked` leaves hidden shares out
    return Dot(0, at, estimate, low, high, kind, shift, f"{hundredths(row['estimate'])}%")


def _percent(row: Row, column: str) -> float | None:
    return None if row[column] is None else 100 * float(row[column])
