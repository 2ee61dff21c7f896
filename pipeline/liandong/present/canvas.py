"""What the figures of a report are drawn on: a sheet of text size, rows with names, panels, marks that differ in shape.

A sheet is as wide as a phone's screen when its letters are nine pixels high there, and stands on paper in its own size.
Everything is placed in inches, so nothing has to be drawn twice to be arranged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, isfinite
from typing import Any, Final

from liandong.present.charts import ACCENT, HAIRLINE, INK, QUIET, TEAL, drawn, tick, wrapped
from liandong.present.layout import text_width

SHEET: Final = 4.85
"""Width of a figure in inches; nine points of text are nine pixels where it is 350 pixels wide."""
TEXT: Final = 9.0
"""Points; no letter of a figure is smaller."""
EM: Final = TEXT / 72
"""Inches."""
_FEWEST_TICKS: Final = 3  # two numbers leave open whether an axis is even
_LINE: Final = 0.152  # inches from line to line of a name
_ROW: Final = 0.26  # the least height of a row
_PAD: Final = 0.09
_TITLE: Final = 0.2
_TICKS: Final = 0.2  # numbers below an axis
_AXIS: Final = 0.2  # its title
_LEGEND: Final = 0.21
_KEY_EM: Final = 3.4  # a mark in the legend and the blanks around it
_NAMES_EM: Final = 13.5
_MOST_OF_NAMES: Final = 0.46  # of the sheet


_BAND: Final[dict[str, Any]] = {"facecolor": "#edf1f1", "edgecolor": "#b4c0c0", "hatch": "////", "linewidth": 0.4}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a kind of dots is drawn; any two differ in shape or in being filled, so that they differ in grey too."""

    colour: str
    shape: str
    filled: bool = True


MARKS: Final = (
    Mark(TEAL, "o"),
    Mark(ACCENT, "D", filled=False),
    Mark(QUIET, "s"),
    Mark("#7a5195", "^", filled=False),
    Mark("#2f7d3b", "v"),
    Mark(INK, "X", filled=False),
)
CHOSEN: Final = Mark(ACCENT, "D")
"""What the text uses, among others."""
OTHER: Final = Mark(TEAL, "o", filled=False)


@dataclass(frozen=True, slots=True)
class Dot:
    """One estimate with its interval: panel and row from 0, kind of mark, inches below the middle of its row."""

    panel: int
    row: int
    estimate: float
    low: float | None = None
    high: float | None = None
    kind: int = 0
    shift: float = 0.0
    text: str = ""


def sheet(height: float) -> Any:
    """Return an empty figure of the width of all figures."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(SHEET, height))
    FigureCanvasAgg(figure)
    return figure


def placed(figure: Any, left: float, top: float, width: float, height: float) -> Any:
    """Return axes whose upper left corner stands at (`left`, `top`) inches, without frame."""
    total = figure.get_figheight()
    axes = figure.add_axes((left / SHEET, 1 - (top + height) / total, width / SHEET, height / total))
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_linewidth(0.6)
    axes.tick_params(length=0, pad=3)
    axes.set_axisbelow(True)
    return axes


def lines_of(text: str) -> int:
    """Return how many lines a wrapped text has."""
    return 1 + text.count("\n")


def widest(texts: Sequence[str]) -> float:
    """Return the width in inches of the widest line."""
    return max((text_width(line) for text in texts for line in text.split("\n")), default=0.0) * EM


def shortened(name: str, em: float = 11.0) -> str:
    """Return a name that fits before a row, its end left out where it is too long."""
    if text_width(name) <= em:
        return name
    while text_width(name) > em - 1:
        name = name[:-1]
    return f"{name}…"


def measured(axis: Any, places: int) -> None:
    """Give an axis about `places` round numbers, three at least, written as the figures write them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=places, steps=[1, 2, 2.5, 5, 10], min_n_ticks=_FEWEST_TICKS))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(round(value, 10))))


def ruled(axes: Any, direction: str = "x") -> None:
    """Draw the fine lines that lead from numbers to marks."""
    axes.grid(visible=True, axis=direction, color=HAIRLINE, linewidth=0.5)


def legend_lines(names: Sequence[str]) -> int:
    """Return how many lines a legend takes."""
    return ceil(len(names) / _per_line(names)) if names else 0


def legend(figure: Any, handles: Sequence[Any], names: Sequence[str], left: float = 0.02) -> None:
    """Draw a legend on top of the sheet."""
    figure.legend(
        handles,
        names,
        loc="upper left",
        bbox_to_anchor=(left / SHEET, 1.0),
        ncols=_per_line(names),
        frameon=False,
        fontsize=TEXT,
        handletextpad=0.3,
        columnspacing=1.4,
        handlelength=1.4,
        borderpad=0.1,
        borderaxespad=0,
        labelspacing=0.35,
    )


def handle(mark: Mark) -> Any:
    """Return a mark for the legend."""
    from matplotlib.lines import Line2D

    face = mark.colour if mark.filled else "white"
    return Line2D([], [], color=mark.colour, marker=mark.shape, markersize=5.2, markerfacecolor=face, linestyle="none")


def dot_rows(
    names: Sequence[str],
    dots: Sequence[Dot],
    *,
    axis: str,
    panels: Sequence[str] = ("",),
    kinds: Sequence[str] = (),
    marks: Sequence[Mark] = MARKS,
    zero: bool = True,
    limits: tuple[float, float] | None = None,
    bands: Mapping[tuple[int, int], float] | None = None,
    band: str = "",
    breaks: Sequence[int] = (),
) -> Any:
    """Return rows of dots with intervals, a name before each row, panels beside or below each other.

    Parameters
    ----------
    names
        From top to bottom, for every panel.
    dots
        The estimates; a `text` stands at the right end of its row. An end that is infinite gets an arrow.
    axis
        The title of the horizontal axis; empty for none.
    panels
        Titles; two stand beside each other, further ones below.
    kinds
        The legend, for the marks that `Dot.kind` counts; empty for none.
    zero
        Whether zero is marked by a dashed line and belongs to the axis.
    limits
        Of the axis; what the dots and intervals need by default.
    bands
        (Panel, row) → half the width of a hatched band around zero.
    band
        What the legend calls these; empty for nothing.
    breaks
        Rows with a thin line above.
    """
    labels = [wrapped(name, _NAMES_EM) for name in names]
    heights = [max(_ROW, _LINE * lines_of(label) + 0.09, _depth(dots, at)) for at, label in enumerate(labels)]
    titles = [wrapped(title, 16.0 if len(panels) > 1 else 30.0) for title in panels]
    across = min(len(panels), 2)
    down = ceil(len(panels) / across)
    left = min(widest(labels) + 2 * _PAD, SHEET * _MOST_OF_NAMES)
    right = max(widest([drawn(dot.text) for dot in dots]) + 2 * _PAD, 0.14)
    body, head = sum(heights), max(map(lines_of, titles)) * _TITLE if any(titles) else 0.04
    keys = [drawn(text) for text in (*kinds, *([band] if band else ()))]
    key = _LEGEND * legend_lines(keys) + (0.06 if keys else 0.0)
    height = key + down * (head + body + _TICKS) + (down - 1) * 0.12 + (_AXIS if axis else 0.0) + 0.02
    figure = sheet(height)
    width = (SHEET - left - right - (across - 1) * 0.2) / across
    middles = [below - own / 2 for below, own in zip(accumulate(heights), heights, strict=True)]
    shown = limits or _limits(dots, zero=zero, bands=bands)
    for at, title in enumerate(titles):
        top = key + (at // across) * (head + body + _TICKS + 0.12) + head
        axes = placed(figure, left + (at % across) * (width + 0.2), top, width, body)
        axes.set_ylim(body, 0)
        axes.set_xlim(*shown)
        measured(axes.xaxis, max(2, int(width / 0.42)))
        ruled(axes)
        axes.set_yticks(middles, labels if at % across == 0 else [""] * len(labels), linespacing=1.05)
        axes.set_title(title, loc="left", fontsize=TEXT, color=TEAL, pad=3, linespacing=1.05)
        for row in breaks:
            axes.axhline(sum(heights[:row]), color=QUIET, linewidth=0.4)
        if zero:
            axes.axvline(0, color=QUIET, linestyle=(0, (4, 2)), linewidth=0.8)
        for (panel, row), half in (bands or {}).items():
            if panel == at:
                banded(axes, half, middles[row] - heights[row] * 0.36, heights[row] * 0.72)
        for dot in (dot for dot in dots if dot.panel == at):
            dotted(axes, dot, middles[dot.row] + dot.shift, marks[dot.kind], shown)
    middle = left + (SHEET - left - right) / 2
    figure.text(middle / SHEET, 0.035 / height, drawn(axis), ha="center", va="bottom", color=QUIET)
    if keys:
        legend(figure, [*map(handle, marks[: len(kinds)]), *([_swatch()] if band else [])], keys)
    return figure


def banded(axes: Any, half: float, top: float, height: float) -> None:
    """Draw a hatched band around zero."""
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((-half, top), 2 * half, height, **_BAND))


def _swatch() -> Any:
    from matplotlib.patches import Patch

    return Patch(**_BAND)


def dotted(axes: Any, dot: Dot, height: float, mark: Mark, limits: tuple[float, float]) -> None:
    """Draw an estimate, its interval as far as the axis goes, and its text."""
    if dot.low is not None and dot.high is not None:
        low, high = max(dot.low, limits[0]), min(dot.high, limits[1])
        axes.plot([low, high], [height, height], color=mark.colour, linewidth=1.3, solid_capstyle="butt")
        for end, wanted, sign in ((low, dot.low, "<"), (high, dot.high, ">")):
            if end != wanted:
                axes.plot([end], [height], color=mark.colour, marker=sign, markersize=4.5, clip_on=False)
    face = mark.colour if mark.filled else "white"
    axes.plot(
        [dot.estimate], [height], marker=mark.shape, markersize=5.2, color=mark.colour, markerfacecolor=face,
        linestyle="none", clip_on=False,
    )  # fmt: skip
    if dot.text:
        axes.annotate(
            drawn(dot.text), (1.0, height), (7, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            ha="left", va="center_baseline", annotation_clip=False,
        )  # fmt: skip


def _limits(
    dots: Sequence[Dot], *, zero: bool, bands: Mapping[tuple[int, int], float] | None = None
) -> tuple[float, float]:
    known = [value for dot in dots for value in (dot.estimate, dot.low, dot.high) if value is not None]
    known += [end for half in (bands or {}).values() for end in (-half, half)]
    finite = [value for value in known if isfinite(value)] + ([0.0] if zero else [])
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    room = 0.05 * ((high - low) or abs(high) or 1.0)
    return low - room, high + room


def _depth(dots: Sequence[Dot], row: int) -> float:
    """Return the height that the dots of a row need, which stand below each other."""
    shifts = {dot.shift for dot in dots if dot.row == row}
    return (max(shifts) - min(shifts) + 0.2) if len(shifts) > 1 else 0.0


def _per_line(names: Sequence[str]) -> int:
    longest = max((text_width(name) for name in names), default=0.0)
    return max(1, min(len(names), int((SHEET - 0.1) / EM / (longest + _KEY_EM))))
