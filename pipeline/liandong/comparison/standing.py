"""Which communities stand out from all others, with as many comparisons in mind as there are communities.

Of thirty-two equal communities 1.6 would lie outside a 95 % interval. So the share of false ones among those that are
said to stand out is kept below 5 % for each measure (Benjamini & Hochberg 1995, JRSS B 57, 289–300; valid for tests
that are independent, and a good approximation for these, whose common side ties them together only a little). A test
rejects at a level when the difference's interval at that level excludes zero. Of a mean it has to do so twice, with
the community's own variance and with the pooled one: of skewed answers a mean that is small by chance has a variance
that is small by chance, and of unequal communities the pooled variance suits none. Where no community differs, the
chance that any is said to is 5 % at most. It is a screening, and no ranking.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liandong.comparison.intervals import Ends, Side, difference_interval

Floats = NDArray[np.float64]

_RATE = 0.05
LOWER, SIMILAR, HIGHER, UNKNOWN = "lower", "similar", "higher", "unknown"


def standings(own: Side, pooled: Side, other: Side, difference: Ends) -> NDArray[np.str_]:
    """Return ``lower``, ``similar``, ``higher`` or ``unknown`` for every community and measure, (G, M).

    Parameters
    ----------
    own, pooled
        The communities, with their own and with the pooled variance.
    other
        What each is compared with.
    difference
        The 95 % intervals of the differences, (G, M) each, which the first round rests on.
    """
    low, high = difference
    known = np.isfinite(low) & np.isfinite(high)
    found = known & ((low > 0) | (high < 0))
    family = np.maximum(known.sum(axis=0), 1)
    means = np.flatnonzero(~own.is_share)
    found = _kept(found, pooled, other, np.full(len(family), _RATE), means)
    count = found.sum(axis=0)
    # From all findings downwards: as many as are found at a level must be allowed to be found there.
    open_ = (count > 0) & (count < family)
    while open_.any():
        alpha = _RATE * count / family
        fewer = _kept(found, own, other, alpha, np.flatnonzero(open_))
        fewer = _kept(fewer, pooled, other, alpha, np.flatnonzero(open_ & ~own.is_share))
        after = fewer.sum(axis=0)
        open_ &= (after < count) & (after > 0)
        found, count = fewer, after
    plain = np.where(found, np.where(own.estimate > other.estimate, HIGHER, LOWER), SIMILAR)
    result: NDArray[np.str_] = np.where(known, plain, UNKNOWN)
    return result


def _kept(
    found: NDArray[np.bool_], side: Side, other: Side, alpha: Floats, columns: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which of the findings in some measures are also findings of this side, at level 1 − `alpha` (M,)."""
    rows = np.flatnonzero(found[:, columns].any(axis=1))
    kept = found.copy()
    if len(rows) == 0:
        return kept
    one, rest, level = side.part(rows, columns), other.part(rows, columns), alpha[columns][None, :]
    low, high = difference_interval(one, rest, one.interval(level), rest.interval(level))
    kept[np.ix_(rows, columns)] &= (low > 0) | (high < 0)
    return kept
