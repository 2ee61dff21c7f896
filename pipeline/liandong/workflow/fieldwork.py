"""Field supervision: every row received goes through the high-frequency checks, the rejected ones, too."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from liandong.definitions import Codebook, Study
from liandong.errors import IngestError
from liandong.evidence import BundleWriter
from liandong.evidence.typed_rows import ROW, TypedRows, kind_column
from liandong.ingest import Ingested, apply_codebook
from liandong.quality import Received, Supervision, supervise_rows
from liandong.quality.received import numbered
from liandong.workflow.intake import Intake
from liandong.workflow.sources import read_source

_SENTINEL = 2**31 - 1


def supervise(study: Study, intake: Intake) -> Supervision:
    """Return the tables of field supervision.

    A second table that cannot be read as the codebook's fields leaves the back-check out and a note; nothing here ends
    a run.
    """
    assert study.instrument is not None
    codebook = study.instrument.codebook
    table = intake.received
    rows = _with_derived(_rows(table, codebook, _named(study)), study).collect().sort(ROW)
    received = Received(
        rows=rows,
        columns=frozenset(rows.columns) - {ROW, *(kind_column(name) for name in table.coded)},
        coded=frozenset(table.coded),
        rejected=intake.validated.held.rows.select(ROW).collect()[ROW],
        breaches=intake.validated.breaches,
        rules=intake.validated.rules,
    )
    second, notes = _second(study, codebook, intake)
    found = supervise_rows(received, study, second)
    return Supervision(found.checks, found.restricted, (*found.notes, *notes))


def write_supervision(writer: BundleWriter, found: Supervision) -> None:
    """Write the tables that name rows and people below restricted/quality/."""
    for name, table in found.restricted.items():
        writer.restricted_table(name, table)


def _rows(table: TypedRows, codebook: Codebook, named: Collection[str]) -> pl.LazyFrame:
    """Return the answers with their kinds of missing; those of a large file compactly in memory, after one reading.

    Codes take four bytes instead of eight (one beyond that becomes the largest, which is no code either), and of free
    texts, whose words no check reads, only a hash is kept.
    """
    kinds = [kind_column(name) for name in table.coded]
    if table.batch is None:
        return table.rows.select(ROW, *table.names, *kinds)
    columns = [_compact(name, codebook, named) for name in table.names]
    query = table.rows.select(ROW, *columns, *kinds)
    return pl.concat(list(table.batches(query)), rechunk=False).lazy()


def _compact(name: str, codebook: Codebook, named: Collection[str]) -> pl.Expr:
    field = codebook.field(name) if name in codebook.names else None
    if field is None or name in named or name in codebook.key:
        return pl.col(name)
    if field.type == "integer" and field.allowed is not None:
        code = pl.col(name).cast(pl.Int32, strict=False)
        beyond = pl.when(pl.col(name).is_not_null()).then(pl.lit(_SENTINEL, dtype=pl.Int32))
        return pl.coalesce(code, beyond).alias(name)
    if field.type == "string" and field.allowed is None:
        return pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash(0)).alias(name)
    return pl.col(name)


def _named(study: Study) -> set[str]:
    """Return the columns whose values a check reads as they are, texts included."""
    spec = study.spec.quality
    design = study.spec.design
    names = {spec.interviewer, spec.community, spec.started, spec.ended, spec.seconds, spec.submitted}
    names |= {design.cluster} if design else set()
    names |= {spec.targets.column} if spec.targets else set()
    if spec.back_check:
        names |= {*spec.back_check.key, *spec.back_check.stable, *spec.back_check.checked}
    names |= {name for entry in spec.contradictions for name in entry.check.names}
    names |= {name for column in study.spec.analysis.derived for name in column.expression.names}
    if study.instrument is not None:
        conditions = [field.liandong.asked_if for field in study.instrument.codebook.fields]
        names |= {name for condition in conditions if condition is not None for name in condition.names}
    return {name for name in names if name is not None}


def _with_derived(rows: pl.LazyFrame, study: Study) -> pl.LazyFrame:
    """Add the derived columns that can be computed row by row; those that read a scale's score cannot."""
    known: Mapping[str, pl.DataType] = rows.collect_schema()
    for column in study.spec.analysis.derived:
        if column.name in known or not set(column.expression.names) <= set(known):
            continue
        rows = rows.with_columns(column.expression.polars().alias(column.name))
        known = rows.collect_schema()
        if known[column.name] == pl.Boolean:
            rows = rows.with_columns(pl.col(column.name).cast(pl.Int64))
    return rows


def _second(study: Study, codebook: Codebook, intake: Intake) -> tuple[pl.DataFrame | None, tuple[str, ...]]:
    """Return the second interviews: as taken in where they have a codebook of their own, else typed like the first.

    None, and why, where that cannot be done.
    """
    spec = study.spec.quality.back_check
    if spec is None:
        return None, ()
    if spec.table in intake.tables:
        own = intake.tables[spec.table]
        return _with_checker(own.ingested, spec.checker, own.codebook), ()
    source = study.data.get(spec.table)
    if source is None or not source.exists:
        return None, (f"back-check: the table {spec.table!r} is not there",)
    wanted = {*spec.key, *spec.stable, *spec.checked}
    fields = tuple(field for field in codebook.fields if field.name in wanted)
    try:
        ingested = apply_codebook(read_source(source, codebook), codebook.model_copy(update={"fields": fields}))
    except IngestError as error:
        return None, (f"back-check: {spec.table}: {error.message}",)
    return _with_checker(ingested, spec.checker, codebook), ()


def _with_checker(ingested: Ingested, checker: str | None, codebook: Codebook) -> pl.DataFrame:
    """Return the rows, with who asked again under the name ``checker``: a code as text, anybody else as a number."""
    frame = ingested.table.frame.collect()
    if checker is None:
        return frame
    if checker in ingested.table.names:
        who = frame.select(ROW, pl.col(checker).cast(pl.String).alias("checker"))
    elif checker in ingested.unknown_columns:
        who = ingested.unknown.select(ROW, pl.col(checker).cast(pl.String).alias("checker")).collect()
    else:
        return frame
    if not _may_be_shown(codebook, checker):
        who = who.with_columns(numbered("checker").alias("checker"))
    return frame.drop("checker", strict=False).join(who, on=ROW, how="left", maintain_order="left")


def _may_be_shown(codebook: Codebook, name: str) -> bool:
    """Whether a column holds codes of people rather than names, for all that the codebook says."""
    extras = codebook.field(name).liandong if name in codebook.names else None
    if extras is None or extras.pii is not None:
        return extras is not None and not extras.pii
    return codebook.field(name).allowed is not None
