"""Communities against all others: estimates pulled towards the mean as far as they are noise, sorted."""

from __future__ import annotations

from typing import Any, Final

from liandong.present.canvas import EM, SHEET, TEXT, Mark, handle, legend, legend_lines, measured, placed, ruled, sheet
from liandong.present.charts import ACCENT, INK, QUIET, TEAL, drawn, in_style
from liandong.present.facts import Facts, Row
from liandong.present.layout import text_width
from liandong.present.words import word

MOST_NAMED: Final = 45
"""Communities above which the rows are too thin for names."""
STANDINGS: Final = ("higher", "similar", "lower", "unknown")
"""Against all others together, in the order of the legend."""
_MARKS: Final = {
    "higher": Mark(TEAL, "^"),
    "similar": Mark(QUIET, "o", filled=False),
    "lower": Mark(ACCENT, "v"),
    "unknown": Mark(QUIET, "s", filled=False),
}
_ROW: Final = 0.165  # inches
_THIN: Final = 0.055
_NAME_EM: Final = 11.0


def compared(facts: Facts, measure: str, universe: str) -> list[Row]:
    """Return the communities with an estimate of a measure, the highest first; hidden ones are left out."""
    rows = facts.rows("communities", measure=measure, universe=universe)
    return sorted((row for row in rows if _value(row) is not None), key=lambda row: (-_value(row), row["cluster"]))


def spread_of(facts: Facts, measure: str, universe: str) -> Row | None:
    """Return how far the communities differ on a measure, None where nobody asked."""
    return next(iter(facts.rows("community_spread", measure=measure, universe=universe)), None)


@in_style()
def community_chart(facts: Facts, measure: str, universe: str) -> Any:
    """Return a row per community: its shrunk estimate and interval, its own one as a tick, the mean as a line.

    Shape and colour tell whether it lies above or below all others together; most do neither.
    """
    rows = compared(facts, measure, universe)
    named = len(rows) <= MOST_NAMED
    pitch = _ROW if named else _THIN
    column = facts.study.get("cluster") or ""
    names = [_short(drawn(facts.level(column, row["cluster"]))) for row in rows] if named else []
    found = [standing for standing in STANDINGS if any(row["standing"] == standing for row in rows)]
    keys = [drawn(word(facts.lang, f"standing_{standing}")) for standing in found]
    keys += [drawn(word(facts.lang, "legend_own"))]
    key = 0.21 * legend_lines(keys) + 0.08
    left = max([text_width(name) for name in names], default=0.5) * EM + 0.2
    figure = sheet(key + pitch * len(rows) + 0.44)
    axes = placed(figure, left, key, SHEET - left - 0.12, pitch * len(rows))
    scale = 100.0 if rows[0]["kind"] == "share" else 1.0
    places = [pitch * (at + 0.5) for at in range(len(rows))]
    spread = spread_of(facts, measure, universe)
    if spread is not None and spread["mean"] is not None:
        axes.axvline(scale * spread["mean"], color=INK, linestyle=(0, (4, 2)), linewidth=0.8)
    for row, place in zip(rows, places, strict=True):
        _draw_row(axes, row, place, scale, thin=not named)
    axes.set_ylim(pitch * len(rows), 0)
    axes.set_yticks(places if named else [], names)
    measured(axes.xaxis, 6)
    ruled(axes)
    axes.set_xlabel("%" if scale > 1 else drawn(facts.title(measure)), labelpad=2, fontsize=TEXT)
    own = Mark(QUIET, "|")
    legend(figure, [*(handle(_MARKS[standing]) for standing in found), handle(own)], keys)
    return figure


def _draw_row(axes: Any, row: Row, place: float, scale: float, *, thin: bool) -> None:
    mark = _MARKS.get(row["standing"], _MARKS["unknown"])
    low, high = row["shrunk_low"], row["shrunk_high"]
    if row["shrunk"] is None:
        low, high = row["conf_low"], row["conf_high"]
    if low is not None and high is not None:
        axes.plot([scale * low, scale * high], [place, place], color=mark.colour, linewidth=0.7 if thin else 1.1)
    if row["estimate"] is not None and row["shrunk"] is not None:
        axes.plot(
            [scale * row["estimate"]], [place], "|", color=QUIET, markersize=4 if thin else 7, markeredgewidth=0.9
        )
    face = mark.colour if mark.filled else "white"
    size = 2.4 if thin else 4.4
    axes.plot([scale * _value(row)], [place], mark.shape, color=mark.colour, markersize=size, markerfacecolor=face)


def _value(row: Row) -> Any:
    """Return what a community is sorted by: the shrunk estimate, or its own where nothing was shrunk."""
    return row["estimate"] if row["shrunk"] is None else row["shrunk"]


def _short(name: str) -> str:
    """Return a name that fits before a row."""
    if text_width(name) <= _NAME_EM:
        return name
    while text_width(name) > _NAME_EM - 1:
        name = name[:-1]
    return f"{name}…"
