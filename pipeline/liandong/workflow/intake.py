"""From the files of a study to accepted rows: read, correct by hand, bring to the codebooks, validate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from liandong.definitions import Codebook, Study
from liandong.definitions.links import RESPONSES
from liandong.evidence.typed_rows import TypedRows
from liandong.ingest import Ingested, RawTable, apply_codebook
from liandong.ingest.correction_log import read_corrections
from liandong.ingest.corrections import correct_tables
from liandong.ingest.hand_corrected import HandCorrected, as_it_was
from liandong.privacy import masked, masked_or_withheld, refuse_personal_levels
from liandong.validate import Validated
from liandong.workflow.absent import check_expressions, unchecked, uncounted
from liandong.workflow.design_gate import check_design
from liandong.workflow.rejected_references import rejected_references
from liandong.workflow.screening import screen
from liandong.workflow.sources import read_source
from liandong.workflow.tables import Arrival, linked_rows, validate_tables


@dataclass(frozen=True, slots=True, eq=False)
class TableIntake:
    """One table as it was read, what was corrected by hand, and what validation made of it.

    `remarks` are on columns that are left aside, and on rules that read columns that are not there.
    """

    codebook: Codebook
    raw: RawTable
    ingested: Ingested
    validated: Validated
    by_hand: pl.DataFrame
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """All tables of a study that have a codebook.

    Attributes
    ----------
    responses
        The answers.
    tables
        Second tables by name.
    linked, received
        The accepted responses, and all of them, with the columns that definitions read of other tables.
    """

    responses: TableIntake
    tables: Mapping[str, TableIntake]
    linked: TypedRows
    received: TypedRows

    @property
    def ingested(self) -> Ingested:
        """The responses as they were read."""
        return self.responses.ingested

    @property
    def validated(self) -> Validated:
        """What validation made of the responses."""
        return self.responses.validated

    @property
    def rows(self) -> dict[str, int]:
        """Row accounting: received = accepted + rejected."""
        return {
            "received": self.validated.flow.received,
            "accepted": self.validated.flow.accepted,
            "rejected": self.validated.flow.rejected,
        }

    @property
    def dropped(self) -> int:
        """How many of the rejected responses the log of corrections has dropped."""
        return self.responses.by_hand.filter(pl.col("field") == "*")["row"].n_unique()

    @property
    def rules(self) -> pl.DataFrame:
        """The table ``validation``: the rules of the responses, then those of second tables under their names."""
        return pl.concat([self.validated.rules, *(_rules_of(name, table) for name, table in self.tables.items())])

    @property
    def corrections(self) -> pl.DataFrame:
        """Every change: by hand, then by rules; of the responses, then of second tables.

        Where a table is made of several files, ``file`` and ``file_row`` say where the row stands.
        """
        return pl.concat(
            [_corrections_of(RESPONSES, self.responses)]
            + [_corrections_of(name, table) for name, table in self.tables.items()],
            how="diagonal",
        )


def take_in(study: Study, codebook: Codebook, on_progress: Callable[[str], None]) -> Intake:
    """Read the study's data files and validate the tables against their codebooks.

    Raises
    ------
    DefinitionError
        When the study would publish the values of a personal field.
    IngestError, ValidationError
        From the stages.
    """
    refuse_personal_levels(study)
    schemas = {RESPONSES: codebook, **(study.instrument.tables if study.instrument else {})}
    on_progress("Reading the survey file")
    read = _corrected(study, schemas)
    described = {name: table for name, table in read.items() if name in schemas}
    ingested = {name: apply_codebook(table.raw, schemas[name]) for name, table in described.items()}
    on_progress("Looking for personal data")
    remarks = {name: screen(table.raw, ingested[name], schemas[name]) for name, table in described.items()}
    on_progress("Validating rows")
    by_log = study.corrections is not None
    arrivals = {
        name: Arrival(
            schemas[name],
            ingested[name].table,
            table.dropped if by_log and (name == RESPONSES or len(table.dropped)) else None,
        )
        for name, table in described.items()
    }
    plain = {name: table.raw.frame for name, table in read.items() if name not in schemas}
    validated = validate_tables(arrivals, plain)
    tables = {
        name: TableIntake(
            schemas[name],
            table.raw,
            ingested[name],
            validated[name],
            table.record,
            (
                *remarks[name],
                *unchecked(name, schemas, ingested),
                *rejected_references(schemas[name], ingested[name].table, validated),
            ),
        )
        for name, table in described.items()
    }
    check_design(study, validated[RESPONSES].passed)
    check_expressions(study, schemas, ingested)
    absent = tuple(f"table not in the data: {name}" for name in schemas if name not in described)
    empty = uncounted(study, schemas, ingested)
    responses = replace(tables[RESPONSES], remarks=(*tables[RESPONSES].remarks, *absent, *empty))
    del tables[RESPONSES]
    return Intake(
        responses,
        tables,
        linked=linked_rows(study, responses.validated.passed, validated),
        received=linked_rows(study, responses.ingested.table, validated),
    )


def _corrected(study: Study, schemas: Mapping[str, Codebook]) -> Mapping[str, HandCorrected]:
    """Read every table and apply the log of corrections."""
    raw: dict[str, RawTable] = {name: read_source(source, schemas.get(name)) for name, source in study.data.items()}
    if study.corrections is None:
        return {name: as_it_was(table) for name, table in raw.items()}
    log = read_corrections(study.corrections)
    if log.is_empty:
        note = f"The log of corrections ({log.name}) is empty: nothing was corrected by hand."
        raw[RESPONSES] = replace(raw[RESPONSES], notes=(*raw[RESPONSES].notes, note))
    return correct_tables(raw, schemas, log)


def _rules_of(name: str, table: TableIntake) -> pl.DataFrame:
    title = table.codebook.liandong.title
    fields = pl.col("field").str.split("+").list.eval(pl.lit(f"{name}.") + pl.element()).list.join("+")
    return table.validated.rules.with_columns(
        (pl.lit(f"{name}: ") + pl.col("rule")).alias("rule"),
        pl.when(pl.col("field") != "").then(fields).otherwise(pl.lit(name)).alias("field"),
        (pl.lit(f"{title.zh}：") + pl.col("title_zh")).alias("title_zh"),
        (pl.lit(f"{title.en}: ") + pl.col("title_en")).alias("title_en"),
    )


def _corrections_of(name: str, table: TableIntake) -> pl.DataFrame:
    # A reason is free text: it may quote what it corrects.
    said = [
        pl.Series(name, [masked_or_withheld(text) for text in table.by_hand[name]], dtype=pl.String)
        for name in ("why", "who")
    ]
    both = pl.concat([table.by_hand.with_columns(said), table.validated.corrections], how="diagonal")
    if table.raw.stacked:
        both = both.hstack(table.raw.places(both["row"]).get_columns())
    return both.with_columns(pl.lit(name).alias("table"))


def notes(intake: Intake) -> list[str]:
    """Return what a reader of the manifest has to know about the data files."""
    unknown = [f"column not in the codebook, not used: {name}" for name in unknown_columns(intake)]
    absent = [f"field not in the data: {name}" for name in absent_fields(intake)]
    return [*data_notes(intake), *unknown, *absent]


def data_notes(intake: Intake) -> tuple[str, ...]:
    """Return how the files were read and how they differ, and which rules could not be checked; tables by name."""
    return tuple(
        masked(f"{prefix}{note}")
        for prefix, table in _named(intake, ": ")
        for note in (*table.ingested.notes, *table.remarks)
    )


def unknown_columns(intake: Intake) -> tuple[str, ...]:
    """Return the columns that no codebook knows, those of second tables as ``table.column``."""
    return tuple(
        prefix + masked_or_withheld(name)
        for prefix, table in _named(intake, ".")
        for name in table.ingested.unknown_columns
    )


def absent_fields(intake: Intake) -> tuple[str, ...]:
    """Return the fields that the files do not have, those of second tables as ``table.field``."""
    return tuple(f"{prefix}{name}" for prefix, table in _named(intake, ".") for name in table.ingested.absent)


def _named(intake: Intake, mark: str) -> Iterator[tuple[str, TableIntake]]:
    """Yield all tables with what goes before a word about them: nothing for the responses."""
    yield "", intake.responses
    yield from ((f"{name}{mark}", table) for name, table in intake.tables.items())
