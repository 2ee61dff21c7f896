"""The numbers of a calculation as its sentence prints them: by what each of them is, never by a place in a text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from liandong.definitions import Language
from liandong.present.marks import named
from liandong.present.numbers import NOT_APPLICABLE, fixed, p_value, percent
from liandong.present.words import known, word

Values = Mapping[str, Any]
_NUMERIC: Final = re.compile(r"[-−+]?[\d,]+(?:\.(?P<decimals>\d+))?")
_MOST_FURTHER: Final = 2  # decimals beyond the published ones
_CERTAIN: Final = 0.01
_LARGE: Final = 100
_HALF: Final = 0.5  # a level above it is that of an interval

_BY_FORM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "count": "n n_all n_need claim_n count_low count_high attainable printable n_smallest n_possible part_n "
        "treated untreated clusters without_figure n_compared n_clear n_reversed checks against in_favour minimum_cell "
        "stars stars_low stars_high sum_squares_low sum_squares_high df df_needed items",
        "published": "low high estimate published range_low range_high all in_need coefficient",
        "finer": "nearest_below nearest_above lowest highest sum_low sum_high whole_low whole_high published_low "
        "published_high interval_low interval_high scale_range recomputed conf_low conf_high "
        "expected_low_from expected_low_to expected_high_from "
        "expected_high_to",
        "gap": "difference smallest_gap resolution",
        "chance": "power chance chance_smaller sd_share",
        "p": "p_low p_high",
        "level": "level alpha",
    }
)
_FORMS: Final = MappingProxyType({name: form for form, names in _BY_FORM.items() for name in names.split()})
"""Name of a value → how it is written: a count, in the claim's unit with the published decimals or more, …"""
_IN_UNIT: Final = ("published", "finer", "gap")
SPANS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "counts": ("count_low", "count_high"),
        "squares": ("sum_squares_low", "sum_squares_high"),
        "sums": ("sum_low", "sum_high"),
        "wholes": ("whole_low", "whole_high"),
        "published_span": ("published_low", "published_high"),
        "found": ("conf_low", "conf_high"),
        "missings": ("missing_low", "missing_high"),
        "statistics": ("statistic_low", "statistic_high"),
        "ps": ("p_low", "p_high"),
        "stars_span": ("stars_low", "stars_high"),
        "intervals": ("interval_low", "interval_high"),
        "lows": ("low", "high"),
        "ranges": ("range_low", "range_high"),
        "range_of": ("lowest", "highest"),
        "lows_expected": ("expected_low_from", "expected_low_to"),
        "highs_expected": ("expected_high_from", "expected_high_to"),
    }
)
"""Name in a sentence → the two values that it prints, as one number where both are the same."""
ROW_VALUES: Final = ("recomputed", "conf_low", "conf_high", "difference", "chance", "base")
"""Columns of the table claims that a sentence may name."""


def printed(lang: Language, row: Mapping[str, Any], values: Values) -> dict[str, str]:
    """Return what the sentence of a row may name: every value by name, spans, the figure, its precision.

    Parameters
    ----------
    row
        Of the table claims.
    values
        Name → number: its rows of claim_values.
    """
    numbers = {**{name: row[name] for name in ROW_VALUES}, **values}
    told = {name: number(lang, row, name, value) for name, value in numbers.items()}
    for name, (low, high) in SPANS.items():
        if low in numbers and high in numbers:
            told[name] = span(lang, row, low, numbers[low], numbers[high])
    told["figure"] = figure(lang, row)
    told["precision"] = _precision(lang, numbers.get("decimals"))
    return told


def number(lang: Language, row: Mapping[str, Any], name: str, value: float | None) -> str:
    """Return one value of a calculation in the form that its name asks for."""
    return _writer(lang, row, name)(value)


def span(lang: Language, row: Mapping[str, Any], name: str, low: float | None, high: float | None) -> str:
    """Return two values as "from to", as one where they are the same; the unit stands at the end only."""
    if low == high:
        return number(lang, row, name, low)
    if _is_open(low) or _is_open(high):
        known_end, key = (low, "claim_at_least") if _is_open(high) else (high, "claim_at_most")
        return word(lang, key, value=number(lang, row, name, known_end))
    bare = _writer(lang, {**row, "unit": None}, name)
    return with_unit(lang, word(lang, "claim_span", low=bare(low), high=bare(high)), _unit_of(row, name))


def _is_open(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def figure(lang: Language, row: Mapping[str, Any]) -> str:
    """Return the published figure as it was printed, with its unit; for words, that they are words."""
    text = str(row["published"] or "")
    if not any(character.isdigit() for character in text):
        return word(lang, "claim_in_words")
    return with_unit(lang, named(text), row["unit"])


def with_unit(lang: Language, text: str, unit: str | None) -> str:
    """Return a number with its unit; units without words of their own are printed as they are."""
    if not unit or text == NOT_APPLICABLE:
        return text
    key = f"claim_unit_{unit}"
    if known(key):
        return word(lang, key, value=text)
    return word(lang, "claim_unit_other", value=text, unit=unit)


def published_decimals(row: Mapping[str, Any]) -> int | None:
    """Return with how many decimals a figure was printed; a percentage in words counts as one, other words as None."""
    match = _NUMERIC.search(str(row["published"] or ""))
    if match is None:
        return 1 if row["unit"] == "percent" else None
    return len(match["decimals"] or "")


def decimals_needed(value: float, least: int, most: int) -> int:
    """Return the fewest decimals, from `least` to `most`, that give `value` to the precision of `most`."""
    precision = 0.5 * 10.0**-most
    return next((d for d in range(least, most) if abs(round(value, d) - value) < precision), most)


def _writer(lang: Language, row: Mapping[str, Any], name: str) -> Callable[[float | None], str]:
    decimals, form = published_decimals(row), _FORMS.get(name, "")
    if form in _IN_UNIT and row["kind"] == "p_value":
        return p_value
    if form in _IN_UNIT and decimals is None:
        return lambda value: with_unit(lang, rounded(value), _unit_of(row, name))
    if form in _IN_UNIT:
        unit, write = _unit_of(row, name), fixed if form == "published" else _fine
        return lambda value: with_unit(lang, write(value, decimals), unit)
    return _PLAIN.get(form, rounded)


def _unit_of(row: Mapping[str, Any], name: str) -> str | None:
    """Return the unit of a value: differences of percentages are percentage points."""
    form = _FORMS.get(name)
    if form == "gap" and row["unit"] == "percent":
        return "percentage_points"
    return row["unit"] if form in _IN_UNIT else None


def share(value: float | None) -> str:
    """Return a probability as a percentage, with decimals near 0 and 1 only."""
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    return percent(value, 0 if _CERTAIN <= value <= 1 - _CERTAIN or value in {0.0, 1.0} else 1)


def rounded(value: float | None) -> str:
    """Return a number with about three digits that count."""
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    if abs(value) >= _LARGE:
        return fixed(value, 0)
    smallest = 2 if value == 0 or abs(value) >= 1 else min(6, 1 - math.floor(math.log10(abs(value))))
    return fixed(value, decimals_needed(value, 0, max(2, smallest)))


def _fine(value: float | None, decimals: int) -> str:
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    return fixed(value, decimals_needed(value, decimals, decimals + _MOST_FURTHER))


_PLAIN: Final[Mapping[str, Callable[[float | None], str]]] = MappingProxyType(
    {
        "count": lambda value: fixed(value, 0),
        "chance": share,
        "p": p_value,
        "level": lambda value: share(value) if value is not None and value > _HALF else _fine(value, 2),
    }
)


def _precision(lang: Language, decimals: float | None) -> str:
    key = f"claim_precision_{decimals:.0f}" if decimals is not None else ""
    return word(lang, key if known(key) else "claim_precision_many")
