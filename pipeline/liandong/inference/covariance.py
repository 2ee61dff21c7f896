"""Covariance matrices of the coefficients, by name, with the small-sample conventions of the project.

N rows, G clusters, K = coefficients counted as estimated:

- no fixed effect: K = rank + 1, for the constant;
- one effect nested in the cluster: K = rank + 1;
- one effect that is not: K = rank + its levels;
- dummies of a second effect are part of the rank (its levels - 1, unless the first effect already implies some).

With at most one effect these are the conventions of fixest and pyfixest (`k_fixef="nonnested"`). CR2 and CR3 count
nothing: what a coefficient costs is in the leverage of the clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.adjusted import contributions
from liandong.inference.blocks import blocks
from liandong.inference.least_squares import Fit
from liandong.inference.leverage import leverages, lost_terms
from liandong.inference.satterthwaite import satterthwaite_df


@dataclass(frozen=True, slots=True)
class Covariance:
    """Covariance of a fit's coefficients.

    Attributes
    ----------
    kind
        Name in `COVARIANCES`, or "CR1 two-way".
    matrix
        Shape (k, k).
    df
        Degrees of freedom of the t distribution, per coefficient, shape (k,).
    factor
        The small-sample factor in `matrix`.
    parameters
        K, the number of coefficients counted as estimated.
    note
        What a reader has to be told about this matrix, or None.
    """

    kind: str
    matrix: NDArray[np.float64]
    df: NDArray[np.float64]
    factor: float
    parameters: int
    note: str | None = None


def covariance(fit: Fit, kind: str) -> Covariance:
    """Return the covariance of `fit` named `kind`.

    Raises
    ------
    EstimationError
        For an unknown kind, fewer than two clusters (clustered kinds), or no residual degrees of freedom.
    """
    if kind not in COVARIANCES:
        raise EstimationError(f"expected a covariance among {', '.join(COVARIANCES)}; got {kind!r}")
    return COVARIANCES[kind](fit)


def parameters(fit: Fit, *, clustered: bool) -> int:
    """Return K; without clusters every level of the absorbed effect counts."""
    within = fit.within
    if within.effect is None or (clustered and within.nested):
        return fit.rank + 1
    return fit.rank + within.n_levels


def _iid(fit: Fit) -> Covariance:
    """s² Q with s² = RSS / (N - K); t(N - K)."""
    k = parameters(fit, clustered=False)
    df = _residual_df(fit, k)
    return Covariance("iid", fit.bread * (fit.rss / df), np.full(fit.rank, float(df)), 1.0, k)


def _cr0(fit: Fit) -> Covariance:
    """Q (Σ_g s_g s_gᵀ) Q without a factor; t(G - 1)."""
    return _sandwich("CR0", fit, 1.0, parameters(fit, clustered=True))


def _cr1(fit: Fit) -> Covariance:
    """CR0 times G/(G - 1) · (N - 1)/(N - K); t(G - 1)."""
    g = _clusters(fit)
    k = parameters(fit, clustered=True)
    return _sandwich("CR1", fit, g / (g - 1) * (fit.n_obs - 1) / _residual_df(fit, k), k)


def _cr2(fit: Fit) -> Covariance:
    """Residuals by (I - H_gg)^-½ (Bell & McCaffrey 2002), no factor; t with Satterthwaite's df per coefficient.

    Unweighted, and with weights that are constant in every cluster, clubSandwich's CR2 (target = 1/w, inverse_var =
    TRUE). With weights that vary inside clusters it is clubSandwich's CR2 of the regression of √w y on √w x; applied
    to the weighted regression itself clubSandwich takes the root of another matrix, which moments do not hold. Both
    are unbiased when variances are in proportion to 1/w.
    """
    _clusters(fit)
    found = blocks(fit)
    parts = leverages(found)
    moved = contributions(fit, found, parts, -0.5)
    note = _lost_note(fit, lost_terms(found, parts))
    return Covariance(
        "CR2", moved.T @ moved, satterthwaite_df(found, parts), 1.0, parameters(fit, clustered=True), note
    )


def _cr3(fit: Fit) -> Covariance:
    """(G - 1)/G Σ_g (β₋g - β)(β₋g - β)ᵀ, the jackknife about the full estimate; t(G - 1).

    CV3 of MacKinnon, Nielsen & Webb (2023). The CR3 of clubSandwich lacks the factor; CRV3 of pyfixest has the factor
    G/(G - 1) instead, and by default that of the rows, (N - 1)/(N - K), too. A cluster without which a coefficient is
    not identified adds to its variance only by the directions that remain, which is too little: the note says so, and
    `diagnose` gives NaN for the coefficient without it.
    """
    g = _clusters(fit)
    found = blocks(fit)
    parts = leverages(found)
    moved = contributions(fit, found, parts, -1.0)
    factor = (g - 1) / g
    df = np.full(fit.rank, float(g - 1))
    note = _lost_note(fit, lost_terms(found, parts))
    return Covariance("CR3", factor * (moved.T @ moved), df, factor, parameters(fit, clustered=True), note)


def _lost_note(fit: Fit, lost: NDArray[np.bool_]) -> str | None:
    """Say which coefficients rest on one cluster: their adjusted variance cannot count what that cluster does."""
    own = [j for j, term in enumerate(fit.terms) if term not in fit.within.dummies and lost[:, j].any()]
    if not own:
        return None
    labels = fit.within.cluster_labels
    named = [
        f"{fit.terms[j]} without {fit.within.cluster} {', '.join(str(labels[g]) for g in np.flatnonzero(lost[:, j]))}"
        for j in own
    ]
    return f"not identified: {'; '.join(named)}. The variance leaves these clusters' part out and is too small."


def _sandwich(kind: str, fit: Fit, factor: float, k: int) -> Covariance:
    root = fit.scores @ fit.bread
    matrix = factor * (root.T @ root)
    return Covariance(kind, matrix, np.full(fit.rank, float(_clusters(fit) - 1)), factor, k)


def _clusters(fit: Fit) -> int:
    if fit.n_clusters < 2:  # noqa: PLR2004 - a variance between clusters needs two
        raise EstimationError(
            f"expected at least two clusters; the sample of {fit.outcome!r} lies in one",
            where=f"cluster {fit.within.cluster!r}",
            hint="cluster on a finer column",
            zh="样本只落在一个聚类中，无法计算聚类稳健标准误。",
        )
    return fit.n_clusters


def _residual_df(fit: Fit, k: int) -> int:
    if fit.n_obs <= k:
        raise EstimationError(
            f"{fit.n_obs} rows cannot carry {k} coefficients of the model for {fit.outcome!r}",
            hint="drop controls, or absorb a coarser effect",
            zh="样本量不足以估计模型的全部参数。",
        )
    return fit.n_obs - k


COVARIANCES: Mapping[str, Callable[[Fit], Covariance]] = MappingProxyType(
    {"iid": _iid, "CR0": _cr0, "CR1": _cr1, "CR2": _cr2, "CR3": _cr3}
)
