"""The treatment's coefficient in one specification, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from liandong.errors import EstimationError
from liandong.inference import Fit, covariance, fit, variation
from liandong.moments import Within
from liandong.multiverse.variances import ADJUSTED, Shared, adjusted_variances, share

Conclusion = Literal["positive", "negative", "unclear"]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Answer:
    """The treatment's coefficient with its 95 % interval, in the units of the outcome; `sd` is that of the outcome."""

    estimate: float
    std_error: float
    df: float
    p_value: float
    conf_low: float
    conf_high: float
    sd: float
    n_obs: int
    n_clusters: int

    @property
    def estimate_sd(self) -> float:
        """The coefficient in standard deviations of the outcome."""
        return self.estimate / self.sd

    @property
    def conclusion(self) -> Conclusion:
        """On which side of zero the interval lies; "unclear" where it holds zero."""
        if self.conf_low > 0:
            return "positive"
        return "negative" if self.conf_high < 0 else "unclear"


@dataclass(frozen=True, slots=True)
class Failure:
    """A specification without a number: the reason as a key, and what is known of its sample."""

    flag: str
    n_obs: int | None = None
    n_clusters: int | None = None


def answers(
    within: Within, outcomes: Sequence[str], regressors: Sequence[str], kinds: Sequence[str]
) -> dict[str, dict[str, Answer | Failure]]:
    """Return the coefficient of the first of `regressors`, the treatment, by outcome and kind of covariance.

    A failure's flag is ``one_cluster``, ``outcome_constant``, ``outcome_absorbed``, ``treatment_constant``,
    ``treatment_absorbed``, ``treatment_collinear``, ``too_few_rows``, ``zero_variance`` (nothing is left to estimate
    the standard error from), and for CR2 and CR3 ``not_identified_without_cluster`` (one cluster alone identifies the
    treatment, so that they would be too small) or ``crossing_effect_too_fine`` (the cells that they need are too many).
    """
    found: dict[str, dict[str, Answer | Failure]] = {}
    shared: Shared | str | None = None
    for outcome in outcomes:
        fitted = _fitted(within, outcome, regressors)
        if isinstance(fitted, Failure):
            found[outcome] = dict.fromkeys(kinds, fitted)
            continue
        if shared is None and ADJUSTED.intersection(kinds):
            shared = _shared(fitted, regressors[0], kinds)
        own = adjusted_variances(fitted, shared) if isinstance(shared, Shared) else {}
        lacking = shared if isinstance(shared, str) else ""
        found[outcome] = {kind: _answer(fitted, regressors[0], kind, own.get(kind), lacking) for kind in kinds}
    return found


def _shared(fitted: Fit, treatment: str, kinds: Sequence[str]) -> Shared | str:
    """Return what the outcomes share, or the flag of those that cannot have it."""
    try:
        shared = share(fitted, treatment, kinds)
    except EstimationError:  # too many cells are the only thing that has not been excluded
        return "crossing_effect_too_fine"
    return "not_identified_without_cluster" if shared.rests_on_one else shared


def _fitted(within: Within, outcome: str, regressors: Sequence[str]) -> Fit | Failure:
    treatment = regressors[0]
    size = (within.n_obs, within.n_clusters)
    if within.n_clusters < 2:  # noqa: PLR2004 - a variance between clusters needs two
        return Failure("one_cluster", *size)
    for what, column in (("outcome", outcome), ("treatment", treatment)):
        found = variation(within, column)
        if found != "varies":
            return Failure(f"{what}_{found}", *size)
    fitted = fit(within, outcome, regressors)
    if any(treatment in (column.term, *column.of) for column in fitted.dropped):
        return Failure("treatment_collinear", *size)
    levels = 1 if within.effect is None or within.nested else within.n_levels
    return Failure("too_few_rows", *size) if fitted.n_obs <= fitted.rank + levels else fitted


def _answer(
    fitted: Fit, treatment: str, kind: str, adjusted: tuple[float, float] | None, lacking: str
) -> Answer | Failure:
    """Return the answer by `kind`: from the `adjusted` variance and its df, if it is of that kind and not `lacking`."""
    from scipy.special import stdtr, stdtrit

    size = (fitted.n_obs, fitted.n_clusters)
    at = fitted.terms.index(treatment)
    if kind in ADJUSTED and adjusted is None:
        return Failure(lacking, *size)
    if adjusted is None:
        found = covariance(fitted, kind)
        adjusted = float(found.matrix[at, at]), float(found.df[at])
    variance, df = adjusted
    if not (variance > 0 and np.isfinite([variance, df]).all()):
        return Failure("zero_variance", *size)
    estimate, error = float(fitted.coefficients[at]), float(np.sqrt(variance))
    reach = float(stdtrit(df, 0.5 + _LEVEL / 2)) * error
    p_value = 2 * float(stdtr(df, -abs(estimate) / error))
    sd = fitted.within.sd(fitted.outcome)
    return Answer(estimate, error, df, p_value, estimate - reach, estimate + reach, sd, *size)
