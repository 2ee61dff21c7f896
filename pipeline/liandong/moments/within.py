"""Moments after the fixed effect is absorbed: the object that every estimator and every variance starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from liandong.moments.cells import positions_in_z
from liandong.moments.singletons import Singletons

Route = Literal["cells", "demeaned"]


@dataclass(frozen=True, slots=True)
class Within:
    """Within-effect moments of one sample.

    C cells, k columns (dummies of a second effect included), G clusters, F fixed-effect levels; all of this sample.

    Attributes
    ----------
    columns
        Names of the k columns; position 0 of every matrix is the constant.
    dummies
        Those of `columns` that stand for levels of a second effect.
    cluster, effect
        Names of the cluster and fixed-effect columns; without an effect the grand mean is absorbed (F = 1).
    cluster_labels, effect_labels
        Sorted labels of the G clusters and F levels; no effect labels on the demeaned route.
    cell_cluster, cell_effect
        Position of each cell's cluster and level, shape (C,), sorted by cluster; `cell_effect` is -1 on the demeaned
        route, where cells are whole clusters.
    key_names, key_labels, cell_keys
        Further keys that split the cells (second clusters, strata): their names, the sorted labels of each that occur
        in the sample, and positions in these, shape (C, keys), -1 for null; none on the demeaned route.
    rows, weight_sq
        Row counts and Σw² per cell, shape (C,).
    cells
        M̃_a, shape (C, k + 1, k + 1): M̃_a[0, 0] = n_a, M̃_a[0, 1:] = s_a - n_a m_f,
        M̃_a[1:, 1:] = Σ w (z - m_f)(z - m_f)ᵀ.
    clusters
        Their sums by cluster, shape (G, k + 1, k + 1).
    pooled
        Their sum over the sample, shape (k + 1, k + 1): the normal equations of every nested model.
    effect_weight, effect_means
        n_f, shape (F,), and m_f about the centre, shape (F, k + 1), m_f[0] = 0; empty on the demeaned route.
    n_levels
        F, also on the demeaned route.
    nested
        Whether every level of the effect lies in one cluster.
    means
        Weighted column means in the data's units, shape (k + 1,); means[0] = 1.
    total
        Weighted sums of squares about these means, shape (k + 1,).
    raw
        Weighted sums of squares about zero, shape (k + 1,): the scale of rounding errors in a constant column.
    n_obs
        Rows.
    singletons
        Levels dropped because one row was left in them.
    recentred
        Columns that had to be centred on their fixed-effect means, because they hardly vary within them.
    route
        "cells", or "demeaned" when the cells would have been too many. Then variances that need the cells of a
        cluster (CR2, CR3) are right only if `nested`.
    weighted
        Whether sampling weights entered.
    """

    columns: tuple[str, ...]
    dummies: tuple[str, ...]
    cluster: str
    effect: str | None
    cluster_labels: tuple[Any, ...]
    effect_labels: tuple[Any, ...]
    cell_cluster: NDArray[np.intp]
    cell_effect: NDArray[np.intp]
    key_names: tuple[str, ...]
    key_labels: tuple[tuple[Any, ...], ...]
    cell_keys: NDArray[np.intp]
    rows: NDArray[np.int64]
    weight_sq: NDArray[np.float64]
    cells: NDArray[np.float64]
    clusters: NDArray[np.float64]
    pooled: NDArray[np.float64]
    effect_weight: NDArray[np.float64]
    effect_means: NDArray[np.float64]
    n_levels: int
    nested: bool
    means: NDArray[np.float64]
    total: NDArray[np.float64]
    raw: NDArray[np.float64]
    n_obs: int
    singletons: tuple[Singletons, ...]
    recentred: tuple[str, ...]
    route: Route
    weighted: bool

    @property
    def n_clusters(self) -> int:
        """Number of clusters in the sample."""
        return len(self.cluster_labels)

    @property
    def weight_sum(self) -> float:
        """Σw over the sample; equals `n_obs` without weights."""
        return float(self.cells[:, 0, 0].sum())

    def positions(self, columns: Sequence[str]) -> NDArray[np.intp]:
        """Return the positions of `columns` in the matrices.

        Raises
        ------
        EstimationError
            For a column that is not part of this sample.
        """
        return positions_in_z(columns, self.columns)

    def mean(self, column: str) -> float:
        """Return the weighted mean of `column`, in its own units."""
        return float(self.means[self.positions([column])[0]])

    def sd(self, column: str) -> float:
        """Return the weighted standard deviation of `column` (divisor n - 1), in its own units."""
        variance = self.total[self.positions([column])[0]] / self.weight_sum
        return float(np.sqrt(variance * self.n_obs / max(self.n_obs - 1, 1)))


def sum_by_cluster(values: NDArray[np.float64], cell_cluster: NDArray[np.intp]) -> NDArray[np.float64]:
    """Add up `values`, shape (C, ...), over the cells of each cluster; cells must be sorted by cluster."""
    starts = np.flatnonzero(np.diff(cell_cluster, prepend=-1))
    if len(starts) == len(cell_cluster):
        return values
    sums: NDArray[np.float64] = np.add.reduceat(values, starts, axis=0)
    return sums
