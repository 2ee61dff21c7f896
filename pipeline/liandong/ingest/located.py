"""Which row of a table a correction by hand is about: by its number, by its key, or by both."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from liandong.definitions.shape import nearest
from liandong.ingest.cell_texts import Cell, spelt
from liandong.ingest.correction_log import Correction, Refusal
from liandong.ingest.raw import Part, RawTable

_ROW = "\0row"
_SHOWN = 5
Key = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A correction, and the number (from 1) of the row of the whole table that it is about."""

    entry: Correction
    row: int


def locate(
    entries: Sequence[Correction], raw: RawTable, cells: Mapping[str, Cell], key: Key
) -> tuple[list[Placed], list[Refusal]]:
    """Return the entries with their rows, and why some have none.

    Parameters
    ----------
    entries
        Corrections of one table.
    raw
        The table.
    cells
        Field → its column in the table.
    key
        The fields of the primary key, each with the headers of the log under which it may stand beside its own name.
    """
    placed: list[Placed] = []
    refused: list[Refusal] = []
    rows_of = _rows_by_key(entries, raw, cells, key)
    for entry in entries:
        found = _row_of(entry, raw, key, rows_of)
        if isinstance(found, str):
            refused.append(Refusal(entry.line, found))
        else:
            placed.append(Placed(entry, found))
    return placed, refused


def _row_of(entry: Correction, raw: RawTable, key: Key, rows_of: Mapping[tuple[str, ...], list[int]]) -> int | str:
    """Return the row, or what is wrong."""
    parts = _parts(entry, raw)
    if isinstance(parts, str):
        return parts
    numbered = None if entry.row is None else _numbered(entry.row, parts)
    named = _key_texts(entry, key)
    if isinstance(numbered, str) or not any(named):
        nothing = f"neither 'row' nor the key ({', '.join(key) or 'this table has none'}) says which row is meant"
        return numbered or nothing
    if not all(named):
        return f"the key is not complete: {', '.join(key)}"
    rows = [row for row in rows_of.get(named, []) if any(row in _span(part) for part in parts)]
    if not rows:
        return "no row of the data has that key"
    if numbered is not None:
        return numbered if numbered in rows else f"row {entry.row} has another key; the key is that of row {rows[0]}"
    if len(rows) > 1:
        listed = ", ".join(map(str, rows[:_SHOWN])) + (" …" if len(rows) > _SHOWN else "")
        return f"{len(rows)} rows have that key (rows {listed}): say which one under 'row'"
    return rows[0]


def _parts(entry: Correction, raw: RawTable) -> Sequence[Part] | str:
    """Return the files among which the row is, or what is wrong with the file that the entry names."""
    if not entry.file:
        return raw.parts
    parts = [part for part in raw.parts if entry.file in {part.name, part.path.name}]
    if len(parts) == 1:
        return parts
    names = [part.name for part in raw.parts]
    hint = nearest(entry.file, names) or f"the files are {', '.join(names)}"
    return f"{entry.file!r} is {'more than one file' if parts else 'no file'} of the table ({hint})"


def _numbered(row: int, parts: Sequence[Part]) -> int | str:
    if len(parts) > 1:
        return "the table has several files: say under 'file' in which one the row stands"
    part = parts[0]
    if row > part.rows:
        return f"{part.name} has no row {row:,}: its rows are 1 to {part.rows:,}"
    return part.first_row + row


def _span(part: Part) -> range:
    return range(part.first_row + 1, part.first_row + part.rows + 1)


def _key_texts(entry: Correction, key: Key) -> tuple[str, ...]:
    folded = {_folded(name): text for name, text in entry.key.items()}
    return tuple(
        next((folded[name] for name in map(_folded, (field, *headers)) if name in folded), "")
        for field, headers in key.items()
    )


def _folded(header: str) -> str:
    return unicodedata.normalize("NFKC", header).strip().casefold()


def _rows_by_key(
    entries: Sequence[Correction], raw: RawTable, cells: Mapping[str, Cell], key: Key
) -> dict[tuple[str, ...], list[int]]:
    """Return the rows of each key that an entry names, as the entry writes it."""
    wanted = sorted({texts for entry in entries if all(texts := _key_texts(entry, key))})
    if not key or not wanted or any(name not in cells for name in key):
        return {}
    columns = [cells[name] for name in key]
    names = [cell.spelt_column for cell in columns]
    spelling = [cell.spelling([texts[place] for texts in wanted]) for place, cell in enumerate(columns)]
    sought = pl.DataFrame(spelling, schema=dict.fromkeys(names, pl.String)).with_row_index("\0entry")
    rows = spelt(raw.data.with_row_index(_ROW, offset=1), columns, [_ROW])
    found = rows.join(sought.lazy(), on=names).select("\0entry", _ROW).sort(_ROW).collect(engine="streaming")
    result: dict[tuple[str, ...], list[int]] = {}
    for place, row in found.iter_rows():
        result.setdefault(wanted[place], []).append(row)
    return result
