"""Who is in which arm of an effect, and how the arms shrink from the accepted rows to the sample of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from liandong.definitions import Effect
from liandong.models import ModelPlan, complete_cases

Arm = Literal["treated", "untreated", "unknown"]
ARM = "__arm"
_BINARY = 2


@dataclass(frozen=True, slots=True)
class ArmedRows:
    """Accepted rows with the arm of each in a column ``__arm``."""

    rows: pl.DataFrame

    @property
    def known(self) -> pl.DataFrame:
        """The rows whose treatment is known."""
        return self.rows.filter(pl.col(ARM) != "unknown")

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Arms to report on: treated, untreated, and unknown where there are such rows."""
        unknown: tuple[Arm, ...] = ("unknown",) if (self.rows[ARM] == "unknown").any() else ()
        return ("treated", "untreated", *unknown)


def known(frame: pl.DataFrame, column: str) -> pl.Expr:
    """Return whether `column` has a value: neither null nor NaN."""
    present = pl.col(column).is_not_null()
    return present & pl.col(column).is_not_nan() if frame.schema[column].is_float() else present


def with_arms(frame: pl.DataFrame, treatment: str) -> ArmedRows | None:
    """Return `frame` with its arms, None unless the treatment has exactly two values; the higher one is treated."""
    dtype = frame.schema[treatment]
    if not (dtype.is_numeric() or dtype == pl.Boolean):
        return None
    values = frame.filter(known(frame, treatment))[treatment].cast(pl.Float64)
    if values.n_unique() != _BINARY:
        return None
    number = pl.col(treatment).cast(pl.Float64)
    arm = pl.when(number == values.max()).then(pl.lit("treated")).when(number == values.min()).then(pl.lit("untreated"))
    return ArmedRows(frame.with_columns(arm.otherwise(pl.lit("unknown")).alias(ARM)))


def flow_by_arm(armed: ArmedRows, plan: ModelPlan, weight: str | None) -> Iterator[dict[str, Any]]:
    """Yield the rows of table ``arms`` for one outcome.

    Stages: accepted; outcome_known (with a positive weight, where there are weights); complete_cases; and
    estimation_sample, without singletons of the fixed effects. `share` is that of the arm's accepted rows.
    """
    complete = complete_cases(armed.rows, plan, weight).rows
    positive = armed.rows if weight is None else armed.rows.filter(pl.col(weight) > 0)
    stages = {
        "accepted": armed.rows,
        "outcome_known": positive.filter(known(positive, plan.outcome)),
        "complete_cases": complete,
        "estimation_sample": without_lone_rows(complete, plan.absorb),
    }
    accepted = {arm: armed.rows.filter(pl.col(ARM) == arm).height for arm in armed.arms}
    for stage, rows in stages.items():
        for arm in armed.arms:
            own = rows.filter(pl.col(ARM) == arm)
            yield {
                "effect": plan.effect,
                "outcome": plan.outcome,
                "stage": stage,
                "arm": arm,
                "rows": own.height,
                "clusters": own[plan.cluster].n_unique(),
                "share": own.height / accepted[arm] if accepted[arm] else None,
                "suppressed": False,
            }


def missing_by_arm(armed: ArmedRows, effect: Effect) -> Iterator[dict[str, Any]]:
    """Yield the rows of table ``missing_by_arm``: outcomes, controls and compared columns, over the accepted rows."""
    controls = [column for step in effect.steps for column in step.add]
    fields = [f for f in dict.fromkeys([*effect.outcomes, *controls, *effect.balanced]) if f != effect.treatment]
    for field in fields:
        for arm in armed.arms:
            own = armed.rows.filter(pl.col(ARM) == arm)
            missing = own.select((~known(own, field)).sum()).item()
            yield {
                "effect": effect.id,
                "field": field,
                "arm": arm,
                "n": missing,
                "n_rows": own.height,
                "share": missing / own.height if own.height else None,
                "suppressed": False,
            }


def without_lone_rows(rows: pl.DataFrame, effects: Sequence[str]) -> pl.DataFrame:
    """Return `rows` without those that are alone in a level of an effect, again and again until none is."""
    while effects and not rows.is_empty():
        kept = rows.filter(pl.all_horizontal(pl.len().over(effect) > 1 for effect in effects))
        if kept.height == rows.height:
            break
        rows = kept
    return rows
