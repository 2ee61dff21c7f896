"""From fitted models to what a reader and an auditor ask next, each answer a table of the bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import polars as pl

from liandong.audit import (
    SensitivityTables,
    explanation_table,
    multiplicity_table,
    prospect_table,
    sensitivity_tables,
    verdict_tables,
)
from liandong.balance import ArmComparison, compare_arms
from liandong.definitions import Assignment, Study
from liandong.estimate import Estimates, Robust, method_table, randomised_answers, robust_answers
from liandong.mechanisms import dose_tables, heterogeneity_tables, mediation_table, ordinal_table
from liandong.models import headline_models
from liandong.multiverse import run_multiverse

Write = Callable[[str, pl.DataFrame], None]


@dataclass(frozen=True, slots=True)
class Case:
    """What the stages after the models work on."""

    study: Study
    frame: pl.DataFrame
    weight: str | None
    nominal: frozenset[str]
    estimates: Estimates


@dataclass(frozen=True, slots=True)
class Judged:
    """What every method says about the models, and which one to believe.

    Attributes
    ----------
    robust
        The answers that come from moments.
    estimates
        The table estimates with the rows of every method.
    verdicts, influence
        The tables of these names.
    remarks
        On randomisation inference, for the manifest.
    """

    robust: Robust
    estimates: pl.DataFrame
    verdicts: pl.DataFrame
    influence: pl.DataFrame
    remarks: tuple[str, ...]


def judge_models(case: Case) -> Judged:
    """Ask every method about the treatments of `case`, and judge which one the design can carry."""
    inference, models = case.study.spec.analysis.inference, case.estimates.models
    headline, assignments = headline_models(models), effect_assignments(case.study)
    robust = robust_answers(models, inference)
    randomised, remarks = randomised_answers(case.frame, headline, assignments, inference, case.weight)
    added = method_table(robust, randomised, headline, case.weight)
    estimates = pl.concat([case.estimates.estimates, added])
    verdicts, influence = verdict_tables(headline, estimates, assignments, inference)
    return Judged(robust, estimates, verdicts, influence, tuple(remarks))


def appraise(case: Case, write: Write) -> list[str]:
    """Write the estimates under every method, the verdicts, and the tables that follow; return notes.

    Raises
    ------
    EstimationError
        As the stages raise them.
    """
    analysis = case.study.spec.analysis
    models = case.estimates.models
    headline = headline_models(models)
    found = judge_models(case)
    verdicts = found.verdicts
    write("estimates", found.estimates)
    write("verdicts", verdicts)
    write("influence", found.influence)
    write("explanations", explanation_table(headline))
    write("multiplicity", multiplicity_table(analysis.families, headline, found.robust.wild))
    write("power", prospect_table(headline, verdicts, case.frame, analysis.inference))
    _write_all(sensitivity_tables(models), write)
    _ask_further(case, write)
    return [*found.robust.notes, *found.remarks]


def _ask_further(case: Case, write: Write) -> None:
    """Write what needs the rows once more: arms, the multiverse, mediation and the checks on ordered answers."""
    analysis, frame, weight, nominal = case.study.spec.analysis, case.frame, case.weight, case.nominal
    effects, assignments = analysis.effects, effect_assignments(case.study)
    comparison = compare_arms(frame, effects, assignments, analysis.inference, weight=weight, nominal=nominal)
    _write_all(comparison, write)
    by_id = {effect.id: effect for effect in effects}
    found = [run_multiverse(frame, by_id[m.effect], m, weight, nominal) for m in analysis.multiverses]
    if found:
        write("specifications", pl.concat([specifications for specifications, _ in found]))
        write("multiverse", pl.concat([summary for _, summary in found]))
    lots = [effect.treatment for effect in effects if assignments[effect.id].kind == "randomised"]
    if analysis.mediations:
        mediation = mediation_table(
            frame, analysis.mediations, analysis.inference, weight=weight, nominal=nominal, randomised=lots
        )
        write("mediation", mediation)
    chosen = {"draws": analysis.inference.draws, "seed": analysis.inference.seed}
    if any(effect.subgroups for effect in effects):
        heterogeneity, interactions = heterogeneity_tables(frame, effects, weight, nominal, **chosen)
        write("heterogeneity", heterogeneity)
        write("interactions", interactions)
    if any(effect.dose_response for effect in effects):
        dose, tests = dose_tables(frame, effects, weight, nominal, **chosen)
        write("dose", dose)
        write("dose_tests", tests)
    if any(effect.ordinal for effect in effects):
        write("ordinal", ordinal_table(frame, effects, weight=weight, nominal=nominal))


def _write_all(tables: ArmComparison | SensitivityTables, write: Write) -> None:
    for field in fields(tables):
        write(field.name, getattr(tables, field.name))


def effect_assignments(study: Study) -> dict[str, Assignment]:
    """Return how the treatment of each effect came about: its own account, or the design's."""
    design = study.spec.design
    general = design.assignment if design else Assignment(kind="observational")
    return {effect.id: effect.assignment or general for effect in study.spec.analysis.effects}
