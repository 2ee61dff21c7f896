"""The wild cluster restricted bootstrap from rows: full dummies, least squares, one regression per draw.

Slow and obvious. Nothing is shared with `liandong.inference`; even the draws are handed in as a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.generic]


@dataclass(frozen=True)
class RowModel:
    """y on x and all dummies of an effect (a constant without one), with weights and clusters."""

    y: Floats
    x: Floats
    dummies: Floats
    cluster: Labels
    weights: Floats


def row_model(sample: dict[str, Labels], regressors: list[str], effect: str | None, weight: str | None) -> RowModel:
    n = len(sample["y"])
    dummies = (
        np.ones((n, 1)) if effect is None else (sample[effect][:, None] == np.unique(sample[effect])).astype(float)
    )
    x = np.column_stack([sample[name] for name in regressors]).astype(float)
    w = np.ones(n) if weight is None else sample[weight] * n / sample[weight].sum()
    return RowModel(sample["y"].astype(float), x, dummies, sample["cluster"], w)


def wald(model: RowModel, y: Floats, at: list[int], null: Floats) -> Floats:
    """Return the distance (b - null) and the CR0 matrix of the coefficients `at`, stacked: shape (r, r + 1)."""
    root = np.sqrt(model.weights)
    design = np.hstack([model.x, model.dummies])
    solution = np.linalg.lstsq(root[:, None] * design, root * y, rcond=None)[0]
    residual = y - design @ solution
    bread = np.linalg.pinv(design.T @ (model.weights[:, None] * design))
    scores = np.stack(
        [
            (design[own] * (model.weights * residual)[own][:, None]).sum(axis=0)
            for own in (model.cluster == g for g in np.unique(model.cluster))
        ]
    )
    matrix = (bread @ scores.T @ scores @ bread)[np.ix_(at, at)]
    return np.column_stack([solution[at] - null, matrix])


def restricted(model: RowModel, at: list[int], null: Floats) -> tuple[Floats, Floats]:
    """Return fitted values and residuals of the regression in which the coefficients `at` equal `null`."""
    root = np.sqrt(model.weights)
    design = np.hstack([np.delete(model.x, at, axis=1), model.dummies])
    known = model.x[:, at] @ null
    solution = np.linalg.lstsq(root[:, None] * design, root * (model.y - known), rcond=None)[0]
    fitted = design @ solution + known
    return fitted, model.y - fitted


def row_bootstrap(model: RowModel, at: list[int], null: Floats, weights: Floats) -> tuple[float, Floats]:
    """Return the Wald statistic (CR0) and its bootstrap draws; `weights` has one row per sorted cluster label."""
    fitted, residual = restricted(model, at, null)
    row = np.searchsorted(np.unique(model.cluster), model.cluster)
    drawn = [wald(model, fitted + v[row] * residual, at, null) for v in weights.T]
    return _statistic(wald(model, model.y, at, null)), np.array([_statistic(parts) for parts in drawn])


def row_t(model: RowModel, j: int, null: float, weights: Floats) -> tuple[float, Floats]:
    """Return t and its bootstrap draws with CR0 standard errors, signed."""
    fitted, residual = restricted(model, [j], np.array([null]))
    row = np.searchsorted(np.unique(model.cluster), model.cluster)
    drawn = [wald(model, fitted + v[row] * residual, [j], np.array([null]))[0] for v in weights.T]
    distance, variance = wald(model, model.y, [j], np.array([null]))[0]
    return float(distance / np.sqrt(variance)), np.array([d / np.sqrt(s) for d, s in drawn])


def share(observed: float, drawn: Floats, *, enumerated: bool) -> float:
    """Return the p-value; a draw within 1e-8 of the observed statistic equals it."""
    count = np.count_nonzero(drawn >= observed * (1 - 1e-8))
    return float(count / len(drawn) if enumerated else (count + 1) / (len(drawn) + 1))


def _statistic(parts: Floats) -> float:
    return float(parts[:, 0] @ np.linalg.solve(parts[:, 1:], parts[:, 0]))
