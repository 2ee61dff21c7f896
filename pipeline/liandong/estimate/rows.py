"""Fitted models as rows of the table estimates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from liandong.estimate.fitting import VCOV, FittedStep
from liandong.evidence import TABLES
from liandong.inference import Coefficients
from liandong.inference.rounding import untested, without_rounding
from liandong.models import Design, ModelPlan

SAMPLE = "common"  # the complete cases of the largest step
ZERO_VARIANCE = "zero_variance"
_PERFECT = 1e-12  # standard error over coefficient, where there are no moments to say what rounding is


@dataclass(frozen=True, slots=True)
class Answer:
    """What one method says about the treatment of one step, in units of the outcome; NaN for what it does not say.

    `ci_method` is ``t`` or ``inversion``, empty without an interval; `flag` are codes joined by "+".
    """

    vcov: str
    estimate: float
    std_error: float
    df: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    ci_method: str
    flag: str = ""


def estimate_rows(plan: ModelPlan, fitted: FittedStep, design: Design, weight: str | None) -> Iterator[dict[str, Any]]:
    """Yield one row per regressor of the step in points, and the treatment's also in the other metrics.

    ``sd``: the coefficient divided by the standard deviation of the outcome over the whole estimation sample (treated
    and untreated, all clusters together; weighted, divisor n - 1), which is `outcome_sd` of the table design.
    ``range_share``: divided by the width of the outcome's theoretical range; absent where none is known. Both divisors
    count as known numbers, so that test and p-value stay the same.

    A regressor that was left out has a row without numbers, whose flag is ``dropped_constant`` (one value in the
    sample), ``dropped_absorbed`` (one value in each level of the fixed effect) or ``dropped_collinear``. The flags of
    the treatment are those of :class:`liandong.models.Design`. ``zero_variance`` marks a standard error of 0, for want
    of residuals: there is no test then, and no interval.
    """
    found = _settled(fitted)
    shared = _shared(plan, fitted.step.name, design, weight, fitted.r2_within)
    dropped = {column.term: column.reason for column in fitted.dropped}
    for term in fitted.step.terms:
        if term.name in dropped:
            yield _row(shared, term.name, "points", flag=f"dropped_{dropped[term.name]}")
            continue
        numbers = _numbers(found, term.name)
        flags = () if numbers["std_error"] else (ZERO_VARIANCE,)
        if term.name != plan.treatment:
            yield _row(shared, term.name, "points", flag="+".join(flags), **numbers)
        else:
            yield from _in_metrics(shared, term.name, design, numbers, "+".join((*design.flags, *flags)))


def answer_rows(
    plan: ModelPlan, step: str, design: Design, weight: str | None, r2_within: float, answer: Answer
) -> Iterator[dict[str, Any]]:
    """Yield the treatment's rows of one step under another method, in every metric."""
    shared = {**_shared(plan, step, design, weight, r2_within), "vcov": answer.vcov}
    names = (*_SCALED, "df", "statistic", "p_value")
    numbers = {name: getattr(answer, name) for name in names} | {"ci_method": answer.ci_method}
    yield from _in_metrics(shared, plan.treatment, design, numbers, answer.flag)


def estimate_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return `rows` with the columns of the table estimates; numbers that are not defined are null."""
    table = pl.DataFrame(rows, schema=dict(TABLES["estimates"].columns), orient="row")
    return table.with_columns(pl.col(pl.Float64).fill_nan(None))


_SCALED = ("estimate", "std_error", "conf_low", "conf_high")
_EMPTY = dict.fromkeys((*_SCALED, "df", "statistic", "p_value"))


def _shared(plan: ModelPlan, step: str, design: Design, weight: str | None, r2_within: float) -> dict[str, Any]:
    return {
        "effect": plan.effect,
        "role": plan.role,
        "outcome": plan.outcome,
        "step": step,
        "vcov": VCOV,
        "n_obs": design.n_obs,
        "n_clusters": design.n_clusters,
        "absorbed": "+".join(plan.absorb),
        "weights": weight or "",
        "sample": SAMPLE,
        "r2_within": r2_within if np.isfinite(r2_within) else None,
    }


def _in_metrics(
    shared: Mapping[str, Any], term: str, design: Design, numbers: Mapping[str, Any], flag: str
) -> Iterator[dict[str, Any]]:
    for metric, divisor in _divisors(design).items():
        scaled = {**numbers, **{name: numbers[name] / divisor for name in _SCALED}}
        yield _row(shared, term, metric, is_treatment=True, flag=flag, **scaled)


def _row(shared: Mapping[str, Any], term: str, metric: str, **own: Any) -> dict[str, Any]:
    base = {"term": term, "is_treatment": False, "metric": metric, "ci_method": "", "flag": "", **_EMPTY}
    return {**shared, **base, **own}


def _settled(fitted: FittedStep) -> Coefficients:
    """Return the coefficients without tests that rest on rounding."""
    found = fitted.coefficients
    if fitted.fit is not None:
        return without_rounding(fitted.fit, found)
    return untested(found, found.std_error <= _PERFECT * np.abs(found.estimate))


def _numbers(found: Coefficients, term: str) -> dict[str, Any]:
    at = found.terms.index(term)
    names = (*_SCALED, "df", "statistic", "p_value")
    numbers = {name: float(getattr(found, name)[at]) for name in names}
    return numbers | {"ci_method": "" if np.isnan(numbers["conf_low"]) else "t"}


def _divisors(design: Design) -> dict[str, float]:
    divisors = {"points": 1.0, "sd": design.outcome_sd}
    if design.outcome_range is not None:
        low, high = design.outcome_range
        divisors["range_share"] = high - low
    return divisors
