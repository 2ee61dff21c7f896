"""``liandong explain-se``: the headline models under every program's conventions; writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from liandong.audit import Spread, explanation_table, spreads
from liandong.definitions import Codebook, Study, load_study
from liandong.errors import DefinitionError, Problem
from liandong.estimate import estimate_effects
from liandong.models import headline_models, nominal_columns
from liandong.workflow.appraisal import judge_models
from liandong.workflow.case import Case
from liandong.workflow.intake import take_in
from liandong.workflow.preparation import prepare


@dataclass(frozen=True, slots=True)
class ExplainResult:
    """Outcome of ``liandong explain-se``.

    Attributes
    ----------
    study_id
        Of the study.
    table
        The table explanations.
    spreads
        One per headline model of `table` that has a standard error.
    unexplained
        Effect and outcome of the models of two large fixed effects, which have no moments.
    verdicts
        The table verdicts: of all these answers, which one the report believes.
    """

    study_id: str
    table: pl.DataFrame
    spreads: tuple[Spread, ...]
    unexplained: tuple[tuple[str, str], ...]
    verdicts: pl.DataFrame


def explain_study(path: Path, *, on_progress: Callable[[str], None]) -> ExplainResult:
    """Fit the models of the study at `path`, answer for every convention, and judge which inference to believe.

    Raises
    ------
    DefinitionError, IngestError, ValidationError, EstimationError
        As the stages raise them; a DefinitionError also for a study without data or without effects.
    """
    study = load_study(path)
    intake = take_in(study, _codebook(study), on_progress)
    on_progress("Fitting models")
    prepared = prepare(study, intake.linked)
    effects = study.spec.analysis.effects
    nominal = nominal_columns(study)
    estimates = estimate_effects(prepared.frame, effects, weight=prepared.weight, nominal=nominal)
    on_progress("Weighing the evidence")
    judged = judge_models(Case(study, prepared.frame, prepared.weight, nominal, estimates))
    table = explanation_table(headline_models(estimates.models))
    explained = set(table.select("effect", "outcome").rows())
    asked = [(effect.id, outcome) for effect in effects for outcome in effect.outcomes]
    unexplained = tuple(pair for pair in asked if pair not in explained)
    return ExplainResult(study.id, table, spreads(table), unexplained, judged.verdicts)


def _codebook(study: Study) -> Codebook:
    problems = []
    if study.instrument is None or "responses" not in study.data:
        problems.append(Problem("study.yaml: data", "'responses' and an instrument are needed to fit models"))
    if not study.spec.analysis.effects:
        problems.append(Problem("study.yaml: analysis.effects", "there is no effect whose standard error to explain"))
    if problems or study.instrument is None:
        raise DefinitionError(problems)
    return study.instrument.codebook
