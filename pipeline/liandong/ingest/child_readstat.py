"""SPSS, Stata and SAS files by way of pyreadstat; runs in the child process only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from liandong.ingest.protocol import TABLE, TAGS
from liandong.ingest.readstat_meta import catalogue_labels, declarations, describe
from liandong.ingest.readstat_source import Columns, MistakenError, Source

_PARSERS = {"sav": "sav/zsav", "zsav": "sav/zsav", "dta": "dta", "sas7bdat": "sas7bdat", "xpt": "xport"}
_NUMERIC = {"int8": pa.int64(), "int16": pa.int64(), "int32": pa.int64(), "float": pa.float64(), "double": pa.float64()}


def read(request: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write the table and its extended missing values to `folder`; return everything that the file says about them."""
    source = Source(request["path"], _PARSERS[request["format"]], request["encoding"])
    try:
        rows, meta = _transfer(source, folder)
    except MistakenError as error:
        source.read_bytes(error)
        rows, meta = _transfer(source, folder)
    found = {"rows": rows, "names": [source.text(name) for name in meta.column_names], **describe(meta, source.text)}
    if request["format"] in {"sav", "zsav"}:
        found |= declarations(source, meta)
    if request["catalogue"] is not None:
        found["value_labels"] = catalogue_labels(request, folder, meta, source.text)
    found["notes"] = [*source.notes, *found.get("notes", ())]
    return {**found, "encoding": source.encoding}


def _transfer(source: Source, folder: Path) -> tuple[int, Any]:
    """Write the rows, part by part; return their number and the metadata."""
    columns, meta = source.first()
    names = [source.text(name) for name in meta.column_names]
    types = [_arrow_type(meta.readstat_variable_types[name]) for name in meta.column_names]
    schema = pa.schema(list(zip(names, types, strict=True)))
    tags: dict[str, list[Any]] = {"row": [], "column": [], "tag": []}
    rows = 0
    with pa.ipc.new_file(str(folder / TABLE), schema) as sink:
        while True:
            height = len(next(iter(columns.values()), ()))
            _collect_tags(columns, meta, rows, tags)
            arrays = [
                _array(columns[original], kind, source.text)
                for original, kind in zip(meta.column_names, types, strict=True)
            ]
            sink.write_batch(pa.record_batch(arrays, schema=schema))
            rows += height
            if height < source.rows_at_once:
                break
            columns, meta = source.rows_from(rows)
    tags["column"] = [source.text(column) for column in tags["column"]]
    tag_schema = pa.schema([("row", pa.int64()), ("column", pa.string()), ("tag", pa.string())])
    with pa.ipc.new_file(str(folder / TAGS), tag_schema) as sink:
        sink.write_table(pa.table(tags, schema=tag_schema))
    return rows, meta


def _arrow_type(readstat_type: str) -> pa.DataType:
    return _NUMERIC.get(readstat_type, pa.string())


def _array(values: list[Any], kind: pa.DataType, recode: Callable[[str], str]) -> pa.Array:
    if pa.types.is_string(kind):
        return pa.array([None if value is None else recode(value) for value in values], type=kind)
    return pa.array(values, type=kind)


def _collect_tags(columns: Columns, meta: Any, first_row: int, tags: dict[str, list[Any]]) -> None:
    """Move extended missing values, which stand as letters among the numbers, from `columns` to `tags`."""
    for name in meta.missing_user_values:
        values = columns[name]
        for row, value in enumerate(values):
            if isinstance(value, str):
                tags["row"].append(first_row + row)
                tags["column"].append(name)
                tags["tag"].append(f".{value.lower()}")
                values[row] = None
