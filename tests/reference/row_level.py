"""Plain row-level regression with full dummies: slow, obvious, and independent of the moment algebra.

The sandwich conventions are spelled out here a second time, on purpose: nothing is shared with `liandong.inference`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RowFit:
    """Slopes with their covariance by kind; `parameters` counts every column of the design, dummies included."""

    slopes: Floats
    cr0: Floats
    iid: Floats
    parameters: int


def dummies(labels: NDArray[np.generic]) -> Floats:
    """Return one 0/1 column per level, shape (n, levels)."""
    return (labels[:, None] == np.unique(labels)).astype(float)


def dummy_fit(
    y: Floats,
    x: Floats,
    cluster: NDArray[np.generic],
    effects: list[NDArray[np.generic]],
    weights: Floats | None = None,
) -> RowFit:
    """Regress y on x and dummies of every effect (a constant without effects), weighted, clustered sandwich.

    Group means of the first effect go before anything is projected on dummies, and the projection is done twice: once
    for the dummies and once for the rounding errors of the first time.
    """
    n, k = x.shape
    w = np.ones(n) if weights is None else weights * n / weights.sum()
    blocks = [dummies(labels)[:, (1 if i else 0) :] for i, labels in enumerate(effects)] or [np.ones((n, 1))]
    root = np.sqrt(w)
    basis, _ = np.linalg.qr(root[:, None] * np.hstack(blocks))
    first = effects[0] if effects else np.zeros(n)
    both = root[:, None] * _less_group_means(np.column_stack([x, y]), first)
    for _ in range(2):
        both = both - basis @ (basis.T @ both)
    xt, yt = both[:, :k], both[:, k]
    bread = np.linalg.inv(xt.T @ xt)
    slopes = np.linalg.lstsq(xt, yt, rcond=None)[0]
    residual = yt - xt @ slopes
    scores = dummies(cluster).T @ (xt * residual[:, None])
    rank = k + basis.shape[1]
    return RowFit(slopes, bread @ scores.T @ scores @ bread, bread * (residual @ residual) / (n - rank), rank)


def _less_group_means(values: Floats, labels: NDArray[np.generic]) -> Floats:
    out = values.copy()
    for label in np.unique(labels):
        out[labels == label] -= values[labels == label].mean(axis=0)
    return out


def clustered_sample(seed: int, rows: int = 900, clusters: int = 30) -> dict[str, NDArray[np.generic]]:
    """Return a seeded sample with unequal clusters, correlated errors, weights, and effects of every kind.

    `same` equals the cluster, `contains` holds whole clusters, `inside` splits clusters, `crossing` ignores them.
    """
    rng = np.random.default_rng(seed)
    cluster = np.sort(rng.choice(clusters, rows, p=rng.dirichlet(np.full(clusters, 3.0))))
    common = rng.standard_normal((clusters, 3))
    x = rng.standard_normal((rows, 3)) + 0.5 * common[cluster]
    x[:, 2] = x[:, 2] > 0.3
    y = x @ np.array([0.5, -0.2, 0.3]) + rng.standard_normal(clusters)[cluster] + rng.standard_normal(rows)
    return {
        "cluster": cluster,
        "same": cluster.copy(),
        "contains": cluster // 5,
        "inside": cluster * 3 + np.arange(rows) % 3,
        "crossing": rng.integers(0, 9, rows),
        "wave": rng.integers(0, 4, rows),
        "x1": x[:, 0],
        "x2": x[:, 1],
        "x3": x[:, 2],
        "y": y,
        "weight": rng.uniform(0.3, 3.0, rows),
    }
