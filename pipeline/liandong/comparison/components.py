"""How far communities differ beyond chance: variance components of one-way random effects, with exact inference.

The model is y_ij = μ + u_j + e_ij, u_j of variance τ², e_ij of variance σ². Point estimates are by restricted maximum
likelihood (Patterson & Thompson 1971, Biometrika 58, 545–554), as lme4 and MixedLM have them. The interval of τ²/σ²
and the test of τ² = 0 come from one pivot (Wald 1940, Annals of Mathematical Statistics 11, 96–100): for the true ratio
γ, Σ_j w_j (ȳ_j − μ̂)² / (G − 1) over the pooled variance is F(G − 1, N − G) when the variables are normal, with
w_j = n_j / (1 + γ n_j); at γ = 0 this is the F of the analysis of variance. Of a share that fewer than ten people have,
or lack, there is neither test nor interval: F would reject too often. With sampling weights n_j is replaced by
Kish's effective number and means by weighted means (the pseudo-EBLUP of You & Rao 2002, Canadian Journal of Statistics
30, 431–439). A share is treated as the mean of 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.comparison.totals import Totals, divided

Floats = NDArray[np.float64]

_STARTS = 41
_HALVINGS = 60
_FEWEST, _NEARLY = 10, 1e-6  # people with and without a property, below which nothing is tested
_LARGEST = 1 - 1e-9  # intraclass correlation


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Variance components by measure, (M,) each; NaN where they cannot be had.

    Attributes
    ----------
    clusters
        Communities with anybody counted.
    pooled
        The variance within communities, pooled.
    within
        σ² by restricted maximum likelihood; the pooled one where there is no likelihood.
    between
        τ² by restricted maximum likelihood.
    between_low, between_high
        95 % interval of τ², at the estimate of σ².
    centre
        μ̂, the mean of the communities by generalised least squares, without the origin.
    statistic, df_between, df_within, p_value
        The F test that communities do not differ.
    """

    clusters: Floats
    pooled: Floats
    within: Floats
    between: Floats
    between_low: Floats
    between_high: Floats
    centre: Floats
    statistic: Floats
    df_between: Floats
    df_within: Floats
    p_value: Floats

    def icc(self, between: Floats) -> Floats:
        """Return τ² / (τ² + σ²) for a τ², (M,)."""
        return divided(between, between + self.within, np.nan)


def variance_components(totals: Totals, level: float = 0.95) -> Components:
    """Return the variance components of every measure."""
    from scipy.special import fdtrc, fdtri

    size, mean = totals.effective, np.nan_to_num(totals.mean)
    present = totals.rows > 0
    clusters = present.sum(axis=0).astype(float)
    own = np.where(present, totals.rows * (1 - divided(np.ones_like(size), size)), 0.0).sum(axis=0)
    df_within = totals.rows.sum(axis=0) - clusters
    pooled = divided(totals.spread().sum(axis=0), own, np.nan)
    df_between = clusters - 1
    known = (df_within > 0) & (df_between > 0) & (pooled > 0)
    variance = np.where(known, pooled, 1.0)

    def pivot(ratio: Floats) -> Floats:
        weight = _weights(size, ratio)
        return divided(_scatter(weight, mean) / variance, df_between, np.nan)

    statistic = np.where(known, pivot(np.zeros_like(variance)), np.nan)
    safe_between, safe_within = np.where(known, df_between, 1.0), np.where(known, df_within, 1.0)
    tail = (1 - level) / 2
    upper, lower = fdtri(safe_between, safe_within, 1 - tail), fdtri(safe_between, safe_within, tail)
    ratio = _restricted(size, mean, variance, clusters, np.where(known, df_within, 1.0))
    weight = _weights(size, ratio)
    likely = (variance * df_within + _scatter(weight, mean)) / np.maximum(df_within + df_between, 1.0)
    scale = np.where(known, likely, np.nan)
    told_apart = known & _enough(totals)
    flat = _flat(mean, present, clusters, level)
    same = ~known & (clusters > 0)
    told = same & (pooled == 0) & (df_between > 0)  # nothing varies inside communities: their means are all there is
    return Components(
        clusters=clusters,
        pooled=pooled,
        within=np.where(known, scale, pooled),
        between=np.where(known, ratio * scale, np.where(told, flat.between, np.nan)),
        between_low=np.where(told_apart, _solved(pivot, upper) * scale, np.where(told, flat.low, np.nan)),
        between_high=np.where(told_apart, _solved(pivot, lower) * scale, np.where(told, flat.high, np.nan)),
        centre=np.where(
            known, divided((weight * mean).sum(axis=0), weight.sum(axis=0), np.nan), np.where(same, flat.centre, np.nan)
        ),
        statistic=statistic,
        df_between=df_between,
        df_within=df_within,
        p_value=np.where(told_apart, fdtrc(safe_between, safe_within, np.nan_to_num(statistic)), np.nan),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Flat:
    """The variance of communities that have no variance inside: that of their means, with the interval of χ²."""

    centre: Floats
    between: Floats
    low: Floats
    high: Floats


def _flat(mean: Floats, present: NDArray[np.bool_], clusters: Floats, level: float) -> _Flat:
    from scipy.special import chdtri

    centre = divided(np.where(present, mean, 0.0).sum(axis=0), clusters, np.nan)
    scatter = np.where(present, (mean - centre) ** 2, 0.0).sum(axis=0)
    df = np.maximum(clusters - 1, 1.0)
    tail = (1 - level) / 2
    return _Flat(centre, scatter / df, scatter / chdtri(df, tail), scatter / chdtri(df, 1 - tail))


def _enough(totals: Totals) -> NDArray[np.bool_]:
    """Tell where a share has people enough on both sides for the F distribution; the normal theory needs no more."""
    people = totals.rows.sum(axis=0)
    share = totals.origin if len(people) else people
    fewer = np.minimum(share, 1 - share) * people
    found: NDArray[np.bool_] = ~totals.is_share | (fewer >= _FEWEST - _NEARLY)
    return found


def _weights(size: Floats, ratio: Floats) -> Floats:
    """Return n_j / (1 + γ n_j), zero for communities without anybody, (G, M)."""
    return size / (1 + ratio * size)


def _scatter(weight: Floats, mean: Floats) -> Floats:
    centre = divided((weight * mean).sum(axis=0), weight.sum(axis=0))
    deviation = mean - centre
    found: Floats = (weight * deviation * deviation).sum(axis=0)
    return found


def _restricted(size: Floats, mean: Floats, variance: Floats, clusters: Floats, df_within: Floats) -> Floats:
    """Return τ²/σ² by restricted maximum likelihood, σ² profiled out, (M,).

    The likelihood is looked at over a grid of intraclass correlations; from the best of them its slope is followed to
    zero, between the neighbours.
    """
    whole = variance * df_within

    def deviance(ratio: Floats) -> Floats:
        weight = _weights(size, ratio)
        total = whole + _scatter(weight, mean)
        size_part = np.log1p(ratio * size).sum(axis=0) + np.log(np.maximum(weight.sum(axis=0), 1e-300))
        found: Floats = (df_within + clusters - 1) * np.log(total) + size_part
        return found

    def rises(ratio: Floats) -> NDArray[np.bool_]:
        weight = _weights(size, ratio)
        total = np.maximum(weight.sum(axis=0), 1e-300)
        deviation = mean - (weight * mean).sum(axis=0) / total
        lost = (weight**2 * deviation**2).sum(axis=0) / (whole + (weight * deviation**2).sum(axis=0))
        slope = -(df_within + clusters - 1) * lost + weight.sum(axis=0) - (weight**2).sum(axis=0) / total
        found: NDArray[np.bool_] = slope > 0
        return found

    grid = np.concatenate([[0.0], np.geomspace(1e-4, _LARGEST, _STARTS - 1)])
    found = np.stack([deviance(np.full_like(variance, rho / (1 - rho))) for rho in grid])
    best = found.argmin(axis=0)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, _STARTS - 1)]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        beyond = rises(middle / (1 - middle))
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    at_zero = (best <= 1) & rises(np.zeros_like(variance)) & (high < grid[1] * 1e-9)
    return np.where(at_zero, 0.0, high / (1 - high))


def _solved(pivot: Callable[[Floats], Floats], bound: Floats) -> Floats:
    """Return the ratio at which a falling pivot meets `bound`, 0 where it lies below from the start, (M,)."""
    low, high = np.zeros_like(bound), np.full_like(bound, _LARGEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = pivot(middle / (1 - middle)) > bound
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    middle = (low + high) / 2
    return np.where(pivot(np.zeros_like(bound)) <= bound, 0.0, middle / (1 - middle))
