"""Figures as they are printed: the number, the decimals, and what a sign or a word before it says.

YAML reads 0.020 as 0.02, so a figure whose last digit is 0 is written as text, "0.020", or as a number with `decimals`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Form = Literal["number", "range", "below", "above", "about", "words"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as printed.

    Attributes
    ----------
    form
        number (31.1), range (30–50), below (<0.05), above (>10,000), about (~400), or words ("significant").
    low, high
        The printed bounds, equal for number and about; None on the open side, and both None for words.
    decimals
        How many are printed, of a range the larger number; trailing zeros count in a text and are unknown in a number.
    """

    form: Form
    low: Decimal | None
    high: Decimal | None
    decimals: int

    @property
    def value(self) -> Decimal | None:
        """The figure, where it is one number (also after "about"), else None."""
        return self.low if self.form in {"number", "about"} else None


_NUMBER = r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.\d{1,15})?|\.\d{1,15})(?:[eE]-\d{1,2})?"
_RANGE = re.compile(rf"({_NUMBER})\s*%?\s*(?:–|—|-|~|\bto\b|至|到)\s*({_NUMBER})\s*%?")
_SIGNED = re.compile(rf"(<=|>=|[<>≤≥~≈]|约)?\s*({_NUMBER})\s*%?")
_FORMS: dict[str, Form] = {
    "<": "below", "<=": "below", "≤": "below", ">": "above", ">=": "above", "≥": "above",
    "~": "about", "≈": "about", "约": "about",
}  # fmt: skip
# Chinese input methods write digits, signs and the percent sign as wide as a character; they are the same figures.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2212: 0x2D, 0x3000: 0x20}  # and − for -
_SIGNIFICANT = {"significant", "significantly", "显著", "统计显著", "有显著差异"}
_NOT_SIGNIFICANT = {"not significant", "insignificant", "n.s.", "ns", "不显著", "未达显著", "无显著差异"}


def read_printed(published: float | str) -> Printed:
    """Return a published figure as it is printed; what is no figure is words."""
    if isinstance(published, int | float):
        value = Decimal(repr(published))
        value = value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**20 else value
        return Printed("number", value, value, _decimals(value))
    text = narrow(published).strip()
    signed = _SIGNED.fullmatch(text)
    if signed:
        value = _decimal(signed[2])
        form = _FORMS[signed[1]] if signed[1] else "number"
        low = None if form == "below" else value
        return Printed(form, low, None if form == "above" else value, _decimals(value))
    both = _RANGE.fullmatch(text)
    if both and _decimal(both[1]) < _decimal(both[2]):
        low, high = _decimal(both[1]), _decimal(both[2])
        return Printed("range", low, high, max(_decimals(low), _decimals(high)))
    return Printed("words", None, None, 0)


def narrow(text: str) -> str:
    """Return a text whose characters of full width stand in their usual form."""
    return text.translate(_FULL_WIDTH)


def looks_mistyped(published: float | str) -> bool:
    """Return whether a text has digits and is no figure, as "31.1*" and "p<0.05" are none."""
    return (
        isinstance(published, str)
        and read_printed(published).form == "words"
        and any(character.isdigit() for character in published)
    )


def read_significance(published: float | str) -> bool | None:
    """Return whether the words call something significant; None for words that say neither."""
    text = published.strip().lower() if isinstance(published, str) else ""
    if text in _SIGNIFICANT:
        return True
    return False if text in _NOT_SIGNIFICANT else None


def decimals_problem(published: float | str, decimals: int | None) -> str | None:
    """Return how `decimals` contradicts the figure, None where it does not.

    A number may have fewer digits than `decimals` says (YAML drops trailing zeros), a text may not.
    """
    printed = read_printed(published)
    if decimals is None:
        return None
    if printed.form == "words":
        return f"decimals is {decimals}, but {published!r} is no figure"
    if printed.decimals > decimals or (isinstance(published, str) and printed.decimals != decimals):
        return f"decimals is {decimals}, but {published!r} has {printed.decimals}"
    return None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
