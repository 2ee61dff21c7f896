"""Numbers of SPSS portable files: digits of base 30 with a point and a power of 30."""

from __future__ import annotations

import math

from liandong.ingest.headers.cursor import DamagedFileError

_BASE = 30
_SMALLEST, _LARGEST = -400, 400  # exponents of 30; numbers of double precision stay within ±220


def number_of(digits: bytes) -> float:
    """Return a number of base 30, rounded once: every double comes back as it was written."""
    try:
        text = digits.strip(b" ").decode("ascii")
        sign = -1 if text.startswith("-") else 1
        mantissa, exponent = _exponent(text.removeprefix("-"))
        whole, _, fraction = mantissa.partition(".")
        value = int(whole + fraction, _BASE)
    except ValueError as error:
        raise DamagedFileError(f"holds {digits!r} where a number should stand") from error
    power = exponent - len(fraction)
    if not _SMALLEST <= power <= _LARGEST or not (whole + fraction).isalnum():
        raise DamagedFileError(f"holds the impossible number {digits!r}")
    try:
        return sign * (float(value * _BASE**power) if power >= 0 else value / _BASE**-power)
    except OverflowError:
        # The largest double, by which SPSS means HIGHEST, is rounded up by some writers.
        return sign * math.inf


def _exponent(text: str) -> tuple[str, int]:
    """Split a number into its digits and its power of 30, which stands behind a plus or a minus."""
    for mark in "+-":
        mantissa, found, power = text.partition(mark)
        if found:
            return mantissa, int(mark + power, _BASE)
    return text, 0
