"""Which providers served the same people: a matrix of dots, a column per combination, its share as a bar above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from liandong.present.canvas import EM, SHEET, lines_of, measured, placed, ruled, sheet
from liandong.present.charts import INK, QUIET, TEAL, drawn, in_style, wrapped
from liandong.present.facts import Facts, Row
from liandong.present.layout import text_width
from liandong.present.numbers import fixed
from liandong.present.tables_appendix import ranked
from liandong.present.words import joined, word

MOST_COLUMNS: Final = 12
"""Combinations that are drawn one by one; the others share the last column."""
_BARS: Final = 1.3  # inches
_NAME_EM: Final = 12.0
_SHADE: Final = "#eef3f3"
_PALE: Final = "#c9d3d4"


@dataclass(frozen=True, slots=True)
class Combinations:
    """What is drawn: combinations by size, and what is left for the last column.

    Attributes
    ----------
    members
        Indicators of the group, the most frequent first.
    rows
        The largest combinations whose share is shown.
    rest
        The share of people in all other combinations, hidden ones among them: for the height of a bar, never printed.
    n_rest
        How many combinations these are.
    """

    members: tuple[str, ...]
    rows: tuple[Row, ...]
    rest: float
    n_rest: int


def combinations(facts: Facts, group: str) -> Combinations:
    """Return what the overlap of a group shows; a hidden combination is among the others, however many it holds."""
    found = facts.rows("overlap", group=group)
    known = sorted((row for row in found if row["share"] is not None), key=lambda row: (-row["share"], row["members"]))
    rows = known[:MOST_COLUMNS]
    used = {member for row in found for member in row["members"].split("+") if member}
    members = [row["indicator"] for row in ranked(facts, group) if row["indicator"] in used]
    members += sorted(used - set(members))
    rest = max(0.0, 1.0 - sum(row["share"] for row in rows)) if len(rows) < len(found) else 0.0
    return Combinations(tuple(members), tuple(rows), rest, len(found) - len(rows))


def members_text(facts: Facts, row: Row) -> str:
    """Return the titles of who served these people, quoted and joined; the words for nobody where nobody did."""
    members = [member for member in row["members"].split("+") if member]
    if not members:
        return word(facts.lang, "drawn_nobody")
    return joined(facts.lang, [word(facts.lang, "quoted", text=facts.title(member)) for member in members])


@in_style()
def overlap_chart(facts: Facts, group: str) -> Any:
    """Return the matrix: filled dots and a line between them for who served these people, pale dots for who did not."""
    found = combinations(facts, group)
    names = [wrapped(facts.title(member), _NAME_EM) for member in found.members]
    heights = [max(0.26, 0.152 * lines_of(name) + 0.08) for name in names]
    left = min(max(text_width(line) for name in names for line in name.split("\n")) * EM + 0.2, 0.46 * SHEET)
    columns = len(found.rows) + (found.n_rest > 0)
    figure = sheet(0.2 + _BARS + sum(heights) + 0.06)
    width = SHEET - left - 0.06
    bars = placed(figure, left, 0.2, width, _BARS)
    matrix = placed(figure, left, 0.2 + _BARS + 0.03, width, sum(heights))
    shares = [100 * row["share"] for row in found.rows] + ([100 * found.rest] if found.n_rest else [])
    drawn_bars = bars.bar(range(columns), shares, 0.62, color=TEAL)
    if found.n_rest:
        drawn_bars[-1].set(facecolor="white", edgecolor=QUIET, hatch="////", linewidth=0.8)
    for at, row in enumerate(found.rows):
        bars.annotate(fixed_share(row["share"]), (at, shares[at]), (0, 2), textcoords="offset points", ha="center")
    if found.n_rest:
        text = drawn(word(facts.lang, "drawn_others"))
        bars.annotate(text, (columns - 1, shares[-1]), (0, 2), textcoords="offset points", ha="center", color=QUIET)
    bars.set_ylim(0, max(shares, default=1.0) * 1.14)
    bars.set_xticks([])
    measured(bars.yaxis, 4)
    ruled(bars, "y")
    figure.text(0.02 / SHEET, 1.0, drawn(word(facts.lang, "axis_of_respondents")), ha="left", va="top", color=QUIET)
    _draw_matrix(matrix, found, heights)
    middles = _middles(heights)
    matrix.set_yticks(middles, names, linespacing=1.05)
    for axes in (bars, matrix):
        axes.set_xlim(-0.6, columns - 0.4)
    matrix.set_xticks([])
    matrix.spines["bottom"].set_visible(False)
    return figure


def fixed_share(share: float) -> str:
    """Return a share in whole percent, "<1" below one half."""
    return drawn(fixed(100 * share, 0)) if share >= 0.005 else "<1"  # noqa: PLR2004 — rounds to 1


def _draw_matrix(axes: Any, found: Combinations, heights: list[float]) -> None:
    middles = _middles(heights)
    axes.set_ylim(sum(heights), 0)
    for at, (middle, height) in enumerate(zip(middles, heights, strict=True)):
        if at % 2 == 0:
            axes.axhspan(middle - height / 2, middle + height / 2, color=_SHADE, linewidth=0)
    for column, row in enumerate(found.rows):
        members = set(row["members"].split("+"))
        inside = [middle for name, middle in zip(found.members, middles, strict=True) if name in members]
        outside = [middle for name, middle in zip(found.members, middles, strict=True) if name not in members]
        axes.plot([column] * len(outside), outside, "o", color=_PALE, markersize=3.2, markerfacecolor="white")
        axes.plot([column] * len(inside), inside, "o-", color=INK, markersize=6, linewidth=1.6)


def _middles(heights: list[float]) -> list[float]:
    return [sum(heights[:at]) + height / 2 for at, height in enumerate(heights)]
