"""Raw columns as the types of a Table Schema: expressions that are null where a value cannot be read.

Lexical forms follow the Table Schema of Data Package v2, read generously where nothing is ambiguous: full-width
digits, whole numbers written with decimals ("3.0"), thousands apart ("1,234,567", unless the field declares marks of
its own), dates with slashes or 年月日 as long as the year comes first, and months in English letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import polars as pl

from liandong.definitions import Field, FieldType
from liandong.ingest.columns import LARGEST_WHOLE, Stored, as_text
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

_YEAR_FIRST = r"^\d{4}-"
_ZONE = r"(\d:\d{2}(?:\.\d+)?)\s*(?:Z|[+-]\d{2}:?\d{2})$"
_LEADING_ZEROS = re.compile(r"N(\d+)")  # SPSS: restricted numeric, shown with leading zeros
_LARGEST_YEAR = 9999
_GROUPED = r"^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
# A month in English letters cannot be mistaken for a day: "Nov 3, 2021 9:14:02 AM", "03-Nov-2021", "3nov2021 09:14:02".
_MONTH_FIRST = r"(?i)^([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b,?"
_WORD_FOR_THE_MONTH = r"(?i)^(\d{1,2})[-\s./]?([a-z]{3})[a-z]*[-\s.,/]{0,2}(\d{4})\b,?"
_CHINESE_HALF_DAY = r"(上午|下午)\s*([\d:]+)"
_CLOCKS = ("%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
# A word that multiplies is no unit: 3.5万 is not 3.5.
_BEFORE_A_NUMBER, _BEHIND_A_NUMBER = r"^[^\d+-]+", r"[^\d十百千万亿]+$"


def as_field(column: Stored, field: Field) -> pl.Expr:
    """Return `column` in the type of `field`; null where it cannot be read so."""
    return _READERS[field.type](column, field).cast(TYPES[field.type], strict=False)


def text_as_number(text: pl.Expr) -> pl.Expr:
    """Return the numbers that `text` spells, null elsewhere; "inf" and "nan" are no numbers here."""
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _nothing() -> pl.Expr:
    return pl.lit(None)


def _numeric_text(column: Stored, field: Field) -> pl.Expr:
    """Return the text of numbers without the group and decimal marks, and the unit, that the field declares."""
    text = column.value
    extra = field.model_extra or {}
    if extra.get("bareNumber") is False:
        text = text.str.replace(_BEFORE_A_NUMBER, "").str.replace(_BEHIND_A_NUMBER, "")
    if not extra.get("groupChar") and not extra.get("decimalChar"):
        text = pl.when(text.str.contains(_GROUPED)).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    if extra.get("groupChar"):
        text = text.str.replace_all(str(extra["groupChar"]), "", literal=True)
    if extra.get("decimalChar"):
        text = text.str.replace_all(str(extra["decimalChar"]), ".", literal=True)
    return text


def _whole(value: pl.Expr) -> pl.Expr:
    is_whole = (value == value.floor()) & (value.abs() <= LARGEST_WHOLE)
    return pl.when(is_whole).then(value).cast(pl.Int64, strict=False)


def _integer(column: Stored, field: Field) -> pl.Expr:
    if column.is_text:
        text = _numeric_text(column, field)
        # Directly first: long identity numbers have more digits than a double holds.
        return pl.coalesce(text.cast(pl.Int64, strict=False), _whole(text_as_number(text)))
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
    text = as_text(column)
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
    text = column.value
    if _has_pattern(field):
        return text.str.to_date(field.format, strict=False)
    text = _dashed(text).str.strip_chars_end("-日")
    day = pl.when(text.str.contains(_YEAR_FIRST)).then(text)
    days = (day.str.to_date(shape, strict=False) for shape in ("%Y-%m-%d", "%Y-%b-%d"))
    return pl.coalesce(*days, _at_midnight(_moment(text)))


def _datetime(column: Stored, field: Field) -> pl.Expr:
    if column.dtype == pl.Datetime:
        return column.value.dt.replace_time_zone(None).dt.cast_time_unit("us")
    if column.temporal is not None and column.temporal.kind == "datetime":
        return as_datetime(column.value, column.temporal)
    if not column.is_text:
        return _nothing()
    text = column.value
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
    text = column.value
    if _has_pattern(field):
        return text.str.to_time(field.format, strict=False)
    padded = pl.when(text.str.contains(r"^\d:")).then(pl.lit("0") + text).otherwise(text)
    return pl.coalesce(padded.str.to_time(shape, strict=False) for shape in ("%H:%M:%S%.f", "%H:%M"))


def _year(column: Stored, field: Field) -> pl.Expr:
    if column.dtype in (pl.Date, pl.Datetime):  # no set: a type with parameters hashes otherwise than its class
        return column.value.dt.year()
    if column.temporal is not None and column.temporal.kind != "time":
        return as_datetime(column.value, column.temporal).dt.year()
    year = _integer(column, field)
    return pl.when(year.abs() <= _LARGEST_YEAR).then(year)


def _has_pattern(field: Field) -> bool:
    return field.format is not None and field.format not in {"default", "any"}


def _dashed(text: pl.Expr) -> pl.Expr:
    """Write 2024/3/1, 2024.3.1, 2024年3月1日, Mar 1, 2024 and 1-Mar-2024 with dashes, the year first."""
    return (
        text.str.replace(_MONTH_FIRST, "$3-$1-$2")
        .str.replace(_WORD_FOR_THE_MONTH, "$3-$2-$1")
        .str.replace(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", "$1-$2-$3")
        .str.replace("日", "", literal=True)
        .str.replace(r"^(\S+)T", "$1 ")
    )


def _moment(text: pl.Expr) -> pl.Expr:
    """Read a moment of local time; the offset from UTC that some apps write behind it is dropped."""
    local = text.str.replace(_ZONE, "$1").str.replace(_CHINESE_HALF_DAY, "$2 $1")
    local = local.str.replace_many(["上午", "下午"], ["AM", "PM"])
    local = pl.when(local.str.contains(_YEAR_FIRST)).then(local)
    shapes = (f"{day} {clock}" for day in ("%Y-%m-%d", "%Y-%b-%d") for clock in _CLOCKS)
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
