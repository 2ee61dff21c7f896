"""Several files of one table below one another: `stack`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import polars as pl

from liandong.definitions import Origin
from liandong.errors import IngestError
from liandong.ingest.alignment import Aligned, CommonType, Kind, align, common_type, converted
from liandong.ingest.declared import Declared, settle_missing
from liandong.ingest.differences import difference_notes, find_differences
from liandong.ingest.raw import NO_TAGS, RawResponseSet, RawTable

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the stacked table: where it comes from, its type, and its missing codes."""

    aligned: Aligned
    common: CommonType
    declared: Declared


def stack(tables: Sequence[RawTable], origin: Origin | None = None, aliases: Sequence[frozenset[str]] = ()) -> RawTable:
    """Put the files of one table below one another, in their order, and report how they differ.

    Parameters
    ----------
    tables
        At least one, as `read_table` returns them.
    origin
        Adds a column, last, that says which file a row is from: one value per file.
    aliases
        Sets of headers that mean the same, for columns that files number or name in their own way.

    Returns
    -------
    RawTable
        Lazy like its parts. Columns are matched by name, then by name in another case or by `aliases`; a column that a
        file lacks is null in its rows. Missing codes hold in the files that declare them: where others do not, such
        cells are null and in `tags`, with their code as the tag. `differences` and `notes` say what differs, `parts`
        and `places` where a row comes from.

    Raises
    ------
    IngestError
        When two files have the same content, share no column, hold what cannot stand in one column, or give one label
        to different codes; or when a file already has the column of `origin`.
    """
    named = _with_names(tables)
    _check_distinct(named)
    columns = []
    for aligned in align(named, aliases):
        common = common_type(named, aligned)
        columns.append(_Column(aligned, common, settle_missing(named, aligned, common)))
    further = [difference for column in columns for difference in column.declared.differences]
    differences = find_differences(named, [column.aligned for column in columns], further)
    firsts = [sum(table.row_count for table in named[:i]) for i in range(len(named))]
    data, schema = _data(named, columns, origin)
    return RawTable(
        path=named[0].path,
        format=named[0].format,
        sha256=hashlib.sha256("".join(table.sha256 for table in named).encode()).hexdigest(),
        encoding=_same(table.encoding for table in named),
        data=data,
        schema=schema,
        row_count=sum(table.row_count for table in named),
        labels=_first_of(columns, [table.labels for table in named]),
        value_labels=_all_labels(columns, named),
        user_missing={
            column.aligned.name: column.declared.missing for column in columns if column.declared.missing is not None
        },
        tags=_tags(named, columns, firsts),
        formats={
            column.aligned.name: column.common.display_format for column in columns if column.common.display_format
        },
        temporal={column.aligned.name: column.common.temporal for column in columns if column.common.temporal},
        documentation=tuple(dict.fromkeys(text for table in named for text in table.documentation)),
        notes=(
            *_rows_note(named, firsts),
            *(f"{table.name}: {note}" for table in named for note in table.notes),
            *difference_notes(differences),
        ),
        response_sets=_first_sets(columns, named),
        weight=_same_weight(columns, named),
        stacked=tuple(
            replace(part, first_row=first + part.first_row)
            for table, first in zip(named, firsts, strict=True)
            for part in table.parts
        ),
        differences=differences,
    )


def file_names(paths: Sequence[Path]) -> list[str]:
    """Return the name of each file, with as many of its folders as tell it from the others."""
    for depth in range(1, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [path.name for path in paths]


def _with_names(tables: Sequence[RawTable]) -> list[RawTable]:
    """Return the tables under names that tell them apart."""
    names = file_names([table.path for table in tables])
    return [
        table if table.stacked else replace(table, stacked=(replace(table.parts[0], name=name),))
        for table, name in zip(tables, names, strict=True)
    ]


def _rows_note(tables: Sequence[RawTable], firsts: Sequence[int]) -> list[str]:
    if len(tables) == 1:
        return []
    rows = [
        f"{first + 1:,} to {first + table.row_count:,} of {table.name}"
        for table, first in zip(tables, firsts, strict=True)
    ]
    return [f"Rows are those of several files: {', '.join(rows)}."]


def _check_distinct(tables: Sequence[RawTable]) -> None:
    seen: dict[str, str] = {}
    for table in tables:
        if table.sha256 in seen:
            raise IngestError(
                f"{seen[table.sha256]} and {table.name} have the same content, so every answer would count twice",
                where=table.name,
                hint="Remove one of them under `data` in study.yaml, or copy the right file.",
                zh=f"“{seen[table.sha256]}”与“{table.name}”内容完全相同，答卷会被重复计算。",
            )
        seen[table.sha256] = table.name


def _data(
    tables: Sequence[RawTable], columns: Sequence[_Column], origin: Origin | None
) -> tuple[pl.LazyFrame, pl.Schema]:
    schema: dict[str, Kind] = {column.aligned.name: column.common.dtype for column in columns}
    parts = []
    values: pl.Series | None = None
    if origin is not None:
        _check_free(tables, origin)
        whole = all(isinstance(value, int) for value in origin.values)
        values = pl.Series([value if whole else str(value) for value in origin.values])
        schema[origin.field] = values.dtype
    for i, table in enumerate(tables):
        cells = []
        for column in columns:
            cell = converted(table, column.aligned.sources[i], column.common)
            hit = column.declared.hits[i]
            cells.append((cell if hit is None else pl.when(~hit).then(cell)).alias(column.aligned.name))
        if origin is not None and values is not None:
            cells.append(pl.lit(values[i], dtype=values.dtype).alias(origin.field))
        parts.append(table.data.select(cells))
    return pl.concat(parts, how="vertical"), pl.Schema(schema)


def _check_free(tables: Sequence[RawTable], origin: Origin) -> None:
    for table in tables:
        alike = [name for name in table.columns if name.casefold() == origin.field.casefold()]
        if alike:
            raise IngestError(
                f"the file already has the column {alike[0]!r}, which `origin` would add",
                where=table.name,
                hint="Leave `origin` out where the files say themselves where a row is from, or name another field.",
                zh=f"“{table.name}”已有列“{alike[0]}”，不能再由 origin 添加。",
            )


def _tags(tables: Sequence[RawTable], columns: Sequence[_Column], firsts: Sequence[int]) -> pl.DataFrame:
    """Return the marked cells of all files, in the rows and columns of the stacked table."""
    found = []
    for i, (table, first) in enumerate(zip(tables, firsts, strict=True)):
        names = {column.aligned.sources[i]: column.aligned.name for column in columns if column.aligned.sources[i]}
        own = table.tags.with_columns(pl.col("column").replace(names))
        marked = pl.concat([own, *(column.declared.tags[i] for column in columns)])
        found.append(marked.with_columns(pl.col("row") + first))
    return NO_TAGS.vstack(pl.concat(found))


def _first_of(columns: Sequence[_Column], given: Sequence[Mapping[str, ValueT]]) -> dict[str, ValueT]:
    """Return what the first file that says anything says about each column."""
    told: dict[str, ValueT] = {}
    for column in columns:
        for entries, source in zip(given, column.aligned.sources, strict=True):
            if source is not None and source in entries:
                told.setdefault(column.aligned.name, entries[source])
    return told


def _all_labels(columns: Sequence[_Column], tables: Sequence[RawTable]) -> dict[str, dict[float | str, str]]:
    """Return the labels of each column's codes, in the words of the first file that labels them."""
    told: dict[str, dict[float | str, str]] = {}
    for column in columns:
        for _, table, source in column.aligned.held(tables):
            for code, label in table.value_labels.get(source, {}).items():
                told.setdefault(column.aligned.name, {}).setdefault(code, label)
    return told


def _first_sets(columns: Sequence[_Column], tables: Sequence[RawTable]) -> dict[str, RawResponseSet]:
    """Return the response sets of all files under the names of the stacked columns; the first of a name counts."""
    told: dict[str, RawResponseSet] = {}
    for i, table in enumerate(tables):
        names = {column.aligned.sources[i]: column.aligned.name for column in columns}
        for key, entry in table.response_sets.items():
            told.setdefault(key, replace(entry, columns=tuple(names.get(name, name) for name in entry.columns)))
    return told


def _same_weight(columns: Sequence[_Column], tables: Sequence[RawTable]) -> str | None:
    """Return the column by which every file weights its cases, None where they do not agree."""
    return _same(
        table.weight and next(column.aligned.name for column in columns if column.aligned.sources[i] == table.weight)
        for i, table in enumerate(tables)
    )


def _same(values: Iterable[ValueT]) -> ValueT | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None
