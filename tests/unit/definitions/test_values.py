from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from liandong.definitions.codebook import FieldType
from liandong.definitions.values import typed_value

DAY, NOON = dt.date(2021, 6, 1), dt.datetime(2021, 6, 1, 12, 0)  # noqa: DTZ001 (surveys write local time)
READ: list[tuple[Any, FieldType, Any]] = [
    (3, "integer", 3),
    (3.0, "integer", 3),
    (2021, "year", 2021),
    (3, "number", 3.0),
    ("是", "string", "是"),
    (False, "boolean", False),
    (DAY, "date", DAY),
    ("2021-06-01", "date", DAY),
    (NOON, "datetime", NOON),
    ("2021-06-01 12:00", "datetime", NOON),
    (DAY, "datetime", dt.datetime(2021, 6, 1)),  # noqa: DTZ001
    ("09:30", "time", dt.time(9, 30)),
]
REFUSED: list[tuple[Any, FieldType, str]] = [
    (3.5, "integer", "3.5 is not a whole number"),
    (True, "integer", "True is not a whole number"),
    ("3", "integer", "'3' is not a whole number; take the quotes away"),
    (None, "integer", "None is not a whole number"),
    (float("inf"), "integer", "inf is not a whole number"),
    (float("nan"), "number", "nan is not a number"),
    (False, "number", "False is not a number"),
    (1, "string", "1 is not text; put it in quotes"),
    (1, "boolean", "1 is not true or false"),
    ("yes", "boolean", "'yes' is not true or false; take the quotes away"),
    ("1 June", "date", "'1 June' is not a date such as 2020-05-31"),
    (NOON, "date", f"{NOON!r} is not a date such as 2020-05-31"),
    (20210601, "date", "20210601 is not a date such as 2020-05-31"),
    ("noon", "datetime", "'noon' is not a date and time such as 2020-05-31 09:30"),
    (630, "time", '630 is not a time such as "09:30"; put it in quotes'),
]


@pytest.mark.parametrize(("written", "field_type", "value"), READ, ids=str)
def test_value_of_a_codebook_is_read_as_the_type_of_its_field(written: Any, field_type: FieldType, value: Any) -> None:
    read = typed_value(written, field_type)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("written", "field_type", "message"), REFUSED, ids=str)
def test_value_of_another_type_is_refused_and_not_guessed(written: Any, field_type: FieldType, message: str) -> None:
    with pytest.raises(ValueError, match="is not") as error:
        typed_value(written, field_type)
    assert str(error.value) == message
