"""Bring a raw table to the codebook: `apply_codebook`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.definitions import Codebook
from liandong.errors import IngestError
from liandong.ingest.columns import Stored, as_text
from liandong.ingest.fields import KIND, PROBLEM, VALUE, FieldColumn
from liandong.ingest.missing import UNNAMED, missing_codes, with_tags
from liandong.ingest.raw import RawTable

ROW = "_row"
_UNKNOWN = "\0unknown:"
_PROBLEM_SCHEMA = {"row": pl.Int64, "field": pl.String, "value": pl.String}
_ROW_OF_FILE = "_row_of_file"  # a file may bring a column of our own name
_SHOWN = 8


@dataclass(frozen=True, slots=True, eq=False)
class Ingested:
    """A survey in the names, order and types of its codebook.

    Attributes
    ----------
    frame
        ``_row`` (1-based data row of the source) and the fields that the file has, in codebook order. Null is every
        missing value: not answered, missing for a stated reason, or unreadable.
    missing
        Same height. One text column per field that has missing codes, in the codebook or in the file: the kind of
        missing where a cell carries such a code, null where it holds a value or nothing at all.
    type_problems
        row, field, value: every cell that could not be read as its field's type, with its text.
    unknown
        ``_row`` and the columns that the codebook does not know, as the file stores them.
    absent
        Fields that the file does not have.
    notes
        What a careful reader should know, those of the raw table included.
    """

    frame: pl.DataFrame
    missing: pl.DataFrame
    type_problems: pl.DataFrame
    unknown: pl.DataFrame
    absent: tuple[str, ...]
    notes: tuple[str, ...]


def apply_codebook(raw: RawTable, codebook: Codebook) -> Ingested:
    """Rebuild the table column by column in codebook names, order and types.

    Parameters
    ----------
    raw
        As `read_table` returns it.
    codebook
        Its fields match columns by exact name, else by name in another case.

    Returns
    -------
    Ingested
        Nothing of the file is lost: rows keep their order and number, unknown columns are kept aside, and
        unreadable cells are listed with their text.

    Raises
    ------
    IngestError
        When no field matches a column, two columns match a field equally well, or a column holds lists or records.
    """
    sources, renamed = _match(raw, codebook)
    ascii_columns = _ascii_columns(raw, sources.values())
    columns = [_field_column(raw, codebook, name, source, ascii_columns) for name, source in sources.items()]
    unknown = [name for name in raw.columns if name not in sources.values()]
    data = with_tags(raw.data, raw.tags, raw.row_count)
    collected = (
        data.with_columns(column.prepared for column in columns if column.source.is_text)
        .with_columns(column.kind for column in columns if column.codes.any)
        .with_columns(column.value for column in columns)
        .select(
            *(column.is_problem for column in columns if column.can_fail),
            *(KIND + column.field.name for column in columns if column.codes.any),
            *(VALUE + column.field.name for column in columns),
            *(pl.col(name).alias(_UNKNOWN + (_ROW_OF_FILE if name == ROW else name)) for name in unknown),
        )
        .collect(engine="streaming")
    )
    rows = pl.int_range(1, collected.height + 1, dtype=pl.Int64, eager=True).alias(ROW)
    return Ingested(
        frame=_part(collected, VALUE).select(rows, pl.all()),
        missing=_part(collected, KIND),
        type_problems=_type_problems(data, columns, _part(collected, PROBLEM)),
        unknown=_part(collected, _UNKNOWN).select(rows, pl.all()),
        absent=tuple(field.name for field in codebook.fields if field.name not in sources),
        notes=(*raw.notes, *renamed, *_missing_notes(columns)),
    )


def _match(raw: RawTable, codebook: Codebook) -> tuple[dict[str, str], list[str]]:
    """Return field → column in codebook order, and a note for each that differs in case."""
    folded: dict[str, list[str]] = {}
    exact = set(codebook.names) & set(raw.columns)
    for name in raw.columns:
        if name not in exact:
            folded.setdefault(name.casefold(), []).append(name)
    sources: dict[str, str] = {}
    notes = []
    for field in codebook.fields:
        alike = [field.name] if field.name in exact else folded.pop(field.name.casefold(), [])
        if len(alike) > 1:
            raise IngestError(
                f"the field {field.name!r} could be any of the columns {', '.join(map(repr, alike))}",
                where=raw.path.name,
                hint="Rename one column to the exact name of the field.",
                zh=f"数据文件中有多列与字段“{field.name}”仅大小写不同。",
            )
        if alike:
            sources[field.name] = alike[0]
            if alike[0] != field.name:
                notes.append(f"The column {alike[0]!r} was taken for the field {field.name!r}.")
    if not sources:
        raise IngestError(
            "no column of the file is in the codebook; the file has "
            + _some(raw.columns)
            + ", the codebook has "
            + _some(codebook.names),
            where=raw.path.name,
            hint="Check that study.yaml names the right file and the right instrument.",
            zh=f"数据文件“{raw.path.name}”的列与码表完全不符。",
        )
    return sources, notes


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + (" …" if len(names) > _SHOWN else "")


def _ascii_columns(raw: RawTable, names: Iterable[str]) -> frozenset[str]:
    """Return the text columns that hold nothing but ASCII."""
    texts = [pl.col(name) for name in names if raw.schema[name] == pl.String]
    if not texts:
        return frozenset()
    # Of the characters of UTF-8, only those of ASCII take one byte.
    found = raw.data.select((text.str.len_bytes() == text.str.len_chars()).all() for text in texts)
    return frozenset(
        name for name, is_ascii in found.collect(engine="streaming").row(0, named=True).items() if is_ascii
    )


def _field_column(
    raw: RawTable, codebook: Codebook, name: str, source: str, ascii_columns: frozenset[str]
) -> FieldColumn:
    field = codebook.field(name)
    stored = Stored(source, raw.schema[source], raw.formats.get(source), raw.temporal.get(source))
    if stored.is_nested:
        raise IngestError(
            f"the column {source!r} holds {stored.dtype} values, but a field takes one value per row",
            where=raw.path.name,
            hint="Write its parts to columns of their own.",
            zh=f"列“{source}”含有嵌套数据，请拆分为多列。",
        )
    codes = missing_codes(field, codebook, raw.user_missing.get(source))
    return FieldColumn(field, stored, codes, is_ascii=source in ascii_columns)


def _part(collected: pl.DataFrame, prefix: str) -> pl.DataFrame:
    names = [name for name in collected.columns if name.startswith(prefix)]
    return collected.select(pl.col(name).alias(name.removeprefix(prefix)) for name in names)


def _type_problems(data: pl.LazyFrame, columns: Sequence[FieldColumn], flags: pl.DataFrame) -> pl.DataFrame:
    """List the unreadable cells with their text, in order of fields and rows."""
    wrong = [column for column in columns if column.field.name in flags.columns and flags[column.field.name].any()]
    if not wrong:
        return pl.DataFrame(schema=_PROBLEM_SCHEMA)
    shown = data.select(as_text(column.source).alias(column.field.name) for column in wrong)
    texts = shown.collect(engine="streaming")
    return pl.concat(_cells(column.field.name, flags, texts) for column in wrong)


def _cells(name: str, flags: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    places = flags[name].arg_true()
    content: Mapping[str, Any] = {
        "row": places.cast(pl.Int64) + 1,
        "field": pl.Series([name]).new_from_index(0, len(places)),
        "value": texts[name].gather(places),
    }
    return pl.DataFrame(content, schema=_PROBLEM_SCHEMA)


def _missing_notes(columns: Sequence[FieldColumn]) -> list[str]:
    return [
        f"{column.field.name}: the file declares {', '.join(column.codes.unnamed)} missing, which the codebook does "
        f"not name; kept as missing of the kind {UNNAMED}."
        for column in columns
        if column.codes.unnamed
    ]
