"""The numbers of a calculation as its sentence prints them: by what each of them is, never by a place in a text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from liandong.definitions import Language
from liandong.definitions.printed import read_printed, read_significance
from liandong.present.claims_units import amount_in_singles, in_singles, single_unit
from liandong.present.marks import named
from liandong.present.numbers import NOT_APPLICABLE, fixed, p_value, percent, scientific
from liandong.present.words import known, word

Values = Mapping[str, Any]
_SIGNS: Final = "<>=≤≥~≈＜＞约"
_CERTAIN: Final = 0.01
_TINY: Final = 1e-5
_LARGE: Final = 100
_LONG: Final = re.compile(r"(?<![\d.,])[1-9]\d{3,}(?![\d,])")
_DIGITS: Final = 3  # that count, of a result that nobody published
_MOST_DECIMALS: Final = 8
_SAME: Final = 1e-4  # of a number: a range narrower than that prints as one value
_HALF: Final = 0.5  # a level above it is that of an interval

_BY_FORM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "count": "base n n_all n_need claim_n count_low count_high attainable printable n_smallest n_possible part_n "
        "treated untreated clusters without_figure n_compared n_clear n_reversed n_unseen checks against in_favour "
        "minimum_cell joint_figures stars stars_low stars_high sum_squares_low sum_squares_high df df_needed items",
        "estimate": "estimate",
        "outcome": "mde_points mde_even",
        "sd": "mde_sd mde_sd_clusters mde_sd_data",
        "published": "low high published range_low range_high all in_need",
        "finer": "published_se error_low error_high nearest_below nearest_above lowest highest sum_low sum_high "
        "whole_low whole_high published_low published_high interval_low interval_high recomputed conf_low conf_high "
        "expected_low_from expected_low_to expected_high_from "
        "expected_high_to",
        "gap": "difference smallest_gap resolution",
        "chance": "power power_at chance chance_smaller sd_share",
        "tiny": "joint_chance",
        "p": "p_low p_high",
        "level": "level level_needed alpha",
    }
)
_FORMS: Final = MappingProxyType({name: form for form, names in _BY_FORM.items() for name in names.split()})
"""Name of a value → how it is written: a count, in the claim's unit with the published decimals or more, …"""
_IN_UNIT: Final = MappingProxyType({"published": 0, "estimate": 1, "finer": 2, "gap": 2})
"""Forms in the claim's unit, and how many decimals beyond the published ones they may have."""
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
        "stated_statistics": ("stated_low", "stated_high"),
        "se_span": ("se_low", "se_high"),
        "errors": ("error_low", "error_high"),
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
_ENDS: Final = frozenset(name for pair in SPANS.values() for name in pair)
_OF_OUTCOME: Final = frozenset({"mde_points", "mde_even"})  # which are told in the outcome's own scale
_OUTCOME_UNITS: Final = frozenset({"points", "share"})
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
    row = in_its_unit(row, values)
    numbers = {**{name: row[name] for name in ROW_VALUES}, **values}
    told = {name: number(lang, row, name, value) for name, value in numbers.items()}
    for name, (low, high) in SPANS.items():
        if low in numbers and high in numbers:
            told[name] = span(lang, row, low, numbers[low], numbers[high])
    told["figure"] = figure(lang, row)
    told["result"] = _result(lang, row, told)
    told["precision"] = _precision(lang, numbers.get("decimals"))
    return told


def _result(lang: Language, row: Mapping[str, Any], told: Mapping[str, str]) -> str:
    """Return what other figures give, with the range that their rounding leaves where it is wider than one value."""
    value, low, high = (row[name] for name in ("recomputed", "conf_low", "conf_high"))
    if value is None and low is None and high is None:
        return word(lang, "claim_result_unprintable")  # growth from next to nothing
    if value is None:
        return told["found"]
    if low is None or high is None or high - low <= _SAME * max(1.0, abs(high)):
        return told["recomputed"]
    return word(lang, "claim_result_bounds", value=told["recomputed"], found=told["found"])


def in_its_unit(row: Mapping[str, Any], values: Values) -> Mapping[str, Any]:
    """Return a row with the unit that its numbers have: a share in percent stays one where no figure was published."""
    return {**row, "unit": "percent"} if values.get("in_percent") and not row["unit"] else row


def number(
    lang: Language, row: Mapping[str, Any], name: str, value: float | None, *, without_unit: bool = False
) -> str:
    """Return one value of a calculation in the form that its name asks for."""
    return _writer(lang, row, name, bare=without_unit)(value)


def span(
    lang: Language,
    row: Mapping[str, Any],
    name: str,
    low: float | None,
    high: float | None,
    *,
    without_unit: bool = False,
) -> str:
    """Return two values as "from to", as one where they are the same; the unit stands at the end only."""
    if low == high or (low is not None and high is not None and high - low <= _SAME * abs(high)):
        return number(lang, row, name, low, without_unit=without_unit)
    if _is_open(low) or _is_open(high):
        known_end, key = (low, "claim_at_least") if _is_open(high) else (high, "claim_at_most")
        return word(lang, key, value=number(lang, row, name, known_end, without_unit=without_unit))
    bare = _writer(lang, row, name, bare=True)
    unit = single_unit(lang, _unit_of(row, name)) or _unit_of(row, name)
    both = word(lang, "claim_span", low=bare(low), high=bare(high))
    return both if without_unit else with_unit(lang, both, unit)


def _is_open(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def figure(lang: Language, row: Mapping[str, Any], *, bare: bool = False) -> str:
    """Return the published figure as it was printed, with its unit; words in their language, or that they are words.

    A `bare` one goes without its unit, in the size that the unit has in the language.
    """
    text = str(row["published"] or "")
    printed_as = read_printed(text)
    if printed_as.form == "words":
        return _quoted(lang, text)
    unit = None if text.rstrip().endswith("%") else row["unit"]
    single = single_unit(lang, unit)
    said = named(_separated(text.lstrip(_SIGNS).strip()))
    if single is not None:
        ends = dict.fromkeys(end for end in (printed_as.low, printed_as.high) if end is not None)
        told = [named(in_singles(end)) for end in ends]
        said = told[0] if len(told) == 1 else word(lang, "claim_span", low=told[0], high=told[1])
    if printed_as.form in {"below", "above", "about"}:
        said = word(lang, f"claim_form_{printed_as.form}", value=said)
    return said if bare else with_unit(lang, said, single or unit)


def _separated(text: str) -> str:
    """Return a printed figure with separators of thousands, where it has none."""
    return _LONG.sub(lambda digits: f"{int(digits[0]):,}", text)


def _quoted(lang: Language, text: str) -> str:
    """Return published words: in the page's language where they are in it, or known; else only that they are words."""
    meant = read_significance(text)
    key = text.strip().lower() if meant is None else "significant" if meant else "not significant"
    if known(f"claim_word_{key}"):
        return word(lang, f"claim_word_{key}")
    chinese = any("\u4e00" <= character <= "\u9fff" for character in text)
    return named(text) if text and chinese == (lang == "zh") else word(lang, "claim_in_words")


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
    found = read_printed(str(row["published"] or ""))
    return None if found.form == "words" else found.decimals


def decimals_needed(value: float, least: int, most: int) -> int:
    """Return the fewest decimals, from `least` to `most`, that give `value` to the precision of `most`."""
    precision = 0.5 * 10.0**-most
    return next((d for d in range(least, most) if abs(round(value, d) - value) < precision), most)


def _writer(lang: Language, row: Mapping[str, Any], name: str, *, bare: bool = False) -> Callable[[float | None], str]:
    """Return what writes a value; a `bare` one goes without its unit, in the size that the unit has in the language."""
    decimals, form = published_decimals(row), _FORMS.get(name, "")
    if form == "outcome":
        return lambda value: rounded(value) if bare else with_unit(lang, rounded(value), _unit_of(row, name))
    if form not in _IN_UNIT:
        return _PLAIN.get(form, rounded)
    if row["kind"] == "p_value":
        return p_value
    unit, more = _unit_of(row, name), _IN_UNIT[form]
    single = single_unit(lang, unit)

    def write(value: float | None) -> str:
        needed = _decimals(value, decimals, more, is_end=name in _ENDS)
        text = fixed(value, needed) if single is None else amount_in_singles(value, needed)
        return text if bare else with_unit(lang, text, single or unit)

    return write


def _decimals(value: float | None, decimals: int | None, more: int, *, is_end: bool) -> int:
    """Return with how many decimals a value in the claim's unit is written.

    Beside a published figure that is one of its own or a few more, where they say what the value is; where none was
    published, three digits that count, and four for the ends of a range, which round numbers would hide. Whole
    numbers, which are mostly sums, are given in full.
    """
    if value is None or not math.isfinite(value):
        return 0
    if decimals is not None:
        return decimals_needed(value, decimals, decimals + more)
    if value == round(value):
        return 0
    digits = _DIGITS - 1 + is_end - math.floor(math.log10(abs(value)))
    return decimals_needed(value, int(is_end), min(max(digits, int(is_end)), _MOST_DECIMALS))


def _unit_of(row: Mapping[str, Any], name: str) -> str | None:
    """Return the unit of a value: differences of percentages are percentage points."""
    form = _FORMS.get(name)
    if name in _OF_OUTCOME:
        return row["unit"] if row["unit"] in _OUTCOME_UNITS else None
    if form == "gap" and row["unit"] == "percent":
        return "percentage_points"
    return row["unit"] if form in _IN_UNIT else None


def share(value: float | None) -> str:
    """Return a probability as a percentage, with decimals near 0 and 1 only."""
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    return percent(value, 0 if _CERTAIN <= value <= 1 - _CERTAIN or value in {0.0, 1.0} else 1)


def tiny(value: float | None) -> str:
    """Return a probability that may be very small, with two digits that count."""
    return scientific(value) if value is not None and 0 < value < _TINY else rounded(value)


def rounded(value: float | None) -> str:
    """Return a number with about three digits that count, below 1 with two."""
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    if abs(value) >= _LARGE:
        return fixed(value, 0)
    if value == 0 or abs(value) >= 1:
        return fixed(value, decimals_needed(value, 0, 2))
    return fixed(value, min(6, max(2, 1 - math.floor(math.log10(abs(value))))))


def _fine(value: float | None, decimals: int, more: int = 2) -> str:
    """Return a number with the fewest decimals, from `decimals` to `more` beyond, that say what it is."""
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    return fixed(value, decimals_needed(value, decimals, decimals + more))


_PLAIN: Final[Mapping[str, Callable[[float | None], str]]] = MappingProxyType(
    {
        "count": lambda value: fixed(value, 0),
        "chance": share,
        "tiny": tiny,
        "sd": lambda value: fixed(value, 2),
        "p": p_value,
        "level": lambda value: share(value) if value is not None and value > _HALF else _fine(value, 2),
    }
)


def _precision(lang: Language, decimals: float | None) -> str:
    key = f"claim_precision_{decimals:.0f}" if decimals is not None else ""
    return word(lang, key if known(key) else "claim_precision_many")
