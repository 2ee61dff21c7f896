"""Each community's estimate drawn to the mean of all, see :mod:`liandong.inference.empirical_bayes`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.comparison.components import Components
from liandong.comparison.totals import Totals
from liandong.inference.empirical_bayes import prior_of, shrunken_interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """Shrunken estimates, (G, M) each; NaN where there are none.

    Attributes
    ----------
    estimate, low, high
        In the measure's own unit, with the 95 % interval.
    reliability
        λ: 1 for a community that speaks for itself, 0 for one that says no more than all together.
    """

    estimate: Floats
    low: Floats
    high: Floats
    reliability: Floats


def shrunken(totals: Totals, components: Components) -> Shrunk:
    """Return the shrunken estimates of communities; with sampling weights their effective numbers count."""
    mean, size = totals.mean, totals.effective
    prior = prior_of(size, components.centre, components.within, components.between)
    known = np.isfinite(mean)
    reliability = np.where(known, prior.reliability(size), np.nan)
    # Where answers do not vary within communities, each one's mean is all there is to know.
    flat = known & ~np.isfinite(reliability)
    drawn = components.centre + reliability * (mean - components.centre)
    estimate = np.where(flat, mean, drawn) + totals.origin
    error = np.where(known, prior.squared_error(size, estimate, totals.is_share), np.nan)
    low, high = shrunken_interval(estimate, error, totals.is_share)
    return Shrunk(estimate, low, high, reliability)
