"""The wild cluster restricted bootstrap of several coefficients at once: a Wald test with the CR1 matrix of every draw.

With J the tested coefficients, the restricted estimate is β̃ = β̂ - Q[:, J] Q[J, J]⁻¹ (β̂_J - b); numerators and scores
of `wild_terms` become vectors: u_g = v_g Q[J, ·] h̃_g[S] - Q[J, ·] S_g[S, ·] P H, the CR1 matrix ∝ Σ_g u_g u_g'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.blocks import blocks, totals
from liandong.inference.covariance import covariance
from liandong.inference.draws import Draws, KindReason, WeightKind, smallest_p
from liandong.inference.least_squares import Fit
from liandong.inference.wild import WildNote, require_term
from liandong.inference.wild_terms import leverage_rows, stacked

Floats = NDArray[np.float64]

_TIE = 1e-9  # as for single coefficients: equal weights reproduce the statistic up to rounding
_SINGULAR = 1e-12  # smallest over largest eigenvalue of a matrix scaled by the observed one
_WELL, _CLEAR = 1e6, 1e-3  # condition number, and floor over smallest eigenvalue, below which the inverse is safe
_ROUNDING = 1e-20  # share of Σ a² below which a bootstrap variance is rounding
_NO_VARIANCE = 1e-24
_MANY_DEGENERATE = 0.01
_CHUNK_CELLS = 2**22  # scores held at a time: 32 MB


@dataclass(frozen=True, slots=True)
class WildJointTest:
    """Outcome of a joint test; `statistic` is the Wald statistic with the CR1 matrix, all else as in `WildTest`."""

    outcome: str
    terms: tuple[str, ...]
    null: tuple[float, ...]
    statistic: float
    p_value: float
    kind: WeightKind
    kind_reason: KindReason
    count: int
    enumerated: bool
    seed: int
    n_clusters: int
    degenerate: float
    smallest_p: float
    notes: tuple[WildNote, ...]


@dataclass(frozen=True, slots=True)
class _Scores:
    """Standardised ingredients: moved (r, G) gives H, own (G·J,) and leverage (G·J, r) the scores."""

    moved: Floats
    own: Floats
    leverage: Floats


def wild_joint(
    fit: Fit, terms: Sequence[str], draws: Draws, *, null: Sequence[float] | None = None, level: float = 0.95
) -> WildJointTest:
    """Test that the coefficients of `terms` all equal `null` (zero by default).

    Parameters
    ----------
    fit, terms
        The model and the coefficients under test.
    draws
        From `wild_draws`.
    null
        Hypothesised values, in the order of `terms`.
    level
        1 - level is the size for which "level_out_of_reach" is noted.

    Returns
    -------
    WildJointTest
        With NaN and the note "zero_variance" when the observed CR1 matrix of the coefficients is singular.

    Raises
    ------
    EstimationError
        For terms that are not in the fit or come twice, as many terms as clusters, or as `wild_bootstrap`.
    """
    _require(fit, terms)
    values = tuple(float(b) for b in (null if null is not None else np.zeros(len(terms))))
    if len(values) != len(terms):
        raise EstimationError(f"expected one hypothesised value per term ({len(terms)}); got {len(values)}")
    rows = draws.rows(fit.within.cluster_labels)
    factor = covariance(fit, "CR1").factor
    scores = _scores(fit, terms, values)
    nan = float("nan")
    observed = nan if scores is None else float(_wald(scores, np.ones((fit.n_clusters, 1)))[0])
    if scores is None or np.isinf(observed):
        return _result(fit, terms, values, draws, level, (nan, nan, nan, True))
    drawn = np.concatenate(
        [
            _wald(scores, draws.weights(*span)[rows])
            for span in draws.spans(_CHUNK_CELLS // max(fit.n_clusters * len(terms), len(draws.labels)))
        ]
    )
    count = int(np.count_nonzero(drawn >= observed * (1 - _TIE)))
    p = count / draws.size if draws.enumerated else (count + 1) / (draws.size + 1)
    return _result(fit, terms, values, draws, level, (observed / factor, p, float(np.mean(np.isinf(drawn))), False))


def _require(fit: Fit, terms: Sequence[str]) -> None:
    if not terms or len(set(terms)) < len(terms):
        raise EstimationError(f"expected distinct terms to test jointly; got {', '.join(map(repr, terms)) or 'none'}")
    for term in terms:
        require_term(fit, term)
    if len(terms) >= fit.n_clusters:
        raise EstimationError(
            f"{fit.n_clusters} clusters cannot carry a joint test of {len(terms)} coefficients",
            hint="test fewer coefficients at once",
            zh=f"{fit.n_clusters} 个聚类不足以联合检验 {len(terms)} 个系数。",
        )


def _scores(fit: Fit, terms: Sequence[str], null: tuple[float, ...]) -> _Scores | None:
    """Return the ingredients, each coefficient in units of its observed standard error; None if one has none."""
    at = [fit.terms.index(term) for term in terms]
    q = fit.bread[:, at]
    y = fit.within.positions([fit.outcome])[0]
    spread = ((fit.scores @ q) ** 2).sum(axis=0)
    if np.any(spread <= _NO_VARIANCE * np.diagonal(q[at]) * fit.within.pooled[y, y]):
        return None
    found = blocks(fit)
    contrast = np.zeros(fit.within.clusters.shape[1])
    contrast[y] = 1.0
    distance = np.linalg.solve(q[at], fit.coefficients[at] - np.array(null))
    contrast[fit.within.positions(fit.terms)] = q @ distance - fit.coefficients
    parts = totals(fit, found, contrast)
    unit = q / np.sqrt(spread)
    leverage = np.stack([leverage_rows(found, column) for column in unit.T], axis=1).reshape(
        fit.n_clusters * len(at), -1
    )
    return _Scores(stacked(found, parts).T, (parts.regressors @ unit).ravel(), leverage)


def _wald(scores: _Scores, weights: Floats) -> Floats:
    """Return the Wald statistic of every draw without the CR1 factor, infinite where its matrix is singular."""
    size, draws = weights.shape
    own = scores.own.reshape(size, -1)
    tested = own.shape[1]
    u = np.repeat(weights, tested, axis=0) * scores.own[:, None] - scores.leverage @ (scores.moved @ weights)
    u = u.reshape(size, tested, draws)
    matrix = np.empty((draws, tested, tested))
    for i, j in combinations_with_replacement(range(tested), 2):
        matrix[:, i, j] = matrix[:, j, i] = np.einsum("gd,gd->d", u[:, i], u[:, j])
    return _quadratic_forms(matrix, weights.T @ own, _ROUNDING * float((own**2).sum()))


def _quadratic_forms(matrix: Floats, numerators: Floats, floor: float) -> Floats:
    """Return n'M⁻¹n of every draw, infinite where M is singular or its smallest eigenvalue no larger than `floor`.

    Eigenvalues tell, and cost four times an inverse. The product of its Frobenius norm and M's bounds their ratio from
    above, so that most draws need no more than the inverse.
    """
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:  # some draw's matrix is singular to the last bit
        return _by_eigenvalues(matrix, numerators, floor)
    largest, reach = (np.sqrt(np.einsum("dij,dij->d", m, m)) for m in (matrix, inverse))
    out: Floats = (numerators * (inverse @ numerators[:, :, None])[:, :, 0]).sum(axis=1)
    doubtful = ~((largest * reach < _WELL) & (floor * reach < _CLEAR))
    if doubtful.any():
        out[doubtful] = _by_eigenvalues(matrix[doubtful], numerators[doubtful], floor)
    return out


def _by_eigenvalues(matrix: Floats, numerators: Floats, floor: float) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    along = np.einsum("dij,di->dj", vectors, numerators)
    regular = values[:, 0] > np.maximum(_SINGULAR * values[:, -1], floor)
    out = np.full(len(matrix), np.inf)
    out[regular] = (along[regular] ** 2 / values[regular]).sum(axis=1)
    return out


def _result(
    fit: Fit,
    terms: Sequence[str],
    null: tuple[float, ...],
    draws: Draws,
    level: float,
    found: tuple[float, float, float, bool],
) -> WildJointTest:
    statistic, p_value, degenerate, no_variance = found
    best = smallest_p(draws, fit.n_clusters)
    facts: dict[WildNote, bool] = {
        "degenerate_draws": degenerate > _MANY_DEGENERATE,
        "level_out_of_reach": best > 1 - level,
        "zero_variance": no_variance,
    }
    return WildJointTest(
        outcome=fit.outcome,
        terms=tuple(terms),
        null=null,
        statistic=statistic,
        p_value=p_value,
        kind=draws.kind,
        kind_reason=draws.kind_reason,
        count=draws.count,
        enumerated=draws.enumerated,
        seed=draws.seed,
        n_clusters=fit.n_clusters,
        degenerate=degenerate,
        smallest_p=best,
        notes=tuple(note for note, holds in facts.items() if holds),
    )
