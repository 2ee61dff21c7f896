"""Numbers as a reader meets them. Nothing is computed here beyond rounding and the percent sign."""

from __future__ import annotations

import math

NOT_APPLICABLE = "—"
MINUS = "−"
_MOST_DECIMALS = 6
_SMALLEST_P = 0.001


def fixed(value: float | None, decimals: int) -> str:
    """Return `value` with `decimals` decimals and thousands separators; never a negative zero, "—" for nothing."""
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and any(digit in "123456789" for digit in text) else text


def count(value: int | None) -> str:
    """Return a number of people or rows with thousands separators."""
    return fixed(value, 0)


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share as a percentage with its sign."""
    return NOT_APPLICABLE if _absent(share) else f"{hundredths(share, decimals)}%"


def hundredths(share: float | None, decimals: int = 1) -> str:
    """Return a share as a percentage without the sign, for a column that is headed by it."""
    return NOT_APPLICABLE if share is None else fixed(share * 100, decimals)


def p_value(value: float | None) -> str:
    """Return a p-value with three decimals, "<0.001" below that."""
    if value is not None and math.isfinite(value) and value < _SMALLEST_P:
        return "<0.001"
    return fixed(value, 3)


def interval(low: float | None, high: float | None, decimals: int) -> str:
    """Return ``[low, high]``, with ∞ for an end that a test could not close."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return NOT_APPLICABLE
    return f"[{_end(low, decimals)}, {_end(high, decimals)}]"


def percent_interval(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Return an interval of shares in percent, without the sign."""
    if low is None or high is None:
        return NOT_APPLICABLE
    return interval(low * 100, high * 100, decimals)


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
    if _absent(value):
        return NOT_APPLICABLE
    return "0" if value == 0 else f"{value:.0e}"


def whole(value: float | None, decimals: int = 1) -> str:
    """Return a number that is mostly whole, such as degrees of freedom, with decimals only where it has any."""
    return fixed(value, 0 if value is not None and math.isfinite(value) and value == round(value) else decimals)


def _end(value: float, decimals: int) -> str:
    if math.isinf(value):
        return f"{MINUS}∞" if value < 0 else "∞"
    return fixed(value, decimals)


def _absent(value: float | None) -> bool:
    return value is None or not math.isfinite(value)
