"""Degrees of freedom of CR2 by Satterthwaite's approximation, per coefficient.

Bell & McCaffrey (2002), Pustejovsky & Tipton (2018, section 3.3): if errors were independent with variance 1/w, c'V c
would be a sum of squares of normal variables with covariance B, and df = tr(B)² / tr(B²) matches its two moments. With
u_g = A_g W_g^½ Z_g P c,

    B_gh = u_g'(I - H)_gh u_h = [g = h] u_g'u_g - t_g'P t_h,        t_g = Z_g'W_g^½ u_g.

In root coordinates τ_g = R't_g = K_g (I - K_g)^-½ R'c, and the diagonal is c'R K_g R'c less what only the cluster
identifies. tr(B²) needs Σ_gh (τ_g'τ_h)² = ‖T'T‖² = ‖TT'‖² of the (G, L + k) matrix T of τ, whose first L columns are
sparse: it is taken in the cheaper of the two dimensions, and no G × G matrix is made when clusters are many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from liandong.inference.blocks import Blocks
from liandong.inference.leverage import Floats, Leverage, bread_root, contrasts

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def satterthwaite_df(found: Blocks, parts: Sequence[Leverage]) -> Floats:
    """Return the degrees of freedom of the CR2 t statistic of each coefficient, shape (k,).

    NaN where no cluster's residuals say anything about the coefficient, so that its CR2 variance is 0.
    """
    root = bread_root(found)
    k, c = found.rank, len(found.cell_cluster)
    diagonal = np.zeros((found.n_clusters, k))
    of_cells, of_regressors = np.zeros((c, k)), np.zeros((found.n_clusters, k, k))
    for part in parts:
        unit = contrasts(part, root)
        moved = part.matrix @ unit
        diagonal[part.clusters] = (unit * moved).sum(axis=1) - part.lost(unit)
        tau = part.power(-0.5, moved)
        of_cells[part.cells] = tau[:, : part.n_cells]
        of_regressors[part.clusters] = tau[:, part.n_cells :]
    own = (of_regressors**2).sum(axis=1)
    np.add.at(own, found.cell_cluster, of_cells**2)
    products = _sum_of_squared_products(found, of_cells, of_regressors)
    trace = diagonal.sum(axis=0)
    square = (diagonal**2).sum(axis=0) + products - (own**2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        df: Floats = np.where(trace > 0, trace**2 / square, np.nan)
    return df


def _sum_of_squared_products(found: Blocks, of_cells: Floats, of_regressors: Floats) -> Floats:
    """Return Σ_gh (τ_g'τ_h)² of each coefficient, shape (k,)."""
    dense = np.ascontiguousarray(of_regressors.transpose(2, 0, 1))
    if not found.n_levels:
        plain: Floats = (_gram(dense) ** 2).sum(axis=(1, 2))
        return plain
    from scipy.sparse import csr_array

    per_cluster = np.bincount(found.cell_cluster, minlength=found.n_clusters)
    per_level = np.bincount(found.cell_level, minlength=found.n_levels)
    by_level = int((per_cluster**2).sum()) <= int((per_level**2).sum()) + found.n_clusters**2
    shape = (found.n_clusters, found.n_levels)
    sums = []
    for values, block in zip(of_cells.T, dense, strict=True):
        sparse = csr_array((values, (found.cell_cluster, found.cell_level)), shape=shape)
        sums.append(_over_levels(sparse, block) if by_level else _over_clusters(sparse, block))
    return np.array(sums)


def _gram(block: Floats) -> Floats:
    """Return X'X or XX' of each matrix in `block`, whichever is smaller; both have the same Frobenius norm."""
    turned = np.swapaxes(block, 1, 2)
    gram: Floats = turned @ block if block.shape[1] > block.shape[2] else block @ turned
    return gram


def _over_levels(sparse: csr_array, block: Floats) -> float:
    """‖T'T‖² from its four blocks: levels, levels × regressors twice, regressors."""
    levels = sparse.T @ sparse
    across = sparse.T @ block
    return float((levels.data**2).sum() + 2 * (across**2).sum() + (_gram(block[None]) ** 2).sum())


def _over_clusters(sparse: csr_array, block: Floats) -> float:
    """‖TT'‖² directly, for few clusters in many levels."""
    gram = (sparse @ sparse.T).toarray() + block @ block.T
    return float((gram**2).sum())
