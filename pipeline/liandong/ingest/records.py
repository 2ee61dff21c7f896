"""The shape of a delimited text: records and fields, counted without keeping any value.

The CSV reader fills short records up without a word and takes blank lines for records. So records are counted here
first, in whole arrays: a quotation mark toggles "inside", and separators and line ends count where they are outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_START = np.array([_NEWLINE, _NEWLINE], dtype=np.uint8)  # what may be thought to stand before a text


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


def measure(blocks: Iterable[bytes], separator: str) -> Shape | None:
    """Return the shape of a UTF-8 text given in pieces.

    None when something is irregular: records differ in length, a quotation stays open, or a quotation mark stands in
    the middle of a field. `liandong.ingest.lenient` then has the last word.
    """
    records = blanks = fields = pending = 0
    inside = False
    before = _START
    for block in _with_final_newline(blocks):
        data = np.frombuffer(block, dtype=np.uint8)
        quoted = _quoted(data, inside)
        if _has_stray_quote(data, quoted, inside, before, ord(separator)):
            return None
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
        before = np.concatenate([before, data])[-2:]
    return None if inside or fields == 0 else Shape(records, blanks, fields)


def drop_blank_lines(content: bytes) -> bytes:
    """Return `content` without lines that hold nothing, except within quotation marks."""
    data = np.frombuffer(content if content.endswith(b"\n") else content + b"\n", dtype=np.uint8)
    ends = np.flatnonzero((data == _NEWLINE) & ~_quoted(data, inside=False))
    keep = np.ones(len(data), dtype=np.bool_)
    blank = ends[_is_blank(data, ends, _START)]
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


def _has_stray_quote(
    data: NDArray[np.uint8],
    quoted: NDArray[np.bool_],
    inside: bool,  # noqa: FBT001 (the state between two pieces)
    before: NDArray[np.uint8],
    separator: int,
) -> bool:
    """Whether a quotation opens elsewhere than at the start of a field, or closes elsewhere than at its end."""
    marks = data == _QUOTE
    if not marks.any() and before[-1] != _QUOTE:
        return False
    last = np.concatenate([before[-1:], data[:-1]])
    outside_before = ~np.concatenate([np.array([inside]), quoted[:-1]])
    opens = marks & outside_before
    follows_close = ~marks & outside_before & (last == _QUOTE)
    wrong_open = opens & ~np.isin(last, [separator, _NEWLINE, _QUOTE])
    wrong_close = follows_close & ~np.isin(data, [separator, _NEWLINE, _RETURN])
    return bool(wrong_open.any() or wrong_close.any())


def _is_blank(data: NDArray[np.uint8], ends: NDArray[np.intp], before: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether nothing, or only a carriage return, stands before each line end; `before`: two bytes before `data`."""
    extended = np.concatenate([before, data])
    last, last_but_one = extended[ends + 1], extended[ends]
    blank: NDArray[np.bool_] = (last == _NEWLINE) | ((last == _RETURN) & (last_but_one == _NEWLINE))
    return blank
