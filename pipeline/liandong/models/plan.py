"""Plan before run: an effect of the definitions becomes a list of models, each with its nested steps spelled out.

Coding of regressors. A numeric or boolean column enters as it is. A nominal column (text, or declared nominal in the
codebook) enters as one 0/1 column per level but the first; levels are sorted by value, so the reference is the lowest
code that occurs. Such a term is called ``column=level``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from liandong.definitions import Effect
from liandong.errors import EstimationError

Level = str | int | float | bool
Levels = Mapping[str, tuple[Level, ...]]


@dataclass(frozen=True, slots=True)
class Term:
    """One regressor: a column, or the 0/1 column of one `level` of a nominal column."""

    name: str
    column: str
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a nested model: all its regressors, the treatment first, those of earlier steps before its own."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """One outcome of an effect: the nested models that are fitted on one common sample.

    Attributes
    ----------
    effect, role, outcome, treatment
        As the definitions name them.
    cluster
        Column of cluster ids.
    absorb
        Fixed effects, the one with more levels first.
    steps
        Nested; the last one names every regressor.
    second_cluster
        The other column of a two-way clustering.
    """

    effect: str
    role: str
    outcome: str
    treatment: str
    cluster: str
    absorb: tuple[str, ...]
    steps: tuple[PlannedStep, ...]
    second_cluster: str | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """All regressors: those of the largest step."""
        return self.steps[-1].terms

    @property
    def measured(self) -> tuple[str, ...]:
        """Columns of the data whose complete cases are the sample: outcome, treatment, controls."""
        return tuple(dict.fromkeys([self.outcome, *(term.column for term in self.terms)]))

    @property
    def name(self) -> str:
        """How messages call the model."""
        return f"effect {self.effect!r}, outcome {self.outcome!r}"


def plan_models(effect: Effect, levels: Levels, effect_sizes: Mapping[str, int] | None = None) -> tuple[ModelPlan, ...]:
    """Expand `effect` into one plan per outcome.

    Parameters
    ----------
    effect
        From the study's definitions.
    levels
        The sorted levels of every nominal column among outcomes and regressors (see
        :func:`liandong.models.coding.find_levels`). A column that is not in it is numeric.
    effect_sizes
        How many levels the fixed effects have; of two, the larger is absorbed and the smaller enters as dummies.

    Returns
    -------
    tuple of ModelPlan
        In the order of the outcomes.

    Raises
    ------
    EstimationError
        When a treatment or an outcome is nominal, a nominal control is a fixed effect already, or a model would explain
        a column by itself.
    """
    for what, column in (("treatment", effect.treatment), *(("outcome", name) for name in effect.outcomes)):
        _require_numbers(effect, what, column, levels)
    _refuse_double_effects(effect, levels)
    sizes = effect_sizes or {}
    absorb = tuple(sorted(effect.absorb, key=lambda column: -sizes.get(column, 0)))
    steps = _steps(effect, levels)
    for outcome in effect.outcomes:
        _refuse_circle(effect, outcome, steps[-1].terms)
    return tuple(
        ModelPlan(
            effect=effect.id,
            role=effect.role,
            outcome=outcome,
            treatment=effect.treatment,
            cluster=effect.cluster[0],
            absorb=absorb,
            steps=steps,
            second_cluster=effect.cluster[1] if len(effect.cluster) > 1 else None,
        )
        for outcome in effect.outcomes
    )


def reference_levels(plans: Iterable[ModelPlan], levels: Levels) -> dict[str, Level]:
    """Return the reference level of each nominal control of `plans`."""
    nominal = {term.column for plan in plans for term in plan.terms if term.level is not None}
    return {column: levels[column][0] for column in sorted(nominal)}


def _require_numbers(effect: Effect, what: str, column: str, levels: Levels) -> None:
    if column in levels:
        raise EstimationError(
            f"expected {what} in numbers, such as 0/1; {column!r} is nominal with {len(levels[column])} levels",
            where=f"analysis.effects: {effect.id}",
            hint='derive one 0/1 column from it, such as expression: (mode == "visit") * 1',
            zh=f"变量 {column!r} 是分类变量，不能直接作为处理变量或结果变量，请先派生为 0/1 变量。",
        )


def _refuse_double_effects(effect: Effect, levels: Levels) -> None:
    for step in effect.steps:
        for column in step.add:
            if column in effect.absorb and column in levels:
                raise EstimationError(
                    f"expected controls beside the fixed effects; {column!r} is absorbed already",
                    where=f"analysis.effects: {effect.id}, step {step.name!r}",
                    hint="take it out of the step, or out of absorb",
                    zh=f"变量 {column!r} 已作为固定效应，不必再作为控制变量。",
                )


def _steps(effect: Effect, levels: Levels) -> tuple[PlannedStep, ...]:
    terms: dict[str, Term] = {effect.treatment: Term(effect.treatment, effect.treatment)}
    steps = []
    for step in effect.steps:
        for column in step.add:
            if column != effect.treatment:
                terms.update((term.name, term) for term in _coded(column, levels))
        steps.append(PlannedStep(step.name, tuple(terms.values())))
    return tuple(steps)


def _coded(column: str, levels: Levels) -> tuple[Term, ...]:
    if column not in levels:
        return (Term(column, column),)
    return tuple(Term(f"{column}={level}", column, level) for level in levels[column][1:])


def _refuse_circle(effect: Effect, outcome: str, terms: Sequence[Term]) -> None:
    if outcome in {term.column for term in terms}:
        raise EstimationError(
            f"expected an outcome other than the columns that explain it; {outcome!r} stands on both sides",
            where=f"analysis.effects: {effect.id}",
            hint="take it out of treatment and steps, or out of the outcomes",
            zh=f"结果变量 {outcome!r} 同时作为自变量出现。",
        )
