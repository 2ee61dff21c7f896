"""Reliability of a sum of items: Cronbach's alpha and McDonald's omega, each with an interval.

Both describe the respondents at hand: unweighted, and with respondents taken as independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liandong.measure.one_factor import (
    MINIMUM_ITEMS,
    OneFactor,
    fit_one_factor,
    observed_information,
    score_rows,
)

Vector = NDArray[np.floating[Any]]
Matrix = NDArray[np.floating[Any]]

_CONFIDENCE = 0.95
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability coefficient with its 95 % interval; None where the answers do not determine it."""

    estimate: float | None
    low: float | None
    high: float | None


_UNKNOWN = Reliability(None, None, None)


def cronbach_alpha(items: Matrix, confidence: float = _CONFIDENCE) -> Reliability:
    """Return Cronbach's alpha of `items`, (n complete answers, k items).

    The interval is Feldt's (Feldt 1965, Psychometrika 30: 357–370): (1 − α)/(1 − α̂) follows F(n − 1, (n − 1)(k − 1))
    for normal, essentially tau-equivalent items. All parts are None with fewer than two items or people, or when
    everybody has the same total.
    """
    from scipy.special import fdtri  # heavy, and only wanted here

    people, count = items.shape
    if count < _PAIR or people < _PAIR:
        return _UNKNOWN
    total = items.sum(axis=1).var(ddof=1)
    if total <= _rounding(items):
        return _UNKNOWN
    alpha = count / (count - 1) * (1.0 - items.var(axis=0, ddof=1).sum() / total)
    tail = (1.0 - confidence) / 2.0
    freedom = (people - 1, (people - 1) * (count - 1))
    low, high = (1.0 - (1.0 - alpha) * fdtri(*freedom, share) for share in (1.0 - tail, tail))
    return Reliability(float(alpha), float(low), float(high))


def mcdonald_omega(items: Matrix, confidence: float = _CONFIDENCE) -> Reliability:
    """Return McDonald's omega total of `items`, (n complete answers, k items), under a one-factor model.

    ω = (Σλ)² / ((Σλ)² + Σψ) with the maximum-likelihood loadings and unique variances in the items' own units
    (McDonald 1999, Test Theory, ch. 6). An item that does not vary adds nothing to either sum and is left out of
    the fit.

    The interval is a delta-method one on the logit scale, with the sandwich (Huber–White) variance of the estimates:
    the influence of each person on ω is a closed form, so the interval supposes neither normal answers, which Likert
    items never are, nor resampling, and is the same at every run (Kelley & Pornprasertmanit 2016, Psychological
    Methods 21: 69–92, compare such intervals).

    All parts are None with fewer than three varying items or when the fit fails; the interval is None in a Heywood
    case, where a unique variance stands on its bound.
    """
    from scipy.special import ndtri  # heavy, and only wanted here

    varying = items[:, items.var(axis=0) > _rounding(items)] if len(items) else items[:, :0]
    people, count = varying.shape
    if count < MINIMUM_ITEMS or people <= count:
        return _UNKNOWN
    spread = varying.std(axis=0)
    standardised = (varying - varying.mean(axis=0)) / spread
    correlations = standardised.T @ standardised / people
    fit = fit_one_factor(correlations)
    if not fit.converged:
        return _UNKNOWN
    omega, gradient = _omega(fit, spread)
    if fit.heywood or not 0.0 < omega < 1.0:
        return Reliability(omega, None, None)
    steps = np.linalg.solve(observed_information(fit, correlations), gradient)
    influence = score_rows(fit, standardised) @ steps
    error = float(np.sqrt((influence**2).sum())) / people
    logit = np.log(omega / (1.0 - omega))
    reach = ndtri((1.0 + confidence) / 2.0) * error / (omega * (1.0 - omega))
    low, high = (1.0 / (1.0 + np.exp(-(logit + side * reach))) for side in (-1.0, 1.0))
    return Reliability(omega, float(low), float(high))


def item_rest_correlations(items: Matrix) -> Vector:
    """Return the correlation of each item with the sum of the others, (k,); NaN where one of the two does not vary."""
    rest = items.sum(axis=1, keepdims=True) - items
    if len(items) < _PAIR or items.shape[1] < _PAIR:
        return np.full(items.shape[1], np.nan)
    item_dev, rest_dev = items - items.mean(axis=0), rest - rest.mean(axis=0)
    scale = np.sqrt((item_dev**2).mean(axis=0) * (rest_dev**2).mean(axis=0))
    flat = ((item_dev**2).mean(axis=0) <= _rounding(items)) | ((rest_dev**2).mean(axis=0) <= _rounding(rest))
    return np.where(flat, np.nan, (item_dev * rest_dev).mean(axis=0) / np.where(flat, 1.0, scale))


def _omega(fit: OneFactor, spread: Vector) -> tuple[float, Vector]:
    """Return ω in the items' units and its gradient by the standardised (λ, ψ), (2p,)."""
    loading, unique = float(spread @ fit.loadings), float(spread**2 @ fit.uniques)
    total = loading**2 + unique
    by_loading = 2.0 * loading * unique / total**2 * spread
    by_unique = -(loading**2) / total**2 * spread**2
    return loading**2 / total, np.concatenate([by_loading, by_unique])


def _rounding(values: Matrix) -> float:
    """Return the variance that rounding alone can give to values of this size."""
    return float((1e-12 * max(1.0, np.abs(values).max(initial=0.0))) ** 2)
