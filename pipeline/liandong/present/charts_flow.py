"""The flow of the sample, drawn: from who was invited to the accepted questionnaires, and on to every model."""

from __future__ import annotations

from typing import Any, Final

from liandong.present.canvas import EM, SHEET, TEXT, lines_of, sheet
from liandong.present.charts import HAIRLINE, INK, QUIET, TEAL, drawn, in_style, wrapped
from liandong.present.facts import Facts, Row
from liandong.present.layout import text_width
from liandong.present.numbers import count
from liandong.present.roles import effects_by_role
from liandong.present.words import word

MOST_LANES: Final = 10
"""Models that the flow shows; the table has all of them."""
STAGES: Final = ("outcome_known", "complete_cases", "estimation_sample")
"""What a model keeps, step by step."""
_TRUNK: Final = ("invited", "received", "accepted")
_BOX: Final = 0.36  # inches
_GAP: Final = 0.17
_LANE: Final = 0.3
_NAMES: Final = 1.75
_NAME_EM: Final = 11.5
_TITLE_EM: Final = 36.0
_ASIDE_EM: Final = 14.0
_MIDDLE: Final = 1.85
_LINE: Final = 0.152


def lanes(facts: Facts) -> list[tuple[Row, str]]:
    """Return the models with a flow of their own: effect and outcome, the primary ones first."""
    found = {(row["effect"], row["outcome"]) for row in facts.rows("sample_flow", stage="estimation_sample")}
    return [(e, o) for e in effects_by_role(facts) for o in e["outcomes"] if (e["id"], o) in found]


def stage_row(facts: Facts, stage: str, effect: str = "", outcome: str = "") -> Row | None:
    """Return a row of the flow, None where it has none."""
    wanted = {"stage": stage, "effect": effect, "outcome": outcome}
    rows = facts.records["sample_flow"]
    return next((row for row in rows if all((row[key] or "") == value for key, value in wanted.items())), None)


@in_style()
def flow_chart(facts: Facts) -> Any:
    """Return the flow of the sample: boxes from the invited to the accepted, then a lane of counts per model."""
    trunk = [row for stage in _TRUNK if (row := stage_row(facts, stage)) is not None]
    rejected = stage_row(facts, "rejected")
    shown = lanes(facts)[:MOST_LANES]
    titles = {effect["id"]: wrapped(facts.title(effect["treatment"]), _TITLE_EM) for effect, _ in shown}
    names = [wrapped(facts.title(outcome), _NAME_EM) for _, outcome in shown]
    heads = [wrapped(word(facts.lang, f"stage_{stage}"), 6.4) for stage in STAGES]
    head = _LINE * max(map(lines_of, heads)) + 0.12
    below = sum(map(_title_height, titles.values())) + sum(map(_lane_height, names))
    height = len(trunk) * (_BOX + _GAP) + (head + below + 0.04 if shown else 0.04 - _GAP)
    figure = sheet(height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, SHEET)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    top = 0.02
    for at, row in enumerate(trunk):
        _box(axes, top, _named(facts, row))
        if row["stage"] == "received" and rejected is not None:
            _aside(axes, top, wrapped(_named(facts, rejected), _ASIDE_EM))
        if at < len(trunk) - 1 or shown:
            _arrow(axes, (_MIDDLE, top + _BOX), (_MIDDLE, top + _BOX + _GAP))
        top += _BOX + _GAP
    if not shown:
        return figure
    places = [_NAMES + (SHEET - _NAMES) * (at + 0.5) / len(STAGES) for at in range(len(STAGES))]
    axes.plot([0, SHEET], [top, top], color=TEAL, linewidth=1.0)
    for place, text in zip(places, heads, strict=True):
        axes.text(place, top + head / 2, text, ha="center", va="center", color=QUIET, linespacing=1.05)
    top += head
    said = ""
    for (effect, outcome), name in zip(shown, names, strict=True):
        if effect["id"] != said:
            said, title = effect["id"], titles[effect["id"]]
            axes.plot([0, SHEET], [top, top], color=HAIRLINE, linewidth=0.6)
            axes.text(0.02, top + _title_height(title) / 2, title, va="center", color=TEAL, linespacing=1.05)
            top += _title_height(title)
        own = _lane_height(name)
        axes.text(0.16, top + own / 2, name, ha="left", va="center", linespacing=1.05)
        _lane(facts, axes, [stage_row(facts, stage, effect["id"], outcome) for stage in STAGES], places, top + own / 2)
        top += own
    return figure


def _title_height(title: str) -> float:
    return _LINE * lines_of(title) + 0.08


def _lane_height(name: str) -> float:
    return max(_LANE, _LINE * lines_of(name) + 0.1)


def _lane(facts: Facts, axes: Any, rows: list[Row | None], places: list[float], height: float) -> None:
    """Write the counts of a model, an arrow from each to the next; the last, which the model uses, in a box."""
    frame: dict[str, Any] = {"boxstyle": "round,pad=0.22", "facecolor": "white", "edgecolor": TEAL, "linewidth": 0.9}
    texts = ["" if row is None else _people(facts, row) for row in rows]
    widths = [text_width(drawn(text)) * EM + 0.12 for text in texts]
    for at, (place, text) in enumerate(zip(places, texts, strict=True)):
        last = at == len(texts) - 1 and bool(text)
        axes.text(place, height, drawn(text), ha="center", va="center", bbox=frame if last else None)
        if at and text and texts[at - 1]:
            start, end = places[at - 1] + widths[at - 1] / 2, place - widths[at] / 2 - (0.05 if last else 0.0)
            _arrow(axes, (start, height), (end, height))


def _people(facts: Facts, row: Row) -> str:
    return word(facts.lang, "drawn_hidden") if row["rows"] is None else count(row["rows"])


def _named(facts: Facts, row: Row) -> str:
    return f"{word(facts.lang, 'stage_' + row['stage'])}  {_people(facts, row)}"


def _box(axes: Any, top: float, text: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    width = max(text_width(drawn(text)) * EM + 0.36, 1.6)
    style: dict[str, Any] = {"facecolor": "#e7eeee", "edgecolor": TEAL, "linewidth": 0.9}
    axes.add_patch(
        FancyBboxPatch((_MIDDLE - width / 2, top), width, _BOX, boxstyle="round,pad=0,rounding_size=0.05", **style)
    )
    axes.text(_MIDDLE, top + _BOX / 2, drawn(text), ha="center", va="center", fontsize=TEXT + 0.5, color=INK)


def _aside(axes: Any, top: float, text: str) -> None:
    """Draw what leaves the trunk at the right, between a box and the next."""
    left, height = _MIDDLE + 1.15, top + _BOX + _GAP / 2
    _arrow(axes, (_MIDDLE, height), (left - 0.06, height))
    edge: dict[str, Any] = {"edgecolor": QUIET, "linewidth": 0.9, "linestyle": "--"}
    frame: dict[str, Any] = {"boxstyle": "round,pad=0.3", "facecolor": "white", **edge}
    axes.text(left, height, text, ha="left", va="center", bbox=frame, linespacing=1.05)


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    shape: dict[str, Any] = {"arrowstyle": "-|>,head_width=0.18,head_length=0.32", "color": QUIET, "linewidth": 0.9}
    axes.annotate("", end, start, arrowprops={**shape, "shrinkA": 0, "shrinkB": 0})
