"""From the files of a study to accepted rows: ingest, then validate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from liandong.definitions import Codebook, Study
from liandong.ingest import Ingested, apply_codebook
from liandong.privacy import masked
from liandong.validate import Validated, validate
from liandong.workflow.screening import screen
from liandong.workflow.sources import read_source


@dataclass(frozen=True, slots=True)
class Intake:
    """The responses as they were read, what validation made of them, and remarks on columns that are left aside."""

    ingested: Ingested
    validated: Validated
    remarks: tuple[str, ...] = ()

    @property
    def rows(self) -> dict[str, int]:
        """Row accounting: received = accepted + rejected."""
        return {
            "received": self.validated.flow.received,
            "accepted": self.validated.flow.accepted,
            "rejected": self.validated.flow.rejected,
        }


def take_in(study: Study, codebook: Codebook, on_progress: Callable[[str], None]) -> Intake:
    """Read the study's data files and validate the responses against the codebook.

    Raises
    ------
    IngestError, ValidationError
        From the stages.
    """
    on_progress("Reading the survey file")
    raw = read_source(study.data["responses"], codebook)
    ingested = apply_codebook(raw, codebook)
    on_progress("Looking for personal data")
    remarks = screen(raw, ingested, codebook)
    references = {name: read_source(source).frame for name, source in study.data.items() if name != "responses"}
    on_progress("Validating rows")
    validated = validate(ingested.table, codebook, references)
    return Intake(ingested, validated, remarks)


def notes(intake: Intake) -> list[str]:
    """Return what a reader of the manifest has to know about the data files."""
    kept_aside = [f"column not in the codebook, kept aside: {name}" for name in intake.ingested.unknown_columns]
    absent = [f"field not in the data: {name}" for name in intake.ingested.absent]
    return [masked(note) for note in (*intake.ingested.notes, *kept_aside, *absent, *intake.remarks)]
