"""Treated against untreated, for every effect of a study whose treatment has two values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.balance.arms import ArmedRows, flow_by_arm, known, missing_by_arm, with_arms, without_lone_rows
from liandong.balance.covariates import compare_covariates
from liandong.balance.joint import joint_tests
from liandong.definitions import Assignment, Effect, Inference, Step
from liandong.evidence import TABLES
from liandong.models import (
    Level,
    ModelPlan,
    PlannedStep,
    Term,
    find_levels,
    plan_effects,
    plan_moments,
    positive_weights,
    with_terms,
)
from liandong.moments import MAX_DUMMIES, Within

_JOINT = "all covariates"
_TWO = 2


@dataclass(frozen=True, slots=True)
class ArmComparison:
    """The tables balance, balance_tests, arms and missing_by_arm."""

    balance: pl.DataFrame
    balance_tests: pl.DataFrame
    arms: pl.DataFrame
    missing_by_arm: pl.DataFrame


def compare_arms(
    frame: pl.DataFrame,
    effects: Sequence[Effect],
    assignments: Mapping[str, Assignment],
    inference: Inference,
    *,
    weight: str | None = None,
    nominal: Collection[str] = (),
) -> ArmComparison:
    """Compare the arms of every effect whose treatment has two values; others have no rows.

    A treatment with more values is not cut in two for this: where to cut would be a choice that nobody made.

    Covariates (`Effect.balanced`) are compared among all accepted rows whose treatment and covariate are known (with a
    positive weight, where there are weights), whatever the outcomes: whom the treatment went to is asked before who
    answered. So `n_treated` differs from one covariate to the next, and from the models' samples; tables ``arms`` and
    ``missing_by_arm`` say what lies between. In a randomised design differences check the procedure; in an
    observational one they describe whom the treatment reached.

    ``balance``: one row per covariate, one per level of a nominal one. `std_difference` is the difference divided by
    √((s²_treated + s²_untreated)/2) (Austin 2009; a 0/1 column has the variance p (1 - p)). The columns `within_*` are
    the coefficient of the treatment in a regression of the covariate on it with the effect's fixed effects, CR2 with
    its degrees of freedom; null where treatment or covariate do not vary within them. ``balance_tests``: see
    :func:`liandong.balance.joint.joint_tests`; the reference level of a nominal covariate is left out.

    Parameters
    ----------
    frame
        Accepted rows with scale scores and derived columns.
    effects
        From the study's definitions.
    assignments
        How the treatment of each effect came about, by the effect's id.
    inference
        Draws and seed of the bootstrap.
    weight, nominal
        As for :func:`liandong.estimate.estimate_effects`.
    """
    parts = [_compare(frame, effect, assignments[effect.id], inference, weight, nominal) for effect in effects]
    return ArmComparison(*(_table(name, [row for p in parts for row in p[name]]) for name in _TABLES))


_TABLES = ("balance", "balance_tests", "arms", "missing_by_arm")
Rows = dict[str, list[dict[str, Any]]]


def _compare(
    frame: pl.DataFrame,
    effect: Effect,
    assignment: Assignment,
    inference: Inference,
    weight: str | None,
    nominal: Collection[str],
) -> Rows:
    armed = with_arms(frame, effect.treatment)
    if armed is None:
        return {name: [] for name in _TABLES}
    plans = plan_effects(frame, [effect], nominal)
    coded = ArmedRows(with_terms(armed.rows, plans))
    terms = _terms(frame, effect, nominal)
    template = plans[0]
    present = ArmedRows(positive_weights(with_terms(armed.rows, [_plan(template, _JOINT, terms)]), weight))
    within = _within(present, template, terms, weight)
    balance = list(compare_covariates(present, effect.id, effect.treatment, terms, within, weight))
    return {
        "balance": balance,
        "balance_tests": list(_tests(effect, assignment, inference, terms, within)),
        "arms": [row for plan in plans for row in flow_by_arm(coded, plan, weight)],
        "missing_by_arm": list(missing_by_arm(armed, effect)),
    }


def _terms(frame: pl.DataFrame, effect: Effect, nominal: Collection[str]) -> tuple[Term, ...]:
    """Return the compared columns as terms; every level of a nominal one, the reference first."""
    columns = tuple(column for column in effect.balanced if column != effect.treatment)
    levels = find_levels(frame, [effect.model_copy(update={"steps": (Step(name=_JOINT, add=columns),)})], nominal)

    def of(column: str) -> tuple[Term, ...]:
        found: tuple[Level, ...] | None = levels.get(column)
        if found is None:
            return (Term(column, column),)
        return tuple(Term(f"{column}={level}", column, level) for level in found)

    return tuple(term for column in columns for term in of(column))


def _plan(template: ModelPlan, outcome: str, terms: Sequence[Term]) -> ModelPlan:
    return ModelPlan(
        effect=template.effect,
        role=template.role,
        outcome=outcome,
        treatment=template.treatment,
        cluster=template.cluster,
        absorb=template.absorb,
        steps=(PlannedStep(_JOINT, tuple(terms)),),
    )


def _within(armed: ArmedRows, template: ModelPlan, terms: Sequence[Term], weight: str | None) -> dict[str, Within]:
    """Return the moments of each covariate beside the treatment, and of all together under ``all covariates``.

    Samples that no regression can carry are left out: treatment or covariate without two values among rows that are
    not alone in their fixed effect, or fewer than two clusters.
    """
    rows, treatment = armed.known, Term(template.treatment, template.treatment)
    if len(template.absorb) == _TWO and rows[template.absorb[1]].n_unique() > MAX_DUMMIES + 1:
        return {}
    plans = {
        term.name: _plan(template, term.name, [treatment]) for term in terms if _carries(rows, template, [term.name])
    }
    joint = _without_references(terms)
    if joint and _carries(rows, template, [term.name for term in joint]):
        plans[_JOINT] = _plan(template, treatment.name, joint)
    if not plans:
        return {}
    found = plan_moments(rows, list(plans.values()), weight).within
    return {name: found[plan.name] for name, plan in plans.items()}


def _carries(rows: pl.DataFrame, plan: ModelPlan, columns: Sequence[str]) -> bool:
    needed = [plan.treatment, *columns, *plan.absorb]
    complete = without_lone_rows(rows.filter(pl.all_horizontal(known(rows, name) for name in needed)), plan.absorb)
    several = [plan.cluster, plan.treatment, *columns[:1]]
    return bool(complete.select(pl.all_horizontal(pl.col(name).n_unique() >= _TWO for name in several)).item())


def _without_references(terms: Sequence[Term]) -> tuple[Term, ...]:
    references: dict[str, str] = {}
    for term in terms:
        if term.level is not None:
            references.setdefault(term.column, term.name)
    return tuple(term for term in terms if term.name != references.get(term.column))


def _tests(
    effect: Effect, assignment: Assignment, inference: Inference, terms: Sequence[Term], within: Mapping[str, Within]
) -> Iterator[dict[str, Any]]:
    if not terms:
        return
    if _JOINT not in within:
        yield {"effect": effect.id, "method": "wald_CR1", "n_covariates": 0, "note": "no_sample"}
        return
    names = [term.name for term in _without_references(terms)]
    randomised = assignment.kind == "randomised"
    for row in joint_tests(
        within[_JOINT],
        effect.treatment,
        names,
        randomised=randomised,
        seed=inference.seed,
        draws=inference.draws,
    ):
        yield {"effect": effect.id, **row}


def _table(name: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(TABLES[name].columns), orient="row")
