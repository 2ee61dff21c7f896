"""Least squares from within moments: any nested model is a subset of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.rank import Dropped, sweep, variation
from liandong.moments import Within


@dataclass(frozen=True, slots=True)
class Fit:
    """A fixed-effects regression of one outcome on one set of regressors.

    Attributes
    ----------
    within
        The moments it was made from.
    outcome
        Name of the outcome.
    terms
        Kept regressors in the order given, then the kept dummies of a second effect; k in all.
    dropped
        Regressors left out, with the reason; dummies of the second effect that add nothing are not listed.
    coefficients
        β, shape (k,).
    bread
        Q = (Σ M̃[S, S])⁻¹, shape (k, k).
    scores
        Σ_{a∈g} (M̃_a[S, y] - M̃_a[S, S] β) by cluster, shape (G, k).
    rss
        Weighted residual sum of squares.
    r2_within
        Share of the outcome's variation, effects removed, that the regressors explain.
    """

    within: Within
    outcome: str
    terms: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    coefficients: NDArray[np.float64]
    bread: NDArray[np.float64]
    scores: NDArray[np.float64]
    rss: float
    r2_within: float

    @property
    def rank(self) -> int:
        """Number of coefficients, dummies of a second effect included, the absorbed effect's levels not."""
        return len(self.terms)

    @property
    def n_obs(self) -> int:
        """Rows."""
        return self.within.n_obs

    @property
    def n_clusters(self) -> int:
        """Clusters."""
        return self.within.n_clusters


def fit(within: Within, outcome: str, regressors: Sequence[str]) -> Fit:
    """Regress `outcome` on `regressors`, the fixed effect of `within` (and its dummies) absorbed.

    Parameters
    ----------
    within
        Moments of the sample.
    outcome
        One of its columns.
    regressors
        Others of its columns, the one that matters most first; the dummies of a second effect enter by themselves.

    Raises
    ------
    EstimationError
        When the outcome does not vary (within the effect), stands among the regressors, or is not in the sample.
    """
    _require_outcome(within, outcome, regressors)
    offered = [*within.dummies, *regressors]  # effects go before regressors, so that these are the ones to drop
    pivots = sweep(within, offered)
    nuisance = [j for j in pivots.kept if j < len(within.dummies)]
    own = [j for j in pivots.kept if j >= len(within.dummies)]
    terms = tuple(offered[j] for j in [*own, *nuisance])
    y = within.positions([outcome])[0]
    coefficients, bread = _solve(within.pooled, within.positions(terms), y)
    contrast = _contrast(within, y, terms, coefficients)
    null = _residual_ss(within, y, tuple(offered[j] for j in nuisance))
    rss = max(float(contrast @ within.pooled @ contrast), 0.0)
    scores = (within.clusters @ contrast)[:, within.positions(terms)]
    dropped = tuple(d for d in pivots.dropped if d.term not in within.dummies)
    return Fit(within, outcome, terms, dropped, coefficients, bread, scores, rss, 1.0 - rss / null)


def fit_nested(within: Within, outcome: str, steps: Sequence[Sequence[str]]) -> tuple[Fit, ...]:
    """Fit one model per step; each step is a full list of regressors. All have the sample of `within`."""
    return tuple(fit(within, outcome, regressors) for regressors in steps)


def _require_outcome(within: Within, outcome: str, regressors: Sequence[str]) -> None:
    if outcome in regressors:
        raise EstimationError(f"the outcome {outcome!r} stands among its own regressors")
    repeated = sorted({term for term in regressors if list(regressors).count(term) > 1})
    if repeated:
        raise EstimationError(f"expected distinct regressors; {', '.join(map(repr, repeated))} came more than once")
    found = variation(within, outcome)
    if found != "varies":
        where = "in the sample" if found == "constant" else f"within any level of {within.effect!r}"
        raise EstimationError(
            f"expected an outcome that varies; {outcome!r} does not vary {where} ({within.n_obs} rows)",
            hint="choose another outcome, or another fixed effect",
            zh=f"结果变量 {outcome!r} 没有变异，无法估计。",
        )


def _solve(
    moments: NDArray[np.float64], at: NDArray[np.intp], y: np.intp
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return β and Q; the equations are scaled to unit diagonal, because units must not decide about precision."""
    squares = moments[np.ix_(at, at)]
    scale = np.sqrt(np.diagonal(squares))
    root = np.linalg.inv(np.linalg.cholesky(squares / np.outer(scale, scale)))
    bread = (root.T @ root) / np.outer(scale, scale)
    return bread @ moments[at, y], bread


def _contrast(
    within: Within, y: np.intp, terms: tuple[str, ...], coefficients: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the vector c for which M̃ c = M̃[·, y] - M̃[·, S] β."""
    contrast = np.zeros(within.clusters.shape[1])
    contrast[within.positions(terms)] = -coefficients
    contrast[y] = 1.0
    return contrast


def _residual_ss(within: Within, y: np.intp, terms: tuple[str, ...]) -> float:
    coefficients, _ = _solve(within.pooled, within.positions(terms), y)
    contrast = _contrast(within, y, terms, coefficients)
    return float(contrast @ within.pooled @ contrast)
