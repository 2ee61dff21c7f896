"""Two-way clustering: V₁ + V₂ - V₁₂ (Cameron, Gelbach & Miller 2011), from the cells of the crossing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.blocks import residual_contrast
from liandong.inference.covariance import Covariance
from liandong.inference.least_squares import Fit

_ROUNDING = 1e-12  # of the largest eigenvalue: a smaller negative one is no sign of anything


def twoway(fit: Fit, key: str) -> Covariance:
    """Return the CR1 covariance clustered both by the clusters of `fit` and by `key`; t(min(G₁, G₂) - 1).

    All three terms carry the factor G/(G - 1) · (N - 1)/(N - K) with G = min(G₁, G₂), as pyfixest and fixest have it
    (`G_df="min"`); K counts an absorbed effect once if it is nested in either cluster, else all its levels. With few
    clusters or levels that cross, V₁ + V₂ - V₁₂ may have negative eigenvalues. These are then set to 0, as the authors
    propose, and the note says so; fixest does the same, pyfixest does not. The repaired matrix depends on the units of
    the regressors.

    Parameters
    ----------
    fit
        The model; its sample was made with `within_samples(..., keys=[key])`.
    key
        The second cluster.

    Raises
    ------
    EstimationError
        When the cells are not split by `key`, when rows lack an id, when either way has fewer than two clusters, or
        when no residual degrees of freedom are left.
    """
    second = _codes(fit, key)
    g = min(_require_clusters(fit, fit.within.cluster, fit.n_clusters), _require_clusters(fit, key, second.max() + 1))
    k = _parameters(fit, second)
    if fit.n_obs <= k:
        raise EstimationError(
            f"{fit.n_obs} rows cannot carry {k} coefficients of the model for {fit.outcome!r}",
            hint="drop controls, or absorb a coarser effect",
            zh="样本量不足以估计模型的全部参数。",
        )
    factor = g / (g - 1) * (fit.n_obs - 1) / (fit.n_obs - k)
    cells = (fit.within.cells @ residual_contrast(fit))[:, fit.within.positions(fit.terms)]
    first = fit.within.cell_cluster
    both = np.unique(first * (second.max() + 1) + second, return_inverse=True)[1]
    meat = _meat(cells, first) + _meat(cells, second) - _meat(cells, both)
    matrix, note = _repaired(fit, key, factor * (fit.bread @ meat @ fit.bread))
    return Covariance("CR1 two-way", matrix, np.full(fit.rank, float(g - 1)), factor, k, note)


def _codes(fit: Fit, key: str) -> NDArray[np.intp]:
    within = fit.within
    if key not in within.key_names:
        kept = ", ".join(within.key_names) or "no further key"
        raise EstimationError(
            f"expected cells split by the second cluster {key!r}; the sample has {kept}",
            hint=f"make the sample with keys=[{key!r}]; where the crossing makes too many cells, cluster one way",
            zh=f"样本没有按第二聚类变量 {key!r} 分组，无法计算双向聚类标准误。",
        )
    codes: NDArray[np.intp] = within.cell_keys[:, within.key_names.index(key)]
    missing = int(within.rows[codes < 0].sum())
    if missing:
        raise EstimationError(
            f"expected an id of the second cluster in every row; {missing} of {within.n_obs} rows have none",
            where=f"column {key!r}",
            hint="drop these rows in the validation rules, or name another cluster column",
            zh=f"有 {missing} 行缺少第二聚类变量 {key!r}。",
        )
    return codes


def _require_clusters(fit: Fit, name: str, number: int) -> int:
    if number < 2:  # noqa: PLR2004 - a variance between clusters needs two
        raise EstimationError(
            f"expected at least two clusters each way; the sample of {fit.outcome!r} lies in one",
            where=f"cluster {name!r}",
            hint="cluster on a finer column, or one way only",
            zh="样本只落在一个聚类中，无法计算聚类稳健标准误。",
        )
    return int(number)


def _parameters(fit: Fit, second: NDArray[np.intp]) -> int:
    within = fit.within
    if within.effect is None or within.nested or _nested(within.cell_effect, second):
        return fit.rank + 1
    return fit.rank + within.n_levels


def _nested(inner: NDArray[np.intp], outer: NDArray[np.intp]) -> bool:
    some = np.zeros(inner.max() + 1, dtype=np.intp)
    some[inner] = outer
    return bool((some[inner] == outer).all())


def _meat(cells: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    scores = np.stack([np.bincount(codes, column) for column in cells.T], axis=1).astype(np.float64)
    meat: NDArray[np.float64] = scores.T @ scores
    return meat


def _repaired(fit: Fit, key: str, matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], str | None]:
    """Set negative eigenvalues to 0, and say so together with the terms that had a negative variance."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values[0] >= -_ROUNDING * abs(values[-1]):
        return matrix, None
    repaired = (vectors * np.maximum(values, 0.0)) @ vectors.T
    negative = [term for term, variance in zip(fit.terms, np.diagonal(matrix), strict=True) if variance < 0]
    what = f"; the variance of {', '.join(negative)} was negative" if negative else ""
    note = (
        f"clustered by {fit.within.cluster} and {key} the covariance was not positive semi-definite (smallest"
        f" eigenvalue {values[0]:.3g}, largest {values[-1]:.3g}){what}. Negative eigenvalues were set to 0 (Cameron,"
        " Gelbach & Miller 2011): these errors are not to be trusted where they are smaller than one-way errors."
    )
    return repaired, note
