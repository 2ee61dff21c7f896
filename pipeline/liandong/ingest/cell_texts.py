"""Cells of a raw table as texts that can be compared, and texts as values that a raw column can store."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from liandong.definitions import Codebook, Field, FieldType
from liandong.definitions.codebook import FieldExtras
from liandong.ingest.columns import Stored, as_text, prepared_text
from liandong.ingest.missing import missing_codes
from liandong.ingest.raw import RawTable, TemporalUnit
from liandong.ingest.temporal import as_datetime
from liandong.ingest.typed import as_field

_PADDING = " \t\r\n\0\u3000\u00a0"
_STEPS: Mapping[TemporalUnit, dt.timedelta] = {
    "days": dt.timedelta(days=1),
    "seconds": dt.timedelta(seconds=1),
    "milliseconds": dt.timedelta(milliseconds=1),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of the raw table with the field that it fills."""

    source: Stored
    field: Field

    @property
    def shown_column(self) -> str:
        """Where `spelt` has the cells as a person reads them, empty where nothing stands."""
        return f"\0shown:{self.source.name}"

    @property
    def spelt_column(self) -> str:
        """Where `spelt` has the cells in one spelling of each value."""
        return f"\0spelt:{self.source.name}"

    def spelling(self, texts: Sequence[str]) -> list[str]:
        """Return `texts` in the one spelling of each value, as `spelt` has it."""
        alike = Cell(Stored("value", pl.String()), self.field)
        frame = pl.DataFrame({"value": texts}, schema={"value": pl.String}).lazy()
        return spelt(frame, [alike], []).collect()[alike.spelt_column].to_list()

    def unreadable(self, texts: Sequence[str], codebook: Codebook | None, raw: RawTable) -> list[bool]:
        """Return which `texts` are neither empty, nor a missing code, nor of the field's type."""
        typed = _typed(texts, self.field)
        if codebook is None:
            return [bool(text) and value is None for text, value in zip(texts, typed, strict=True)]
        codes = missing_codes(self.field, codebook, raw.user_missing.get(self.source.name))
        declared = [*codes.kinds, *(str(value) for value in codes.declared.values)]
        known = set(self.spelling(declared)) | set(declared)
        spelt = self.spelling(texts)
        return [
            bool(text) and value is None and text not in known and spelling not in known
            for text, value, spelling in zip(texts, typed, spelt, strict=True)
        ]


def spelt(data: pl.LazyFrame, cells: Sequence[Cell], keep: Sequence[str]) -> pl.LazyFrame:
    """Return, lazily, the columns `keep` and, of each cell, `shown_column` and `spelt_column`.

    Of each value there is one spelling, in that of its field's type: 3, 3.0 and ３ are one number, 2021/7/3 and
    2021-07-03 one day. What cannot be read in the type is spelt as it stands, without the spaces around it.
    """
    prepared = [
        prepared_text(cell.source, cell.field, is_ascii=False).alias(f"\0text:{cell.source.name}")
        for cell in cells
        if cell.source.is_text
    ]
    columns = []
    for cell in cells:
        read = replace(cell.source, name=f"\0text:{cell.source.name}") if cell.source.is_text else cell.source
        shown = as_text(cell.source).fill_null("").str.strip_chars(_PADDING)
        typed = as_field(read, cell.field).cast(pl.String).str.strip_chars(_PADDING)
        columns += [shown.alias(cell.shown_column), pl.coalesce(typed, shown).alias(cell.spelt_column)]
    return data.with_columns(prepared).select(*keep, *columns)


def stand_in(name: str, dtype: pl.DataType) -> Field:
    """Return the field that a column of a table without a codebook would be."""
    field_type: FieldType = "string"
    if dtype.is_numeric():
        field_type = "number"
    elif dtype.is_temporal():
        field_type = "date" if dtype == pl.Date else "time" if dtype == pl.Time else "datetime"
    return Field(name=name, title=name, type=field_type, liandong=FieldExtras(title_en=name))


def stored_value(text: str, column: Stored) -> Any:
    """Return `text` as a value of the raw column, None for an empty one.

    Raises
    ------
    ValueError
        When the column cannot store it.
    """
    if text == "":
        return None
    store = next((store for suits, store in _STORES if suits(column)), None)
    try:
        value = None if store is None else store(text, column)
    except (ValueError, OverflowError) as error:
        raise ValueError(text) from error
    if value is None:
        raise ValueError(text)
    return value


def _as_type(text: str, field_type: FieldType) -> Any:
    field = Field(name="value", title="value", type=field_type, liandong=FieldExtras(title_en="value"))
    return _typed([text], field)[0]


def _whole(text: str, column: Stored) -> int | None:
    value = _as_type(text, "integer")
    return None if value is None else pl.Series([value], dtype=pl.Int64).cast(column.dtype).item()


def _real(text: str, _column: Stored) -> float | None:
    value = _as_type(text, "number")
    return value if value is not None and math.isfinite(value) else None


def _counted(text: str, column: Stored) -> float | None:
    """Return a date or time as the number by which the file counts it; a plain number is one already."""
    number = _whole(text, column) if column.dtype.is_integer() else _real(text, column)
    if number is not None:
        return number
    assert column.temporal is not None
    step = _STEPS.get(column.temporal.unit)
    value = _as_type(text, column.temporal.kind)
    if value is None and column.temporal.kind == "datetime":
        value = _as_type(text, "date")
    if value is None or step is None:
        return None
    origin = dt.date(*column.temporal.origin)
    if isinstance(value, dt.time):
        moment = dt.datetime.combine(origin, value)
    else:
        moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    count = (moment - dt.datetime.combine(origin, dt.time())) / step
    if pl.select(as_datetime(pl.lit(count), column.temporal)).item() != moment:
        return None
    return int(count) if column.dtype.is_integer() else count


def _moment(text: str, _column: Stored) -> dt.datetime | None:
    day = _as_type(text, "date")
    return _as_type(text, "datetime") or (None if day is None else dt.datetime.combine(day, dt.time()))


_Store = Callable[[str, Stored], Any]
_STORES: tuple[tuple[Callable[[Stored], bool], _Store], ...] = (
    (lambda column: column.is_text, lambda text, _: text),
    (lambda column: column.temporal is not None, _counted),
    (lambda column: column.dtype.is_integer(), _whole),
    (lambda column: column.dtype.is_float(), _real),
    (lambda column: column.dtype == pl.Boolean, lambda text, _: _as_type(text, "boolean")),
    (lambda column: column.dtype == pl.Date, lambda text, _: _as_type(text, "date")),
    (lambda column: column.dtype == pl.Datetime, _moment),
    (lambda column: column.dtype == pl.Time, lambda text, _: _as_type(text, "time")),
)


def _typed(texts: Sequence[str], field: Field) -> list[Any]:
    """Read texts as the codebook would read them in `field`, None where they cannot be read so."""
    column = Stored("value", pl.String())
    frame = pl.DataFrame({"value": texts}, schema={"value": pl.String})
    frame = frame.with_columns(prepared_text(column, field, is_ascii=False))
    return frame.select(as_field(column, field)).to_series().to_list()
