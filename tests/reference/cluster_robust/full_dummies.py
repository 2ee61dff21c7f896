"""Cluster-robust variances and diagnostics from rows with full dummies, written as the papers define them.

Everything is an N × N or N × K matrix of √w-weighted rows. `both` alone knows `liandong`: it makes the pair to compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.inference import Fit, fit
from liandong.moments import within_samples

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
    weight_root: Floats

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
    return RowModel(np.sqrt(w)[:, None] * z, np.sqrt(w) * y, cluster, x.shape[1], np.sqrt(w))


def both(
    data: dict[str, Labels],
    regressors: list[str],
    effects: list[str],
    weight: str | None,
    cluster: str = "cluster",
) -> tuple[Fit, RowModel]:
    """Return the fit from moments and the model of the same rows, singletons of the effects left out of both."""
    first, second = [*effects, None, None][:2]
    frame = pl.DataFrame(data)
    columns = {"m": ["y", *regressors]}
    within = within_samples(frame, columns, cluster, first, weight, second_effect=second).within["m"]
    for effect in effects * 2:
        frame = frame.filter(pl.len().over(effect) > 1)
    model = row_model(
        frame["y"].to_numpy(),
        frame.select(regressors).cast(pl.Float64).to_numpy(),
        frame[cluster].to_numpy(),
        [frame[effect].to_numpy() for effect in effects],
        frame[weight].to_numpy() if weight else None,
    )
    return fit(within, "y", regressors), model


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


def effective_clusters(model: RowModel, term: int, rho: float) -> float:
    """Return G*(ρ): errors of a cluster have correlation ρ, with variances 1 (1/w at ρ = 0 with weights)."""
    root = model.weight_root
    influence = model.z @ model.bread[:, term]
    gamma = np.array(
        [
            rho * (root[rows] @ influence[rows]) ** 2 + (1 - rho) * (influence[rows] ** 2).sum()
            for rows in model.members()
        ]
    )
    heterogeneity = (((gamma - gamma.mean()) / gamma.mean()) ** 2).mean()
    return len(gamma) / (1 + heterogeneity)
