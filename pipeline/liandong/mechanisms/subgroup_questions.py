"""Plan before run: which treatment coefficients are compared between the levels of which subgroup."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.definitions import Effect
from liandong.mechanisms.level_columns import (
    LevelCounts,
    count_levels,
    find_level_values,
    indicator,
    known_values,
    sample_rows,
)
from liandong.mechanisms.level_moments import level_moments
from liandong.models import ModelPlan, plan_effects, positive_weights, with_terms
from liandong.moments import Within

MOST_GROUPS = 20

Values = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One outcome of an effect in the levels of one subgroup.

    Attributes
    ----------
    plan
        The model; its last step has the controls.
    subgroup
        Column of the groups.
    values
        Its sorted values.
    counts
        Who stands behind each of them.
    missing
        Rows and clusters in which only the subgroup is not known.
    within
        Moments of the sample; None when no row is complete.
    """

    plan: ModelPlan
    subgroup: str
    values: tuple[Any, ...]
    counts: tuple[LevelCounts, ...]
    missing: tuple[int, int]
    within: Within | None

    @property
    def base(self) -> list[str]:
        """0/1 columns of the levels but the first, and the controls."""
        return [*_mains(self.subgroup, self.values), *_controls(self.plan)]

    def interactions(self, values: Sequence[Any]) -> list[str]:
        """Return the columns treatment × level of `values`."""
        return [_interaction(self.plan.treatment, self.subgroup, value) for value in values]


def plan_questions(
    frame: pl.DataFrame, effect: Effect, weight: str | None, nominal: Collection[str]
) -> tuple[Question, ...]:
    """Return the questions of `effect`, outcomes first; one pass over the rows serves them all.

    Raises
    ------
    EstimationError
        As :func:`liandong.mechanisms.heterogeneity_tables`.
    """
    plans = plan_effects(frame, [effect], nominal)
    where = f"analysis.effects: {effect.id}, subgroups"
    rows = positive_weights(with_terms(frame, plans), weight)
    values = {
        name: find_level_values(rows, name, MOST_GROUPS, where, "a column of groups") for name in effect.subgroups
    }
    coded = rows.with_columns(_level_columns(rows, effect.treatment, values))
    samples = {
        (plan.outcome, name): sample_rows(coded, [*_measured(plan), name], plan.absorb)
        for plan in plans
        for name in effect.subgroups
    }
    asked = {
        _sample(plan.outcome, name): _columns(plan, name, values[name])
        for plan in plans
        for name in effect.subgroups
        if samples[plan.outcome, name].height
    }
    within = level_moments(coded, plans[0], asked, weight)
    return tuple(
        Question(
            plan=plan,
            subgroup=name,
            values=values[name],
            counts=count_levels(samples[plan.outcome, name], name, values[name], plan.treatment, plan.cluster),
            missing=_missing(coded, plan, name),
            within=within.get(_sample(plan.outcome, name)),
        )
        for plan in plans
        for name in effect.subgroups
    )


def _sample(outcome: str, subgroup: str) -> str:
    return f"outcome {outcome!r}, subgroup {subgroup!r}"


def _columns(plan: ModelPlan, subgroup: str, values: tuple[Any, ...]) -> list[str]:
    interactions = [_interaction(plan.treatment, subgroup, value) for value in values]
    return list(dict.fromkeys([*interactions, *_mains(subgroup, values), *_measured(plan)]))


def _measured(plan: ModelPlan) -> list[str]:
    return [plan.treatment, *_controls(plan), plan.outcome]


def _controls(plan: ModelPlan) -> list[str]:
    return [term.name for term in plan.terms if term.name != plan.treatment]


def _level_columns(rows: pl.DataFrame, treatment: str, values: Values) -> Iterator[pl.Expr]:
    for name, levels in values.items():
        for value in levels:
            here = indicator(rows, name, value)
            yield here.alias(_main(name, value))
            yield (here * pl.col(treatment).cast(pl.Float64)).alias(_interaction(treatment, name, value))


def _main(subgroup: str, value: Any) -> str:
    return f"{subgroup}={value}"  # as the term of a nominal control is called, so that it enters once


def _mains(subgroup: str, values: tuple[Any, ...]) -> list[str]:
    return [_main(subgroup, value) for value in values[1:]]


def _interaction(treatment: str, subgroup: str, value: Any) -> str:
    return f"{treatment}×{subgroup}={value}"


def _missing(coded: pl.DataFrame, plan: ModelPlan, subgroup: str) -> tuple[int, int]:
    rows = sample_rows(coded.filter(~known_values(coded, subgroup)), [*_measured(plan), *plan.absorb], ())
    return rows.height, rows[plan.cluster].n_unique()
