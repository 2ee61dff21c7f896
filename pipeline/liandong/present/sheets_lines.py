"""The lines of a sheet's table, the same for all formats: a measure, its picture, its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import floor, log10
from typing import Final, Literal

from liandong.present.charts import ACCENT, QUIET, TEAL, tick
from liandong.present.facts import Row
from liandong.present.marks import unmarked
from liandong.present.numbers import NOT_APPLICABLE, fixed, hundredths, interval, percent, percent_interval
from liandong.present.sheets_facts import Panel, Sheet
from liandong.present.words import coded, word

BAND: Final = "#c3d0d2"
"""Behind the dot: where all others lie together."""
OWN, OTHERS, STANDS_OUT = TEAL, QUIET, ACCENT
_EXACT: Final = (("here", 0.065), ("interval", 0.115), ("allowing", 0.085), ("rest", 0.07), ("standing", 0.10))
_BANDED: Final = (("band", 0.12), ("all", 0.12), ("standing", 0.11))
"""Columns of figures with their share of the page's width, where figures are published and where bands are."""
_NAMES: Final = 0.265
"""The share of the names of the measures."""
_NARROWEST_BAND: Final = 0.006
_UNITS: Final = 4  # about so many round steps on an axis


@dataclass(frozen=True, slots=True)
class Mark:
    """The picture of one measure: places from 0 to 1 across its cell, None for what is not shown."""

    low: float | None
    at: float | None
    high: float | None
    rest_low: float | None
    rest: float | None
    rest_high: float | None
    standing: str

    @property
    def colour(self) -> str:
        """The colour of dot and interval."""
        return STANDS_OUT if self.standing else OWN


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table.

    Attributes
    ----------
    kind
        ``group`` heads the lines below it, ``row`` is a measure, ``axis`` ends the lines of one axis.
    title
        Of the group or the measure; of an axis, what is on it.
    mark
        The picture of a measure.
    figures
        Texts in the order of the columns.
    ends
        Of an axis: its lowest, middle and highest value.
    """

    kind: Literal["group", "row", "axis"]
    title: str
    mark: Mark | None = None
    figures: tuple[str, ...] = ()
    ends: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole table.

    Attributes
    ----------
    caption
        What it shows.
    columns
        Code and header of the columns after the names; the first is that of the pictures.
    shares
        Of the page's width, of all columns.
    lines
        From the top.
    """

    caption: str
    columns: tuple[tuple[str, str], ...]
    shares: tuple[float, ...]
    lines: tuple[Line, ...]

    @property
    def has_hidden(self) -> bool:
        """Whether any figure is left out."""
        return any(NOT_APPLICABLE in line.figures for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float

    def place(self, value: float | None) -> float | None:
        return None if value is None else min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def grid(sheet: Sheet, caption: str) -> Grid:
    """Return the table of a sheet: shares on one axis, scores on one per range of values."""
    columns = _BANDED if sheet.is_banded else _EXACT
    headers = tuple((name, unmarked(word(sheet.lang, f"sheet_head_{name}"))) for name, _ in columns)
    shares = tuple(share for _, share in columns)
    picture = ("picture", unmarked(word(sheet.lang, f"sheet_head_picture{'_band' if sheet.is_banded else ''}")))
    room = 1 - _NAMES - sum(shares)
    return Grid(unmarked(caption), (picture, *headers), (_NAMES, room, *shares), tuple(_lines(sheet)))


def value(row: Row, column: str, panel: Panel) -> str:
    """Return a value in a sentence: a share with its sign and without decimals, a score with those it deserves."""
    return percent(row[column], 0) if panel.are_shares else fixed(row[column], _decimals(row))


def _lines(sheet: Sheet) -> Iterator[Line]:
    shares = [panel for panel in sheet.panels if panel.are_shares]
    for panel in shares:
        yield from [Line("group", unmarked(panel.title)), *_measures(sheet, panel, panel.rows, _Axis(0.0, 1.0))]
    if shares:
        yield Line("axis", word(sheet.lang, "sheet_axis_share"), ends=("0", "50", "100"))
    for panel in sheet.panels:
        if not panel.are_shares:
            yield Line("group", unmarked(panel.title))
            for axis, rows in _on_one_axis(sheet, panel.rows):
                middle = (axis.low + axis.high) / 2
                low, between, high = (tick(round(value, 10)) for value in (axis.low, middle, axis.high))
                yield from _measures(sheet, panel, rows, axis)
                yield Line("axis", word(sheet.lang, "sheet_axis_score"), ends=(low, between, high))


def _measures(sheet: Sheet, panel: Panel, rows: Sequence[Row], axis: _Axis) -> Iterator[Line]:
    for row in rows:
        standing = coded(sheet.lang, "sheet_standing", row["standing"] or "unknown")
        figures = tuple(map(unmarked, (*_figures(sheet, panel, row), standing)))
        yield Line("row", unmarked(sheet.facts.title(row["measure"])), _mark(sheet, row, axis), figures)


def _figures(sheet: Sheet, panel: Panel, row: Row) -> tuple[str, ...]:
    shown = partial(hundredths, decimals=0) if panel.are_shares else partial(fixed, decimals=_decimals(row))
    if sheet.is_banded:
        hidden = row["band_low"] is None
        band = NOT_APPLICABLE if hidden else f"{shown(row['band_low'])}–{shown(row['band_high'])}"
        return band, shown(sheet.whole(row).value)
    if panel.are_shares:
        ends = percent_interval(row["conf_low"], row["conf_high"], 0)
    else:
        ends = interval(row["conf_low"], row["conf_high"], _decimals(row))
    return shown(row["estimate"]), ends, shown(row["shrunk"]), shown(row["rest"])


def _mark(sheet: Sheet, row: Row, axis: _Axis) -> Mark:
    standing = row["standing"] if row["standing"] in {"higher", "lower"} else ""
    low, at, high, rest_low, rest, rest_high = (axis.place(place) for place in _places(sheet, row))
    if rest_low is not None and rest_high is not None and rest_high - rest_low < _NARROWEST_BAND:
        rest_low = max(rest_low - _NARROWEST_BAND / 2, 0.0)
        rest_high = min(rest_low + _NARROWEST_BAND, 1.0)
    return Mark(low, at, high, rest_low, rest, rest_high, standing)


def _places(sheet: Sheet, row: Row) -> tuple[float | None, ...]:
    """Return where interval, dot and interval of the others are; a band has no dot, but an end that stands out."""
    if not sheet.is_banded:
        columns = ("conf_low", "estimate", "conf_high", "rest_low", "rest", "rest_high")
        return tuple(row[column] for column in columns)
    whole = sheet.whole(row)
    end = {"higher": row["band_high"], "lower": row["band_low"]}.get(row["standing"])
    return row["band_low"], end, row["band_high"], whole.low, whole.value, whole.high


def _decimals(row: Row) -> int:
    """Return the decimals of a score: two digits of the half of its interval, at most two decimals."""
    ends = ("conf_low", "conf_high") if row["conf_low"] is not None else ("band_low", "band_high")
    low, high = (row[end] for end in ends)
    if low is None or high is None or high <= low:
        return 2
    return min(max(1 - floor(log10((high - low) / 2)), 0), 2)


def score_range(sheet: Sheet, measure: str) -> tuple[float, float] | None:
    """Return the lowest and the highest score that the scale allows, None where the bundle does not tell."""
    found = next(iter(sheet.facts.rows("scales", scale=measure)), None)
    if found is None or found["score_low"] is None or found["score_high"] is None:
        return None
    return found["score_low"], found["score_high"]


def _on_one_axis(sheet: Sheet, rows: Sequence[Row]) -> list[tuple[_Axis, list[Row]]]:
    """Return the scores by their axis: 0 to 1 and 1 to 5 share none."""
    groups: dict[_Axis, list[Row]] = {}
    for row in rows:
        groups.setdefault(_score_axis(sheet, row), []).append(row)
    return [*groups.items()]


def _score_axis(sheet: Sheet, row: Row) -> _Axis:
    """Return the axis of a score, the same on the sheets of all communities.

    It has the range of the scale; where that is unknown it begins and ends with round values around all communities.
    """
    found = score_range(sheet, row["measure"])
    if found is not None and found[0] < found[1]:
        return _Axis(*map(float, found))
    others = sheet.facts.rows("communities", measure=row["measure"], universe=row["universe"])
    places = [float(place) for other in others for place in _places(sheet, other) if place is not None]
    low, high = min(places, default=0.0), max(places, default=1.0)
    rough = ((high - low) or abs(high) or 1.0) / _UNITS
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = floor(low / step), -floor(-high / step)
    # An even number of steps, so that the middle is round too.
    last += (last - first) % 2
    return _Axis(first * step, last * step)
