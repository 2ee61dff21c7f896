"""Numbers as a reader meets them. Nothing is computed here beyond rounding and the percent sign.

A number that comes from the bundle (:mod:`liandong.present.binding`) leaves its origin as marks in the text; any other
number, and every "—", is plain text.
"""

from __future__ import annotations

import math
from typing import Any

from liandong.present.binding import BOUND, PERCENT, bind, unsigned
from liandong.present.marks import literal, unmarked

NOT_APPLICABLE = "—"
MINUS = "−"
_MOST_DECIMALS = 6
SMALLEST_P = 0.001
"""Below this a p-value is printed as a bound."""


def fixed(value: float | None, decimals: int) -> str:
    """Return `value` with `decimals` decimals and thousands separators; never a negative zero, "—" for nothing."""
    text = _fixed(value, decimals)
    return text if text == NOT_APPLICABLE else bind(text, value)


def count(value: int | None) -> str:
    """Return a number of people or rows with thousands separators."""
    return fixed(value, 0)


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share as a percentage with its sign."""
    if share is None or not math.isfinite(share):
        return NOT_APPLICABLE
    return bind(f"{_hundredths(share, decimals)}%", share, form=PERCENT)


def hundredths(share: float | None, decimals: int = 1) -> str:
    """Return a share as a percentage without the sign, for a column that is headed by it."""
    text = _hundredths(share, decimals)
    return text if text == NOT_APPLICABLE else bind(text, share, form=PERCENT)


def p_value(value: float | None) -> str:
    """Return a p-value with three decimals, "<0.001" below that."""
    if is_tiny(value):
        return bind("<0.001", value, form=BOUND)
    return fixed(value, 3)


def p_bound(value: float | None) -> str:
    """Return what stands behind "p =" or "p <": three decimals, or the bound that a tiny p-value is below."""
    return bind("0.001", value, form=BOUND) if is_tiny(value) else fixed(value, 3)


def is_tiny(value: float | None) -> bool:
    """Whether a p-value is printed as a bound."""
    return value is not None and math.isfinite(value) and value < SMALLEST_P


def interval(low: float | None, high: float | None, decimals: int) -> str:
    """Return ``[low, high]``, with ∞ for an end that a test could not close."""
    text = _interval(low, high, decimals)
    return text if text == NOT_APPLICABLE else bind(text, low, high)


def percent_interval(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Return an interval of shares in percent, without the sign."""
    if low is None or high is None:
        return NOT_APPLICABLE
    text = _interval(low * 100, high * 100, decimals)
    return text if text == NOT_APPLICABLE else bind(text, low, high, form=PERCENT)


def percent_bounds(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Return an interval of shares with a percent sign at either end."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return NOT_APPLICABLE
    return bind(f"[{_hundredths(low, decimals)}%, {_hundredths(high, decimals)}%]", low, high, form=PERCENT)


def bared(estimate: float, low: float | None, high: float | None) -> tuple[Any, Any, Any]:
    """Return a size without its sign, with its bounds in order, for words that name the direction."""
    if low is None or high is None:
        return unsigned(estimate), None, None
    nearest, farthest = sorted((unsigned(low), unsigned(high)))
    return unsigned(estimate), nearest, farthest


def decimals_for(*std_errors: float | None) -> int:
    """Return how many decimals an estimate deserves: two digits of its smallest standard error, at least three.

    Standard errors of 10 and more need one decimal only; none is given for those that are zero or unknown.
    """
    known = [error for error in std_errors if error is not None and math.isfinite(error) and error > 0]
    if not known:
        return 3
    smallest = min(known)
    if smallest >= 10:  # noqa: PLR2004 — from two digits before the decimal mark on
        return 1
    return min(max(3, 1 - math.floor(math.log10(smallest))), _MOST_DECIMALS)


def scientific(value: float | None) -> str:
    """Return a very small difference as a power of ten, such as 3e-12."""
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    return bind("0" if value == 0 else f"{value:.0e}", value)


def whole(value: float | None, decimals: int = 1) -> str:
    """Return a number that is mostly whole, such as degrees of freedom, with decimals only where it has any."""
    return fixed(value, 0 if value is not None and math.isfinite(value) and value == round(value) else decimals)


def threshold(value: int) -> str:
    """Return a number of people that a rule sets: bound where the study sets it, else a literal of the program's."""
    text = count(value)
    return text if text != unmarked(text) else literal(text)


def general(value: float | None) -> str:
    """Return a number without superfluous zeros, such as an end of a scale."""
    return NOT_APPLICABLE if value is None or not math.isfinite(value) else bind(f"{value:g}", value)


def _fixed(value: float | None, decimals: int) -> str:
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and any(digit in "123456789" for digit in text) else text


def _hundredths(share: float | None, decimals: int) -> str:
    return NOT_APPLICABLE if share is None else _fixed(share * 100, decimals)


def _interval(low: float | None, high: float | None, decimals: int) -> str:
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return NOT_APPLICABLE
    return f"[{_end(low, decimals)}, {_end(high, decimals)}]"


def _end(value: float, decimals: int) -> str:
    if math.isinf(value):
        return f"{MINUS}∞" if value < 0 else "∞"
    return _fixed(value, decimals)
