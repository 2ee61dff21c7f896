"""Each community's estimate drawn to the mean of all, as far as its own answers are few: empirical Bayes.

The best linear predictor μ̂ + λ_j (ȳ_j − μ̂) with λ_j = τ²/(τ² + σ²/n_j), its reliability (Efron & Morris 1975, JASA 70,
311–319; Morris 1983, JASA 78, 47–55). For shares it is the posterior mean of the beta-binomial model with the same mean
and intraclass correlation (Bühlmann & Straub 1970; Griffiths 1973, Biometrics 29, 637–648). Its mean squared error
counts that μ and τ² are estimated (Prasad & Rao 1990, JASA 85, 163–171; for restricted maximum likelihood Datta &
Lahiri 2000, Statistica Sinica 10, 613–627); without that the intervals would vanish where τ² is estimated as zero. For
a mean the interval is normal, for a share that of the beta distribution with this mean and variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.comparison.components import Components
from liandong.comparison.totals import divided

Floats = NDArray[np.float64]

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution
_MOST = 0.99  # of the variance that a share with such a mean can have


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


def shrunken(mean: Floats, size: Floats, components: Components, origin: Floats, is_share: NDArray[np.bool_]) -> Shrunk:
    """Return the shrunken estimates of communities.

    Parameters
    ----------
    mean
        (G, M) their means without the origin, NaN without anybody.
    size
        (G, M) people, or the effective number of them.
    components
        Of the measures.
    origin
        (M,) what was taken off the values.
    is_share
        (M,) whether the measure is a share.
    """
    within, between = components.within, components.between
    own = divided(np.broadcast_to(within, size.shape), size, np.nan)
    reliability = divided(np.broadcast_to(between, size.shape), between + own, np.nan)
    # Where answers do not vary within communities, each one's mean is all there is to know.
    flat = ~np.isfinite(reliability) & np.isfinite(mean)
    estimate = np.where(flat, mean, components.centre + reliability * (mean - components.centre)) + origin
    error = np.where(np.isfinite(mean), squared_error(own, components), np.nan)
    reach = _Z * np.sqrt(error)
    low, high = estimate - reach, estimate + reach
    if is_share.any():
        low[:, is_share], high[:, is_share] = _beta(estimate[:, is_share], error[:, is_share])
    return Shrunk(estimate, low, high, np.where(flat, np.nan, reliability))


def squared_error(own: Floats, components: Components) -> Floats:
    """Return the mean squared error of shrunken estimates whose own variances are `own`, (G, M)."""
    total = components.between + own
    reliability = divided(np.broadcast_to(components.between, own.shape), total, np.nan)
    information = np.nansum(divided(np.ones_like(total), total**2, np.nan), axis=0)
    of_variance = divided(np.full_like(information, 2.0), information, np.nan)
    plain = reliability * own
    of_centre = (1 - reliability) ** 2 * components.centre_variance
    of_between = divided(own**2, total**3, np.nan) * of_variance
    found: Floats = plain + of_centre + 2 * of_between
    return found


def _beta(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv

    inside = (mean > 0) & (mean < 1) & (variance > 0)
    centre = np.where(inside, mean, 0.5)
    spread = np.where(inside, np.minimum(variance, _MOST * centre * (1 - centre)), 0.1)
    size = centre * (1 - centre) / spread - 1
    low, high = (betaincinv(centre * size, (1 - centre) * size, tail) for tail in (0.025, 0.975))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)
