"""What a published test divides by what: an estimate on the scale on which it is tested against 0, with its error.

Coefficients and differences are tested as they stand. A ratio of two groups (odds, risks, hazards) is tested by its
logarithm, whose standard error may be printed, or that of the ratio itself, which is the ratio times as large; some
take the ratio less 1. All three are tried: what follows in one of these ways follows. A mean, and a ratio of amounts,
have no 0 that they would be held against, so nothing is known about their tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from liandong.claims.form import Bounds, bounds_of, bounds_of_figure
from liandong.claims.t_tests import NORMAL, PRange, critical, magnitude, p_of
from liandong.definitions import Claim

_DIFFERENCES: Final = frozenset({"difference", "coefficient"})


@dataclass(frozen=True, slots=True)
class Tested:
    """An estimate on one scale.

    Attributes
    ----------
    centre
        What is tested against 0.
    error
        The published standard error on this scale, or the one that the published statistic implies; None without.
    ends
        Of the published interval.
    level
        Of that interval, 0.95.
    statistic
        As published.
    """

    centre: Bounds
    error: Bounds | None = None
    ends: tuple[Bounds, Bounds] | None = None
    level: float = 0.95
    statistic: Bounds | None = None

    @property
    def is_even(self) -> bool:
        """Whether the estimate is the middle of its interval, within the rounding."""
        return self.ends is not None and (self.ends[0] + self.ends[1]).times(Fraction(1, 2)).overlaps(self.centre)

    def error_with(self, df: float) -> Bounds | None:
        """Return the standard error: the published one, else half an even interval by its critical value."""
        if self.error is not None or self.ends is None or not self.is_even:
            return self.error
        width, times = self.ends[1] - self.ends[0], 2 * critical(1 - self.level, df)
        if width.low <= 0 or math.isinf(width.high):
            return None
        return Bounds(float(width.low) / times, float(width.high) / times)

    def p_with(self, df: float) -> PRange | None:
        """Return the two-sided p-values; None where there is no error to divide by."""
        if self.statistic is not None:
            return p_of(self.statistic, df)
        error = self.error_with(df)
        return None if error is None else p_of(_quotient(self.centre, error), df)


def scales(claim: Claim) -> list[Tested]:
    """Return the scales on which the estimate may have been tested against 0; none where it is tested against else."""
    own = bounds_of(claim)
    if own is None:
        return []
    if claim.kind in _DIFFERENCES:
        return [as_it_stands(claim, own)]
    if claim.kind != "ratio" or claim.of is not None or claim.per is not None:
        return []
    logarithms = _logarithms(claim, own)
    if not logarithms:
        return []
    plain, less_one = as_it_stands(claim, own), _less_one(own)
    error = plain.error if plain.statistic is None else _implied(less_one, plain.statistic)
    shifted = Tested(less_one, error, _ends(claim, _less_one), plain.level, plain.statistic)
    return [*logarithms, shifted]


def as_it_stands(claim: Claim, own: Bounds) -> Tested:
    """Return the estimate as it was printed, whatever it is tested against."""
    statistic = None if claim.statistic is None else magnitude(bounds_of_figure(claim.statistic))
    error = None if claim.se is None else bounds_of_figure(claim.se)
    if error is None and statistic is not None and claim.kind != "mean":
        error = _implied(own, statistic)
    level = 0.95 if claim.interval is None else claim.interval.level
    return Tested(own, error, _ends(claim, lambda end: end), level, statistic if claim.se is None else None)


def _logarithms(claim: Claim, own: Bounds) -> list[Tested]:
    """Return the logarithm with a standard error of the logarithm, and with one of the ratio."""
    centre, ends = None if own.low <= 0 or math.isinf(own.high) else _log(own), _ends(claim, _log)
    if centre is None or (claim.interval is not None and ends is None):
        return []
    plain = as_it_stands(claim, own)
    if claim.se is None:
        implied = None if plain.statistic is None else _implied(centre, plain.statistic)
        return [Tested(centre, implied, ends, plain.level, plain.statistic)]
    error = bounds_of_figure(claim.se)
    of_ratio = Bounds(float(error.low) / float(own.high), float(error.high) / float(own.low))
    return [Tested(centre, one, ends, plain.level) for one in (error, of_ratio)]


def _ends(claim: Claim, turned: Callable[[Bounds], Bounds]) -> tuple[Bounds, Bounds] | None:
    if claim.interval is None:
        return None
    low, high = bounds_of_figure(claim.interval.low), bounds_of_figure(claim.interval.high)
    if low.middle is None or high.middle is None or (turned is _log and low.low <= 0):
        return None
    return turned(low), turned(high)


def _log(bounds: Bounds) -> Bounds:
    return Bounds(math.log(bounds.low), math.log(bounds.high))


def _less_one(bounds: Bounds) -> Bounds:
    return Bounds(bounds.low - 1, bounds.high - 1)


def _quotient(centre: Bounds, error: Bounds) -> Bounds:
    size = magnitude(centre)
    high = math.inf if error.low <= 0 else float(size.high) / float(error.low)
    return Bounds(float(size.low) / float(error.high), high)


def _implied(centre: Bounds, statistic: Bounds) -> Bounds | None:
    """Return the standard errors with which the estimate has the statistic; None where any would do."""
    size = magnitude(centre)
    if statistic.low <= 0 or math.isinf(statistic.high) or size.high <= 0 or math.isinf(size.high):
        return None
    return Bounds(float(size.low) / float(statistic.high), float(size.high) / float(statistic.low))


def error_implied(tested: Tested, p: Bounds, df: float | None) -> Bounds | None:
    """Return the standard errors with which the estimate has the p-value `p`; None where it says nothing of them."""
    if p.low <= 0 or p.high >= 1:
        return None
    freedom = df or NORMAL
    return _implied(tested.centre, Bounds(critical(float(p.high), freedom), critical(float(p.low), freedom)))
