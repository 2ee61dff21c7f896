"""Ranges of a t statistic and its p-value that the rounding of a coefficient and its standard error leaves open."""

from __future__ import annotations

import math
from dataclasses import dataclass

from liandong.claims.form import Bounds, bounds_of, bounds_of_figure
from liandong.definitions import Claim

_NORMAL = math.inf


@dataclass(frozen=True, slots=True)
class PRange:
    """The p-values that |coefficient / SE| in a range gives, two-sided, with the statistic's range."""

    statistic_low: float
    statistic_high: float
    low: float
    high: float

    def one_sided(self) -> PRange:
        """Return the range of the one-sided test in the direction of the coefficient."""
        return PRange(self.statistic_low, self.statistic_high, self.low / 2, self.high / 2)


def two_sided(statistic: float, df: float) -> float:
    """Return P(|T| > statistic) for t with `df` degrees of freedom, infinite ones for the normal distribution."""
    from scipy.special import ndtr, stdtr

    if math.isinf(statistic):
        return 0.0
    return float(2 * (ndtr(-statistic) if math.isinf(df) else stdtr(df, -statistic)))


def critical(level: float, df: float) -> float:
    """Return the value that |T| exceeds with probability `level`."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(1 - level / 2) if math.isinf(df) else stdtrit(df, 1 - level / 2))


def magnitude(bounds: Bounds) -> Bounds:
    """Return the possible absolute values."""
    if bounds.low <= 0 <= bounds.high:
        return Bounds(0.0, max(-bounds.low, bounds.high))
    return bounds if bounds.low > 0 else Bounds(-bounds.high, -bounds.low)


def standard_error(claim: Claim) -> Bounds | None:
    """Return the possible standard errors: as published, else half the width of the interval by its critical value."""
    if claim.se is not None:
        return bounds_of_figure(claim.se)
    if claim.interval is None:
        return None
    low, high = bounds_of_figure(claim.interval.low), bounds_of_figure(claim.interval.high)
    width, times = high - low, 2 * critical(1 - claim.interval.level, claim.df or _NORMAL)
    if width.low <= 0 or math.isinf(width.high):
        return None
    return Bounds(float(width.low) / times, float(width.high) / times)


def p_range(claim: Claim, df: float | None = None) -> PRange | None:
    """Return the p-values that a coefficient and its standard error give; None where one has no figure.

    `df` is that of the claim unless it is given; without any, the normal distribution.
    """
    error, coefficient = standard_error(claim), bounds_of(claim)
    if error is None or coefficient is None:
        return None
    size, freedom = magnitude(coefficient), df or claim.df or _NORMAL
    low = float(size.low) / float(error.high)
    high = math.inf if error.low <= 0 else float(size.high) / float(error.low)
    return PRange(low, high, two_sided(high, freedom), two_sided(low, freedom))


def published_p(figure: float | str) -> Bounds:
    """Return the p-values that a published one stands for; "0.000" is anything that rounds to it."""
    bounds = bounds_of_figure(figure)
    return Bounds(max(bounds.low, 0.0), min(bounds.high, 1.0) if bounds.low <= 1 else bounds.high)


def df_that_gives(statistic: float, p: float) -> float | None:
    """Return the degrees of freedom with which `statistic` has the two-sided p-value `p`; None where no df ≥ 1 do."""
    low, high = 1.0, 1e6
    if not two_sided(statistic, high) < p <= two_sided(statistic, low):
        return None
    while high - low > 1e-6 * high:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if two_sided(statistic, middle) > p else (low, middle)
    return high
