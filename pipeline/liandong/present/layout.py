"""What the writers share: how wide text is, how numbers align on their decimal mark, how columns divide a page.

Alignment on the decimal mark is done by padding every number of a column, invisibly, to the same characters left and
right of the mark. That works in any font whose digits are equally wide and leaves the text itself untouched.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil
from typing import Final

from liandong.present.table import Table

_NUMBER = re.compile(r"(?P<left>[(\[<≤≥−+-]*\d[\d,]*)(?P<right>(?:\.\d+)?[)\]%*]*)")
# Widths in em of Noto Sans CJK SC, close to those of any sans serif.
_DIGIT, _NARROW, _BRACKET, _WIDE, _LATIN = 0.555, 0.28, 0.34, 1.0, 0.58
_PADDING = 0.9  # both sides of a cell
_WRAPPED = 10.0  # the widest that one line of text has to be; whatever is longer wraps
_LEAST_NAME = 8.0
_SHORT_HEADER = 7.5
_PAGE_EM: Final = {
    8.8: 51.5,
    8.2: 55.3,
    7.6: 59.7,
    7.0: 64.8,
}  # text width of an A4 page (16 cm) in em, by font size in points


@dataclass(frozen=True, slots=True)
class Padding:
    """Characters that stand invisibly before and after a number."""

    before: str = ""
    after: str = ""


FONT_SIZES: Final = tuple(_PAGE_EM)
"""Font sizes that tables use, in points, the usual one first."""


def text_width(text: str) -> float:
    """Return the approximate width of `text` in em."""
    return sum(_character_width(character) for character in text)


def decimal_padding(table: Table, column: int) -> dict[int, Padding]:
    """Return row number → padding for the cells of `column` that align on the decimal mark."""
    parts = {}
    for number, row in enumerate(table.rows):
        if row.kind != "group" and table.align(row, column) == "decimal":
            match = _NUMBER.fullmatch(row.text(column))
            if match:
                parts[number] = (match["left"], match["right"])
    if not parts:
        return {}
    left = max((one for one, _ in parts.values()), key=text_width)
    right = max((other for _, other in parts.values()), key=text_width)
    return {
        number: Padding(left[: max(len(left) - len(one), 0)], right[len(other) :])
        for number, (one, other) in parts.items()
    }


@lru_cache(maxsize=8)
def column_widths(table: Table) -> tuple[float, ...]:
    """Return the widths in em that the columns ask for, cell padding included."""
    widths = [_LEAST_NAME if not column else 0.0 for column in range(len(table.columns))]
    for column in range(len(table.columns)):
        padding = decimal_padding(table, column)
        for number, row in enumerate(table.rows):
            if row.kind == "group":
                continue
            own = padding.get(number, Padding())
            text = own.before + row.text(column) + own.after
            need = text_width(text) + (1.0 * row.indent if not column else 0.0)
            widths[column] = max(widths[column], min(need, _limit(table, column)))
    for line in table.header:
        column = 0
        for head in line:
            if head.span == 1:
                widths[column] = max(widths[column], _least_header(head.text))
            else:
                _stretch(widths, column, head.span, text_width(head.text))
            column += head.span
    return tuple(width + _PADDING for width in widths)


def font_size(table: Table) -> float:
    """Return the largest font size in points, of those that tables use, at which `table` fits an A4 page."""
    need = sum(column_widths(table))
    return next((size for size, room in _PAGE_EM.items() if need <= room), min(_PAGE_EM))


def column_shares(table: Table) -> tuple[float, ...]:
    """Return the share of the page's width of each column; room to spare goes to the names of the rows."""
    widths = list(column_widths(table))
    room = _PAGE_EM[font_size(table)]
    spare = max(room - sum(widths), 0.0)
    texts = [column for column, align in enumerate(table.columns) if align == "left"] or [0]
    wanted = {column: max(_unwrapped(table, column) - widths[column], 0.0) for column in texts}
    total = sum(wanted.values())
    granted = min(spare, total)
    for column, want in wanted.items():
        widths[column] += granted * want / total if total else 0.0
    extra = (spare - granted) / len(widths)
    whole = sum(widths) + extra * len(widths)
    return tuple((width + extra) / whole for width in widths)


def details_below(table: Table, number: int) -> int:
    """Return how many rows below row `number` are its details."""
    kinds = [row.kind for row in table.rows[number + 1 :]]
    return next((at for at, kind in enumerate(kinds) if kind != "detail"), len(kinds))


def line_count(table: Table) -> int:
    """Return how many lines the body takes, long text wrapped; a measure of its height."""
    room = [share * _PAGE_EM[font_size(table)] - _PADDING for share in column_shares(table)]
    lines = 0
    for row in table.rows:
        texts = [row.text(column) for column in range(len(row.cells))]
        wrapped = [ceil(text_width(text) / width) for text, width in zip(texts, room, strict=False)]
        lines += 1 if row.kind == "group" else max(1, *wrapped)
    return lines


def _limit(table: Table, column: int) -> float:
    """Text may wrap, numbers and intervals may not."""
    return _WRAPPED if table.columns[column] == "left" else float("inf")


def _unwrapped(table: Table, column: int) -> float:
    rows = [row for row in table.rows if row.kind != "group"]
    longest = max((text_width(row.text(column)) + row.indent for row in rows), default=0.0)
    return longest + _PADDING


def _least_header(text: str) -> float:
    """Short headings stay whole; of others Latin words do, and Chinese breaks after about five characters."""
    if text_width(text) <= _SHORT_HEADER:
        return text_width(text)
    return max(
        (min(text_width(word), 5.2) if _is_wide(word[0]) else text_width(word) for word in text.split()), default=0
    )


def _stretch(widths: list[float], start: int, span: int, need: float) -> None:
    missing = need + _PADDING - sum(widths[start : start + span]) - _PADDING * span
    for column in range(start, start + span):
        widths[column] += max(missing, 0.0) / span


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


@cache
def _character_width(character: str) -> float:
    if _is_wide(character) or "\u25a0" <= character <= "\u27bf":  # ● ○ △ ✓ are as wide as a Chinese character
        return _WIDE
    if character in ".,:;'|il ":
        return _NARROW
    if character in "()[]":
        return _BRACKET
    if character.isdigit():
        return _DIGIT
    return 0.9 if character in "%mMWw@—" else _LATIN
