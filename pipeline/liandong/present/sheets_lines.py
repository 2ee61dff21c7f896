"""The lines of a sheet's table, the same for all formats: a measure, its picture, its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
COLUMNS: Final = ("here", "interval", "allowing", "rest", "standing")
"""Columns of figures, after the measure and its picture."""
SHARES: Final = (0.265, 0.30, 0.065, 0.115, 0.085, 0.07, 0.10)
"""Of the width of the page, column by column."""
_NARROWEST_BAND: Final = 0.006
_UNITS: Final = 4  # about so many round steps on an axis


@dataclass(frozen=True, slots=True)
class Mark:
    """The picture of one measure; places from 0 to 1 across its cell, None for what is not shown."""

    low: float | None
    at: float | None
    high: float | None
    rest_low: float | None
    rest: float | None
    rest_high: float | None
    standing: Literal["higher", "lower", ""]

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
        Texts in the order of :data:`COLUMNS`.
    ends
        Of an axis: its lowest, middle and highest value.
    """

    kind: Literal["group", "row", "axis"]
    title: str
    mark: Mark | None = None
    figures: tuple[str, ...] = ()
    ends: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float

    def place(self, value: float | None) -> float | None:
        return None if value is None else min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def lines(sheet: Sheet) -> list[Line]:
    """Return the lines of a sheet's table from the top: shares on one axis, scores on one per range of values."""
    shares = [panel for panel in sheet.panels if panel.are_shares]
    found: list[Line] = []
    for panel in shares:
        found += [Line("group", panel.title), *_measures(sheet, panel, panel.rows, _Axis(0.0, 1.0))]
    if shares:
        found.append(Line("axis", word(sheet.lang, "sheet_axis_share"), ends=("0", "50", "100")))
    for panel in sheet.panels:
        if not panel.are_shares:
            found.append(Line("group", panel.title))
            for rows in _on_one_axis(panel.rows):
                axis = _score_axis(rows)
                middle = (axis.low + axis.high) / 2
                low, between, high = (tick(round(value, 10)) for value in (axis.low, middle, axis.high))
                found += _measures(sheet, panel, rows, axis)
                found.append(Line("axis", word(sheet.lang, "sheet_axis_score"), ends=(low, between, high)))
    return found


def heading(sheet: Sheet) -> tuple[str, ...]:
    """Return the header of all columns."""
    texts = ["", word(sheet.lang, "sheet_head_picture"), *(word(sheet.lang, f"sheet_head_{name}") for name in COLUMNS)]
    return tuple(map(unmarked, texts))


def value(row: Row, column: str, panel: Panel) -> str:
    """Return a value in a sentence: a share with its sign and without decimals, a score with those it deserves."""
    return percent(row[column], 0) if panel.are_shares else fixed(row[column], _decimals(row))


def _measures(sheet: Sheet, panel: Panel, rows: Sequence[Row], axis: _Axis) -> Iterator[Line]:
    for row in rows:
        standing = coded(sheet.lang, "sheet_standing", row["standing"] or "unknown")
        figures = tuple(map(unmarked, (*_figures(panel, row), standing)))
        yield Line("row", unmarked(sheet.facts.title(row["measure"])), _mark(row, axis), figures)


def _figures(panel: Panel, row: Row) -> tuple[str, ...]:
    if panel.are_shares:
        own, ends = hundredths(row["estimate"], 0), percent_interval(row["conf_low"], row["conf_high"], 0)
        return own, ends, hundredths(row["shrunk"], 0), hundredths(row["rest"], 0)
    most = _decimals(row)
    own, ends = fixed(row["estimate"], most), interval(row["conf_low"], row["conf_high"], most)
    return own, ends, fixed(row["shrunk"], most), fixed(row["rest"], most)


def has_hidden(found: Sequence[Line]) -> bool:
    """Whether any figure is left out."""
    return any(NOT_APPLICABLE in line.figures for line in found)


def _mark(row: Row, axis: _Axis) -> Mark:
    columns = ("conf_low", "estimate", "conf_high", "rest_low", "rest", "rest_high")
    low, at, high, rest_low, rest, rest_high = (axis.place(row[column]) for column in columns)
    if rest_low is not None and rest_high is not None and rest_high - rest_low < _NARROWEST_BAND:
        rest_low = max(rest_low - _NARROWEST_BAND / 2, 0.0)
        rest_high = min(rest_low + _NARROWEST_BAND, 1.0)
    standing = row["standing"] if row["standing"] in {"higher", "lower"} else ""
    return Mark(low, at, high, rest_low, rest, rest_high, standing)


def _decimals(row: Row) -> int:
    """Return the decimals of a score: one digit of the half of its interval, at most two."""
    low, high = row["conf_low"], row["conf_high"]
    if low is None or high is None or high <= low:
        return 2
    return min(max(-floor(log10((high - low) / 2)), 0), 2)


def _span(rows: Sequence[Row]) -> tuple[float, float]:
    columns = ("conf_low", "conf_high", "estimate", "rest_low", "rest_high", "rest")
    values = [float(row[column]) for row in rows for column in columns if row[column] is not None]
    return min(values, default=0.0), max(values, default=1.0)


def _on_one_axis(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the scores by the size of their values: 0 to 1 and 1 to 5 share no axis."""
    groups: list[list[Row]] = []
    for row in rows:
        found = next((group for group in groups if _near(_span(group), _span([row]))), None)
        if found is None:
            groups.append([row])
        else:
            found.append(row)
    return groups


def _near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    together = max(one[1], other[1]) - min(one[0], other[0])
    return together <= 3 * max(one[1] - one[0], other[1] - other[0])


def _score_axis(rows: Sequence[Row]) -> _Axis:
    """Return an axis that begins and ends with round values around the scores."""
    low, high = _span(rows)
    rough = ((high - low) or abs(high) or 1.0) / _UNITS
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = floor(low / step), -floor(-high / step)
    # An even number of steps, so that the middle is round too.
    last += (last - first) % 2
    return _Axis(first * step, last * step)
