"""Estimates of many groups drawn to the mean of all, as far as each one's own answers are few: empirical Bayes.

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

Floats = NDArray[np.float64]

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution
_MOST = 0.99  # of the variance that a share with such a mean can have


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What all groups together say of one, by measure, (M,) each; NaN where it is not known.

    Attributes
    ----------
    centre
        μ̂, what the estimates are drawn to.
    within, between
        σ² of people within a group, τ² of groups.
    centre_variance, between_variance
        Of μ̂ and of the estimate of τ².
    """

    centre: Floats
    within: Floats
    between: Floats
    centre_variance: Floats
    between_variance: Floats

    def reliability(self, size: Floats) -> Floats:
        """Return λ of groups of `size` people, (…, M)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.between / (self.between + self.within / size)

    def squared_error(self, size: Floats, estimate: Floats, is_share: NDArray[np.bool_]) -> Floats:
        """Return the mean squared error of shrunken estimates, (…, M).

        Parameters
        ----------
        size
            People of each group, (…, M).
        estimate
            Their shrunken estimates: a share of nearly none varies less from sample to sample than one of a half.
        is_share
            (M,) whether the measure is a share: then the first part is the variance of the beta posterior.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            own = self.within / size
            total = self.between + own
            lost = own / total
            of_beta = estimate * (1 - estimate) / (self.within / self.between + size + 1)
            first = np.where(is_share, of_beta, self.between * lost)
            found: Floats = first + lost**2 * self.centre_variance
            return found + 2 * own**2 / total**3 * self.between_variance


def prior_of(size: Floats, centre: Floats, within: Floats, between: Floats) -> Prior:
    """Return the prior of groups whose variance components were estimated by restricted maximum likelihood.

    Parameters
    ----------
    size
        (G, M) people of each group, or the effective number of them; 0 for none.
    centre, within, between
        (M,) the estimates.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        total = between + within / size
        information = np.where(size > 0, 1 / total, 0.0)
        return Prior(centre, within, between, 1 / information.sum(axis=0), 2 / (information**2).sum(axis=0))


def shrunken_interval(estimate: Floats, squared_error: Floats, is_share: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the 95 % intervals of shrunken estimates, (…, M) each; a share's stays within 0 and 1."""
    reach = _Z * np.sqrt(np.maximum(squared_error, 0.0))  # rounding can leave a share of none just below 0
    low, high = estimate - reach, estimate + reach
    if is_share.any():
        low[..., is_share], high[..., is_share] = _beta(estimate[..., is_share], squared_error[..., is_share])
    return low, high


def _beta(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv

    inside = (mean > 0) & (mean < 1) & (variance > 0)
    centre = np.where(inside, mean, 0.5)
    spread = np.where(inside, np.minimum(variance, _MOST * centre * (1 - centre)), 0.1)
    size = centre * (1 - centre) / spread - 1
    low, high = (betaincinv(centre * size, (1 - centre) * size, tail) for tail in (0.025, 0.975))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)
