"""Read a survey file of any usual format: `read_table`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from liandong.errors import IngestError
from liandong.evidence.scratch import scratch_folder
from liandong.ingest.agreement import check_agreement, check_names
from liandong.ingest.catalogue import SAS, catalogue_notes, check_catalogue
from liandong.ingest.delimited import read_delimited
from liandong.ingest.headers import read_header
from liandong.ingest.opening import check_file, sha256, state
from liandong.ingest.protocol import ALSO, TABLE, TAGS
from liandong.ingest.raw import NO_TAGS, DeclaredMissing, Format, RawResponseSet, RawTable
from liandong.ingest.supervise import damaged, limits_for, run_child
from liandong.ingest.temporal import temporal_of

_TEXT_FORMATS = ("csv", "tsv")
_NUMBERS = (pl.Int64, pl.Float64)


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    catalogue: Path | None = None,
    timeout_seconds: float | None = None,
    memory_bytes: int | None = None,
) -> RawTable:
    """Read a data file as it is, before any codebook.

    Binary formats are read in a child process, so that a damaged file ends in an error and never in a crash; what
    comes back is compared with the file's header. Text is read lazily, every field as a string. Nothing is changed
    in the file.

    Parameters
    ----------
    path
        A .sav, .zsav, .por, .dta, .sas7bdat, .xpt, .csv, .tsv, .xlsx or .parquet file.
    sheet
        Of a workbook; the first one that holds anything when None.
    encoding
        Of the text; as the file says, or found, when None.
    catalogue
        The format catalogue (.sas7bcat) of a SAS data file, which holds its value labels.
    timeout_seconds, memory_bytes
        What the child may take; by default 60 s and 2 s for each MiB of the file, and 4 GiB or 32 times the file.

    Returns
    -------
    RawTable
        At least one row and one column.

    Raises
    ------
    IngestError
        When the file or its catalogue is missing, empty, of another format, damaged or cut short; when the file is
        without rows, names two columns alike, or changes while it is read.
    """
    table = read_with_or_without_rows(
        path,
        sheet=sheet,
        encoding=encoding,
        catalogue=catalogue,
        timeout_seconds=timeout_seconds,
        memory_bytes=memory_bytes,
    )
    if table.row_count == 0:
        sheets = next((f"; {note[0].lower()}{note[1:-1]}" for note in table.notes if ALSO in note), "")
        raise IngestError(
            f"the file has columns but no rows{sheets}",
            where=path.name,
            hint="Export the data again, with the answers.",
            zh=f"数据文件“{path.name}”没有任何记录。",
        )
    return table


def read_with_or_without_rows(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    catalogue: Path | None = None,
    timeout_seconds: float | None = None,
    memory_bytes: int | None = None,
) -> RawTable:
    """Read a file that may have columns and no rows, such as a log of corrections; all else as `read_table`."""
    file_format = check_file(path)
    if catalogue is not None:
        check_catalogue(path, file_format, catalogue)
    before = state(path)
    if file_format in _TEXT_FORMATS:
        table = _read_text(path, file_format, encoding)
    else:
        header = read_header(path, file_format)
        if catalogue is not None:
            read_header(catalogue, "sas7bcat")
        limits = limits_for(path.stat().st_size, timeout_seconds, memory_bytes)
        with scratch_folder() as folder, ThreadPoolExecutor(1) as pool:
            digest = pool.submit(sha256, path)
            found = run_child(path, file_format, folder, limits, sheet=sheet, encoding=encoding, catalogue=catalogue)
            check_names(path, found["names"])
            data = _load(path, file_format, folder)
            tags = _load_tags(path, folder)
            table = _assemble(path, file_format, digest.result(), found, data, tags)
        if file_format in SAS:
            notes = catalogue_notes(path, table.formats, table.value_labels, catalogue)
            table = replace(table, notes=(*table.notes, *notes))
        check_agreement(path, header, table, found)
    if state(path) != before:
        raise IngestError(
            "the file was changed while it was read",
            where=path.name,
            hint="Wait until whatever writes it has finished, or read a copy.",
            zh=f"读取过程中数据文件“{path.name}”被改动，请稍后再试。",
        )
    return table


def _read_text(path: Path, file_format: Format, encoding: str | None) -> RawTable:
    text = read_delimited(path, file_format, encoding, check_names)
    return RawTable(
        path=path,
        format=file_format,
        sha256=sha256(path),
        encoding=text.encoding,
        data=text.data,
        schema=pl.Schema(dict.fromkeys(text.names, pl.String)),
        row_count=text.rows,
        labels={},
        value_labels={},
        user_missing={},
        tags=NO_TAGS,
        formats={},
        temporal={},
        documentation=text.titles,
        notes=text.notes,
    )


def _load(path: Path, file_format: Format, folder: Path) -> pl.LazyFrame:
    """Return the table that the child has written, or has found to be readable."""
    try:
        if file_format == "parquet":
            from liandong.ingest.child_parquet import scan

            data = scan(str(path))
            data.collect_schema()
            return data
        return pl.read_ipc((folder / TABLE).read_bytes()).lazy()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise damaged(path, f"the reader gave a table that makes no sense ({error})") from error


def _load_tags(path: Path, folder: Path) -> pl.DataFrame:
    if not (folder / TAGS).is_file():
        return NO_TAGS
    try:
        return NO_TAGS.vstack(pl.read_ipc((folder / TAGS).read_bytes()))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise damaged(path, f"the reader gave a table that makes no sense ({error})") from error


def _assemble(
    path: Path, file_format: Format, sha256: str, found: Mapping[str, Any], data: pl.LazyFrame, tags: pl.DataFrame
) -> RawTable:
    schema = data.collect_schema()
    formats = dict(found.get("formats", {}))
    temporal = {
        name: how
        for name, shown in formats.items()
        if schema[name] in _NUMBERS and (how := temporal_of(file_format, shown)) is not None
    }
    return RawTable(
        path=path,
        format=file_format,
        sha256=sha256,
        encoding=found.get("encoding"),
        data=data,
        schema=schema,
        row_count=found["rows"],
        labels=dict(found.get("labels", {})),
        value_labels={name: dict(pairs) for name, pairs in found.get("value_labels", {}).items()},
        user_missing=_user_missing(found.get("missing", {}), tags),
        tags=tags,
        formats=formats,
        temporal=temporal,
        documentation=tuple(found.get("documentation", ())),
        notes=(*found.get("notes", ()), *_weight_note(found.get("weight"))),
        response_sets={
            name: RawResponseSet(name, label, tuple(columns), counted)
            for name, label, columns, counted in found.get("response_sets", ())
        },
        weight=found.get("weight"),
        sheets=tuple(found.get("sheets", ())),
    )


def _weight_note(weight: str | None) -> list[str]:
    return [] if weight is None else [f"The file weights its cases by {weight!r}; weights are taken from study.yaml."]


def _user_missing(declared: Mapping[str, Any], tags: pl.DataFrame) -> dict[str, DeclaredMissing]:
    carried = tags.group_by("column", maintain_order=True).agg(pl.col("tag").unique().sort())
    by_column = {column: tuple(values) for column, values in carried.iter_rows()}
    return {
        name: DeclaredMissing(
            values=tuple(declared.get(name, {}).get("values", ())),
            ranges=tuple((low, high) for low, high in declared.get(name, {}).get("ranges", ())),
            tags=by_column.get(name, ()),
        )
        for name in [*declared, *(name for name in by_column if name not in declared)]
    }
