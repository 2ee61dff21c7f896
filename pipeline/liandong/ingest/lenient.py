"""Delimited text that is not quite regular, record by record: slow, but it knows the line.

A quotation mark closes a field only where the field ends; anywhere else it is a part of the text, as people write it
who do not know that it must be doubled.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_LONGEST_QUOTATION = 10_000  # lines; beyond, a quotation mark was not meant to open anything


@dataclass(frozen=True, slots=True)
class IrregularRecord:
    """The first record that cannot stand: the line on which it starts, and what is wrong with it."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was found in a text that can be read after all.

    Attributes
    ----------
    records, blank_lines, fields
        As in :class:`liandong.ingest.records.Shape`.
    stray
        Records with a quotation mark in the middle of a text.
    first_stray
        The line of the first one, 0 without any.
    """

    records: int
    blank_lines: int
    fields: int
    stray: int
    first_stray: int


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    fields: list[str]
    stray: bool


_Parse = Callable[[str, int], _Record | None]


def inspect(lines: Iterable[str], separator: str) -> IrregularRecord | Repaired:
    """Read every record, keeping none, and tell the first that does not fit the header."""
    records = blanks = fields = stray = first = 0
    for record in _read(lines, separator):
        if isinstance(record, IrregularRecord):
            return record
        if not record.fields:
            blanks += 1
            continue
        fields = fields or len(record.fields)
        if len(record.fields) != fields:
            return IrregularRecord(record.line, f"has {len(record.fields):,} fields, the header has {fields:,}")
        records += 1
        stray += record.stray
        first = first or (record.line if record.stray else 0)
    return Repaired(records, blanks, fields, stray, first)


def rewrite(lines: Iterable[str], separator: str) -> bytes:
    """Return the records written anew as UTF-8, every field in quotation marks, blank lines left out."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for record in _read(lines, separator):
        if isinstance(record, _Record) and record.fields:
            writer.writerow(record.fields)
    return out.getvalue().encode("utf-8")


def first_records(lines: Iterable[str], separator: str, count: int) -> list[tuple[int, list[str]]]:
    """Return the first `count` records that are not blank, each with the line on which it starts."""
    found: list[tuple[int, list[str]]] = []
    for record in _read(lines, separator):
        if isinstance(record, IrregularRecord):
            break
        if record.fields:
            found.append((record.line, record.fields))
        if len(found) == count:
            break
    return found


def _read(lines: Iterable[str], separator: str) -> Iterator[_Record | IrregularRecord]:
    """Yield every record; a blank line is one without fields. After an irregular record there is no other."""
    parse = _parser(separator)
    expected = start = 0
    open_lines: list[str] = []
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if open_lines:
            open_lines.append(line)
            # Only a line with a quotation mark can end a quotation.
            record = parse("".join(open_lines).rstrip("\r\n"), start) if '"' in line else None
        else:
            start = number
            record = _of_one_line(text, number, separator, expected, parse)
        if record is None and not open_lines:
            open_lines = [line]
        elif record is not None:
            open_lines = []
            expected = expected or len(record.fields)
            yield record
        elif len(open_lines) > _LONGEST_QUOTATION:
            break
    if open_lines:
        yield IrregularRecord(start, "opens a quotation mark that is never closed")


def _of_one_line(text: str, line: int, separator: str, expected: int, parse: _Parse) -> _Record | None:
    if not text:
        return _Record(line, [], stray=False)
    if '"' not in text:
        return _Record(line, text.split(separator), stray=False)
    return parse(text, line) or _taken_literally(text, line, separator, expected)


def _parser(separator: str) -> _Parse:
    end = rf"{re.escape(separator)}|\Z"
    # Possessive, so that a quotation that is never closed is given up at once.
    field = re.compile(rf' *"((?:[^"]++|""|"(?! *(?:{end})))*+)" *(?={end})|([^{re.escape(separator)}]*)')

    def parse(text: str, line: int) -> _Record | None:
        """Return the record, None where a quotation stays open."""
        fields = []
        position, stray = 0, False
        while True:
            found = field.match(text, position)
            if found is None:
                return None
            quoted, plain = found.groups()
            if quoted is not None:
                value = quoted.replace('""', "")
                stray = stray or '"' in value
                fields.append(quoted.replace('""', '"'))
            elif plain.lstrip(" ").startswith('"'):
                return None
            else:
                stray = stray or '"' in plain
                fields.append(plain)
            if found.end() == len(text):
                return _Record(line, fields, stray)
            position = found.end() + 1

    return parse


def _taken_literally(text: str, line: int, separator: str, expected: int) -> _Record | None:
    """Return a line whose quotation marks are all a part of the text: no field opens one that it does not close."""
    fields = text.split(separator)
    opening = (field for field in fields if field.lstrip(" ").startswith('"'))
    if len(fields) != expected or any(field.count('"') % 2 for field in opening):
        return None
    return _Record(line, fields, stray=True)
