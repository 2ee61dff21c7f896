"""Row-level files of the bundle: accepted rows, rejected rows, corrections; no personal field is in them as it is."""

from __future__ import annotations

import polars as pl

from liandong.definitions import Codebook
from liandong.evidence import BundleWriter
from liandong.evidence.typed_rows import ROW, TypedRows, kind_column
from liandong.privacy import released
from liandong.workflow.intake import Intake

MISSING_SUFFIX = "__missing"


def write_restricted(writer: BundleWriter, codebook: Codebook, intake: Intake, key: bytes | None) -> None:
    """Write responses.parquet, rejected.parquet and corrections.csv, without fields marked as personal.

    Each second table has files of its own, such as communities.parquet and communities_rejected.parquet.
    Of a personal field with linkage, the hash under `key` stands in its place. A field with user-missing answers has a
    second column ``<field>__missing`` with the kind of missing.
    """
    validated = intake.validated
    _write(writer, "responses", validated.passed, codebook, key)
    _write(writer, "rejected", validated.held, codebook, key)
    for name, table in intake.tables.items():
        _write(writer, name, table.validated.passed, table.codebook, key)
        _write(writer, f"{name}_rejected", table.validated.held, table.codebook, key)
    writer.restricted_csv("corrections", intake.corrections)


def _write(writer: BundleWriter, name: str, table: TypedRows, codebook: Codebook, key: bytes | None) -> None:
    personal = {field.name for field in codebook.fields if field.liandong.pii}
    kinds = (
        pl.col(kind_column(field)).cast(pl.String).alias(field + MISSING_SUFFIX)
        for field in table.coded
        if field not in personal
    )
    shown = table.rows.select(ROW, *released(table.names, codebook, key), *kinds)
    file = writer.restricted_file(f"{name}.parquet")
    if table.batch is None:
        shown.collect().write_parquet(file, compression="zstd", statistics=True)
    else:
        # With row groups of a size that is not the engine's own, it gathers rows without bounds.
        shown.sink_parquet(file, compression="zstd", statistics=True)
