"""How evenly the clusters carry a coefficient: leverage, influence, and how many clusters that is worth.

MacKinnon, Nielsen & Webb (2023), "Leverage, influence, and the jackknife in clustered regression models"; their
`summclust` gives the same figures for a design written out with its dummies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.adjusted import contributions
from liandong.inference.blocks import Blocks, blocks
from liandong.inference.least_squares import Fit
from liandong.inference.leverage import Leverage, leverages, lost_terms

_NO_SUMS = 1e-20  # share of Σ n_g γ_g(0), which bounds Σ γ_g(1), below which cluster sums are rounding


@dataclass(frozen=True, slots=True)
class Spread:
    """Distribution of a figure over the clusters that have it; `variation` is sd (divisor G - 1) over the mean."""

    minimum: float
    median: float
    maximum: float
    variation: float


@dataclass(frozen=True, slots=True)
class ClusterDiagnostics:
    """What each of the G clusters does to one coefficient; arrays have shape (G,), in the order of `clusters`.

    Attributes
    ----------
    outcome, term
        The coefficient.
    estimate
        From all clusters.
    clusters
        Labels.
    rows
        Respondents.
    leverage
        tr(H_gg), the levels of the absorbed effect included: sums to all coefficients of the model, dummies included.
    effect_in_leverage
        Whether they are. Not where rows were demeaned, because nobody counted the levels of a cluster then.
    partial_leverage
        Share of the cluster in the term's variation that nothing else in the model explains; sums to 1.
    without
        The coefficient estimated without the cluster, exactly; NaN where it is not identified then.
    effective_clusters
        G*(0) = G / (1 + Γ), Γ the squared coefficient of variation (divisor G) of γ_g = c'P Z_g'Ω_g Z_g P c with
        Ω_g = I (variance 1/w with weights): Carter, Schnepel & Steigerwald (2017) as in `summclust`, gstar(0). Equal
        to one over the sum of the squared partial leverages.
    effective_clusters_correlated
        G*(1): the same with errors that are equal within a cluster, Ω_g = ιι', which is the authors' conservative
        choice. NaN where it says nothing, because the absorbed effect takes every cluster's mean away.
    """

    outcome: str
    term: str
    estimate: float
    clusters: tuple[Any, ...]
    rows: NDArray[np.int64]
    leverage: NDArray[np.float64]
    effect_in_leverage: bool
    partial_leverage: NDArray[np.float64]
    without: NDArray[np.float64]
    effective_clusters: float
    effective_clusters_correlated: float

    @property
    def unidentified_without(self) -> tuple[Any, ...]:
        """Labels of the clusters without which the coefficient is not identified.

        Where there are any, CR2 and CR3 leave out what these clusters contribute, and no jackknife can add it.
        """
        return tuple(self.clusters[g] for g in np.flatnonzero(np.isnan(self.without)))

    @property
    def most_influential(self) -> Any:
        """Label of the cluster without which the coefficient changes most; one without which there is none first."""
        change = np.where(np.isnan(self.without), np.inf, np.abs(self.without - self.estimate))
        return self.clusters[int(np.argmax(change))]

    @property
    def rows_spread(self) -> Spread:
        """Distribution of the cluster sizes."""
        return _spread(self.rows.astype(np.float64))

    @property
    def leverage_spread(self) -> Spread:
        """Distribution of the leverage."""
        return _spread(self.leverage)

    @property
    def partial_leverage_spread(self) -> Spread:
        """Distribution of the partial leverage."""
        return _spread(self.partial_leverage)

    @property
    def without_spread(self) -> Spread:
        """Distribution of the coefficients without one cluster, where identified."""
        return _spread(self.without[~np.isnan(self.without)])


def diagnose(fit: Fit, term: str) -> ClusterDiagnostics:
    """Return what the clusters do to the coefficient of `term`.

    Raises
    ------
    EstimationError
        For a term that the fit does not have, and when the leverage of a cluster is not known (see `blocks`).
    """
    j = _position(fit, term)
    found = blocks(fit)
    parts = leverages(found)
    change = contributions(fit, found, parts, -1.0)[:, j]
    lost = lost_terms(found, parts)[:, j]
    independent = found.squares @ fit.bread[j] @ fit.bread[j]
    leverage, complete = _leverage(fit, found, parts)
    rows = np.bincount(fit.within.cell_cluster, fit.within.rows, fit.n_clusters).astype(np.int64)
    return ClusterDiagnostics(
        outcome=fit.outcome,
        term=term,
        estimate=float(fit.coefficients[j]),
        clusters=fit.within.cluster_labels,
        rows=rows,
        leverage=leverage,
        effect_in_leverage=complete,
        partial_leverage=independent / fit.bread[j, j],
        without=np.where(lost, np.nan, fit.coefficients[j] - change),
        effective_clusters=_effective(independent),
        effective_clusters_correlated=_effective_correlated(fit, fit.bread[j], independent),
    )


def _position(fit: Fit, term: str) -> int:
    if term in fit.terms:
        return fit.terms.index(term)
    reason = next((d.reason for d in fit.dropped if d.term == term), None)
    came = f"{term!r} was left out as {reason}" if reason else f"got {term!r}"
    raise EstimationError(f"expected a term of the model for {fit.outcome!r}; {came}", hint=", ".join(fit.terms))


def _leverage(fit: Fit, found: Blocks, parts: tuple[Leverage, ...]) -> tuple[NDArray[np.float64], bool]:
    """Add 1 for every level that lies in the cluster alone; they are not among the blocks."""
    leverage = np.zeros(found.n_clusters)
    for part in parts:
        leverage[part.clusters] = part.trace
    within = fit.within
    if within.route != "cells":
        return leverage, False
    pairs = np.unique(within.cell_cluster * within.n_levels + within.cell_effect)
    cluster, level = pairs // within.n_levels, pairs % within.n_levels
    alone = np.bincount(level, minlength=within.n_levels)[level] == 1
    return leverage + np.bincount(cluster[alone], minlength=found.n_clusters), True


def _effective(gamma: NDArray[np.float64]) -> float:
    return float(gamma.sum() ** 2 / (gamma**2).sum())


def _effective_correlated(fit: Fit, row: NDArray[np.float64], independent: NDArray[np.float64]) -> float:
    sums = fit.within.clusters[:, 0, :][:, fit.within.positions(fit.terms)] @ row
    bound = fit.within.clusters[:, 0, 0] @ independent
    return _effective(sums**2) if (sums**2).sum() > _NO_SUMS * bound else float("nan")


def _spread(values: NDArray[np.float64]) -> Spread:
    if len(values) < 2:  # noqa: PLR2004 - no standard deviation of one value
        only = float(values[0]) if len(values) else float("nan")
        return Spread(only, only, only, float("nan"))
    mean = float(values.mean())
    variation = float(values.std(ddof=1)) / abs(mean) if mean else float("nan")
    return Spread(float(values.min()), float(np.median(values)), float(values.max()), variation)
