"""Cluster-robust variances and diagnostics from rows with full dummies, written as the papers define them.

Everything is an N × N or N × K matrix of √w-weighted rows, and nothing is shared with `liandong.inference`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.generic]
ZERO = 1e-10  # eigenvalues of I - H_gg are 0 to rounding, or of the order of 1/N at least


@dataclass(frozen=True)
class RowModel:
    """√w-weighted design (regressors first, then dummies), its hat matrix, and the residuals."""

    z: Floats
    y: Floats
    cluster: Labels
    k: int

    @property
    def bread(self) -> Floats:
        return np.linalg.pinv(self.z.T @ self.z)

    @property
    def hat(self) -> Floats:
        return self.z @ self.bread @ self.z.T

    @property
    def residuals(self) -> Floats:
        return self.y - self.hat @ self.y

    def members(self) -> list[NDArray[np.intp]]:
        return [np.flatnonzero(self.cluster == g) for g in np.unique(self.cluster)]


def row_model(y: Floats, x: Floats, cluster: Labels, effects: list[Labels], weight: Floats | None = None) -> RowModel:
    """Return the model of y on x with dummies of every effect, or a constant without effects."""
    w = np.ones(len(y)) if weight is None else weight * len(y) / weight.sum()
    columns = [np.ones((len(y), 1))]
    for number, labels in enumerate(effects):
        columns.append((labels[:, None] == np.unique(labels)[min(number, 1) :]).astype(float))
    z = np.hstack([x, *columns[1 if effects else 0 :]])
    return RowModel(np.sqrt(w)[:, None] * z, np.sqrt(w) * y, cluster, x.shape[1])


def adjustment(block: Floats, exponent: float) -> Floats:
    """Return the symmetric Moore-Penrose power of I - H_gg."""
    values, vectors = np.linalg.eigh(np.eye(len(block)) - block)
    powers = np.array([value**exponent if value > ZERO else 0.0 for value in values])
    return vectors @ np.diag(powers) @ vectors.T


def sandwich(model: RowModel, exponent: float) -> Floats:
    """Return P Z'(Σ A_g u_g u_g' A_g) Z P for the regressors, shape (k, k)."""
    hat, residuals, bread = model.hat, model.residuals, model.bread
    meat = np.zeros_like(bread)
    for rows in model.members():
        score = model.z[rows].T @ adjustment(hat[np.ix_(rows, rows)], exponent) @ residuals[rows]
        meat += np.outer(score, score)
    return (bread @ meat @ bread)[: model.k, : model.k]


def satterthwaite(model: RowModel) -> Floats:
    """Return tr(B)²/tr(B²) per regressor, B_gh = p_g'p_h, p_g = (I - H)_g' A_g Z_g P c."""
    hat, bread = model.hat, model.bread
    rest = np.eye(len(hat)) - hat
    df = []
    for j in range(model.k):
        p = [
            rest[:, rows] @ adjustment(hat[np.ix_(rows, rows)], -0.5) @ model.z[rows] @ bread[:, j]
            for rows in model.members()
        ]
        b = np.array(p) @ np.array(p).T
        df.append(np.trace(b) ** 2 / np.trace(b @ b))
    return np.array(df)


def without_each_cluster(model: RowModel) -> Floats:
    """Return the slopes without each cluster, shape (G, k); NaN where the rest does not identify one."""
    out = []
    for rows in model.members():
        rest = np.setdiff1d(np.arange(len(model.y)), rows)
        z, y = model.z[rest], model.y[rest]
        slopes = np.linalg.lstsq(z, y, rcond=None)[0][: model.k]
        null = np.eye(z.shape[1]) - np.linalg.pinv(z) @ z
        slopes[np.abs(null[: model.k]).max(axis=1) > 1e-7] = np.nan  # the unit vector is not in the row space
        out.append(slopes)
    return np.array(out)


def leverage(model: RowModel) -> Floats:
    """Return the trace of each cluster's block of the hat matrix, shape (G,)."""
    return np.array([np.diagonal(model.hat)[rows].sum() for rows in model.members()])


def partial_leverage(model: RowModel, term: int) -> Floats:
    """Return each cluster's share of the term's sum of squares about its projection on the rest, shape (G,)."""
    others = np.delete(model.z, term, axis=1)
    own = model.z[:, term] - others @ np.linalg.lstsq(others, model.z[:, term], rcond=None)[0]
    return np.array([(own[rows] ** 2).sum() for rows in model.members()]) / (own**2).sum()
