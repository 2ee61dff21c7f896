"""Row-level files of the bundle: accepted rows, rejected rows, corrections; no personal field is in them as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from liandong.definitions import Codebook
from liandong.evidence import BundleWriter
from liandong.evidence.typed_rows import ROW, TypedRows, kind_column
from liandong.ingest import RawTable
from liandong.privacy import released
from liandong.workflow.intake import Intake, TableIntake

MISSING_SUFFIX = "__missing"
_READ_AHEAD = "POLARS_ROW_GROUP_PREFETCH_SIZE"
_FILE, _FILE_ROW = "_file", "_file_row"


def write_restricted(writer: BundleWriter, intake: Intake, key: bytes | None = None) -> None:
    """Write responses.parquet, rejected.parquet and corrections.csv, without fields marked as personal.

    Each second table has files of its own, such as communities.parquet and communities_rejected.parquet.
    Of a personal field with linkage, the hash under `key` stands in its place. A field with user-missing answers has a
    second column ``<field>__missing`` with the kind of missing. Rejected rows of a table made of several files say
    in ``_file`` and ``_file_row`` where they stand.
    """
    _write_both(writer, ("responses", "rejected"), intake.responses, key)
    for name, table in intake.tables.items():
        _write_both(writer, (name, f"{name}_rejected"), table, key)
    writer.restricted_csv("corrections", intake.corrections)


def _write_both(writer: BundleWriter, names: tuple[str, str], table: TableIntake, key: bytes | None = None) -> None:
    accepted, rejected = names
    _write(writer, accepted, table.validated.passed, table.codebook, key)
    _write(writer, rejected, table.validated.held, table.codebook, key, table.raw if table.raw.stacked else None)


def _write(
    writer: BundleWriter,
    name: str,
    table: TypedRows,
    codebook: Codebook,
    key: bytes | None,
    stacked: RawTable | None = None,
) -> None:
    """Write one table; of `stacked` files, each row says which one it is from and where it stands there."""
    personal = {field.name for field in codebook.fields if field.liandong.pii}
    kinds = (pl.col(kind_column(field)).alias(field + MISSING_SUFFIX) for field in table.coded if field not in personal)
    rows, place = table.rows, []
    if stacked is not None:
        numbers = table.collect(rows.select(ROW)).to_series()
        places = stacked.places(numbers).rename({"file": _FILE, "file_row": _FILE_ROW}).with_columns(numbers)
        rows, place = rows.join(places.lazy(), on=ROW, how="left", maintain_order="left"), [_FILE, _FILE_ROW]
    shown = rows.select(ROW, *place, *released(table.names, codebook, key), *kinds)
    file = writer.restricted_file(f"{name}.parquet")
    if table.batch is None:
        shown.collect().write_parquet(file, compression="zstd", statistics=True)
    else:
        # With row groups of a size that is not the engine's own, it gathers rows without bounds.
        with _reading_little_ahead():
            shown.sink_parquet(file, compression="zstd", statistics=True)


@contextmanager
def _reading_little_ahead() -> Iterator[None]:
    """Keep Polars from decoding row groups much faster than they are written: they would pile up by the gigabyte."""
    before = os.environ.get(_READ_AHEAD)
    os.environ[_READ_AHEAD] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_READ_AHEAD]
        else:
            os.environ[_READ_AHEAD] = before
