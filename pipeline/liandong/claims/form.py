"""The true values that a printed figure may stand for, and arithmetic with such intervals.

A figure printed with unit u of its last digit stands for [x - u/2, x + u/2] when it was rounded to the nearest (half
up, half down and half to even differ only at the ends, which are all accepted), and for [x, x + u] when it was cut off
(away from zero for negative ones). Counts are exact unless `rounded_to` or `decimals` says otherwise. All bounds are
fractions, so nothing is decided by the rounding of our own arithmetic; an open side is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from liandong.definitions import Claim
from liandong.definitions.claims import Operand, Rounding
from liandong.definitions.printed import Printed, read_printed

Number = Fraction | float
ABOUT: Final = Fraction(1, 10)  # "about", "nearly": within a tenth of the figure; a convention, said in docs/claims.md
ROUNDINGS: Final[tuple[Rounding, ...]] = ("nearest", "truncated")  # the usual one is tried first
_NEVER_NEGATIVE: Final = frozenset({"percent", "count", "p_value"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """A closed interval of possible true values."""

    low: Number
    high: Number

    def overlaps(self, other: Bounds) -> bool:
        """Return whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    @property
    def middle(self) -> float | None:
        """The middle, None of an interval that is open on a side."""
        return None if math.isinf(self.low) or math.isinf(self.high) else float((self.low + self.high) / 2)

    def __add__(self, other: Bounds) -> Bounds:
        """Return what the sum may be."""
        return Bounds(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Bounds) -> Bounds:
        """Return what the difference may be."""
        return Bounds(self.low - other.high, self.high - other.low)

    def times(self, factor: Fraction) -> Bounds:
        """Return the interval times a positive number."""
        return Bounds(self.low * factor, self.high * factor)

    def over(self, other: Bounds) -> Bounds | None:
        """Return what the quotient may be; None where the divisor is 0 or may be below, or the dividend below 0.

        A divisor between 0 and some number ("nearly 400") leaves the quotient open above.
        """
        if other.low < 0 or other.high <= 0 or self.low < 0:
            return None
        if other.low == 0:
            return Bounds(-math.inf if math.isinf(other.high) else self.low / other.high, math.inf)
        low = -math.inf if math.isinf(other.high) else self.low / other.high  # of "over 10,000", nothing is known below
        return Bounds(low, self.high / other.low)


def finite_ends(bounds: Bounds) -> tuple[float | None, float | None]:
    """Return both ends, None for an open one."""
    low, high = float(bounds.low), float(bounds.high)
    return low if math.isfinite(low) else None, high if math.isfinite(high) else None


def exactly(value: float) -> Bounds:
    """Return the interval of a number that was not rounded."""
    number = Fraction(repr(float(value)))
    return Bounds(number, number)


def last_digit(claim: Claim) -> Fraction:
    """Return the unit of the last printed digit, 0 for an exact count."""
    if claim.rounded_to is not None:
        return Fraction(repr(claim.rounded_to))
    if claim.kind == "count" and not claim.printed.decimals:
        return Fraction(0)
    return Fraction(1, 10**claim.printed.decimals)


def bounds_of(claim: Claim, rounding: Rounding = "nearest") -> Bounds | None:
    """Return the true values that the published figure may stand for; None for words.

    `rounding` holds where the claim does not say how it was rounded.
    """
    found = bounds_of_printed(claim.printed, last_digit(claim), claim.rounding or rounding)
    if found is None or claim.kind not in _NEVER_NEGATIVE:
        return found
    return Bounds(max(found.low, Fraction(0)), found.high) if found.high >= 0 else found


def bounds_of_printed(printed: Printed, unit: Fraction, rounding: Rounding = "nearest") -> Bounds | None:
    """Return the true values that a figure with last digit `unit` may stand for; None for words."""
    low: Number = -math.inf if printed.low is None else Fraction(printed.low)
    high: Number = math.inf if printed.high is None else Fraction(printed.high)
    if printed.form == "words":
        return None
    if printed.form == "about":
        slack = max(abs(Fraction(printed.low or 0)) * ABOUT, unit / 2)
        return Bounds(low - slack, high + slack)
    if printed.form != "number":
        return Bounds(low, high)  # the bounds of a range and a limit are themselves exact
    if rounding == "nearest":
        return Bounds(low - unit / 2, high + unit / 2)
    return Bounds(low - unit if low <= 0 else low, high + unit if high >= 0 else high)


def bounds_of_figure(figure: float | str, rounding: Rounding = "nearest") -> Bounds:
    """Return the true values behind a figure that stands in a claim, such as its SE."""
    printed = read_printed(figure)
    found = bounds_of_printed(printed, Fraction(1, 10**printed.decimals), rounding)
    if found is None:
        raise ValueError(f"{figure!r} is no figure")  # refused when claims.yaml is loaded
    return found


def operand_bounds(operand: Operand, claims: Mapping[str, Claim], rounding: Rounding = "nearest") -> Bounds | None:
    """Return the values of another figure: of a claim by its id, of a number exactly; None for null and for words."""
    if operand is None:
        return None
    if isinstance(operand, str):
        return bounds_of(claims[operand], rounding)
    return exactly(operand)


def operand_as_printed(operand: Operand, claims: Mapping[str, Claim]) -> Bounds | None:
    """Return another figure as if it had not been rounded; None where it is no single number."""
    value = claims[operand].printed.value if isinstance(operand, str) else operand
    return None if value is None else exactly(float(value))
