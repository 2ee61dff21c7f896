"""The type of a column: how the file holds it, or how all its texts can be read."""

from __future__ import annotations

import re
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
_DURATION = re.compile(
    r"(?:\d+(?:\.\d+)?\s*(?:年|个?月|周|星期|天|日|个?小时|时|分钟?|秒钟?|h|hours?|m|min|minutes?|s|sec|seconds?)\s*)+",
    re.IGNORECASE,
)
_BARE = re.compile(r"[+-]?\d+(?:\.\d+)?")
_OF_DURATIONS = "durations such as 1分20秒, which no type takes; decide: one unit for all, or text"
_OF_COMMAS = (
    'numbers with a decimal comma; decide: type number with decimalChar "," (and groupChar "." if dots part thousands)'
)


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
    read = _read_text(column, words)
    if read is not None:
        return read
    missing = missing_in_texts(column, among_numbers=False)
    if column.has_decimal_commas:
        return Typed("string", missing=missing, is_guess=True, remarks=(_OF_COMMAS,))
    answers = [str(value) for value, _ in column.values if value not in missing]
    if answers and all(map(_DURATION.fullmatch, answers)):
        return Typed("string", missing=missing, is_guess=True, remarks=(_OF_DURATIONS,))
    return Typed("string", missing=missing, is_words=True)


def _read_text(column: SeenColumn, words: Sequence[str]) -> Typed | None:
    """Return the type that all texts, words for missing answers aside, can be read as; None if there is none."""
    missing = missing_in_texts(column, among_numbers=True)
    answers = column.filled - sum(count for text, count in column.strangers if text in missing)
    if answers <= 0:
        return None
    if column.unit:
        others = {text: n for text, n in column.strangers if text not in missing and not _BARE.fullmatch(text)}
        if any(map(_DURATION.fullmatch, others)):
            return Typed("string", missing=missing, is_guess=True, remarks=(_OF_DURATIONS,))
        notes = [f"numbers with {column.unit!r} behind them"]
        notes += [f"{sum(others.values()):,} cells cannot be read so"] if others else []
        return Typed("number", {"bareNumber": False}, missing, is_guess=bool(others), remarks=tuple(notes))
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
