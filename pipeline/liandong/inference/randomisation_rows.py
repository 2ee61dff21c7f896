"""Randomisation inference for a treatment assigned to individuals, within strata: this one needs the rows.

The moments of a cell hold Σ w x z for the treatment as it was. Another assignment gives other people the treatment, and
which of them have which outcome is what the cell no longer knows: Σ w x* z needs every row (unless x* is constant in
the cell, as in `randomisation_clusters`). So the outcome and controls are centred and projected once
(Frisch-Waugh-Lovell), and only the treatment is arranged anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.assignments import assignments
from liandong.inference.randomisation import RandomisationTest, Statistics, randomisation_test
from liandong.inference.rank import COLLINEAR_SHARE

_CHUNK = 2_000_000  # numbers per work array: 16 MB
_RANK = 1e-9  # singular values below this share of the largest are collinear controls


@dataclass(frozen=True, slots=True)
class RowDesign:
    """Rows sorted by cluster, scaled by √w, with effects and controls projected out of the outcomes.

    Attributes
    ----------
    root
        √w, shape (n,).
    effect
        Sums over the rows of each fixed-effect level, a sparse matrix of shape (F, n), and its transpose's means.
    level, level_weight
        Fixed-effect level of each row, shape (n,), and Σw by level, shape (F,).
    basis
        Orthonormal basis of the controls, shape (n, j).
    outcomes
        y and the actual treatment, projected, shape (n, 2).
    starts
        Where each cluster's rows begin, shape (G,); every row without clusters.
    factor
        Small-sample factor of the variance.
    """

    root: NDArray[np.float64]
    effect: Any
    level: NDArray[np.intp]
    level_weight: NDArray[np.float64]
    basis: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    starts: NDArray[np.intp]
    factor: float

    def statistics(self, treatments: NDArray[np.float64]) -> Statistics:
        """Return the statistics of assignments of the rows in this order, shape (D, n)."""
        scaled = self.centred(treatments)
        total = (scaled**2).sum(axis=1)
        scaled -= (scaled @ self.basis) @ self.basis.T
        left = (scaled**2).sum(axis=1)
        left = np.where(left > COLLINEAR_SHARE * total, left, np.nan)
        slopes = (scaled @ self.outcomes) / left[:, None]
        scores = [
            np.add.reduceat(scaled * (self.outcomes[:, i] - slopes[:, [i]] * scaled), self.starts, axis=1)
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

    def centred(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `values`, shape (D, n), about their weighted fixed-effect means and times √w."""
        means = (self.effect @ (values * self.root**2).T).T / self.level_weight
        scaled: NDArray[np.float64] = (values - means[:, self.level]) * self.root
        return scaled


def randomise_rows(
    outcome: NDArray[np.float64],
    treatment: NDArray[np.float64],
    controls: NDArray[np.float64],
    *,
    effect: NDArray[np.generic] | None = None,
    cluster: NDArray[np.generic] | None = None,
    weight: NDArray[np.float64] | None = None,
    strata: NDArray[np.generic] | None = None,
    names: tuple[str, str] = ("outcome", "treatment"),
    draws: int = 9999,
    seed: int = 0,
    level: float = 0.95,
    interval: bool = True,
) -> RandomisationTest:
    """Test the coefficient of a treatment that was assigned to individuals, within strata if there are any.

    Parameters
    ----------
    outcome, treatment
        Shape (n,), complete cases.
    controls
        Shape (n, j), j may be 0; collinear ones do no harm.
    effect, cluster
        Labels of the absorbed effect and of the clusters of the standard error, shape (n,). Without clusters the t
        statistic is the heteroskedasticity-robust one (HC1).
    weight
        Sampling weights, shape (n,); they stay with the person when the treatment moves.
    strata
        Labels within which the treatment was assigned, shape (n,).
    names
        Of outcome and treatment, for the result.
    draws, seed, level, interval
        As in `randomise_clusters`.

    Raises
    ------
    EstimationError
        For arrays of different length or with missing values, one cluster, a treatment that effect and controls
        explain wholly, or when no other assignment is possible.
    """
    keys = [array for array in (effect, cluster, weight, strata) if array is not None]
    _require_rows(outcome, treatment, controls, keys)
    codes = np.arange(len(outcome)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    design = row_design(
        outcome[order],
        treatment[order],
        controls[order],
        level=np.zeros(len(order), dtype=np.intp) if effect is None else _codes(effect)[order],
        cluster=codes[order],
        weight=np.ones(len(order)) if weight is None else weight[order],
    )
    own = treatment[order].astype(np.float64)
    reference = assignments(own, None if strata is None else strata[order], draws, seed)
    actual = design.statistics(own[None, :])
    if np.isnan(actual.coefficient[0]):
        raise EstimationError(
            f"the fixed effect and the controls leave nothing of the treatment {names[1]!r}",
            hint="drop controls, or absorb a coarser effect",
            zh=f"处理变量 {names[1]!r} 完全被固定效应和控制变量解释。",
        )
    rows = max(1, _CHUNK // len(order))
    drawn = Statistics.joined([design.statistics(block) for block in reference.chunks(rows)])
    return randomisation_test((*names, "individual"), actual, drawn, reference, level=level, interval=interval)


def row_design(
    outcome: NDArray[np.float64],
    treatment: NDArray[np.float64],
    controls: NDArray[np.float64],
    *,
    level: NDArray[np.intp],
    cluster: NDArray[np.intp],
    weight: NDArray[np.float64],
) -> RowDesign:
    """Return the projected rows; all arrays in the order of `cluster`, which is sorted. See `randomise_rows`."""
    from scipy.sparse import csr_array

    n, levels = len(outcome), int(level.max()) + 1
    root = np.sqrt(weight * n / weight.sum())
    starts = np.flatnonzero(np.diff(cluster, prepend=-1))
    raw = RowDesign(
        root=root,
        effect=csr_array((np.ones(n), (level, np.arange(n))), shape=(levels, n)),
        level=level,
        level_weight=np.bincount(level, root**2).astype(np.float64),
        basis=np.zeros((n, 0)),
        outcomes=np.zeros((n, 2)),
        starts=starts,
        factor=1.0,
    )
    basis = _basis(raw.centred(controls.T.astype(np.float64)).T)
    both = raw.centred(np.stack([outcome, treatment]).astype(np.float64)).T
    counted = basis.shape[1] + 1 + (1 if _nested(level, cluster) else levels)
    return RowDesign(
        root=root,
        effect=raw.effect,
        level=level,
        level_weight=raw.level_weight,
        basis=basis,
        outcomes=both - basis @ (basis.T @ both),
        starts=starts,
        factor=_factor(n, len(starts), counted),
    )


def _basis(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    if not columns.shape[1]:
        return columns
    scale = np.sqrt((columns**2).sum(axis=0))
    left, size, _ = np.linalg.svd(columns / np.where(scale > 0, scale, 1.0), full_matrices=False)
    kept: NDArray[np.float64] = left[:, size > _RANK * size[0]]
    return kept


def _nested(level: NDArray[np.intp], cluster: NDArray[np.intp]) -> bool:
    """Tell whether every level lies in one cluster; with one level (no effect) only the constant is counted anyway."""
    first = np.zeros(int(level.max()) + 1, dtype=np.intp)
    first[level] = cluster
    return bool((first[level] == cluster).all())


def _factor(rows: int, clusters: int, counted: int) -> float:
    """G/(G - 1) · (N - 1)/(N - K); with every row a cluster this is HC1's N/(N - K)."""
    if clusters < 2 or rows <= counted:  # noqa: PLR2004 - a variance between clusters needs two
        raise EstimationError(
            f"{rows} rows in {clusters} cluster(s) cannot carry {counted} coefficients and a standard error",
            hint="drop controls, absorb a coarser effect, or cluster on a finer column",
            zh="样本量或聚类数不足以估计标准误。",
        )
    return clusters / (clusters - 1) * (rows - 1) / (rows - counted)


def _codes(labels: NDArray[np.generic]) -> NDArray[np.intp]:
    codes: NDArray[np.intp] = np.unique(labels, return_inverse=True)[1].astype(np.intp)
    return codes


def _require_rows(
    outcome: NDArray[np.float64],
    treatment: NDArray[np.float64],
    controls: NDArray[np.float64],
    keys: list[NDArray[np.generic]],
) -> None:
    lengths = {len(array) for array in (outcome, treatment, controls, *keys)}
    if len(lengths) > 1 or controls.ndim != 2:  # noqa: PLR2004 - a matrix
        raise EstimationError(f"expected arrays of one length, controls as a matrix; got lengths {sorted(lengths)}")
    parts = (outcome, treatment, controls)
    if not all(np.isfinite(part).all() for part in parts):
        raise EstimationError("expected complete cases; outcome, treatment or controls hold missing values")
