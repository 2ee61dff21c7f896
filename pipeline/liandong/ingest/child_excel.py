"""Excel workbooks by way of calamine; runs in the child process only."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from liandong.ingest.child_sheet import SheetFacts, column_letters, sheet_facts
from liandong.ingest.heading import clean_names, title_note, title_rows, unnamed_column
from liandong.ingest.protocol import ALSO, TABLE, UnreadableError

_LARGEST_RATIO = 0.5  # unpacked bytes per byte of memory allowed; cells take more room than their XML
_SHOWN = 5
_LOST_DIGITS = 1e15  # Excel keeps 15 digits of a number and puts zeros for the rest
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
    frozenset({timedelta}): pa.float64(),
}
_TYPE_NAMES = {
    str: "text", bool: "truth values", int: "numbers", float: "numbers", date: "dates", datetime: "dates",
    time: "times", timedelta: "durations",
}  # fmt: skip

Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet's cells, where the first of them stands, and its merged ranges, counted from the first cell."""

    name: str
    rows: Rows
    first_row: int
    first_column: int
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]


def read(request: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write one sheet to `folder`; return its names and what is to be known about it."""
    _check_archive(request["path"], request["memory_bytes"])
    workbook = CalamineWorkbook.from_path(request["path"])
    sheet, notes = _open(workbook, request["sheet"])
    try:
        return _write(sheet, notes, request["path"], workbook.sheet_names, folder)
    except UnreadableError as error:
        others = [name for name in workbook.sheet_names if name != sheet.name]
        also = f"; {ALSO} {', '.join(map(repr, others[:_SHOWN]))}" if others else ""
        raise UnreadableError(f"{error} (sheet {sheet.name!r}{also})") from error


def _write(sheet: _Sheet, notes: list[str], path: str, sheets: Sequence[str], folder: Path) -> dict[str, Any]:
    facts = sheet_facts(path, sheet.name)
    _check_computed(facts)
    titles, top = _titles(sheet)
    if titles:
        notes.append(title_note(len(titles), "row"))
    header = [_as_text(cell) for cell in sheet.rows[top]]
    _check_one_header(sheet, top, header)
    names, renamed = clean_names(header, "the first row")
    notes += [*renamed, *_put_errors(sheet, facts, top, names), *_spread_merged(sheet, top)]
    notes += _seen(sheet, facts, names)
    body, blank = _body(sheet.rows[top + 1 :])
    if blank:
        notes.append(f"Empty rows of the sheet that were skipped: {blank:,}.")
    arrays, kept = [], []
    for index, name in enumerate(names):
        cells = [row[index] for row in body]
        if name == unnamed_column(index + 1) and body and all(_is_empty(cell) for cell in cells):
            continue
        array, note = _column(name, cells)
        arrays.append(array)
        kept.append(name)
        notes += note
    if len(kept) < len(names):
        notes.append(f"Of the columns without a name, {len(names) - len(kept):,} without content were left out.")
    table = pa.Table.from_arrays(arrays, names=kept)
    with pa.ipc.new_file(str(folder / TABLE), table.schema) as sink:
        sink.write_table(table)
    told = {"notes": notes, "encoding": "UTF-8", "documentation": titles, "sheets": list(sheets)}
    return {"rows": len(body), "names": kept, **told}


def _check_archive(path: str, memory_bytes: int) -> None:
    """Verify the checksum of every part of the workbook before anything else reads it."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > _LARGEST_RATIO * memory_bytes:
            raise UnreadableError(f"the workbook unpacks to {unpacked:,} bytes, too much to read; export it as CSV")
        broken = archive.testzip()
    if broken is not None:
        raise UnreadableError(f"the workbook is damaged: its part {broken} fails its checksum")


def _open(workbook: CalamineWorkbook, wanted: str | None) -> tuple[_Sheet, list[str]]:
    """Return the sheet asked for, else the first that holds anything, one that can be seen before a hidden one."""
    names = workbook.sheet_names
    if wanted is not None and wanted not in names:
        raise UnreadableError(f"there is no sheet {wanted!r}; the workbook has {', '.join(map(repr, names))}")
    filled = [name for name in names if workbook.get_sheet_by_name(name).height > 0]
    if not filled or (wanted is not None and wanted not in filled):
        raise UnreadableError(f"the sheet {wanted!r} is empty" if wanted else "the workbook is empty")
    hidden = {sheet.name for sheet in workbook.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
    chosen = wanted or next((name for name in filled if name not in hidden), filled[0])
    others = [repr(name) + (" (hidden)" if name in hidden else "") for name in filled if name != chosen]
    notes = [f"The sheet {chosen!r} is hidden."] if chosen in hidden else []
    if others and wanted is None:
        shown = ", ".join(others[:_SHOWN]) + (" …" if len(others) > _SHOWN else "")
        notes.append(f"The sheet {chosen!r} was read; {ALSO} {shown}.")
    sheet = workbook.get_sheet_by_name(chosen)
    first_row, first_column = sheet.start or (0, 0)
    merged = [
        ((top - first_row, left - first_column), (bottom - first_row, right - first_column))
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    return _Sheet(chosen, sheet.to_python(skip_empty_area=True), first_row, first_column, merged), notes


def _check_computed(facts: SheetFacts) -> None:
    total = sum(facts.uncomputed.values())
    if total:
        columns = ", ".join(column_letters(column) for column, count in sorted(facts.uncomputed.items()) if count)
        raise UnreadableError(
            f"{total:,} formulas have no result (columns {columns}), since no program has computed them: open the "
            "workbook in Excel, let it calculate, and save it; or replace the formulas by their values"
        )


def _titles(sheet: _Sheet) -> tuple[list[str], int]:
    """Return the titles above the header, and the row of the header."""
    looked_at = [[_as_text(cell) for cell in row] for row in sheet.rows[:20]]
    top = title_rows(looked_at)
    return [text for row in looked_at[:top] for text in [next((cell for cell in row if cell.strip()), "")] if text], top


def _check_one_header(sheet: _Sheet, top: int, header: Sequence[str]) -> None:
    """Raise when names stand in two rows: a group of questions above, the questions themselves below."""
    for (first, left), (last, right) in sheet.merged:
        below = sheet.rows[last + 1][left : right + 1] if last + 1 < len(sheet.rows) else []
        names_below = right > left and bool(below) and all(isinstance(cell, str) and cell.strip() for cell in below)
        if first == top and (last > top or names_below):
            over = ", ".join(map(repr, below[:_SHOWN])) if names_below else f"{last - top + 1} rows"
            place = f"{column_letters(sheet.first_column + left)}{sheet.first_row + first + 1}"
            raise UnreadableError(
                f"names of columns stand in several rows: {header[left]!r} (cell {place}) is merged over {over}; "
                "make one row of names, one name above each column, without merged cells"
            )


def _put_errors(sheet: _Sheet, facts: SheetFacts, top: int, names: Sequence[str]) -> list[str]:
    """Put the text of each error into its cell, which is empty otherwise, and count them."""
    counts: dict[int, Counter[str]] = {}
    for (row, column), text in facts.errors.items():
        i, j = row - sheet.first_row, column - sheet.first_column
        if top < i < len(sheet.rows) and 0 <= j < len(names):
            sheet.rows[i][j] = text
            counts.setdefault(j, Counter())[text] += 1
    return [
        f"Column {names[j]!r} has errors of Excel, kept as text: "
        + ", ".join(f"{text} ({count:,})" for text, count in sorted(counts[j].items()))
        + "."
        for j in sorted(counts)
    ]


def _spread_merged(sheet: _Sheet, top: int) -> list[str]:
    """Give the value of a cell merged over several rows to each of them; of several columns, the first keeps it."""
    tall = wide = 0
    for (first, left), (last, right) in sheet.merged:
        if first <= top or first >= len(sheet.rows) or left >= len(sheet.rows[first]):
            continue
        wide += right > left
        tall += last > first
        for row in sheet.rows[first + 1 : last + 1]:
            row[left] = sheet.rows[first][left]
    notes = []
    if tall:
        notes.append(f"Cells merged over several rows: {tall:,}; the value was given to each of these rows.")
    if wide:
        notes.append(f"Cells merged over several columns: {wide:,}; it stands in the first of them only.")
    return notes


def _seen(sheet: _Sheet, facts: SheetFacts, names: Sequence[str]) -> list[str]:
    """Say where the sheet shows something else than was read."""
    notes = []
    if facts.hidden_rows:
        notes.append(f"Rows that are hidden in the sheet and were read all the same: {facts.hidden_rows:,}.")
    columns = [names[j] for j in range(len(names)) if j + sheet.first_column in facts.hidden_columns]
    if columns:
        notes.append(
            f"Columns that are hidden in the sheet and were read all the same: {', '.join(map(repr, columns))}."
        )
    percent = [names[j] for j in range(len(names)) if j + sheet.first_column in facts.percent]
    if percent:
        notes.append(f"Columns shown in percent, read as shares (25% is 0.25): {', '.join(map(repr, percent))}.")
    formulas = [names[j] for j in range(len(names)) if j + sheet.first_column in facts.formulas]
    if formulas:
        notes.append(f"Columns with formulas, of which the last results were read: {', '.join(map(repr, formulas))}.")
    return notes


def _body(rows: Rows) -> tuple[Rows, int]:
    """Return the rows that hold anything, and how many empty ones stand among them."""
    filled = [i for i, row in enumerate(rows) if not all(map(_is_empty, row))]
    return [rows[i] for i in filled], filled[-1] + 1 - len(filled) if filled else 0


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _column(name: str, cells: list[Any]) -> tuple[pa.Array, list[str]]:
    """Return the cells in one type; as text where they are of several, or numbers too long for Excel."""
    present = [None if cell == "" else cell for cell in cells]
    types = frozenset(type(cell) for cell in present if cell is not None)
    lost = sum(isinstance(cell, float) and abs(cell) >= _LOST_DIGITS for cell in present)
    notes = []
    if lost:
        notes.append(
            f"Column {name!r} has {lost:,} numbers of more than 15 digits: Excel keeps 15 and puts zeros for the rest, "
            "so digits are lost. Get them from the source, as text."
        )
    kind = None if lost else _ARROW_TYPES.get(types)
    if kind is None:
        kinds = ", ".join(sorted({_TYPE_NAMES[kind] for kind in types}))
        if len(types) > 1:
            notes.append(f"Column {name!r} mixes {kinds}; it was read as text.")
        return pa.array([None if cell is None else _as_text(cell) for cell in present], type=pa.string()), notes
    if pa.types.is_timestamp(kind):
        present = [_with_time(cell) for cell in present]
    if types == {timedelta}:
        present = [None if cell is None else cell.total_seconds() for cell in present]
        notes.append(f"Column {name!r} holds durations; they were read in seconds.")
    return pa.array(present, type=kind), notes


def _with_time(cell: date | datetime | None) -> datetime | None:
    if cell is None or isinstance(cell, datetime):
        return cell
    return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 (Excel knows no time zones)


def _as_text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(Decimal(f"{cell:.15g}")))
    if isinstance(cell, date | time):
        return cell.isoformat()
    return f"{cell.total_seconds():g}" if isinstance(cell, timedelta) else str(cell)
