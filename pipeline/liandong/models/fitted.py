"""Fitted models with the plan and the design that they belong to: what every judgement of a result starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from liandong.errors import EstimationError
from liandong.inference import Fit
from liandong.models.design import Design
from liandong.models.plan import ModelPlan, PlannedStep
from liandong.models.sample import positive_weights
from liandong.moments import Samples, within_samples


@dataclass(frozen=True, slots=True)
class FittedModel:
    """One step of one plan, fitted from moments.

    Attributes
    ----------
    plan, planned
        Effect, outcome and design; and the step with its terms.
    fit
        Coefficients, bread and scores, with the within moments they came from.
    design
        How treatment and clusters are spread over the sample; the same for all steps of a plan.
    """

    plan: ModelPlan
    planned: PlannedStep
    fit: Fit
    design: Design

    @property
    def effect(self) -> str:
        """Identifier of the effect."""
        return self.plan.effect

    @property
    def role(self) -> str:
        """Primary, secondary or exploratory."""
        return self.plan.role

    @property
    def outcome(self) -> str:
        """Column of the outcome."""
        return self.plan.outcome

    @property
    def treatment(self) -> str:
        """Column of the treatment, one of the terms."""
        return self.plan.treatment

    @property
    def step(self) -> str:
        """Name of the step."""
        return self.planned.name

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.plan.name}, step {self.step!r}"


def headline_models(models: Iterable[FittedModel]) -> tuple[FittedModel, ...]:
    """Return the last step of every effect and outcome: the one that the report argues from."""
    last: dict[tuple[str, str], FittedModel] = {}
    for model in models:
        last[(model.effect, model.outcome)] = model
    return tuple(last.values())


def plan_moments(coded: pl.DataFrame, plans: Sequence[ModelPlan], weight: str | None) -> Samples:
    """Return the within moments of the sample of each plan, by the plan's name, from one pass over the rows.

    Parameters
    ----------
    coded
        Rows with a column per term (see :func:`liandong.models.coding.with_terms`).
    plans
        With the same clusters and fixed effects. A second clustering splits the cells, unless that makes too many.
    weight
        Column of sampling weights.

    Raises
    ------
    EstimationError
        As :func:`liandong.moments.within_samples`; the message names the plans.
    """
    first = plans[0]
    try:
        return within_samples(
            positive_weights(coded, weight),
            {plan.name: [*(term.name for term in plan.terms), plan.outcome] for plan in plans},
            first.cluster,
            first.absorb[0] if first.absorb else None,
            weight,
            second_effect=first.absorb[1] if len(first.absorb) > 1 else None,
            keys=[] if first.second_cluster is None else [first.second_cluster],
        )
    except EstimationError as error:
        where = error.where or "; ".join(plan.name for plan in plans)
        raise EstimationError(error.message, where=where, hint=error.hint, zh=error.zh) from error
