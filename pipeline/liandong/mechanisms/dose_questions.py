"""Plan before run: the values of a treatment in the samples of its outcomes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.definitions import Effect
from liandong.mechanisms.contrasts import unfit
from liandong.mechanisms.level_columns import find_level_values, indicator, sample_rows
from liandong.mechanisms.level_moments import level_moments
from liandong.models import ModelPlan, plan_effects, positive_weights, with_terms
from liandong.moments import Within

MOST_DOSES = 30
_TWO = 2


@dataclass(frozen=True, slots=True)
class Dose:
    """A value of the treatment in one sample."""

    value: Any
    n_obs: int
    n_clusters: int


@dataclass(frozen=True, slots=True)
class DoseQuestion:
    """One outcome of an effect by the values of its treatment; `within` is None when no row is complete."""

    plan: ModelPlan
    doses: tuple[Dose, ...]
    within: Within | None

    @property
    def controls(self) -> list[str]:
        """Columns of the last step but the treatment."""
        return [term.name for term in self.plan.terms if term.name != self.plan.treatment]

    @property
    def obstacle(self) -> str:
        """Why nothing can be compared, as a key; empty if something can."""
        if self.within is None:
            return "no_sample"
        return "one_value" if len(self.doses) < _TWO else unfit(self.within, self.plan.outcome)

    @property
    def spread(self) -> list[Any]:
        """The values that occur in two clusters at least."""
        return [dose.value for dose in self.doses if dose.n_clusters >= _TWO]

    @property
    def confined(self) -> list[Any]:
        """The values that occur in one cluster only."""
        return [dose.value for dose in self.doses if dose.n_clusters < _TWO]

    def columns(self, values: Sequence[Any]) -> list[str]:
        """Return the 0/1 columns of `values`."""
        return [_column(self.plan.treatment, value) for value in values]


def _column(treatment: str, value: Any) -> str:
    return f"{treatment}={value}"


def plan_doses(
    frame: pl.DataFrame, effect: Effect, weight: str | None, nominal: Collection[str]
) -> Iterator[DoseQuestion]:
    """Yield the questions of one effect, one per outcome; one pass over the rows serves them all.

    Raises
    ------
    EstimationError
        As :func:`liandong.mechanisms.dose_tables`.
    """
    plans = plan_effects(frame, [effect], nominal)
    rows = positive_weights(with_terms(frame, plans), weight)
    where = f"analysis.effects: {effect.id}, dose_response"
    values = find_level_values(rows, effect.treatment, MOST_DOSES, where, "a treatment")
    levels = [_column(effect.treatment, value) for value in values]
    coded = rows.with_columns(indicator(rows, effect.treatment, v).alias(_column(effect.treatment, v)) for v in values)
    measured = {plan.name: [*(term.name for term in plan.terms), plan.outcome] for plan in plans}
    samples = {plan.name: sample_rows(coded, measured[plan.name], plan.absorb) for plan in plans}
    asked = {name: [*measured[name], *levels] for name, sample in samples.items() if sample.height}
    within = level_moments(coded, plans[0], asked, weight)
    for plan in plans:
        yield DoseQuestion(plan, _count_doses(samples[plan.name], plan), within.get(plan.name))


def _count_doses(rows: pl.DataFrame, plan: ModelPlan) -> tuple[Dose, ...]:
    counts = rows.group_by(pl.col(plan.treatment).alias("value")).agg(
        pl.len().alias("n_obs"), pl.col(plan.cluster).n_unique().alias("n_clusters")
    )
    return tuple(Dose(**row) for row in counts.sort("value").iter_rows(named=True))
