"""The road for two fixed effects of many levels each: linearmodels' AbsorbingLS instead of moments.

A second effect enters the moments as dummies; with more than 200 levels these would outgrow the data. The sample, the
convention of CR1 and the shape of the results are the same; the share of variation explained within is not reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.estimate.fitting import VCOV, FittedStep, require_separate_treatment
from liandong.estimate.peer import PeerFit, fit_linearmodels
from liandong.estimate.peer_rows import codes, independent
from liandong.inference import Coefficients, Dropped
from liandong.models.plan import ModelPlan, PlannedStep

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class _Columns:
    """The sample as arrays: outcome, fixed-effect codes, cluster codes and weights, each of shape (n,)."""

    outcome: NDArray[np.float64]
    effects: tuple[NDArray[np.intp], ...]
    cluster: NDArray[np.intp]
    weight: NDArray[np.float64] | None


def fit_absorbing(rows: pl.DataFrame, plan: ModelPlan, weight: str | None) -> tuple[FittedStep, ...]:
    """Fit every step of `plan` on the estimation sample `rows`.

    Raises
    ------
    EstimationError
        When the treatment cannot be told apart from the controls or the fixed effects, or too few rows are left.
    """
    data = _Columns(
        outcome=_numbers(rows, plan.outcome),
        effects=tuple(codes(rows[name]) for name in plan.absorb),
        cluster=codes(rows[plan.cluster]),
        weight=None if weight is None else _numbers(rows, weight),
    )
    return tuple(_fit_step(rows, data, plan, step) for step in plan.steps)


def _fit_step(rows: pl.DataFrame, data: _Columns, plan: ModelPlan, step: PlannedStep) -> FittedStep:
    x = {term.name: _numbers(rows, term.name) for term in step.terms}
    where = f"{plan.name}, step {step.name!r}"
    dropped = _dropped(x, data, plan.treatment)
    require_separate_treatment(plan.treatment, dropped, where)
    fitted = fit_linearmodels(data.outcome, x, data.effects, data.cluster, data.weight)
    if fitted.n_obs <= fitted.n_parameters:
        raise EstimationError(
            f"{fitted.n_obs} rows cannot carry {fitted.n_parameters} coefficients",
            where=where,
            hint="drop controls, or absorb a coarser effect",
            zh="样本量不足以估计模型的全部参数。",
        )
    return FittedStep(step, _coefficients(fitted), dropped, float("nan"))


def _dropped(x: dict[str, NDArray[np.float64]], data: _Columns, treatment: str) -> tuple[Dropped, ...]:
    """Return the columns left out; a column taken for the treatment's sake names it, as in the moments' road."""
    weight = np.ones(len(data.outcome)) if data.weight is None else data.weight
    kept = independent(x, data.effects, weight)
    last = independent(
        {**{n: v for n, v in x.items() if n != treatment}, treatment: x[treatment]}, data.effects, weight
    )
    of = () if treatment in last else (treatment,)
    return tuple(Dropped(name, "collinear", of) for name in x if name not in kept)


def _coefficients(fitted: PeerFit) -> Coefficients:
    from scipy.special import stdtr, stdtrit

    df = np.full(len(fitted.terms), float(fitted.n_clusters - 1))
    statistic = fitted.estimate / fitted.std_error
    reach = stdtrit(df, 0.5 + _LEVEL / 2) * fitted.std_error
    return Coefficients(
        terms=fitted.terms,
        estimate=fitted.estimate,
        std_error=fitted.std_error,
        df=df,
        statistic=statistic,
        p_value=2 * stdtr(df, -np.abs(statistic)),
        conf_low=fitted.estimate - reach,
        conf_high=fitted.estimate + reach,
        vcov=VCOV,
        level=_LEVEL,
    )


def _numbers(rows: pl.DataFrame, column: str) -> NDArray[np.float64]:
    values: NDArray[np.float64] = rows[column].cast(pl.Float64).to_numpy()
    return values
