"""Raw columns as the types of a Table Schema: expressions that are null where a value cannot be read.

Lexical forms follow the Table Schema of Data Package v2, read generously where nothing is ambiguous: full-width
digits, whole numbers written with decimals ("3.0"), dates with slashes or 年月日 as long as the year comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl
from polars.datatypes import DataTypeClass

from liandong.definitions import Field, FieldType
from liandong.ingest.raw import Temporal
from liandong.ingest.temporal import as_datetime

TYPES: Mapping[FieldType, pl.DataType] = {
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "time": pl.Time(),
    "year": pl.Int64(),
}

_FULL_WIDTH = "０１２３４５６７８９．，－＋：／　\u00a0"
_PLAIN = "0123456789.,-+:/  "
_PADDING = " \0\u3000\r\n\t"
_DIGITS = r"^[+-]?\d+$"
_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_YEAR_FIRST = r"^\d{4}-"
_ZONE = r"(\d:\d{2}(?:\.\d+)?)\s*(?:Z|[+-]\d{2}:?\d{2})$"
_LARGEST_WHOLE = 2.0**53  # beyond it a double no longer tells whole numbers apart
_LEADING_ZEROS = re.compile(r"N(\d+)")  # SPSS: restricted numeric, shown with leading zeros
_LARGEST_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Stored:
    """A raw column: its name, its type, its display format and how it counts time, where it does."""

    name: str
    dtype: pl.DataType | DataTypeClass
    display_format: str | None = None
    temporal: Temporal | None = None

    @property
    def value(self) -> pl.Expr:
        """The cells; categories as their text, and not-a-number as nothing."""
        column = pl.col(self.name)
        if self.dtype in {pl.Categorical, pl.Enum}:
            return column.cast(pl.String)
        return column.fill_nan(None) if self.dtype.is_float() else column

    @property
    def is_text(self) -> bool:
        """Whether the cells are texts."""
        return self.dtype in {pl.String, pl.Categorical, pl.Enum}

    @property
    def is_nested(self) -> bool:
        """Whether cells hold lists or records, which no field can take."""
        return self.dtype.is_nested() or self.dtype in {pl.Object, pl.Binary}


def as_field(column: Stored, field: Field) -> pl.Expr:
    """Return `column` in the type of `field`; null where it cannot be read so."""
    return _READERS[field.type](column, field).cast(TYPES[field.type], strict=False)


def is_filled(column: Stored) -> pl.Expr:
    """Return whether a cell holds anything."""
    return trimmed(column) != "" if column.is_text else column.value.is_not_null()


def trimmed(column: Stored) -> pl.Expr:
    """Return a text column without the padding of fixed-width fields."""
    return column.value.str.strip_chars_end(_PADDING)


def as_text(column: Stored) -> pl.Expr:
    """Return the cells as text, for a person to read: whole numbers without decimals, dates in ISO 8601."""
    value = column.value
    if column.is_text:
        return trimmed(column)
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


def plain_text(column: Stored) -> pl.Expr:
    """Return a text column with full-width digits and signs made plain, stripped on both sides."""
    return column.value.str.replace_many(list(_FULL_WIDTH), list(_PLAIN)).str.strip_chars(_PADDING)


def text_as_number(text: pl.Expr) -> pl.Expr:
    """Return the numbers that `text` spells, null elsewhere; "inf" and "nan" are no numbers here."""
    return pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Float64, strict=False)


def _number_as_text(value: pl.Expr) -> pl.Expr:
    whole = (value == value.floor()) & (value.abs() <= _LARGEST_WHOLE)
    return pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))


def _moment_as_text(moment: pl.Expr) -> pl.Expr:
    return moment.dt.to_string("%Y-%m-%d %H:%M:%S%.f").str.strip_suffix(" 00:00:00")


def _nothing() -> pl.Expr:
    return pl.lit(None)


def _numeric_text(column: Stored, field: Field) -> pl.Expr:
    """Return the text of numbers without the group and decimal marks that the field declares."""
    text = plain_text(column)
    extra = field.model_extra or {}
    if extra.get("groupChar"):
        text = text.str.replace_all(str(extra["groupChar"]), "", literal=True)
    if extra.get("decimalChar"):
        text = text.str.replace_all(str(extra["decimalChar"]), ".", literal=True)
    return text


def _whole(value: pl.Expr) -> pl.Expr:
    is_whole = (value == value.floor()) & (value.abs() <= _LARGEST_WHOLE)
    return pl.when(is_whole).then(value).cast(pl.Int64, strict=False)


def _integer(column: Stored, field: Field) -> pl.Expr:
    if column.is_text:
        text = _numeric_text(column, field)
        direct = pl.when(text.str.contains(_DIGITS)).then(text).cast(pl.Int64, strict=False)
        return pl.coalesce(direct, _whole(text_as_number(text)))
    if column.dtype.is_float() or column.dtype.is_decimal():
        return _whole(column.value.cast(pl.Float64))
    if column.dtype.is_integer() or column.dtype == pl.Boolean:
        return column.value.cast(pl.Int64, strict=False)
    return _nothing()


def _number(column: Stored, field: Field) -> pl.Expr:
    if column.is_text:
        return text_as_number(_numeric_text(column, field))
    if column.dtype.is_numeric():
        value = column.value.cast(pl.Float64)
        return pl.when(value.is_finite()).then(value)
    return _nothing()


def _string(column: Stored, _field: Field) -> pl.Expr:
    text = as_text(column)
    zeros = _LEADING_ZEROS.fullmatch(column.display_format or "")
    if zeros is not None and not column.is_text:
        return text.str.zfill(int(zeros.group(1)))
    return pl.when(text != "").then(text)


def _boolean(column: Stored, field: Field) -> pl.Expr:
    if column.dtype == pl.Boolean:
        return column.value
    extra = field.model_extra or {}
    yes = extra.get("trueValues", ["true", "True", "TRUE", "1"])
    no = extra.get("falseValues", ["false", "False", "FALSE", "0"])
    text = plain_text(column) if column.is_text else as_text(column)
    return pl.when(text.is_in(list(yes))).then(pl.lit(True)).when(text.is_in(list(no))).then(pl.lit(False))


def _date(column: Stored, field: Field) -> pl.Expr:
    if column.dtype == pl.Date:
        return column.value
    if column.dtype == pl.Datetime:
        return _at_midnight(column.value)
    if column.temporal is not None and column.temporal.kind != "time":
        moment = as_datetime(column.value, column.temporal)
        # What a date format shows of a value with hours is its day; of a moment, hours would be lost.
        return moment.dt.date() if column.temporal.kind == "date" else _at_midnight(moment)
    if not column.is_text:
        return _nothing()
    text = plain_text(column)
    if _has_pattern(field):
        return text.str.to_date(field.format, strict=False)
    text = _dashed(text).str.strip_chars_end("-日")
    day = pl.when(text.str.contains(_YEAR_FIRST)).then(text).str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(day, _at_midnight(_moment(text)))


def _datetime(column: Stored, field: Field) -> pl.Expr:
    if column.dtype == pl.Datetime:
        return column.value.dt.replace_time_zone(None).dt.cast_time_unit("us")
    if column.temporal is not None and column.temporal.kind == "datetime":
        return as_datetime(column.value, column.temporal)
    if not column.is_text:
        return _nothing()
    text = plain_text(column)
    if _has_pattern(field):
        return text.str.to_datetime(field.format, strict=False, time_unit="us")
    return _moment(_dashed(text))


def _time(column: Stored, field: Field) -> pl.Expr:
    if column.dtype == pl.Time:
        return column.value
    if column.temporal is not None and column.temporal.kind == "time":
        moment = as_datetime(column.value, column.temporal)
        of_one_day = moment.dt.date() == as_datetime(pl.lit(0.0), column.temporal).dt.date()
        return pl.when(of_one_day).then(moment.dt.time())
    if not column.is_text:
        return _nothing()
    text = plain_text(column)
    if _has_pattern(field):
        return text.str.to_time(field.format, strict=False)
    padded = pl.when(text.str.contains(r"^\d:")).then(pl.lit("0") + text).otherwise(text)
    return pl.coalesce(padded.str.to_time(shape, strict=False) for shape in ("%H:%M:%S%.f", "%H:%M"))


def _year(column: Stored, field: Field) -> pl.Expr:
    if column.dtype in {pl.Date, pl.Datetime}:
        return column.value.dt.year()
    if column.temporal is not None and column.temporal.kind != "time":
        return as_datetime(column.value, column.temporal).dt.year()
    year = _integer(column, field)
    return pl.when(year.abs() <= _LARGEST_YEAR).then(year)


def _has_pattern(field: Field) -> bool:
    return field.format is not None and field.format not in {"default", "any"}


def _dashed(text: pl.Expr) -> pl.Expr:
    """Write 2024/3/1, 2024.3.1 and 2024年3月1日 with dashes."""
    return (
        text.str.replace(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", "$1-$2-$3")
        .str.replace("日", "", literal=True)
        .str.replace(r"^(\S+)T", "$1 ")
    )


def _moment(text: pl.Expr) -> pl.Expr:
    """Read a moment of local time; the offset from UTC that some apps write behind it is dropped."""
    local = text.str.replace(_ZONE, "$1")
    local = pl.when(local.str.contains(_YEAR_FIRST)).then(local)
    shapes = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
    return pl.coalesce(local.str.to_datetime(shape, strict=False, time_unit="us") for shape in shapes)


def _at_midnight(moment: pl.Expr) -> pl.Expr:
    return pl.when(moment.dt.time() == pl.time(0, 0, 0)).then(moment.dt.date())


_READERS: Mapping[FieldType, Callable[[Stored, Field], pl.Expr]] = {
    "integer": _integer,
    "number": _number,
    "string": _string,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "year": _year,
}
