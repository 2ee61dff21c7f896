"""How the display formats of SPSS, Stata and SAS say that a column of numbers counts time."""

from __future__ import annotations

import re

import polars as pl

from liandong.ingest.raw import Temporal, TemporalKind, TemporalUnit

_SPSS_ORIGIN, _OTHER_ORIGIN = (1582, 10, 14), (1960, 1, 1)
_SPSS: dict[TemporalKind, frozenset[str]] = {
    "date": frozenset({"DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR"}),
    "datetime": frozenset({"DATETIME", "YMDHMS"}),
    "time": frozenset({"TIME", "DTIME", "MTIME"}),
}
# Families of formats; SAS writes variants of them with a separator letter behind (DDMMYYS) or before (IS8601DA).
_SAS: dict[TemporalKind, re.Pattern[str]] = {
    "date": re.compile(
        r"DATE|(?:DDMMYY|MMDDYY|YYMMDD)[BCDNPS]?|WEEKDAT[EX]|(?:IS|E|B)8601DA|JULIAN|MONYY|(?:MMYY|YYMM)[CDNPS]?|YYQ"
    ),
    "datetime": re.compile(r"DATETIME|DATEAMPM|MDYAMPM|DTDATE|(?:IS|E|B)8601D[TN]"),
    "time": re.compile(r"TIME|HHMM|TOD|TIMEAMPM|(?:IS|E|B)8601TM"),
}
_STATA = re.compile(r"%-?\d*(t?)([a-zA-Z])(.*)")
_STATA_UNITS: dict[str, TemporalUnit] = {
    "d": "days",
    "w": "weeks",
    "m": "months",
    "q": "quarters",
    "h": "halves",
    "y": "years",
}
_MONTHS = {"months": 1, "quarters": 3, "halves": 6, "years": 12}
_WEEKS_IN_A_YEAR = 52  # Stata's weeks: the last one of a year has eight or nine days
_MICROSECONDS = {"days": 86_400_000_000, "seconds": 1_000_000, "milliseconds": 1_000}
_LARGEST_COUNT = 8.0e18  # microseconds that fit a 64-bit number


def temporal_of(file_format: str, display_format: str) -> Temporal | None:
    """Return how a column shown in `display_format` counts time, None when it does not."""
    if file_format == "dta":
        return _stata(display_format)
    name = display_format.upper().rstrip("0123456789.")
    if file_format in {"sas7bdat", "xpt"}:
        return _sas(name)
    for kind, names in _SPSS.items():
        if name in names:
            return Temporal(kind, "seconds", _SPSS_ORIGIN)
    return None


def _sas(name: str) -> Temporal | None:
    for kind, pattern in _SAS.items():
        if pattern.fullmatch(name):
            return Temporal(kind, "days" if kind == "date" else "seconds", _OTHER_ORIGIN)
    return None


def _stata(display_format: str) -> Temporal | None:
    found = _STATA.fullmatch(display_format)
    if found is None:
        return None
    prefix, unit, shown = found.groups()
    if prefix and unit in {"c", "C"}:
        clock_only = shown.upper().startswith("HH")
        return Temporal("time" if clock_only else "datetime", "milliseconds", _OTHER_ORIGIN)
    if unit == "d" or (prefix and unit in _STATA_UNITS):
        # %ty counts years from year 0, the others from 1960.
        return Temporal("date", _STATA_UNITS[unit], (0, 1, 1) if unit == "y" else _OTHER_ORIGIN)
    return None


def as_datetime(column: pl.Expr, temporal: Temporal) -> pl.Expr:
    """Return the numbers of `column` as Datetime in microseconds; null where they are out of reach."""
    if temporal.unit in _MICROSECONDS:
        factor = _MICROSECONDS[temporal.unit]
        count = column.cast(pl.Float64)
        count = pl.when(count.abs() * factor < _LARGEST_COUNT).then(count)
        # In one product, seconds since 1582 would lose their last microseconds.
        whole = count.floor()
        microseconds = whole.cast(pl.Int64) * factor + ((count - whole) * factor).round().cast(pl.Int64)
        return pl.datetime(*temporal.origin) + pl.duration(microseconds=microseconds)
    origin_year = temporal.origin[0]
    if temporal.unit == "weeks":
        year, week = column // _WEEKS_IN_A_YEAR + origin_year, column % _WEEKS_IN_A_YEAR
        return pl.datetime(year, 1, 1) + pl.duration(days=7 * week)
    months = column * _MONTHS[temporal.unit]
    return pl.datetime(months // 12 + origin_year, months % 12 + 1, 1)
