"""Row-level files of the bundle: accepted rows, rejected rows, corrections; personal fields stay out."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from liandong.definitions import Codebook
from liandong.evidence import BundleWriter
from liandong.evidence.typed_rows import ROW, TypedRows, kind_column
from liandong.workflow.intake import Intake

MISSING_SUFFIX = "__missing"


def write_restricted(writer: BundleWriter, codebook: Codebook, intake: Intake) -> None:
    """Write responses.parquet, rejected.parquet and corrections.csv, without fields marked as personal.

    A field with user-missing answers has a second column ``<field>__missing`` with the kind of missing.
    """
    validated = intake.validated
    personal = {field.name for field in codebook.fields if field.liandong.pii}
    _write(writer, "responses", validated.passed, personal)
    _write(writer, "rejected", validated.held, personal)
    writer.restricted_csv("corrections", validated.corrections)


def _write(writer: BundleWriter, name: str, table: TypedRows, personal: Collection[str]) -> None:
    kinds = (
        pl.col(kind_column(field)).cast(pl.String).alias(field + MISSING_SUFFIX)
        for field in table.coded
        if field not in personal
    )
    shown = table.rows.select(ROW, *(field for field in table.names if field not in personal), *kinds)
    file = writer.restricted_file(f"{name}.parquet")
    if table.batch is None:
        shown.collect().write_parquet(file, compression="zstd", statistics=True)
    else:
        shown.sink_parquet(file, compression="zstd", statistics=True, row_group_size=table.batch)
