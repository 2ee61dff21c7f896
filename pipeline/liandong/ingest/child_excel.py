"""Excel workbooks by way of calamine; runs in the child process only."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineWorkbook

from liandong.ingest.protocol import TABLE, UnreadableError

_LARGEST_RATIO = 0.5  # unpacked bytes per byte of memory allowed; cells take more room than their XML
_SHOWN = 5
_ARROW_TYPES: Mapping[frozenset[type], pa.DataType] = {
    frozenset(): pa.string(),
    frozenset({str}): pa.string(),
    frozenset({bool}): pa.bool_(),
    frozenset({int}): pa.int64(),
    frozenset({float}): pa.float64(),
    frozenset({int, float}): pa.float64(),
    frozenset({date}): pa.date32(),
    frozenset({datetime}): pa.timestamp("us"),
    frozenset({date, datetime}): pa.timestamp("us"),
    frozenset({time}): pa.time64("us"),
}


def read(request: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write one sheet to `folder`; return its names and what is to be known about it."""
    _check_archive(request["path"], request["memory_bytes"])
    workbook = CalamineWorkbook.from_path(request["path"])
    sheet, rows, notes = _choose(workbook, request["sheet"])
    names, renamed = _names(rows[0])
    notes += renamed
    body = [row for row in rows[1:] if any(cell not in {"", None} for cell in row)]
    blank = len(rows) - 1 - len(body)
    if blank:
        notes.append(f"Empty rows of the sheet that were skipped: {blank:,}.")
    merged = sheet.merged_cell_ranges or []
    if merged:
        notes.append(f"The sheet has {len(merged)} merged cell ranges; only their first cells hold a value.")
    arrays = []
    for index, name in enumerate(names):
        array, note = _column(name, [row[index] for row in body])
        arrays.append(array)
        notes += note
    table = pa.Table.from_arrays(arrays, names=names)
    with pa.ipc.new_file(str(folder / TABLE), table.schema) as sink:
        sink.write_table(table)
    return {"rows": len(body), "names": names, "notes": notes, "encoding": "UTF-8"}


def _check_archive(path: str, memory_bytes: int) -> None:
    """Verify the checksum of every part of the workbook before anything else reads it."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > _LARGEST_RATIO * memory_bytes:
            raise UnreadableError(f"the workbook unpacks to {unpacked:,} bytes, too much to read; export it as CSV")
        broken = archive.testzip()
    if broken is not None:
        raise UnreadableError(f"the workbook is damaged: its part {broken} fails its checksum")


def _choose(workbook: CalamineWorkbook, wanted: str | None) -> tuple[Any, list[list[Any]], list[str]]:
    names = workbook.sheet_names
    if wanted is not None and wanted not in names:
        raise UnreadableError(f"there is no sheet {wanted!r}; the workbook has {', '.join(map(repr, names))}")
    filled = [name for name in names if workbook.get_sheet_by_name(name).height > 0]
    if not filled or (wanted is not None and wanted not in filled):
        raise UnreadableError(f"the sheet {wanted!r} is empty" if wanted else "the workbook is empty")
    chosen = wanted or filled[0]
    others = [name for name in filled if name != chosen]
    notes = []
    if others and wanted is None:
        shown = ", ".join(map(repr, others[:_SHOWN])) + (" …" if len(others) > _SHOWN else "")
        notes.append(f"The sheet {chosen!r} was read; the workbook also has {shown}.")
    sheet = workbook.get_sheet_by_name(chosen)
    return sheet, sheet.to_python(skip_empty_area=True), notes


def _names(header: list[Any]) -> tuple[list[str], list[str]]:
    names = [_as_text(cell).strip() for cell in header]
    unnamed = [position for position, name in enumerate(names, start=1) if not name]
    for position in unnamed:
        names[position - 1] = f"_unnamed_{position}"
    notes = [f"Columns without a name in the first row: {', '.join(map(str, unnamed))}."] if unnamed else []
    return names, notes


def _column(name: str, cells: list[Any]) -> tuple[pa.Array, list[str]]:
    """Return the cells in one type; as text where they are of several."""
    present = [None if cell == "" else cell for cell in cells]
    types = frozenset(type(cell) for cell in present if cell is not None)
    kind = _ARROW_TYPES.get(types)
    if kind is not None:
        if pa.types.is_timestamp(kind):
            present = [_with_time(cell) for cell in present]
        return pa.array(present, type=kind), []
    kinds = ", ".join(sorted(kind.__name__ for kind in types))
    texts = [None if cell is None else _as_text(cell) for cell in present]
    return pa.array(texts, type=pa.string()), [f"Column {name!r} mixes {kinds}; it was read as text."]


def _with_time(cell: date | datetime | None) -> datetime | None:
    if cell is None or isinstance(cell, datetime):
        return cell
    return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 (Excel knows no time zones)


def _as_text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell)
