"""The treatment's coefficient in one specification, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from liandong.errors import EstimationError
from liandong.inference import Fit, coefficients, fit, variation
from liandong.moments import Within

Conclusion = Literal["positive", "negative", "unclear"]


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
    within: Within, outcome: str, regressors: Sequence[str], kinds: Sequence[str]
) -> dict[str, Answer | Failure]:
    """Return the coefficient of the first of `regressors`, the treatment, by kind of covariance.

    A failure's flag is ``one_cluster``, ``outcome_constant``, ``outcome_absorbed``, ``treatment_constant``,
    ``treatment_absorbed``, ``treatment_collinear``, ``too_few_rows``, ``no_variance`` (nothing is left to estimate the
    standard error from) or ``no_leverage`` (the cells that CR2 and CR3 need are too many to keep).
    """
    fitted = _fitted(within, outcome, regressors)
    if isinstance(fitted, Failure):
        return dict.fromkeys(kinds, fitted)
    return {kind: _answer(fitted, regressors[0], kind) for kind in kinds}


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


def _answer(fitted: Fit, treatment: str, kind: str) -> Answer | Failure:
    size = (fitted.n_obs, fitted.n_clusters)
    try:
        found = coefficients(fitted, kind)
    except EstimationError:  # all else that can be wrong with a covariance has been excluded
        return Failure("no_leverage", *size)
    at = found.terms.index(treatment)
    estimate, std_error, df, p_value, low, high = (
        float(values[at])
        for values in (found.estimate, found.std_error, found.df, found.p_value, found.conf_low, found.conf_high)
    )
    if not np.isfinite([std_error, df, p_value]).all():
        return Failure("no_variance", *size)
    return Answer(estimate, std_error, df, p_value, low, high, fitted.within.sd(fitted.outcome), *size)
