"""The design of a fit as its clusters see it: the fixed-effect levels that cross clusters, then the regressors.

With Z = [D, X̃], D the 0/1 columns of the absorbed effect and X̃ the regressors about their effect means, Z'WZ is block
diagonal, so that P = (Z'WZ)⁻¹ = blockdiag(diag(1/n_f), Q). A cluster's own cross product is

    S_g = Z_g'W_g Z_g = [[diag(n_a), s̃_a], [·, Σ_{a∈g} M̃_a[S, S]]]

over its cells a. Variances that adjust the residuals of a cluster by its leverage, and bootstraps that put the fixed
effect's estimate into the residuals, need S_g and P; from M̃[S, S] alone they are wrong as soon as a level has rows in
two clusters. A level that lies in one cluster has n_a = n_f and s̃_a = 0: it says nothing about anything else and is
left out here, so that an effect nested in the clusters leaves L = 0 and S_g = Σ M̃_a[S, S].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.least_squares import Fit
from liandong.moments import Within


@dataclass(frozen=True, slots=True)
class Blocks:
    """S_g and P of every cluster, without the levels that lie in one cluster.

    G clusters, k regressors, L levels that cross clusters, C cells of cluster × such a level, sorted by cluster.

    Attributes
    ----------
    cell_cluster, cell_level
        Where each cell belongs, shape (C,).
    cell_weight
        n_a, shape (C,).
    cell_sums
        s̃_a over the regressors, shape (C, k).
    level_weight
        n_f, shape (L,).
    squares
        Σ_{a∈g} M̃_a[S, S], shape (G, k, k).
    bread
        Q, shape (k, k).
    """

    cell_cluster: NDArray[np.intp]
    cell_level: NDArray[np.intp]
    cell_weight: NDArray[np.float64]
    cell_sums: NDArray[np.float64]
    level_weight: NDArray[np.float64]
    squares: NDArray[np.float64]
    bread: NDArray[np.float64]

    @property
    def n_clusters(self) -> int:
        """Number of clusters, G."""
        return len(self.squares)

    @property
    def rank(self) -> int:
        """Number of regressors, k."""
        return int(self.squares.shape[1])

    @property
    def n_levels(self) -> int:
        """Number of crossing levels, L."""
        return len(self.level_weight)


@dataclass(frozen=True, slots=True)
class Batch:
    """Clusters with the same number c of crossing cells, m of them.

    Attributes
    ----------
    clusters
        Their positions, shape (m,).
    cells
        Positions of their cells in `Blocks.cell_*`, shape (m, c).
    design
        S_g, shape (m, c + k, c + k): cells first, regressors last.
    """

    clusters: NDArray[np.intp]
    cells: NDArray[np.intp]
    design: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Totals:
    """Z_g'W_g v by cluster for a column or combination v of the within moments.

    Attributes
    ----------
    cells
        Σ w v over the rows of each crossing cell, shape (C,).
    regressors
        Σ w x̃ v over the rows of each cluster, shape (G, k).
    """

    cells: NDArray[np.float64]
    regressors: NDArray[np.float64]


def blocks(fit: Fit) -> Blocks:
    """Return the blocks of `fit`.

    Raises
    ------
    EstimationError
        When rows were demeaned (cells inside a cluster are lost) although the effect crosses the clusters.
    """
    within = fit.within
    at = within.positions(fit.terms)
    squares = within.clusters[:, at[:, None], at]
    if within.nested and within.effect is not None:
        empty = np.zeros(0, dtype=np.intp)
        none = np.zeros(0)
        return Blocks(empty, empty, none, np.zeros((0, len(at))), none, squares, fit.bread)
    _require_cells(within)
    pairs = _crossing(within)
    sums = pairs.add(within.cells[:, 0, :])
    return Blocks(
        cell_cluster=pairs.cluster,
        cell_level=pairs.level,
        cell_weight=sums[:, 0],
        cell_sums=sums[:, at],
        level_weight=within.effect_weight[pairs.levels],
        squares=squares,
        bread=fit.bread,
    )


def totals(fit: Fit, found: Blocks, contrast: NDArray[np.float64]) -> Totals:
    """Return Z_g'W_g v for v = z'`contrast`, `contrast` of shape (k_all + 1,) over the columns of the within moments.

    With the contrast of a residual (1 at the outcome, -β at the regressors) these are the h_g of DESIGN.
    """
    within = fit.within
    at = within.positions(fit.terms)
    regressors = (within.clusters @ contrast)[:, at]
    if not found.n_levels:
        return Totals(np.zeros(0), regressors)
    return Totals(_crossing(within).add((within.cells[:, 0, :] @ contrast)[:, None])[:, 0], regressors)


def residual_contrast(fit: Fit) -> NDArray[np.float64]:
    """Return the contrast c for which z'c is the residual of `fit`, shape (k_all + 1,)."""
    contrast = np.zeros(fit.within.clusters.shape[1])
    contrast[fit.within.positions(fit.terms)] = -fit.coefficients
    contrast[fit.within.positions([fit.outcome])[0]] = 1.0
    return contrast


def batches(found: Blocks) -> Iterator[Batch]:
    """Yield the clusters of `found` grouped by their number of crossing cells, with S_g written out."""
    sizes = np.bincount(found.cell_cluster, minlength=found.n_clusters)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    for c in np.unique(sizes):
        clusters = np.flatnonzero(sizes == c)
        cells = starts[clusters][:, None] + np.arange(c)
        design = np.zeros((len(clusters), c + found.rank, c + found.rank))
        own = np.arange(c)
        design[:, own, own] = found.cell_weight[cells]
        design[:, :c, c:] = found.cell_sums[cells]
        design[:, c:, :c] = np.swapaxes(design[:, :c, c:], 1, 2)
        design[:, c:, c:] = found.squares[clusters]
        yield Batch(clusters, cells, design)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The distinct pairs of cluster and crossing level, and which cells of the within moments make them up."""

    cluster: NDArray[np.intp]
    level: NDArray[np.intp]
    levels: NDArray[np.intp]  # position of the L crossing levels among all
    of_cell: NDArray[np.intp]  # pair of each cell of the within moments; the number of pairs for "none"

    def add(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up values by cell, shape (cells, j), to pairs, shape (C, j)."""
        size = len(self.cluster)
        return np.stack([np.bincount(self.of_cell, column, size + 1)[:size] for column in values.T], axis=1)


def _crossing(within: Within) -> _Pairs:
    """Find the pairs; cells that share cluster and level (they differ in a sample key) are one pair."""
    cluster, level = within.cell_cluster, within.cell_effect
    code, of_cell = np.unique(cluster * within.n_levels + level, return_inverse=True)
    pair_cluster, pair_level = code // within.n_levels, code % within.n_levels
    crossing = np.bincount(pair_level, minlength=within.n_levels) > 1
    kept = crossing[pair_level]
    number = np.where(kept, np.cumsum(kept) - 1, kept.sum())
    levels = np.flatnonzero(crossing)
    position = np.zeros(within.n_levels, dtype=np.intp)
    position[levels] = np.arange(len(levels))
    return _Pairs(pair_cluster[kept], position[pair_level[kept]], levels, number[of_cell])


def _require_cells(within: Within) -> None:
    if within.route != "cells":
        raise EstimationError(
            f"the levels of {within.effect!r} cross the clusters of {within.cluster!r} in too many cells to keep,"
            " so that the leverage of a cluster is not known",
            hint="absorb a coarser effect, or cluster on a unit that contains its levels; CR1 is there all the same",
            zh="固定效应与聚类交叉的单元过多，无法计算聚类杠杆值，因此没有 CR2、CR3 和 bootstrap 结果。",
        )
