"""The type of a column: how the file holds it, or how all its texts can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from liandong.definitions import FieldType
from liandong.scaffold.missing_codes import Missing, missing_in_texts
from liandong.scaffold.seen import Reading, SeenColumn, Stored

_ORDER: Sequence[Reading] = ("integer", "number", "date", "datetime", "time")
_STORED: Mapping[Stored, FieldType] = {
    "whole": "integer",
    "number": "number",
    "truth": "boolean",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
}
_TRUTHS = {"true", "false"}
_MOST_DIGITS = 15  # longer digits are identity or card numbers, and more than a double holds
_NEARLY_ALL, _ENOUGH = 0.95, 20
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True, slots=True)
class Typed:
    """A type, the further keys of the standard that it needs, and the texts that stand for a missing answer.

    `is_guess` says that a few texts cannot be read so, or that the type rests on a name; `is_words` that the column
    holds words, of which a closed question may be made.
    """

    type: FieldType
    standard: Mapping[str, Any] = field(default_factory=dict)
    missing: Missing = field(default_factory=Missing)
    is_guess: bool = False
    is_words: bool = False
    remarks: tuple[str, ...] = ()


def type_of(column: SeenColumn, words: Sequence[str]) -> Typed:
    """Return the type of `column`, which goes by the names `words`."""
    if column.stored != "text":
        known = _STORED.get(column.stored, "string")
        return Typed("year", is_guess=True) if known == "integer" and _is_year(column, words) else Typed(known)
    if column.filled == 0:
        return Typed("string")
    texts = {str(value).lower() for value, _ in column.values}
    if texts and texts <= _TRUTHS:
        return Typed("boolean")
    return _read_text(column, words) or Typed(
        "string", missing=missing_in_texts(column, among_numbers=False), is_words=True
    )


def _read_text(column: SeenColumn, words: Sequence[str]) -> Typed | None:
    """Return the type that all texts, words for missing answers aside, can be read as; None if there is none."""
    missing = missing_in_texts(column, among_numbers=True)
    answers = column.filled - sum(count for text, count in column.strangers if text in missing)
    if answers <= 0:
        return None
    if column.unit:
        with_unit = f"numbers with {column.unit!r} behind them"
        return Typed("number", {"bareNumber": False}, missing, remarks=(with_unit,))
    # One that reads everything comes before one that reads nearly everything.
    for reading in sorted(_ORDER, key=lambda kind: column.reads_as.get(kind, 0) < answers):
        readable = column.reads_as.get(reading, 0)
        if readable < answers and (readable < _NEARLY_ALL * answers or readable < _ENOUGH or not column.strangers):
            continue
        if reading in {"integer", "number"} and (column.has_leading_zeros or column.longest > _MOST_DIGITS):
            return None
        strange = sum(count for text, count in column.strangers if text not in missing)
        note = (f"{strange:,} cells cannot be read as {reading}",) if strange else ()
        is_year = reading == "integer" and _is_year(column, words)
        return Typed("year" if is_year else reading, {}, missing, bool(strange) or is_year, remarks=note)
    return None


def _is_year(column: SeenColumn, words: Sequence[str]) -> bool:
    if column.low is None or not _FIRST_YEAR <= column.low <= column.high <= _LAST_YEAR:
        return False
    return any("year" in word or word in {"yob", "birthyear"} or word.endswith(("年份", "年")) for word in words)
