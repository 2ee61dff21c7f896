"""A column of the raw table, its cells as text, and the texts of a CSV made ready for reading."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from polars.datatypes import DataTypeClass

from liandong.definitions import Field
from liandong.ingest.raw import Temporal
from liandong.ingest.temporal import as_datetime

_FULL_WIDTH = "０１２３４５６７８９．，－＋：／　\u00a0"
_PLAIN = "0123456789.,-+:/  "
PADDING = " \0\u3000\r\n\t"
_CATEGORIES = (pl.Categorical, pl.Enum)  # no set: a type with parameters equals its class, but hashes otherwise
LARGEST_WHOLE = 2.0**53  # beyond it a double no longer tells whole numbers apart


@dataclass(frozen=True, slots=True)
class Stored:
    """A column to be read: its name, its type, its display format and how it counts time, where it does.

    Texts are expected as `prepared_text` leaves them.
    """

    name: str
    dtype: pl.DataType | DataTypeClass
    display_format: str | None = None
    temporal: Temporal | None = None

    @property
    def value(self) -> pl.Expr:
        """The cells; categories as their text, and not-a-number as nothing."""
        column = pl.col(self.name)
        if self.dtype in _CATEGORIES:
            return column.cast(pl.String)
        return column.fill_nan(None) if self.dtype.is_float() else column

    @property
    def is_text(self) -> bool:
        """Whether the cells are texts."""
        return self.dtype == pl.String or self.dtype in _CATEGORIES

    @property
    def is_nested(self) -> bool:
        """Whether cells hold lists or records, which no field can take."""
        return self.dtype.is_nested() or self.dtype in {pl.Object, pl.Binary}


def is_filled(column: Stored) -> pl.Expr:
    """Return whether a cell holds anything."""
    return column.value != "" if column.is_text else column.value.is_not_null()


def prepared_text(column: Stored, field: Field, *, is_ascii: bool) -> pl.Expr:
    """Return a text column as `field` wants it.

    A text field keeps its text without the padding of fixed-width columns; for all others, full-width digits and signs
    are made plain and both sides stripped. A column that is known to be ASCII has nothing full-width, which saves time.
    """
    if field.type == "string":
        return column.value.str.strip_chars_end(PADDING)
    text = column.value if is_ascii else column.value.str.replace_many(list(_FULL_WIDTH), list(_PLAIN))
    return text.str.strip_chars(PADDING)


def as_text(column: Stored) -> pl.Expr:
    """Return the cells as text, for a person to read: whole numbers without decimals, dates in ISO 8601."""
    value = column.value
    if column.is_text:
        return value
    if column.temporal is not None:
        moment = as_datetime(value, column.temporal)
        shown = {
            "date": moment.dt.date().cast(pl.String),
            "time": moment.dt.time().cast(pl.String),
            "datetime": _moment_as_text(moment),
        }
        return pl.coalesce(shown[column.temporal.kind], _number_as_text(value))
    if column.dtype == pl.Datetime:
        return _moment_as_text(value)
    if column.dtype.is_float():
        return _number_as_text(value)
    return value.cast(pl.String)


def _number_as_text(value: pl.Expr) -> pl.Expr:
    whole = (value == value.floor()) & (value.abs() <= LARGEST_WHOLE)
    return pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))


def _moment_as_text(moment: pl.Expr) -> pl.Expr:
    return moment.dt.to_string("%Y-%m-%d %H:%M:%S%.f").str.strip_suffix(" 00:00:00")
