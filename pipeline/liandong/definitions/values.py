"""Values written in a codebook (codes, bounds) as values of the field's type."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any

from liandong.definitions.codebook import FieldType

ORDERED_TYPES: frozenset[FieldType] = frozenset({"integer", "number", "date", "datetime", "time", "year"})


def typed_value(value: Any, field_type: FieldType) -> Any:
    """Return `value`, as YAML gave it, as a Python value of `field_type`.

    Raises
    ------
    ValueError
        Saying what was expected and what came. YAML reads an unquoted ``no`` as false and ``10:30`` as 630: such values
        are refused rather than guessed.
    """
    try:
        return _READERS[field_type](value)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{value!r} is not {_WORDS[field_type]}{_hint(value, field_type)}") from error


def _integer(value: Any) -> int:
    if isinstance(value, bool | str) or value != int(value):
        raise ValueError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool | str) or not math.isfinite(float(value)):
        raise ValueError
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        raise TypeError
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def _datetime(value: Any) -> dt.datetime:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)


def _time(value: Any) -> dt.time:
    return value if isinstance(value, dt.time) else dt.time.fromisoformat(value)


_READERS: Mapping[FieldType, Callable[[Any], Any]] = {
    "integer": _integer,
    "year": _integer,
    "number": _number,
    "string": _text,
    "boolean": _truth,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
}
_WORDS: Mapping[FieldType, str] = {
    "integer": "a whole number",
    "year": "a year",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "date": "a date such as 2020-05-31",
    "datetime": "a date and time such as 2020-05-31 09:30",
    "time": 'a time such as "09:30"',
}


_UNQUOTED: frozenset[FieldType] = frozenset({"integer", "number", "boolean", "year"})


def _hint(value: Any, field_type: FieldType) -> str:
    if field_type in {"string", "time"}:
        return "" if isinstance(value, str) else "; put it in quotes"
    return "; take the quotes away" if isinstance(value, str) and field_type in _UNQUOTED else ""
