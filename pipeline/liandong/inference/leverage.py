"""The leverage of every cluster in coordinates where it is symmetric, and functions of it.

With P = (Z'WZ)⁻¹ = RR' and R = blockdiag(diag(n_f^-1/2), R_Q), R_Q R_Q' = Q, the matrix K_g = R'S_gR has the non-zero
eigenvalues of the cluster's own part of the hat matrix, H_gg = W_g^½ Z_g P Z_g' W_g^½, and R'Z_g'W_g^½ φ(H_gg) =
φ(K_g) R'Z_g'W_g^½ for every function φ. Every adjustment of residuals by (I - H_gg)^p is therefore (I - K_g)^p applied
to R'h_g, in as many dimensions as the cluster has crossing levels and the model regressors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.blocks import Batch, Blocks, Totals, batches

Floats = NDArray[np.float64]

SINGULAR = 1e-9
"""Share of a direction's variation that must be left without the cluster: the rule for collinear regressors."""
_LOST_SHARE = 1e-14  # of a coefficient's variance, in a singular direction: rounding leaves some 1e-28
_SERIES_NORM = 0.05  # clusters of less leverage than this get a power series, which is ten times faster
_SERIES_ERROR = 1e-17
_CHUNK_BYTES = 2**20  # what stays in the cache while the series is summed: twice as fast as all at once
_WORK_LIMIT = 1e11  # Σ d³ that takes some minutes


@dataclass(frozen=True, slots=True)
class Leverage:
    """K_g of m clusters with the same number c of crossing cells; d = c + k, cells first, regressors last.

    Attributes
    ----------
    clusters
        Positions of the clusters, shape (m,).
    cells
        Positions of their cells in `Blocks.cell_*`, shape (m, c).
    matrix
        K_g, shape (m, d, d).
    values, vectors
        Eigenvalues in [0, 1], shape (m, d), and eigenvectors, shape (m, d, d); None where every K_g is so small that
        a power series does (then none of them is singular).
    """

    clusters: NDArray[np.intp]
    cells: NDArray[np.intp]
    matrix: Floats
    values: Floats | None
    vectors: Floats | None

    @property
    def n_cells(self) -> int:
        """Crossing cells of each of these clusters, c."""
        return int(self.cells.shape[1])

    @property
    def trace(self) -> Floats:
        """tr(K_g), the leverage of the cluster apart from the levels that lie in it alone; shape (m,)."""
        found: Floats = np.trace(self.matrix, axis1=1, axis2=2)
        return found

    def power(self, exponent: float, right: Floats) -> Floats:
        """Return (I - K_g)^exponent times `right`, shape (m, d, q); the Moore-Penrose power where singular."""
        if self.values is None or self.vectors is None:
            return _series(self.matrix, exponent, right)
        left = 1.0 - self.values
        factor = np.where(left > SINGULAR, np.maximum(left, SINGULAR) ** exponent, 0.0)
        rotated = np.swapaxes(self.vectors, 1, 2) @ right
        found: Floats = self.vectors @ (factor[:, :, None] * rotated)
        return found

    def lost(self, right: Floats) -> Floats:
        """Return the squared length of the part of `right`, (m, d, q), that only this cluster identifies, (m, q)."""
        if self.values is None or self.vectors is None:
            return np.zeros((len(right), right.shape[2]))
        rotated = np.swapaxes(self.vectors, 1, 2) @ right
        gone = (1.0 - self.values <= SINGULAR)[:, :, None]
        lost: Floats = np.where(gone, rotated**2, 0.0).sum(axis=1)
        return lost


def leverages(found: Blocks) -> tuple[Leverage, ...]:
    """Return K_g of all clusters, those with equally many crossing cells together.

    Raises
    ------
    EstimationError
        When so many levels cross the clusters that the eigenvalues would take minutes.
    """
    sizes = np.bincount(found.cell_cluster, minlength=found.n_clusters)
    if float(((sizes + found.rank) ** 3.0).sum()) > _WORK_LIMIT:
        raise EstimationError(
            f"the {found.n_levels} fixed-effect levels that cross the {found.n_clusters} clusters (up to {sizes.max()}"
            " in one) are too many for the leverage of a cluster",
            hint="absorb a coarser effect, or cluster on a unit that contains its levels; CR1 is there all the same",
            zh="跨聚类的固定效应水平过多，无法计算聚类杠杆值，因此没有 CR2 和 CR3 结果。",
        )
    return tuple(_leverages(found))


def lost_terms(found: Blocks, parts: Sequence[Leverage]) -> NDArray[np.bool_]:
    """Tell which coefficients are not identified without which cluster, shape (G, k)."""
    root = bread_root(found)
    variance = (root**2).sum(axis=1)
    lost = np.zeros((found.n_clusters, found.rank), dtype=bool)
    for part in parts:
        lost[part.clusters] = part.lost(contrasts(part, root)) > _LOST_SHARE * variance
    return lost


def _leverages(found: Blocks) -> Iterator[Leverage]:
    """Yield the parts, in batches of bounded size."""
    root = bread_root(found)
    for batch in batches(found):
        matrix = _scaled(found, batch, root)
        small = np.einsum("mij,mij->m", matrix, matrix) < _SERIES_NORM**2
        for chosen in (small, ~small):
            at = np.flatnonzero(chosen)
            step = max(1, _CHUNK_BYTES // max(matrix[0].nbytes, 1))
            for start in range(0, len(at), step):
                part = at[start : start + step]
                yield _decomposed(batch.clusters[part], batch.cells[part], matrix[part], series=bool(small[part[0]]))


def bread_root(found: Blocks) -> Floats:
    """Return R_Q, shape (k, k), with R_Q R_Q' = Q; from the normal equations scaled to unit diagonal."""
    pooled = found.squares.sum(axis=0)
    scale = np.sqrt(np.diagonal(pooled))
    lower = np.linalg.cholesky(pooled / np.outer(scale, scale))
    root: Floats = np.linalg.inv(lower).T / scale[:, None]
    return root


def in_root_coordinates(found: Blocks, part: Leverage, totals: Totals, root: Floats) -> Floats:
    """Return R'h_g of the clusters in `part`, shape (m, d, 1)."""
    levels = found.cell_level[part.cells]
    cells = totals.cells[part.cells] / np.sqrt(found.level_weight[levels])
    return np.concatenate([cells, totals.regressors[part.clusters] @ root], axis=1)[:, :, None]


def contrasts(part: Leverage, root: Floats) -> Floats:
    """Return R'e_j of the k regressors as columns, for every cluster in `part`; shape (m, d, k)."""
    one = np.concatenate([np.zeros((part.n_cells, len(root))), root.T])
    return np.broadcast_to(one, (len(part.clusters), *one.shape))


def _scaled(found: Blocks, batch: Batch, root: Floats) -> Floats:
    c = batch.cells.shape[1]
    matrix = batch.design
    matrix[:, :, c:] = matrix[:, :, c:] @ root
    matrix[:, c:, :] = root.T @ matrix[:, c:, :]
    size = np.sqrt(found.level_weight[found.cell_level[batch.cells]])
    matrix[:, :c, :] /= size[:, :, None]
    matrix[:, :, :c] /= size[:, None, :]
    return matrix


def _decomposed(clusters: NDArray[np.intp], cells: NDArray[np.intp], matrix: Floats, *, series: bool) -> Leverage:
    if series:
        return Leverage(clusters, cells, matrix, None, None)
    values, vectors = np.linalg.eigh(matrix)
    return Leverage(clusters, cells, matrix, np.clip(values, 0.0, 1.0), vectors)


def _series(matrix: Floats, exponent: float, right: Floats) -> Floats:
    """Sum the binomial series of (I - K)^exponent, whose terms shrink by at least the largest norm of K."""
    norm = float(np.sqrt(np.einsum("mij,mij->m", matrix, matrix).max(initial=0.0)))
    total, term, size, order = right.astype(np.float64), right, 1.0, 0
    while size > _SERIES_ERROR:
        order += 1
        ratio = (order - 1 - exponent) / order
        term = matrix @ term
        term *= ratio
        total += term
        size *= norm * abs(ratio)
    return total
