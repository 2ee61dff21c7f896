"""The shape of a delimited text: records and fields, counted without keeping any value.

The CSV reader fills short records up without a word and takes blank lines for records. So records are counted here
first, in whole arrays: a quotation mark toggles "inside", and separators and line ends count where they are outside.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


@dataclass(frozen=True, slots=True)
class Shape:
    """Records of a delimited text, header included.

    Attributes
    ----------
    records
        Lines that are not blank; line ends within quotation marks do not count.
    blank_lines
        Lines with nothing in them.
    fields
        Fields of the header.
    """

    records: int
    blank_lines: int
    fields: int


@dataclass(frozen=True, slots=True)
class RaggedRecord:
    """The first record whose number of fields differs from the header's, and the line on which it starts."""

    line: int
    found: int
    expected: int


def measure(blocks: Iterable[bytes], separator: str) -> Shape | None:
    """Return the shape of a UTF-8 text given in pieces; None when records differ in length or a quotation stays open.

    A quotation mark inside an unquoted field may mislead this count; `find_ragged` then has the last word.
    """
    records = blanks = fields = pending = 0
    inside = False
    before = _NEWLINE
    for block in _with_final_newline(blocks):
        data = np.frombuffer(block, dtype=np.uint8)
        quoted = _quoted(data, inside)
        ends = np.flatnonzero((data == _NEWLINE) & ~quoted)
        running = np.cumsum((data == ord(separator)) & ~quoted, dtype=np.int64)
        counts = np.diff(running[ends], prepend=-pending)
        pending = int(running[-1]) - int(running[ends[-1]]) if ends.size else pending + int(running[-1])
        blank = _is_blank(data, ends, before)
        filled = counts[~blank]
        if filled.size:
            fields = fields or int(filled[0]) + 1
            if (filled != fields - 1).any():
                return None
        records += int(filled.size)
        blanks += int(blank.sum())
        inside = bool(quoted[-1])
        before = int(data[-1])
    return None if inside or fields == 0 else Shape(records, blanks, fields)


def find_ragged(lines: Iterable[str], separator: str) -> RaggedRecord | Shape:
    """Read record by record, as the standard library does: slow, but it knows the line."""
    reader = csv.reader(lines, delimiter=separator)
    records = blanks = fields = 0
    line = 1
    try:
        for record in reader:
            fields = fields or len(record)
            if not record:
                blanks += 1
            elif len(record) == fields:
                records += 1
            else:
                return RaggedRecord(line, len(record), fields)
            line = reader.line_num + 1
    except csv.Error:
        return RaggedRecord(line, 1, fields)
    return Shape(records, blanks, fields)


def drop_blank_lines(content: bytes) -> bytes:
    """Return `content` without lines that hold nothing, except within quotation marks."""
    data = np.frombuffer(content if content.endswith(b"\n") else content + b"\n", dtype=np.uint8)
    ends = np.flatnonzero((data == _NEWLINE) & ~_quoted(data, inside=False))
    keep = np.ones(len(data), dtype=np.bool_)
    blank = ends[_is_blank(data, ends, _NEWLINE)]
    keep[blank] = False
    keep[blank[(blank > 0) & (data[blank - 1] == _RETURN)] - 1] = False
    return data[keep].tobytes()


def _with_final_newline(blocks: Iterable[bytes]) -> Iterable[bytes]:
    last = b"\n"
    for block in blocks:
        if block:
            last = block
            yield block
    if not last.endswith(b"\n"):
        yield b"\n"


def _quoted(data: NDArray[np.uint8], inside: bool) -> NDArray[np.bool_]:  # noqa: FBT001 (the state between two pieces)
    # The sum wraps at 256, which leaves its parity alone.
    marks: NDArray[np.uint8] = np.cumsum(data == _QUOTE, dtype=np.uint8)
    return (marks & 1).astype(np.bool_) ^ inside


def _is_blank(data: NDArray[np.uint8], ends: NDArray[np.intp], before: int) -> NDArray[np.bool_]:
    """Whether nothing, or only a carriage return, stands before each line end; `before` is the byte before `data`."""
    last = np.where(ends > 0, data[ends - 1], before)
    last_but_one = np.where(ends > 1, data[ends - 2], before)
    blank: NDArray[np.bool_] = (last == _NEWLINE) | ((last == _RETURN) & (last_but_one == _NEWLINE))
    return blank
