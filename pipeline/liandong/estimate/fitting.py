"""The nested models of one plan, fitted on the within moments of their common sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liandong.errors import EstimationError
from liandong.inference import Coefficients, Dropped, Fit, coefficients, fit
from liandong.models.plan import ModelPlan, PlannedStep
from liandong.moments import Within

VCOV = "CR1"


@dataclass(frozen=True, slots=True)
class FittedStep:
    """One step: coefficients of the kept regressors (the dummies of a second effect last), and those left out.

    `fit` is None where the coefficients do not come from moments.
    """

    step: PlannedStep
    coefficients: Coefficients
    dropped: tuple[Dropped, ...]
    r2_within: float
    fit: Fit | None = None


def fit_steps(within: Within, plan: ModelPlan) -> tuple[FittedStep, ...]:
    """Fit every step of `plan` on the sample of `within`.

    Raises
    ------
    EstimationError
        When the treatment cannot be told apart from the controls or the fixed effects, and as
        :func:`liandong.inference.fit` and :func:`liandong.inference.coefficients`; the message names model and step.
    """
    return tuple(_fit_step(within, plan, step) for step in plan.steps)


def _fit_step(within: Within, plan: ModelPlan, step: PlannedStep) -> FittedStep:
    where = f"{plan.name}, step {step.name!r}"
    try:
        fitted = fit(within, plan.outcome, [term.name for term in step.terms])
        require_separate_treatment(plan.treatment, fitted.dropped, where)
        return FittedStep(step, coefficients(fitted, VCOV), fitted.dropped, fitted.r2_within, fitted)
    except EstimationError as error:
        place = where if error.where in {None, where} else f"{where}; {error.where}"
        raise EstimationError(error.message, where=place, hint=error.hint, zh=error.zh) from error


def require_separate_treatment(treatment: str, dropped: Sequence[Dropped], where: str) -> None:
    """Raise when `treatment` was dropped, or a control that is a combination of it and others.

    In the second case the slope of the treatment would depend on which of the columns happened to be left out.
    """
    for column in dropped:
        if column.term == treatment:
            raise EstimationError(
                f"expected a treatment that the fixed effects do not explain; {treatment!r} is {column.reason}",
                where=where,
                hint="absorb a coarser unit, or fewer of them",
                zh=f"处理变量 {treatment!r} 已被固定效应完全解释。",
            )
        if treatment in column.of:
            raise EstimationError(
                f"expected controls that leave the treatment free; {treatment!r} follows exactly from"
                f" {', '.join(map(repr, [*(name for name in column.of if name != treatment), column.term]))}",
                where=where,
                hint=f"take {column.term!r} out of the steps, or choose a treatment that is not made of the controls",
                zh=f"处理变量 {treatment!r} 与控制变量完全共线，无法估计。",
            )
