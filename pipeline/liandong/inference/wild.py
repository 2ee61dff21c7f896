"""The wild cluster restricted bootstrap (WCR) of single coefficients: p-values, and intervals by test inversion.

Source: Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2008), Bootstrap-based improvements for inference with clustered
errors, Review of Economics and Statistics 90, 414-427; the algebra stands in `wild_terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.covariance import Covariance, covariance
from liandong.inference.draws import Draws, KindReason, WeightKind, smallest_p
from liandong.inference.least_squares import Fit
from liandong.inference.wild_interval import accepted, p_curve
from liandong.inference.wild_terms import WildTerms, coefficients_by_draw, wild_terms

WildNote = Literal[
    "unbounded_below",  # conf_low is -inf: the test rejects nothing far below
    "unbounded_above",  # conf_high is inf
    "disconnected",  # the accepted values have gaps; the interval is their hull
    "degenerate_draws",  # more than 1 % of t* have no variance; they count as at least |t|
    "level_out_of_reach",  # no data could give p ≤ 1 - level with so few clusters
    "zero_variance",  # nothing to studentise with (jointly: a singular matrix): no p-value, no interval
]

_MANY_DEGENERATE = 0.01
_CHUNK_CELLS = 2**21  # weights held at a time: 16 MB; the cut never shows in the results


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """β of `term` in `fit` equals `null`."""

    fit: Fit
    term: str
    null: float = 0.0


@dataclass(frozen=True, slots=True)
class WildTest:
    """Outcome of a restricted wild cluster bootstrap.

    Attributes
    ----------
    outcome, term, null, estimate, std_error, statistic
        What was tested; CR1 standard error and t.
    p_value
        Symmetric: the share of |t*| ≥ |t|. NaN without a variance.
    conf_low, conf_high, level
        Hull of the values that the test does not reject at 1 - level, in units of the coefficient; infinite where the
        set has no end.
    kind, kind_reason, count, enumerated, seed
        The draws, see `Draws`.
    n_clusters
        Clusters of the fit.
    degenerate
        Share of the draws whose t* has no variance.
    smallest_p
        What p-value the test could reach at best.
    notes
        Codes, see `WildNote`.
    t_star
        Bootstrap t under the null, on the scale of `statistic`, shape (draws,), infinite where degenerate; None unless
        kept.
    """

    outcome: str
    term: str
    null: float
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    level: float
    kind: WeightKind
    kind_reason: KindReason
    count: int
    enumerated: bool
    seed: int
    n_clusters: int
    degenerate: float
    smallest_p: float
    notes: tuple[WildNote, ...]
    t_star: NDArray[np.float64] | None = None


def wild_bootstrap(
    hypotheses: Sequence[Hypothesis], draws: Draws, *, level: float = 0.95, keep: bool = False
) -> tuple[WildTest, ...]:
    """Test every hypothesis with the same draws.

    Parameters
    ----------
    hypotheses
        Any number of fits and terms; their clusters may differ as long as `draws` knows all labels.
    draws
        From `wild_draws`.
    level
        Confidence level of the intervals.
    keep
        Whether to keep t*, as `romano_wolf` needs it.

    Raises
    ------
    EstimationError
        For a term that is not in its fit, a level outside (0, 1), fewer than two clusters, clusters unknown to `draws`,
        or as `blocks`.
    """
    if not 0 < level < 1:
        raise EstimationError(f"expected a confidence level between 0 and 1; got {level}")
    tasks = [_task(hypothesis, draws) for hypothesis in hypotheses]
    signs = draws.kind == "rademacher"
    for start, stop in draws.spans(_CHUNK_CELLS // len(draws.labels)):
        weights = draws.weights(start, stop)
        for task in tasks:
            if task.terms is not None:
                drawn = weights if len(task.rows) == len(weights) else weights[task.rows]
                task.values[:, start:stop] = coefficients_by_draw(task.terms, drawn, signs=signs)
    return tuple(
        _without_variance(task.hypothesis, draws, level)
        if task.terms is None
        else _test(task, task.terms.sigma, draws, level, keep=keep)
        for task in tasks
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """A hypothesis with what its draws need; `values`, shape (5, draws), is filled draw by draw."""

    hypothesis: Hypothesis
    robust: Covariance
    rows: NDArray[np.intp]
    terms: WildTerms | None
    values: NDArray[np.float64]


def _task(hypothesis: Hypothesis, draws: Draws) -> _Task:
    fit, term = hypothesis.fit, hypothesis.term
    require_term(fit, term)
    rows = draws.rows(fit.within.cluster_labels)
    return _Task(hypothesis, covariance(fit, "CR1"), rows, wild_terms(fit, term), np.empty((5, draws.size)))


def require_term(fit: Fit, term: str) -> None:
    """Raise an error that says why `term` has no coefficient in `fit`, if it has none."""
    if term in fit.terms:
        return
    reasons = {dropped.term: dropped.reason for dropped in fit.dropped}
    why = f"it was dropped as {reasons[term]}" if term in reasons else f"its terms are {', '.join(fit.terms) or 'none'}"
    raise EstimationError(
        f"there is no coefficient of {term!r} to test in the model for {fit.outcome!r}: {why}",
        zh=f"模型中没有 {term!r} 的系数，无法检验。",
    )


def _test(task: _Task, sigma: float, draws: Draws, level: float, *, keep: bool) -> WildTest:
    fit, term, null = task.hypothesis.fit, task.hypothesis.term, task.hypothesis.null
    values, j = task.values, fit.terms.index(term)
    estimate = float(fit.coefficients[j])
    error = float(np.sqrt(task.robust.matrix[j, j]))
    curve = p_curve(values, enumerated=draws.enumerated)
    s = (estimate - null) / sigma
    spread = values[2] + s * (values[3] + s * values[4])
    degenerate = float(np.mean(spread <= 0))
    hull = accepted(curve, level)
    best = smallest_p(draws, fit.n_clusters)
    facts: dict[WildNote, bool] = {
        "unbounded_below": hull.high == np.inf,
        "unbounded_above": hull.low == -np.inf,
        "disconnected": not hull.connected,
        "degenerate_draws": degenerate > _MANY_DEGENERATE,
        "level_out_of_reach": best > 1 - level,
    }
    return WildTest(
        outcome=fit.outcome,
        term=term,
        null=null,
        estimate=estimate,
        std_error=error,
        statistic=(estimate - null) / error,
        p_value=float(curve.at(np.array([s]))[0]),
        conf_low=estimate - hull.high * sigma,  # s grows as the hypothesised value falls
        conf_high=estimate - hull.low * sigma,
        level=level,
        kind=draws.kind,
        kind_reason=draws.kind_reason,
        count=draws.count,
        enumerated=draws.enumerated,
        seed=draws.seed,
        n_clusters=fit.n_clusters,
        degenerate=degenerate,
        smallest_p=best,
        notes=tuple(note for note, holds in facts.items() if holds),
        t_star=_t_star(values, s, spread, task.robust.factor) if keep else None,
    )


def _t_star(values: NDArray[np.float64], s: float, spread: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    out = np.full(len(spread), np.inf)
    known = spread > 0
    out[known] = (values[0] + s * values[1])[known] / np.sqrt(factor * spread[known])
    return out


def _without_variance(hypothesis: Hypothesis, draws: Draws, level: float) -> WildTest:
    fit, nan = hypothesis.fit, float("nan")
    return WildTest(
        outcome=fit.outcome,
        term=hypothesis.term,
        null=hypothesis.null,
        estimate=float(fit.coefficients[fit.terms.index(hypothesis.term)]),
        std_error=0.0,
        statistic=nan,
        p_value=nan,
        conf_low=nan,
        conf_high=nan,
        level=level,
        kind=draws.kind,
        kind_reason=draws.kind_reason,
        count=draws.count,
        enumerated=draws.enumerated,
        seed=draws.seed,
        n_clusters=fit.n_clusters,
        degenerate=nan,
        smallest_p=smallest_p(draws, fit.n_clusters),
        notes=("zero_variance",),
        t_star=None,
    )
