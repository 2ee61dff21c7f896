"""``liandong check``: definitions, and data if they are there; writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from liandong.definitions import load_study, plan_items, undecided
from liandong.workflow.intake import absent_fields, data_notes, take_in, unknown_columns
from liandong.workflow.lock import compare
from liandong.workflow.lock_file import read_lock
from liandong.workflow.results import CheckResult, PlanChanges


def check_study(path: Path, *, on_progress: Callable[[str], None]) -> CheckResult:
    """Load the study at `path` and, if any of its data files is there, validate them all.

    Raises
    ------
    DefinitionError, IngestError, ValidationError
        As loading and the stages raise them.
    """
    study = load_study(path)
    lock = read_lock(study)
    result = CheckResult(
        study_id=study.id,
        definition_files=len(study.sources),
        rows=None,
        locked_on=None if lock is None else lock.locked_on,
        plan_changes=PlanChanges() if lock is None else compare(plan_items(study), lock),
        guesses=undecided(study),
    )
    if study.instrument is None or "responses" not in study.data:
        return result
    if not any(source.begun for source in study.data.values()):
        return replace(result, awaited=tuple(path.name for path in study.data["responses"].paths))
    intake = take_in(study, study.instrument.codebook, on_progress)
    broken = intake.rules.filter(pl.col("n_failed") > 0).sort("n_failed", "rule", descending=[True, False])
    return replace(
        result,
        rows=intake.rows,
        unknown_columns=unknown_columns(intake),
        absent_columns=absent_fields(intake),
        notes=data_notes(intake),
        broken_rules=tuple(
            f"{row['rule']}: {row['n_failed']:,} of {row['n_checked']:,} ({row['action']}) – {row['title_en']}"
            for row in broken.iter_rows(named=True)
        ),
    )
