"""Plots of a multiverse and of omitted variables: the curve of specifications, the lines of equal estimates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from string import ascii_lowercase
from typing import Any, Final

from liandong.present.canvas import (
    CHOSEN,
    SHEET,
    TEXT,
    Mark,
    handle,
    legend,
    lines_of,
    measured,
    placed,
    ruled,
    sheet,
    widest,
)
from liandong.present.charts import ACCENT, HAIRLINE, INK, QUIET, TEAL, drawn, in_style, tick, wrapped
from liandong.present.facts import Facts, Row
from liandong.present.tables_robustness import block_name
from liandong.present.words import coded, word

_LINES: Final = 7
_NAME_EM: Final = 14.0
_HEIGHT: Final = 1.9  # of the curve, in inches
_TOP: Final = 0.3
_LINE: Final = 0.18  # of a line of the dashboard
MOST_VECTORS: Final = 1000
"""Specifications above which lines and dots are a picture inside the drawing: each takes about 250 bytes as lines."""
_TICK: Final = 0.028  # half a mark of the dashboard, in inches
_LEGEND: Final = ("legend_clear", "legend_unclear", "legend_headline")
_MARKS: Final = (Mark(TEAL, "o"), Mark(QUIET, "o", filled=False), CHOSEN)
_HEADLINE: Final = 2

Choice = tuple[str, str]


@in_style()
def specification_chart(facts: Facts, effect: Row, outcome: str) -> Any:
    """Return the estimates of all specifications, sorted, and below them what each of them chose."""
    found = [
        row
        for row in facts.rows("specifications", effect=effect["id"], outcome=outcome)
        if row["estimate_sd"] is not None
    ]
    found = sorted(found, key=lambda row: (row["estimate_sd"], row["specification"]))
    choices = [*dict.fromkeys(_in_order(found))]
    names = [wrapped(_name(facts, effect, choice), _NAME_EM) for choice in choices]
    heights = [max(_LINE, 0.148 * lines_of(name) + 0.04) for name in names]
    left = min(widest(names) + 0.18, 0.46 * SHEET)
    figure = sheet(_TOP + _HEIGHT + 0.1 + sum(heights) + 0.26)
    curve = placed(figure, left, _TOP, SHEET - left - 0.06, _HEIGHT)
    _draw_curve(curve, found)
    board = placed(figure, left, _TOP + _HEIGHT + 0.1, SHEET - left - 0.06, sum(heights))
    middles = [below - own / 2 for below, own in zip(accumulate(heights), heights, strict=True)]
    _draw_choices(board, found, dict(zip(choices, middles, strict=True)))
    board.set_yticks(middles, names, linespacing=1.0)
    board.set_ylim(sum(heights), 0)
    for at in range(1, len(choices)):
        if choices[at][0] != choices[at - 1][0]:
            board.axhline(sum(heights[:at]), color=QUIET, linewidth=0.4)
    for axes in (curve, board):
        axes.set_xlim(0, len(found) + 1)
        axes.set_xticks([])
    board.set_xlabel(drawn(word(facts.lang, "axis_specifications")), labelpad=4)
    legend(figure, [handle(mark) for mark in _MARKS], [drawn(word(facts.lang, key)) for key in _LEGEND])
    figure.text(
        0, 1 - (_TOP + 0.02) / figure.get_figheight(), drawn(word(facts.lang, "axis_sd")), color=QUIET, va="top"
    )
    return figure


@in_style()
def contour_chart(facts: Facts, effect: Row, outcome: str) -> Any:
    """Return lines of equal adjusted estimate over the strength of an omitted variable, observed ones as diamonds."""
    figure = sheet(3.1)
    axes = placed(figure, 0.5, 0.22, SHEET - 0.62, 2.4)
    grid, columns, rows, levels = _surface(facts, effect["id"], outcome)
    zero = [level == 0.0 for level in levels]
    lines = axes.contour(
        columns, rows, grid, levels=levels, colors=[ACCENT if own else TEAL for own in zero],
        linewidths=[1.4 if own else 0.8 for own in zero], linestyles=["dashed" if own else "solid" for own in zero],
    )  # fmt: skip
    axes.clabel(lines, fmt=lambda value: tick(round(float(value), 10)), fontsize=TEXT, colors=INK)
    benchmarks = _benchmarks(facts, effect, outcome)
    letters = _letters(benchmarks)
    for at, row in enumerate(sorted(benchmarks, key=lambda row: row["r2_outcome"])):
        x, y = 100 * row["r2_treatment"], 100 * row["r2_outcome"]
        axes.plot([x], [y], "D", color=INK, markersize=3.8)
        axes.annotate(
            f"{letters[row['covariates']]}{_times(row)}", (x, y), (4, 2 if at % 2 else -2),
            textcoords="offset points", va="bottom" if at % 2 else "top",
        )  # fmt: skip
    measured(axes.xaxis, 6)
    measured(axes.yaxis, 6)
    axes.grid(visible=True, color=HAIRLINE, linewidth=0.5)
    axes.set_xlabel(drawn(word(facts.lang, "axis_r2_treatment")), labelpad=2)
    figure.text(0.02 / SHEET, 1.0, drawn(word(facts.lang, "axis_r2_outcome")), ha="left", va="top", color=QUIET)
    return figure


def _draw_curve(axes: Any, found: list[Row]) -> None:
    """Draw every estimate with its interval; above so many, dots and lines are a picture inside the drawing."""
    many = len(found) > MOST_VECTORS
    axes.axhline(0, color=QUIET, linestyle=(0, (4, 2)), linewidth=0.8)
    points = [_point(row) for row in found]
    known = [
        (rank, low, high) for rank, (_, low, high, _) in enumerate(points, 1) if low is not None and high is not None
    ]
    _draw_upright(axes, known, "#b9c9ca", picture=many)
    for kind, mark in enumerate(_MARKS):
        own = [(rank, point[0]) for rank, point in enumerate(points, 1) if point[3] == kind]
        axes.plot(
            [rank for rank, _ in own], [value for _, value in own], mark.shape, color=mark.colour,
            markersize=6 if kind == _HEADLINE else 2.2, linestyle="none", rasterized=many and kind != _HEADLINE,
            markerfacecolor=mark.colour if mark.filled else "white", markeredgewidth=0.5,
        )  # fmt: skip
    measured(axes.yaxis, 5)
    ruled(axes, "y")


def _draw_choices(axes: Any, found: list[Row], place: Mapping[Choice, float]) -> None:
    marks = [(rank, place[choice]) for rank, row in enumerate(found, 1) for choice in _chosen(row) if choice in place]
    _draw_upright(
        axes,
        [(rank, height - _TICK, height + _TICK) for rank, height in marks],
        TEAL,
        picture=len(found) > MOST_VECTORS,
    )
    ruled(axes, "y")


def _draw_upright(axes: Any, lines: Sequence[tuple[float, float, float]], colour: str, *, picture: bool) -> None:
    """Draw upright lines, each a place and two ends, as one path: hundreds of paths of their own make a file heavy."""
    gap = float("nan")
    across = [place for rank, _, _ in lines for place in (rank, rank, gap)]
    upwards = [place for _, low, high in lines for place in (low, high, gap)]
    axes.plot(across, upwards, color=colour, linewidth=0.5, rasterized=picture)


def _point(row: Row) -> tuple[float, float | None, float | None, int]:
    """Return estimate and bounds in standard deviations and the kind of mark."""
    scale = row["estimate_sd"] / row["estimate"] if row["estimate"] else 0.0
    low, high = row["conf_low"], row["conf_high"]
    known = low is not None and high is not None
    kind = _HEADLINE if row["is_headline"] else 0 if known and (low > 0 or high < 0) else 1
    drawn_too = known and scale > 0  # an estimate of exactly 0 does not tell what a standard deviation is
    return row["estimate_sd"], low * scale if drawn_too else None, high * scale if drawn_too else None, kind


def _chosen(row: Row) -> Iterator[Choice]:
    """Yield the choices of a specification: factor and level."""
    for name in ("scoring", "sample", "absorbed", "vcov"):
        yield name, row[name]
    for block in row["controls"].split("+"):
        if block:
            yield "controls", block


def _in_order(found: list[Row]) -> Iterator[Choice]:
    """Yield the choices factor by factor; a factor without a choice has no lines."""
    made = [choice for row in sorted(found, key=lambda row: row["specification"]) for choice in _chosen(row)]
    for factor in ("scoring", "controls", "sample", "absorbed", "vcov"):
        levels = dict.fromkeys(choice for choice in made if choice[0] == factor)
        if len(levels) > 1 or factor == "controls":
            yield from levels


def _name(facts: Facts, effect: Row, choice: Choice) -> str:
    factor, level = choice
    if factor == "scoring":
        return facts.title(level)
    if factor == "vcov":
        return coded(facts.lang, "method", level)
    if factor == "absorbed":
        names = "+".join(facts.noun(name) for name in level.split("+") if name)
        return word(facts.lang, "choice_absorbed", names=names) if names else word(facts.lang, "choice_no_effects")
    if factor == "sample":
        own = facts.labels.get(("sample", effect["id"], level))
        return own[0] if own else coded(facts.lang, "sample", level)
    own = facts.labels.get(("block", effect["id"], level))
    return own[0] if own else facts.step(effect["id"], level)


def _surface(facts: Facts, effect: str, outcome: str) -> tuple[Any, list[float], list[float], list[float]]:
    """Return the adjusted estimates as a grid, its columns and rows in percent, and the levels to draw."""
    import numpy as np
    from matplotlib.ticker import MaxNLocator

    found = [
        row for row in facts.rows("contours", effect=effect, outcome=outcome) if row["adjusted_estimate"] is not None
    ]
    rows_of, columns_of = (sorted({row[name] for row in found}) for name in ("r2_outcome", "r2_treatment"))
    values = np.full((len(rows_of), len(columns_of)), np.nan)
    for row in found:
        values[rows_of.index(row["r2_outcome"]), columns_of.index(row["r2_treatment"])] = row["adjusted_estimate"]
    levels = MaxNLocator(nbins=_LINES).tick_values(float(np.nanmin(values)), float(np.nanmax(values)))
    shown = sorted({0.0, *(round(float(value), 12) for value in levels)})
    return np.ma.masked_invalid(values), [100 * x for x in columns_of], [100 * y for y in rows_of], shown


def _benchmarks(facts: Facts, effect: Row, outcome: str) -> list[Row]:
    """Return the strengths of whole blocks of controls, once as strong, and of the first one twice and three times."""
    rows = [
        row
        for row in facts.rows("benchmarks", effect=effect["id"], outcome=outcome)
        if row["r2_treatment"] is not None and row["r2_outcome"] is not None
    ]
    steps = [set(step["add"]) for step in effect["steps"] if step["add"]]
    blocks = [row for row in rows if set(row["covariates"].split("+")) in steps] or rows
    blocks = blocks[: len(ascii_lowercase)]
    return [row for row in blocks if row["multiple"] == 1.0 or row["covariates"] == blocks[0]["covariates"]]


def contour_blocks(facts: Facts, effect: Row, outcome: str) -> str:
    """Return the letters of the diamonds of :func:`contour_chart` with the controls that they stand for."""
    letters = _letters(_benchmarks(facts, effect, outcome))
    named = [f"{letter} {block_name(facts, effect, covariates)}" for covariates, letter in letters.items()]
    return {"zh": "；", "en": "; "}[facts.lang].join(named)


def _times(row: Row) -> str:
    return "" if row["multiple"] == 1.0 else f"{row['multiple']:g}"


def _letters(rows: list[Row]) -> dict[str, str]:
    return dict(zip(dict.fromkeys(row["covariates"] for row in rows), ascii_lowercase, strict=False))
