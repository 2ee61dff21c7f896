"""Which whole numbers print as a figure, and how often an arbitrary figure has such a number.

With n people, the shares k / n are n + 1 points. A whole of `span` printed units (1,000 for a percentage with one
decimal) has span + 1 printable figures; figure u is attainable when some k has k · span / n printed as u. This is the
GRIM test of Brown & Heathers (2017, Social Psychological and Personality Science 8, 363-369), turned round so that no
floating-point number is rounded: u is printed for k in [(u - ½) n / span, (u + ½) n / span].
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liandong.definitions.claims import Rounding

_HALF = Fraction(1, 2)
_MOST_SMALLER = 100  # bases below n that are tried, and not more than a tenth of n
_SLIGHTLY = Fraction(9, 10)
_MOST_ENUMERATED = 5_000_000
_SAFE = 2**60  # below it, twice a product fits into 64 bits


def wholes_printing(figure: int, n: int, span: int, rounding: Rounding = "nearest") -> range:
    """Return the whole numbers k for which k · span / n is printed as `figure` (both in units of the last digit).

    A tie may be printed as either neighbour: half up, half down, half to even, and floating-point numbers that fall
    short of a tie all occur. Cut off means towards zero.
    """
    if rounding == "nearest":
        low, high = figure - _HALF, figure + _HALF
        return range(ceil(low * n / span), floor(high * n / span) + 1)
    above = floor(Fraction((figure + 1) * n, span)) if figure >= 0 else floor(Fraction(figure * n, span))
    below = ceil(Fraction(figure * n, span)) if figure > 0 else ceil(Fraction((figure - 1) * n, span))
    if figure >= 0 and above * span == (figure + 1) * n:
        above -= 1  # the next figure is printed as itself
    if figure <= 0 and below * span == (figure - 1) * n:
        below += 1
    return range(below, above + 1)


def attainable_shares(n: int, span: int, rounding: Rounding = "nearest") -> int:
    """Return how many of the span + 1 figures from 0 to the whole are attainable with n people."""
    if n >= span:
        return span + 1
    return n + 1 + (_ties(n, span) if rounding == "nearest" else 0)


def attainable_means(n: int, span: int, rounding: Rounding = "nearest") -> int:
    """Return how many of the `span` figures from one whole number up to the next are attainable with n answers."""
    if n >= span:
        return span
    return n + (_ties(n, span) if rounding == "nearest" else 0)


def _ties(n: int, span: int) -> int:
    """Return for how many k below n the share falls in the middle of two figures, both of which it may be printed as.

    k · span ≡ n / 2 (mod n) has gcd(span, n) solutions when that number divides n / 2, else none. With n < span, two
    shares never share a figure.
    """
    common = gcd(span, n)
    return common if n % (2 * common) == 0 else 0


def attainable_either_way(n: int, span: int, *, share: bool) -> int:
    """Return how many figures are attainable when rounding to the nearest and cutting off are both accepted."""
    whole = span + share
    if n >= span:
        return whole
    if n > _MOST_ENUMERATED:
        return min(whole, 2 * (n + 1))  # an upper bound
    below, above = _printed_as(n, span, share=share)
    cut = _steps(n, span, share=share) // n
    figures = np.concatenate([below, above, cut.astype(np.int64)])
    return int(np.unique(figures if share else figures % span).size)


def _steps(n: int, span: int, *, share: bool) -> NDArray[Any]:
    """Return k · span for every k; of a mean for one period, from one whole number up to the next."""
    return np.arange(n + share, dtype=object if n * span > _SAFE else np.int64) * span


def _printed_as(n: int, span: int, *, share: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the two figures that each share may be printed as; they are the same one unless it is a tie."""
    doubled = 2 * _steps(n, span, share=share)
    below = -((n - doubled) // (2 * n))  # ceil(x - 1/2)
    above = (doubled + n) // (2 * n)  # floor(x + 1/2)
    return below.astype(np.int64), above.astype(np.int64)


def smallest_base(n: int) -> int:
    """Return the smallest base that counts as slightly below n: nine tenths of it, but at most 100 people fewer."""
    return max(1, ceil(n * _SLIGHTLY), n - _MOST_SMALLER)


def base_that_fits(figure: int, n: int, span: int, items: int = 1) -> int | None:
    """Return the largest base slightly below n with a whole number that prints as `figure`, None without one."""
    bases = range(n - 1, smallest_base(n) - 1, -1)
    return next((base for base in bases if wholes_printing(figure, base * items, span)), None)


def chance_with_smaller_bases(n: int, span: int, items: int = 1, *, share: bool) -> float:
    """Return the chance that an arbitrary figure is attainable with n people or slightly fewer (at most that)."""
    bases = range(n, smallest_base(n) - 1, -1)
    if n * items >= span:
        return 1.0
    if span > _MOST_ENUMERATED:
        return min(1.0, sum(2 * base * items + 1 for base in bases) / span)  # an upper bound
    found = np.zeros(span + share, dtype=bool)
    for base in bases:
        for figures in _printed_as(base * items, span, share=share):
            found[figures if share else figures % span] = True
        if found.all():
            break
    return float(found.mean())
