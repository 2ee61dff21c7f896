"""Amounts in units that people read: Chinese counts money in ten thousands (万), English in single ones and millions.

:data:`MYRIADS` is the table of units that are converted; docs/claims.md names them. A Chinese page prints the figure as
it was published, 510万元; an English one converts it, digit by digit and without rounding: 510 units of 10,000 yuan are
5.1 million yuan. Amounts below a million are written out.
"""

from __future__ import annotations

import math
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from liandong.definitions import Language
from liandong.present.binding import MILLIONS, SINGLES, bind
from liandong.present.numbers import MINUS, NOT_APPLICABLE

MYRIADS: Final = MappingProxyType({"10,000 yuan": "yuan", "10,000 yuan per project": "yuan per project"})
"""Unit of claims.yaml in which figures are given in ten thousands → the single unit of an English page."""
_MYRIAD: Final = 10_000
_MILLION: Final = 1_000_000


def single_unit(lang: Language, unit: str | None) -> str | None:
    """Return the unit in which a page of that language gives amounts of `unit`; None where it is `unit` itself."""
    return MYRIADS.get(unit or "") if lang == "en" else None


def in_singles(figure: Decimal) -> str:
    """Return a printed figure, given in ten thousands, in single ones: "5.1 million" of 510, "84,000" of 8.4."""
    amount = figure * _MYRIAD
    if abs(amount) < _MILLION:
        return _signed(f"{_bare(abs(amount)):,f}", negative=amount < 0)
    return _signed(f"{_bare(abs(amount) / _MILLION):,f} million", negative=amount < 0)


def amount_in_singles(value: float | None, decimals: int) -> str:
    """Return a calculated amount, given in ten thousands, in single ones, as precise as `decimals` of ten thousands.

    It remembers its row like any other number of the bundle; ``data-form`` says how it was converted.
    """
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals))
    return bind(in_singles(exact), value, form=MILLIONS if abs(exact) * _MYRIAD >= _MILLION else SINGLES)


def _bare(amount: Decimal) -> Decimal:
    """Return a number without zeros at the end of its decimals."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def _signed(text: str, *, negative: bool) -> str:
    return MINUS + text if negative else text
