"""The t distribution behind a published test: p-values, critical values, and degrees of freedom that nobody stated.

A figure printed with few digits is an interval, and so are the statistic and its p-value: :class:`PRange`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from liandong.claims.form import Bounds, bounds_of_figure

NORMAL: Final = math.inf
# Between two neighbours everything changes continuously and in one direction, so that no fit is overlooked.
_DFS: Final = (NORMAL, 1e4, 1e3, 300.0, 100.0, 50.0, 30.0, 20.0, 15.0, 10.0, 7.0, 5.0, 4.0, 3.0, 2.0, 1.0)
_PRECISION: Final = 1e-6


@dataclass(frozen=True, slots=True)
class PRange:
    """The p-values that a statistic in a range gives, two-sided, with the statistic's range."""

    statistic_low: float
    statistic_high: float
    low: float
    high: float

    def one_sided(self) -> PRange:
        """Return the range of the one-sided test in the direction of the coefficient."""
        return PRange(self.statistic_low, self.statistic_high, self.low / 2, self.high / 2)

    def values(self) -> dict[str, float]:
        """Return the numbers that sentences name."""
        return {
            "statistic_low": self.statistic_low,
            "statistic_high": self.statistic_high,
            "p_low": self.low,
            "p_high": self.high,
        }


def two_sided(statistic: float, df: float) -> float:
    """Return P(|T| > statistic) for t with `df` degrees of freedom, infinite ones for the normal distribution."""
    from scipy.special import ndtr, stdtr

    if math.isinf(statistic):
        return 0.0
    return float(2 * (ndtr(-statistic) if math.isinf(df) else stdtr(df, -statistic)))


def critical(level: float, df: float) -> float:
    """Return the value that |T| exceeds with probability `level`."""
    from scipy.special import ndtri, stdtrit

    return float(-ndtri(level / 2) if math.isinf(df) else -stdtrit(df, level / 2))


def magnitude(bounds: Bounds) -> Bounds:
    """Return the possible absolute values."""
    if bounds.low <= 0 <= bounds.high:
        return Bounds(0.0, max(-bounds.low, bounds.high))
    return bounds if bounds.low > 0 else Bounds(-bounds.high, -bounds.low)


def p_of(statistic: Bounds, df: float) -> PRange:
    """Return the two-sided p-values of a statistic of either sign."""
    size = magnitude(statistic)
    low, high = float(size.low), float(size.high)
    return PRange(low, high, two_sided(high, df), two_sided(low, df))


def published_p(figure: float | str) -> Bounds:
    """Return the p-values that a published one stands for; "0.000" is anything that rounds to it."""
    bounds = bounds_of_figure(figure)
    return Bounds(max(bounds.low, 0.0), min(bounds.high, 1.0) if bounds.low <= 1 else bounds.high)


def df_that_fits(side: Callable[[float], int]) -> float | None:
    """Return the largest degrees of freedom with which something fits; None where no df from 1 up do.

    Parameters
    ----------
    side
        df → 0 where it fits, else -1 or 1 for the side on which it fails.
    """
    if side(NORMAL) == 0:
        return NORMAL
    for more, fewer in pairwise(_DFS):
        if side(fewer) != side(more):
            return _turning(side, min(more, 1e6), fewer)
    return None


def _turning(side: Callable[[float], int], more: float, fewer: float) -> float:
    before = side(more)
    while more - fewer > _PRECISION * more:
        middle = math.sqrt(more * fewer)
        more, fewer = (middle, fewer) if side(middle) == before else (more, middle)
    return fewer
