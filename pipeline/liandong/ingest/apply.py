"""Bring a raw table to the codebook: `apply_codebook`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from liandong.definitions import Codebook
from liandong.errors import IngestError
from liandong.evidence.typed_rows import IN_MEMORY, ROW, UNNAMED, TypedRows, among_rows, kind_column, text_column
from liandong.ingest.columns import PADDING, Stored
from liandong.ingest.contradictions import check_labels
from liandong.ingest.fields import KIND, UNREAD, VALUE, FieldColumn
from liandong.ingest.matching import match_columns
from liandong.ingest.missing import kinds_of, missing_codes, with_tags
from liandong.ingest.raw import RawTable
from liandong.ingest.summaries import summary_notes
from liandong.ingest.typed import TYPES
from liandong.ingest.worded import are_words, options_of

BATCH = 100_000
_ROW_OF_FILE = "_row_of_file"  # a file may bring a column of our own name
_WORDS = "\0words:"
ROW_NUMBER = "\0row"  # no file can have such a name


@dataclass(frozen=True, slots=True, eq=False)
class Ingested:
    """A survey in the names, order and types of its codebook.

    All frames are lazy. Those of a small table stand in memory; of a large one, each query reads as much of the file
    as it needs, so select columns and collect once.

    Attributes
    ----------
    table
        The rows for the gate: answers, kinds of missing and unreadable texts in one lazy frame.
    unknown
        Lazy. ``_row`` and the columns that the codebook does not know, as the file stores them.
    unknown_columns
        Their names.
    absent
        Fields that the file does not have.
    notes
        What a careful reader should know, those of the raw table included.
    """

    table: TypedRows
    unknown: pl.LazyFrame
    unknown_columns: tuple[str, ...]
    absent: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def frame(self) -> pl.LazyFrame:
        """Lazy: ``_row`` (1-based data row of the source) and the fields that the file has, in codebook order.

        Null is every missing value: not answered, missing for a stated reason, or unreadable.
        """
        return self.table.frame

    @property
    def missing(self) -> pl.LazyFrame:
        """Lazy, as high as `frame`: one Enum column per field that has missing codes, in the codebook or in the file.

        It holds the kind of missing where a cell carries such a code, null where it holds a value or nothing at all.
        """
        return self.table.missing

    @property
    def type_problems(self) -> pl.DataFrame:
        """Row, field, value: every cell that could not be read as its field's type, with its text. Reads all rows."""
        return self.table.problems()


def apply_codebook(raw: RawTable, codebook: Codebook) -> Ingested:
    """Rebuild the table column by column in codebook names, order and types.

    Parameters
    ----------
    raw
        As `read_table` returns it.
    codebook
        Its fields match columns by exact name, else by the headers that they list, else by either written differently.

    Returns
    -------
    Ingested
        Rows keep their order and number, unknown columns stand apart (the run does not use them), and unreadable cells
        are listed with their text.

    Raises
    ------
    IngestError
        When no field matches a column, two columns match a field equally well, the file gives the label of one code to
        another, or a column holds lists or records.
    """
    sources, renamed = match_columns(raw, codebook)
    check_labels(raw, codebook, sources)
    ascii_columns, worded = _look_at_texts(raw, codebook, sources)
    kinds = kinds_of(codebook)
    options = options_of(sources, codebook, raw.columns)
    columns = [
        replace(
            _field_column(raw, codebook, name, source, kinds, is_ascii=source in ascii_columns),
            options=options.get(source, ()),
        )
        for name, source in sources.items()
    ]
    unknown = {name: _ROW_OF_FILE if name == ROW else name for name in raw.columns if name not in set(sources.values())}
    data = with_tags(raw.data, raw.tags, raw.row_count).with_row_index(ROW_NUMBER, offset=1)
    table = _table(data, columns, raw.row_count)
    others = data.select(_row_number(), *(pl.col(name).alias(shown) for name, shown in unknown.items()))
    return Ingested(
        table=table,
        unknown=others,
        unknown_columns=tuple(unknown.values()),
        absent=tuple(field.name for field in codebook.fields if field.name not in sources),
        notes=(*raw.notes, *renamed, *worded, *summary_notes(raw, codebook, sources), *_missing_notes(columns)),
    )


def _row_number() -> pl.Expr:
    return pl.col(ROW_NUMBER).cast(pl.Int64).alias(ROW)


def _table(data: pl.LazyFrame, columns: Sequence[FieldColumn], height: int) -> TypedRows:
    """Lay the steps of all fields over the raw rows; a table that is not large is read at once."""
    fallible = [column for column in columns if column.can_fail]
    coded = [column for column in columns if column.codes.any]

    def typed(some: pl.LazyFrame) -> pl.LazyFrame:
        return (
            some.with_columns(column.prepared for column in columns if column.source.is_text)
            .with_columns(column.kind for column in coded)
            .with_columns(column.value for column in columns)
            .with_columns(column.unread for column in fallible)
            .select(
                _row_number(),
                *(pl.col(VALUE + column.field.name).alias(column.field.name) for column in columns),
                *(pl.col(KIND + column.field.name).alias(kind_column(column.field.name)) for column in coded),
                *(pl.col(UNREAD + column.field.name).alias(text_column(column.field.name)) for column in fallible),
            )
        )

    def pick(wanted: pl.Series) -> pl.LazyFrame:
        return typed(among_rows(data, wanted.cast(pl.get_index_type()), ROW_NUMBER))

    rows = typed(data)
    if height * len(columns) <= IN_MEMORY:
        collected = rows.collect(engine="streaming")
        readable = [
            name for column in fallible if collected[name := text_column(column.field.name)].null_count() == height
        ]
        collected = collected.drop(readable)
        return TypedRows(collected.lazy(), collected.schema, height)
    schema: dict[str, pl.DataType] = {
        ROW: pl.Int64(),
        **{column.field.name: TYPES[column.field.type] for column in columns},
        **{kind_column(column.field.name): column.kinds for column in coded},
        **{text_column(column.field.name): pl.String() for column in fallible},
    }
    return TypedRows(rows, pl.Schema(schema), height, BATCH, pick)


def _look_at_texts(raw: RawTable, codebook: Codebook, sources: Mapping[str, str]) -> tuple[frozenset[str], list[str]]:
    """Return the text columns that hold nothing but ASCII, and a note for each field whose labels stand for codes."""
    texts = {name: source for name, source in sources.items() if raw.schema[source] == pl.String}
    if not texts:
        return frozenset(), []
    # Of the characters of UTF-8, only those of ASCII take one byte.
    plain = {
        source: (pl.col(source).str.len_bytes() == pl.col(source).str.len_chars()).all() for source in texts.values()
    }
    cells = {name: pl.col(source).str.strip_chars(PADDING) for name, source in texts.items()}
    words = {name: are_words(cell, codebook.field(name)) for name, cell in cells.items()}
    counts = {_WORDS + name: hit.sum() for name, hit in words.items() if hit is not None}
    found = raw.data.select(**plain, **counts).collect(engine="streaming").row(0, named=True)
    notes = [
        f"{name}: {found[_WORDS + name]:,} cells hold a label, which was read as its code."
        for name in texts
        if found.get(_WORDS + name)
    ]
    return frozenset(source for source in plain if found[source]), notes


def _field_column(
    raw: RawTable, codebook: Codebook, name: str, source: str, kinds: pl.Enum, *, is_ascii: bool
) -> FieldColumn:
    field = codebook.field(name)
    stored = Stored(source, raw.schema[source], raw.formats.get(source), raw.temporal.get(source))
    if stored.is_nested:
        raise IngestError(
            f"the column {source!r} holds {stored.dtype} values, but a field takes one value per row",
            where=raw.name,
            hint="Write its parts to columns of their own.",
            zh=f"列“{source}”含有嵌套数据，请拆分为多列。",
        )
    codes = missing_codes(field, codebook, raw.user_missing.get(source))
    return FieldColumn(field, stored, codes, kinds, is_ascii=is_ascii)


def _missing_notes(columns: Sequence[FieldColumn]) -> list[str]:
    return [
        f"{column.field.name}: the file declares {', '.join(column.codes.unnamed)} missing, which the codebook does "
        f"not name; kept as missing of the kind {UNNAMED}."
        for column in columns
        if column.codes.unnamed
    ]
