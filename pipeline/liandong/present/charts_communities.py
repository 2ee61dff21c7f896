"""Communities against all others: estimates pulled towards the mean as far as they are noise, sorted."""

from __future__ import annotations

from typing import Any, Final

from liandong.present.canvas import (
    EM,
    SHEET,
    TEXT,
    Mark,
    handle,
    legend,
    legend_lines,
    measured,
    placed,
    ruled,
    sheet,
    shortened,
)
from liandong.present.charts import ACCENT, INK, QUIET, TEAL, drawn, in_style
from liandong.present.facts import Facts, Row
from liandong.present.layout import text_width
from liandong.present.roles import effects_by_role
from liandong.present.tables_appendix import ranked
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
_ROW: Final = 0.152  # inches
_THIN: Final = 0.055
_FEWEST: Final = 3
_MOST_MEASURES: Final = 2


def compared(facts: Facts, measure: str, universe: str) -> list[Row]:
    """Return the communities with an estimate or a band, the highest first; those without either are left out."""
    rows = facts.rows("communities", measure=measure, universe=universe)
    known = [(height, row) for row in rows if (height := height_of(row)) is not None]
    return [row for _, row in sorted(known, key=lambda pair: (-pair[0], pair[1]["cluster"]))]


def spread_of(facts: Facts, measure: str, universe: str) -> Row | None:
    """Return how far the communities differ on a measure, None where nobody asked."""
    return next(iter(facts.rows("community_spread", measure=measure, universe=universe)), None)


def community_measures(facts: Facts) -> list[tuple[str, str]]:
    """Return the measures that are drawn, with their universe: scores that are outcomes, else the main indicators.

    The choice looks at the plan, not at what came out: at most two, the outcomes of the first effects before others.
    """
    outcomes = [outcome for effect in effects_by_role(facts) for outcome in effect["outcomes"]]
    scales = [row["scale"] for row in facts.rows("scales")]
    shares = [
        row["indicator"] for name in ("coverage", "wellbeing", "participation") for row in ranked(facts, name)[:1]
    ]
    wanted = [*(name for name in outcomes if name in scales), *scales, *shares]
    found = [name for name in dict.fromkeys(wanted) if _is_worth_drawing(compared(facts, name, "all"))]
    return [(name, "all") for name in found[:_MOST_MEASURES]]


def only_bands(rows: list[Row]) -> bool:
    """Whether disclosure rules leave of every community the band alone in which its estimate lies."""
    return all(row["shrunk"] is None and row["estimate"] is None for row in rows)


def _is_worth_drawing(rows: list[Row]) -> bool:
    return len({height_of(row) for row in rows}) >= _FEWEST


@in_style()
def community_chart(facts: Facts, measure: str, universe: str) -> Any:
    """Return a row per community: its shrunk estimate and interval, its own one as a tick, the mean as a line.

    Shape and colour tell whether it lies above or below all others together; most do neither.
    """
    rows = compared(facts, measure, universe)
    named = len(rows) <= MOST_NAMED
    pitch = _ROW if named else _THIN
    column = facts.study.get("cluster") or ""
    names = [shortened(drawn(facts.level(column, row["cluster"]))) for row in rows] if named else []
    found = [standing for standing in STANDINGS if any(row["standing"] == standing for row in rows)]
    keys = [drawn(word(facts.lang, f"standing_{standing}")) for standing in found]
    own = any(row["shrunk"] is not None and row["estimate"] is not None for row in rows)
    keys += [drawn(word(facts.lang, "legend_own"))] * own
    key = 0.21 * legend_lines(keys) + 0.08
    left = max([text_width(name) for name in names], default=0.5) * EM + 0.2
    figure = sheet(key + pitch * len(rows) + 0.44)
    axes = placed(figure, left, key, SHEET - left - 0.12, pitch * len(rows))
    scale = 100.0 if rows[0]["kind"] == "share" else 1.0
    places = [pitch * (at + 0.5) for at in range(len(rows))]
    spread = spread_of(facts, measure, universe)
    if spread is not None and spread["centre"] is not None:
        axes.axvline(scale * spread["centre"], color=INK, linestyle=(0, (4, 2)), linewidth=0.8)
    for row, place in zip(rows, places, strict=True):
        _draw_row(axes, row, place, scale, thin=not named)
    axes.set_ylim(pitch * len(rows), 0)
    axes.set_yticks(places if named else [], names)
    measured(axes.xaxis, 6)
    ruled(axes)
    axes.set_xlabel("%" if scale > 1 else drawn(facts.title(measure)), labelpad=2, fontsize=TEXT)
    legend(figure, [*(handle(_MARKS[standing]) for standing in found), *[handle(Mark(QUIET, "|"))] * own], keys)
    return figure


def _draw_row(axes: Any, row: Row, place: float, scale: float, *, thin: bool) -> None:
    """Draw interval, own estimate and mark of a community; of one that only a band is known of, the band as a bar."""
    mark = _MARKS.get(row["standing"], _MARKS["unknown"])
    ends = next(
        (
            (row[low], row[high])
            for low, high in (("shrunk_low", "shrunk_high"), ("conf_low", "conf_high"), ("band_low", "band_high"))
            if row[low] is not None and row[high] is not None
        ),
        None,
    )
    banded = row["shrunk"] is None and row["estimate"] is None
    if ends is not None:
        width = (1.4 if thin else 4.0) if banded else (0.7 if thin else 1.1)
        colour = "#c9d3d4" if banded else mark.colour
        axes.plot([scale * end for end in ends], [place, place], color=colour, linewidth=width, solid_capstyle="butt")
    if row["estimate"] is not None and row["shrunk"] is not None:
        axes.plot(
            [scale * row["estimate"]], [place], "|", color=QUIET, markersize=4 if thin else 7, markeredgewidth=0.9
        )
    face = mark.colour if mark.filled else "white"
    height = height_of(row)
    assert height is not None  # `compared` leaves the others out
    size = 2.4 if thin else 4.4
    axes.plot([scale * height], [place], mark.shape, color=mark.colour, markersize=size, markerfacecolor=face)


def height_of(row: Row) -> float | None:
    """Return what a community is sorted by: the shrunk estimate, its own where nothing was shrunk, a band's middle."""
    value: float | None = row["estimate"] if row["shrunk"] is None else row["shrunk"]
    if value is None and row["band_low"] is not None and row["band_high"] is not None:
        return float(row["band_low"] + row["band_high"]) / 2
    return value
