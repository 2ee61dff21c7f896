"""Each community's own estimate, that of all others together, and the difference, with intervals at any level.

The own interval takes the people of a community as drawn one by one: t for a mean, Clopper–Pearson for a share, after
Korn & Graubard (1998, Survey Methodology 24, 193–201) with sampling weights. All others together have the intervals of
the table of indicators, from their clusters, strata and weights. The difference joins the two by the method of variance
estimates recovery (Zou & Donner 2008, Statistics in Medicine 27, 1693–1702; for two shares Newcombe 1998, Statistics in
Medicine 17, 873–890): it is as asymmetric as its parts, and does not collapse where everybody said yes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.comparison.totals import Totals, divided

Floats = NDArray[np.float64]
Ends = tuple[Floats, Floats]

_EDGE = 1e-12  # a share this close to 0 or 1 is a count of none or all, rounded
_LUCK = 1e6  # a variance that much smaller than that of people drawn one by one is agreement by chance


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a comparison: what an interval at any level needs, (G, M) each.

    Attributes
    ----------
    estimate
        In the measure's own unit, NaN without anybody.
    variance
        Of the estimate; NaN where it cannot be had.
    df
        Degrees of freedom of the variance.
    rows
        People counted.
    is_share
        (M,) whether the measure is a share.
    """

    estimate: Floats
    variance: Floats
    df: Floats
    rows: Floats
    is_share: NDArray[np.bool_]

    def part(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Side:
        """Return the side of some communities and measures."""
        at = np.ix_(rows, columns)
        return Side(self.estimate[at], self.variance[at], self.df[at], self.rows[at], self.is_share[columns])

    def interval(self, alpha: Floats) -> tuple[Floats, Floats]:
        """Return the interval at level 1 − `alpha` (broadcast against (G, M)); NaN where there is none."""
        from scipy.special import stdtrit

        usable = (self.df >= 1) & np.isfinite(self.variance)
        quantile = stdtrit(np.where(usable, self.df, 1.0), 1 - np.broadcast_to(alpha, self.df.shape) / 2)
        reach = np.where(usable, quantile * np.sqrt(np.where(usable, self.variance, 0.0)), np.nan)
        low, high = self.estimate - reach, self.estimate + reach
        if self.is_share.any():
            at = self.is_share
            low[:, at], high[:, at] = self._of_shares(alpha, quantile, usable)
        return low, high

    def _of_shares(self, alpha: Floats, quantile: Floats, usable: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        from scipy.special import betaincinv, stdtrit

        at = self.is_share
        share, rows, error = self.estimate[:, at], self.rows[:, at], self.variance[:, at]
        tail = np.broadcast_to(alpha, self.df.shape)[:, at] / 2
        edge = (share < _EDGE) | (share > 1 - _EDGE)
        share = np.where(edge, np.round(share), share)
        plain = share * (1 - share)
        lucky = (error <= divided(plain, rows) / _LUCK) | (rows < 2)  # noqa: PLR2004 - one row has no t quantile
        ratio = stdtrit(np.maximum(rows - 1, 1.0), 1 - tail) / quantile[:, at]
        size = np.where(lucky | edge, rows, np.minimum(divided(plain, error, np.nan) * ratio**2, rows))
        known = (rows > 0) & (edge | usable[:, at])
        yes, no = np.where(known, size * share, 1.0), np.where(known, size * (1 - share), 1.0)
        low = np.where(yes > 0, betaincinv(np.where(yes > 0, yes, 1.0), no + 1, tail), 0.0)
        high = np.where(no > 0, betaincinv(yes + 1, np.where(no > 0, no, 1.0), 1 - tail), 1.0)
        return np.where(known, low, np.nan), np.where(known, high, np.nan)


def own_side(totals: Totals, within: Floats) -> Side:
    """Return every community by itself.

    Parameters
    ----------
    totals
        By community and measure.
    within
        (M,) pooled variance within communities: it takes the place of a community's own where all its people gave the
        same answer, whose own spread says nothing.
    """
    mean, rows, weight = totals.mean, totals.rows, totals.weight
    known = np.nan_to_num(mean)
    scatter = totals.square2 - 2 * known * totals.value2 + known**2 * totals.weight2
    # Of a share the interval is that of as many people, not of one fewer.
    fewer = np.where(totals.is_share, 1.0, divided(rows, rows - 1))
    variance = divided(scatter * fewer, weight**2, np.nan)
    flat = totals.spread() == 0
    pooled = divided(np.broadcast_to(np.where(within > 0, within, np.nan), rows.shape), totals.effective, np.nan)
    variance = np.where(flat, np.where(totals.is_share, 0.0, pooled), np.maximum(variance, 0.0))
    variance = np.where(rows > 1, variance, np.where(totals.is_share & (rows == 1), 0.0, np.nan))
    return Side(_estimate(mean, totals), variance, rows - 1, rows, totals.is_share)


def pooled_side(own: Side, totals: Totals, within: Floats, df_within: Floats) -> Side:
    """Return every community with the pooled variance; a share keeps its own.

    Parameters
    ----------
    own, totals
        The communities by themselves, and what they were made of.
    within, df_within
        (M,) pooled variance within communities and its degrees of freedom.
    """
    pooled = divided(np.broadcast_to(within, totals.rows.shape), totals.effective, np.nan)
    known = np.isfinite(own.variance)
    variance = np.where(totals.is_share, own.variance, np.where(known, pooled, np.nan))
    df = np.where(totals.is_share, own.df, np.broadcast_to(df_within, own.df.shape))
    return Side(own.estimate, variance, df, own.rows, own.is_share)


def rest_side(totals: Totals, strata: NDArray[np.generic] | None) -> Side:
    """Return all other communities together, for every community.

    They are a domain of the sample: the community left out takes part in the variance with zeros, as clusters without
    anybody counted do, and degrees of freedom count the clusters and strata with people.
    """
    rows = totals.rows.sum(axis=0) - totals.rows
    weight = totals.weight.sum(axis=0) - totals.weight
    value = totals.value.sum(axis=0) - totals.value
    mean = divided(value, weight, np.nan)
    codes = np.zeros(len(rows), dtype=np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    variance = _linearised(totals, np.nan_to_num(mean), codes)
    present = (totals.rows > 0).astype(float)
    inside = np.zeros((codes.max(initial=0) + 1, rows.shape[1]))
    np.add.at(inside, codes, present)
    lost = (inside[codes] - present == 0) & (present > 0)
    df = present.sum(axis=0) - present - ((inside > 0).sum(axis=0) - lost)
    found = divided(variance, weight**2, np.nan)
    return Side(_estimate(mean, totals), np.where(df >= 1, found, np.nan), df, rows, totals.is_share)


def _estimate(mean: Floats, totals: Totals) -> Floats:
    """Put the origin back; a share of none or all is exactly that."""
    whole: Floats = mean + totals.origin
    near = np.round(whole)
    return np.where(totals.is_share & (np.abs(whole - near) < _EDGE), near, whole)


def _linearised(totals: Totals, mean: Floats, codes: NDArray[np.intp]) -> Floats:
    """Return Σ_h G_h/(G_h − 1) Σ_g (u_g − ū_h)², u_g = Σwy − mean·Σw, the community left out with u = 0; (G, M)."""
    count = int(codes.max(initial=0)) + 1
    value, weight = totals.value, totals.weight

    def by_stratum(parts: Floats) -> Floats:
        found = np.zeros((count, parts.shape[1]))
        np.add.at(found, codes, parts)
        return found

    clusters = np.bincount(codes, minlength=count).astype(float)[:, None]
    factor = clusters / np.maximum(clusters - 1, 1)
    share = np.where(clusters > 1, 1 / np.maximum(clusters, 1), 0.0)  # a stratum with one cluster is centred on zero

    def centred(square: Floats, one: Floats, other: Floats) -> Floats:
        found: Floats = factor * (square - share * one * other)
        return found

    sums = by_stratum(value), by_stratum(weight)
    squares = by_stratum(value**2), by_stratum(value * weight), by_stratum(weight**2)
    pairs = ((0, 0), (0, 1), (1, 1))
    own = (value, weight)
    forms = []
    for square, (one, other) in zip(squares, pairs, strict=True):
        whole = centred(square, sums[one], sums[other])
        without = factor[codes] * (
            square[codes]
            - own[one] * own[other]
            - share[codes] * (sums[one][codes] - own[one]) * (sums[other][codes] - own[other])
        )
        forms.append(whole.sum(axis=0) - whole[codes] + without)
    found: Floats = np.maximum(forms[0] - 2 * mean * forms[1] + mean**2 * forms[2], 0.0)
    return found


def difference_interval(one: Side, other: Side, one_ends: Ends, other_ends: Ends) -> Ends:
    """Return the interval of one side minus the other at the level of their own intervals, (G, M) each."""
    difference = one.estimate - other.estimate
    (low, high), (other_low, other_high) = one_ends, other_ends
    return (
        difference - np.hypot(one.estimate - low, other_high - other.estimate),
        difference + np.hypot(high - one.estimate, other.estimate - other_low),
    )
