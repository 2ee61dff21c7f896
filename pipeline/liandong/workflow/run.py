"""``liandong run``: from the survey file to the evidence bundle."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from liandong.definitions import Codebook, Study, load_study, refuse_open_questions, undecided
from liandong.errors import DefinitionError, EstimationError, Problem
from liandong.evidence import write_json, writing_bundle
from liandong.privacy import linkage_key
from liandong.workflow.analysis import analyse
from liandong.workflow.communities import community_labels
from liandong.workflow.crosscheck import crosschecking
from liandong.workflow.fieldwork import supervise, write_supervision
from liandong.workflow.house import write_house
from liandong.workflow.intake import Intake, notes, take_in
from liandong.workflow.labels import label_table
from liandong.workflow.lock import plan_status
from liandong.workflow.manifest import describe, fingerprint
from liandong.workflow.publication import Publication
from liandong.workflow.rendered import remember_study
from liandong.workflow.restricted import write_restricted
from liandong.workflow.results import RunResult

Progress = Callable[[str], None]


def run_study(path: Path, *, out: Path | None, on_progress: Progress) -> RunResult:
    """Run the study at `path` and write its bundle to `out`, or to ``build/<id>`` below the current folder.

    The bundle replaces an older one only when it is whole. When estimation fails, what was made before it is kept: the
    accepted data and the tables of the earlier stages, with a manifest that says so.

    Raises
    ------
    DefinitionError, IngestError, ValidationError, EstimationError, OutputError
        As the stages raise them.
    """
    return run_loaded(load_study(path), out=out, on_progress=on_progress)


def run_loaded(study: Study, *, out: Path | None, on_progress: Progress) -> RunResult:
    """Run a study whose definitions have been read; all else as :func:`run_study`."""
    started = time.monotonic()
    codebook = _codebook(study)
    refuse_open_questions(study)
    key = linkage_key(_codebooks(study), os.environ)
    target = bundle_folder(study, out)
    failure: EstimationError | None = None
    with writing_bundle(target) as writer, crosschecking() as crosscheck:
        intake = take_in(study, codebook, on_progress)
        taken_in = time.monotonic()
        write_restricted(writer, intake, key)
        publication = Publication(study)
        publication.add("validation", intake.rules)
        publication.add("labels", pl.concat([label_table(study), community_labels(study, intake)]))
        publication.add("plan", plan_status(study))
        on_progress("Making the checks of field supervision")
        supervision = supervise(study, intake)
        publication.add("checks", supervision.checks)
        write_supervision(writer, supervision)
        remarks = [*_guesses(study), *notes(intake), *supervision.notes]
        try:
            remarks += analyse(study, codebook, intake, publication, crosscheck, on_progress)
        except EstimationError as error:
            failure = error
        publication.write(writer)
        write_house(writer, study)
        writer.manifest(_manifest(study, intake, remarks, failure))
        seconds = {"intake": taken_in - started, "all": time.monotonic() - started}
        remember_study(writer.folder, study)
        write_json(writer.folder / "run.json", {"seconds": {key: round(value, 2) for key, value in seconds.items()}})
    if failure is not None:
        raise failure
    cases = supervision.restricted["findings"].height
    elapsed = round(time.monotonic() - started, 2)
    return RunResult(target, intake.rows, tuple(remarks), elapsed, cases, len(undecided(study)))


def bundle_folder(study: Study, out: Path | None) -> Path:
    """Return where the bundle of `study` goes."""
    return out if out is not None else Path("build") / study.id


def _codebook(study: Study) -> Codebook:
    if study.instrument is None or "responses" not in study.data:
        hint = "`liandong claims` checks published figures without data" if study.claims else None
        raise DefinitionError(
            [
                Problem(
                    "study.yaml: data",
                    "'responses' and an instrument are needed to run a study; there are none",
                    hint,
                )
            ],
            zh="该研究没有调查数据，可用 liandong claims 核查公布的数字。" if study.claims else None,
        )
    return study.instrument.codebook


def _guesses(study: Study) -> list[str]:
    count = len(undecided(study))
    return [f"{count} guesses of a drafted study are undecided: see `liandong check`"] if count else []


def _codebooks(study: Study) -> list[Codebook]:
    return list(study.instrument.schemas.values()) if study.instrument else []


def _manifest(study: Study, intake: Intake, remarks: list[str], failure: EstimationError | None) -> dict[str, Any]:
    return {
        **fingerprint(study),
        **describe(study),
        "rows": intake.rows,
        "notes": remarks,
        "engine": "polars",
        "complete": failure is None,
        "failure": None if failure is None else str(failure),
    }
