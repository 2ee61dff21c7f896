"""Randomisation inference for a treatment assigned to whole clusters, from moments alone.

With x*_g the treatment of cluster g under another assignment, x̃* = x*_g - m*_f about its fixed-effect means and
M̃_a[0, ·] = Σ w z̃ over a cell, every sum over the rows of a cell is known: Σ w x̃* z̃ = x̃*_a M̃_a[0, ·] and
Σ w x̃*² = n_a x̃*_a². With the controls C projected out (Q_C their bread, B_g = Σ w C̃ ỹ of the outcome's residual)

    γ* = Q_C Σ_a x̃*_a M̃_a[C, 0]
    β* = Σ_a x̃*_a u_a / (Σ_a n_a x̃*_a² - γ*'Q_C⁻¹γ*),      u_a = Σ w ỹ over the cell
    s*_g = Σ_a x̃*_a u_a - γ*'B_g - β* (Σ_a n_a x̃*_a² - 2 γ*'Σ_a x̃*_a M̃_a[C, 0] + γ*'M̃_g[C, C] γ*)

and the CR1 variance is the factor times Σ_g s*_g² over the squared denominator of β*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.assignments import Assignments, assignments
from liandong.inference.covariance import covariance
from liandong.inference.least_squares import Fit
from liandong.inference.randomisation import RandomisationTest, Statistics, randomisation_test
from liandong.inference.rank import COLLINEAR_SHARE
from liandong.moments import Within

DRAWS = 9999
_CHUNK = 1_000_000  # numbers per work array: 8 MB


@dataclass(frozen=True, slots=True)
class ClusterDesign:
    """What the statistics of any assignment of clusters need.

    C cells, G clusters, j controls; outcomes are y and the actual treatment, both with the controls projected out.

    Attributes
    ----------
    cell_cluster, cell_effect, cell_weight
        Cluster, fixed-effect level and n_a of each cell, shape (C,); sorted by cluster.
    controls
        M̃_a[0, C], shape (C, j).
    outcomes
        u_a, shape (C, 2).
    cross
        B_g, shape (G, j, 2).
    squares
        M̃_g[C, C], shape (G, j, j).
    bread
        Q_C, shape (j, j).
    factor
        Small-sample factor of CR1.
    treatment
        The actual treatment of each cluster, up to a constant, shape (G,).
    """

    cell_cluster: NDArray[np.intp]
    cell_effect: NDArray[np.intp]
    cell_weight: NDArray[np.float64]
    controls: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    cross: NDArray[np.float64]
    squares: NDArray[np.float64]
    bread: NDArray[np.float64]
    factor: float
    treatment: NDArray[np.float64]

    def statistics(self, treatments: NDArray[np.float64]) -> Statistics:
        """Return the statistics of the assignments `treatments`, shape (D, G)."""
        centred = self._about_effects(treatments[:, self.cell_cluster])
        projection = centred @ self.controls @ self.bread
        total = centred**2 @ self.cell_weight
        left = total - ((centred @ self.controls) * projection).sum(axis=1)
        left = np.where(left > COLLINEAR_SHARE * total, left, np.nan)
        slopes = (centred @ self.outcomes) / left[:, None]
        own = self._by_cluster(
            centred * (centred * self.cell_weight - 2.0 * (projection @ self.controls.T))
        ) + self._quadratic(projection)
        scores = [
            self._by_cluster(centred * self.outcomes[:, i]) - projection @ self.cross[:, :, i].T - slopes[:, [i]] * own
            for i in range(2)
        ]
        scale = self.factor / left**2
        return Statistics(
            coefficient=slopes[:, 0],
            variance=scale * (scores[0] ** 2).sum(axis=1),
            slope=slopes[:, 1],
            covariance=scale * (scores[0] * scores[1]).sum(axis=1),
            slope_variance=scale * (scores[1] ** 2).sum(axis=1),
        )

    def drawn(self, reference: Assignments) -> Statistics:
        """Return the statistics of all assignments of `reference`."""
        widest = max(len(self.cell_weight), self.controls.shape[1] ** 2)
        rows = max(1, _CHUNK // widest)
        return Statistics.joined([self.statistics(block) for block in reference.chunks(rows)])

    def _about_effects(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        order = np.argsort(self.cell_effect, kind="stable")
        starts = np.flatnonzero(np.diff(self.cell_effect[order], prepend=-1))
        sums = np.add.reduceat((values * self.cell_weight)[:, order], starts, axis=1)
        weights = np.add.reduceat(self.cell_weight[order], starts)
        centred: NDArray[np.float64] = values - (sums / weights)[:, self.cell_effect]
        return centred

    def _by_cluster(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        starts = np.flatnonzero(np.diff(self.cell_cluster, prepend=-1))
        if len(starts) == len(self.cell_cluster):
            return values
        sums: NDArray[np.float64] = np.add.reduceat(values, starts, axis=1)
        return sums

    def _quadratic(self, projection: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return γ'M̃_g[C, C]γ by draw and cluster, shape (D, G), as one matrix product."""
        pairs = projection[:, :, None] * projection[:, None, :]
        found: NDArray[np.float64] = pairs.reshape(len(projection), -1) @ self.squares.reshape(len(self.squares), -1).T
        return found


def randomise_clusters(
    fit: Fit,
    treatment: str,
    strata: NDArray[np.generic] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.95,
    interval: bool = True,
) -> RandomisationTest:
    """Test the coefficient of a treatment that was assigned to whole clusters.

    Parameters
    ----------
    fit
        A regression with the treatment and its controls; an absorbed effect may contain or cross the clusters. Controls
        are held fixed: a term made from the treatment (an interaction) does not belong here.
    treatment
        One of `fit.terms`, constant within clusters; two values or more.
    strata
        Stratum of each cluster within which the treatment was assigned, in the order of `fit.within.cluster_labels`.
    draws
        Random assignments; all of them are enumerated when there are no more than this.
    seed
        Of the random assignments; the same seed gives the same answer.
    level, interval
        Confidence level, and whether to invert the test for an interval of constant effects.

    Raises
    ------
    EstimationError
        When the treatment varies within a cluster or is not in the model, when the cells are not known, when no other
        assignment is possible, or as `covariance`.
    """
    design = cluster_design(fit, treatment)
    reference = assignments(design.treatment, strata, draws, seed)
    return randomisation_test(
        (fit.outcome, treatment, "cluster"),
        design.statistics(design.treatment[None, :]),
        design.drawn(reference),
        reference,
        level=level,
        interval=interval,
    )


def cluster_design(fit: Fit, treatment: str) -> ClusterDesign:
    """Return what is needed for the statistics of any assignment of `treatment`; see `randomise_clusters`."""
    if treatment not in fit.terms:
        raise EstimationError(
            f"the treatment {treatment!r} is not among the coefficients of the model for {fit.outcome!r}",
            hint=f"its terms: {', '.join(fit.terms)}; a fixed effect may have absorbed it",
            zh=f"处理变量 {treatment!r} 不在模型中（可能已被固定效应吸收）。",
        )
    within = fit.within
    values = _by_cluster(within, treatment)
    at = within.positions([term for term in fit.terms if term != treatment])
    bread = np.asarray(np.linalg.inv(within.pooled[np.ix_(at, at)]), dtype=np.float64)
    contrasts = np.zeros((within.pooled.shape[0], 2))
    for i, j in enumerate(within.positions([fit.outcome, treatment])):
        contrasts[j, i] = 1.0
        contrasts[at, i] = -bread @ within.pooled[at, j]
    return ClusterDesign(
        cell_cluster=within.cell_cluster,
        cell_effect=within.cell_effect,
        cell_weight=within.cells[:, 0, 0],
        controls=within.cells[:, 0, :][:, at],
        outcomes=within.cells[:, 0, :] @ contrasts,
        cross=within.clusters[:, at, :] @ contrasts,
        squares=within.clusters[:, at[:, None], at],
        bread=bread,
        factor=covariance(fit, "CR1").factor,
        treatment=values,
    )


def _by_cluster(within: Within, treatment: str) -> NDArray[np.float64]:
    """Return the treatment of each cluster up to a constant, shape (G,), after checking that it has one."""
    if within.route != "cells" or treatment in within.recentred:
        raise EstimationError(
            f"the moments do not tell the value of {treatment!r} by cluster: "
            + ("rows were demeaned" if within.route != "cells" else "it hardly varies within the fixed effect"),
            hint="absorb a coarser effect",
            zh="矩阵单元不足以得到各聚类的处理取值，无法按聚类作随机化推断。",
        )
    j = within.positions([treatment])[0]
    weight, sums = within.cells[:, 0, 0], within.cells[:, 0, j]
    spread = np.abs(within.cells[:, j, j] - sums**2 / weight)
    values = sums / weight + within.effect_means[within.cell_effect, j]
    scale = float(np.ptp(values)) or 1.0
    first = values[np.flatnonzero(np.diff(within.cell_cluster, prepend=-1))]
    steady = np.abs(values - first[within.cell_cluster]) <= _SAME * scale
    if spread.sum() > _SAME * within.total[j] or not steady.all():
        mixed = within.cell_cluster[~steady | (spread > _SAME * scale**2)]
        named = ", ".join(repr(within.cluster_labels[g]) for g in np.unique(mixed)[:3])
        raise EstimationError(
            f"expected a treatment that is the same for everybody in a cluster; {treatment!r} varies within {named}",
            where=f"cluster {within.cluster!r}",
            hint="it was not assigned by this cluster: name the unit of assignment, or use assignment by individual",
            zh=f"处理变量 {treatment!r} 在聚类内有变异，不能按聚类作随机化推断。",
        )
    return _levelled(first, _SAME * scale)


def _levelled(values: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Give equal treatments the same bits, so that no assignment tells them apart."""
    order = np.argsort(values, kind="stable")
    group = np.cumsum(np.diff(values[order], prepend=values[order[0]]) > gap)
    level = np.empty_like(values)
    level[order] = values[order][np.flatnonzero(np.diff(group, prepend=-1))][group]
    return level


_SAME = 1e-9
