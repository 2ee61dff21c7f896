"""From fitted models to what a reader and an auditor ask next, each answer a table of the bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from liandong.audit import explanation_table, multiplicity_table, verdict_tables
from liandong.definitions import Assignment, Study
from liandong.estimate import Estimates, method_table, randomised_answers, robust_answers
from liandong.models import headline_models

Write = Callable[[str, pl.DataFrame], None]


@dataclass(frozen=True, slots=True)
class Case:
    """What the stages after the models work on."""

    study: Study
    frame: pl.DataFrame
    weight: str | None
    nominal: frozenset[str]
    estimates: Estimates


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
    assignments = effect_assignments(case.study)
    robust = robust_answers(models, analysis.inference)
    randomised, remarks = randomised_answers(case.frame, headline, assignments, analysis.inference, case.weight)
    added = method_table(robust, randomised, headline, case.weight)
    estimates = pl.concat([case.estimates.estimates, added])
    write("estimates", estimates)
    verdicts, influence = verdict_tables(headline, estimates, assignments, analysis.inference)
    write("verdicts", verdicts)
    write("influence", influence)
    write("explanations", explanation_table(headline))
    write("multiplicity", multiplicity_table(analysis.families, headline, robust.wild))
    return [*robust.notes, *remarks]


def effect_assignments(study: Study) -> dict[str, Assignment]:
    """Return how the treatment of each effect came about: its own account, or the design's."""
    design = study.spec.design
    general = design.assignment if design else Assignment(kind="observational")
    return {effect.id: effect.assignment or general for effect in study.spec.analysis.effects}
