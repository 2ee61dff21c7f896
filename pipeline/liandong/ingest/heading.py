"""Where the table of a sheet or a text begins, and what its columns are called.

This module imports nothing heavy, because the child process that reads workbooks uses it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\0"
_WHITE = re.compile(r"\s+")
_NUMBER = re.compile(r"[-+]?[\d０-９]+(?:[.,:/年月\- ][\d０-９]+)*[日%]?")
_LOOK_AT = 10  # rows; no title takes more
_FEWEST_COLUMNS = 3  # with fewer, a line of text above two words is no evidence of a title


def title_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows stand above the header: titles, each in one cell, over a full row of distinct names."""
    for position, row in enumerate(rows[:_LOOK_AT]):
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(filled) > 1:
            return position if position and _is_header(row) else 0
    return 0


def _is_header(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    texts = all(cell and not _NUMBER.fullmatch(cell) for cell in cells)
    return texts and len(cells) >= _FEWEST_COLUMNS and len(set(cells)) == len(cells)


def title_note(count: int, what: str) -> str:
    """Return what to say of skipped titles, without their text, which may name somebody; `what` is a line or a row."""
    titles = (
        f"The first {what} was taken for a title" if count == 1 else f"The first {count} {what}s were taken for titles"
    )
    return f"{titles}; the names of the columns stand below."


def clean_names(header: Sequence[str], where: str) -> tuple[list[str], list[str]]:
    """Return the names of all columns, made up where there is none, and notes.

    White space around and line ends within a name go, and so do characters that cannot be seen. `where` names the
    header in the notes.
    """
    cleaned = [name.translate(dict.fromkeys(map(ord, _INVISIBLE))) for name in header]
    names = [_WHITE.sub(" ", name).strip() if re.search(r"[\r\n]", name) else name.strip() for name in cleaned]
    unnamed = [position for position, name in enumerate(names, start=1) if not name]
    for position in unnamed:
        names[position - 1] = unnamed_column(position)
    notes = [f"Columns without a name in {where}: {', '.join(map(str, unnamed))}."] if unnamed else []
    if len(names) > 1 and all(_NUMBER.fullmatch(name) for name in names):
        notes.append("All names of columns are numbers: perhaps the header is missing, and the first row is an answer.")
    return names, notes


def unnamed_column(position: int) -> str:
    """Return the name made up for the column at `position`, counted from 1."""
    return f"_unnamed_{position}"
