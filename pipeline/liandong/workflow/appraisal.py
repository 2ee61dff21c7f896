"""From fitted models to what a reader and an auditor ask next, each answer a table of the bundle."""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

from liandong.audit import (
    explanation_table,
    multiplicity_table,
    prospect_table,
    sensitivity_tables,
    verdict_tables,
)
from liandong.estimate import Robust, method_table, randomised_answers, robust_answers
from liandong.models import headline_models
from liandong.workflow.case import Case, Write, effect_assignments
from liandong.workflow.further import ask_further


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
    sensitivity = sensitivity_tables(models)
    for name in fields(sensitivity):
        write(name.name, getattr(sensitivity, name.name))
    ask_further(case, write)
    return [*found.robust.notes, *found.remarks]
