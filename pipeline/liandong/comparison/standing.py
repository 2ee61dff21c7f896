"""Which communities stand out from all others, with as many comparisons in mind as there are communities.

Of thirty-two equal communities 1.6 would lie outside a 95 % interval. So the share of false ones among those that are
said to stand out is kept below 5 % for each measure (Benjamini & Hochberg 1995, JRSS B 57, 289–300; valid for tests
that are independent, and a good approximation for these, whose common side ties them together only a little). A test
rejects at a level when the difference's interval at that level excludes zero. Where no community differs, the chance
that any is said to is 5 %, too. It is a screening, and no ranking.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liandong.comparison.intervals import Side, difference_interval

Floats = NDArray[np.float64]

LOWER, SIMILAR, HIGHER, UNKNOWN = "lower", "similar", "higher", "unknown"


def standings(one: Side, other: Side, rate: float = 0.05) -> NDArray[np.str_]:
    """Return ``lower``, ``similar``, ``higher`` or ``unknown`` for every community and measure, (G, M).

    Parameters
    ----------
    one, other
        The communities, and what each is compared with.
    rate
        The share of false findings, of each measure.
    """
    alpha = np.full((1, one.estimate.shape[1]), rate)
    low, high = difference_interval(one, other, alpha)
    known = np.isfinite(low) & np.isfinite(high)
    family = np.maximum(known.sum(axis=0), 1)
    found = known & ((low > 0) | (high < 0))
    count = found.sum(axis=0)
    # From the largest number of findings downwards: as many as are found at a level must be allowed to be found there.
    open_ = count < family
    while open_.any():
        alpha = np.where(count > 0, rate * count / family, rate / family)[None, :]
        kept = found.copy()
        at = np.flatnonzero(open_ & (count > 0))
        if len(at) == 0:
            break
        low, high = difference_interval(_of(one, at), _of(other, at), alpha[:, at])
        kept[:, at] &= (low > 0) | (high < 0)
        after = kept.sum(axis=0)
        open_ = open_ & (after < count)
        found, count = kept, after
    above = one.estimate > other.estimate
    plain = np.where(found, np.where(above, HIGHER, LOWER), SIMILAR)
    result: NDArray[np.str_] = np.where(known, plain, UNKNOWN)
    return result


def _of(side: Side, at: NDArray[np.intp]) -> Side:
    return Side(side.estimate[:, at], side.variance[:, at], side.df[:, at], side.rows[:, at], side.is_share[at])
