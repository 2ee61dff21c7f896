"""Answers beside the form that collected them: which file, or sheet of a workbook, holds which table of the form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from liandong.errors import IngestError
from liandong.ingest import RawTable
from liandong.ingest.protocol import ALSO
from liandong.scaffold import Draft, DraftField, DraftReading, DraftTable
from liandong.workflow.given import ANOTHER_SHEET, Given, is_workbook, read_as

_SHOWN = 8
_LONGEST_SHEET = 31  # characters that a workbook takes; export programs cut names
_ENOUGH = 0.5
_RESPONSES = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a sheet of a workbook, and the table of the form that it holds; empty for the responses."""

    path: Path
    sheet: str | None
    resource: str
    table: RawTable


def parts_of(draft: Draft, paths: Sequence[Path], given: Given) -> list[Part]:
    """Return what the files hold, in their order, sheets with repeats behind the workbook's own.

    Raises
    ------
    IngestError
        When a file cannot be read, or has no column that the form knows.
    """
    return [part for path in paths for part in _of_file(draft, path, given)]


def _of_file(draft: Draft, path: Path, given: Given) -> Iterator[Part]:
    table = read_as(path, given)
    chosen = given.sheet if is_workbook(path) else None
    resource = _resource(draft, table.columns, chosen or path.stem)
    if resource is None:
        raise _of_another_form(draft, table)
    yield Part(path, chosen, resource, table)
    wanted = {_folded(one.resource)[:_LONGEST_SHEET]: one.resource for one in draft.tables}
    for sheet in table.sheets:
        if (name := wanted.get(_folded(sheet))) is not None and name != resource and sheet != chosen:
            found = read_as(path, replace(given, sheet=sheet))
            if _resource(draft, found.columns, sheet) == name:
                yield Part(path, sheet, name, found)


def with_parts(draft: Draft, parts: Sequence[Part], places: Mapping[Path, str], encoding: str | None) -> Draft:
    """Return the draft with the data files of its tables, and with remarks on what these lack."""
    by_table: dict[str, list[Part]] = {}
    for part in parts:
        by_table.setdefault(part.resource, []).append(part)

    def files(resource: str) -> tuple[tuple[str, ...], DraftReading]:
        found = by_table.get(resource, [])
        sheets = {part.sheet for part in found}
        if len(sheets) > 1:
            names = _some(sorted(f"{part.path.name}" + (f", {part.sheet}" if part.sheet else "") for part in found))
            raise IngestError(
                f"the table {resource or 'responses'!r} stands in sheets of several names: {names}",
                hint="Export each file in the same way, or save the sheets as CSV.",
                zh="同一表格的工作表名称不一致，请统一导出方式。",
            )
        return tuple(places[part.path] for part in found), DraftReading(next(iter(sheets), None), encoding)

    own, reading = files(_RESPONSES)
    tables = []
    for table in draft.tables:
        paths, how = files(table.resource)
        tables.append(replace(table, files=paths, reading=how))
    notes = [note for part in parts for note in _notes(draft, part)]
    return replace(draft, files=own, reading=reading, tables=tuple(tables), remarks=(*draft.remarks, *notes))


def _resource(draft: Draft, columns: Sequence[str], name: str) -> str | None:
    """Return the table of the form whose questions have these columns; None when there is none."""
    present = {_folded(column) for column in columns}
    known = {one.resource: len(_held(_asked(one.fields), present)) for one in draft.tables}
    own = len(_held(_asked(draft.fields), present))

    def is_it(table: DraftTable) -> bool:
        points_up = bool(_held([one for one in table.fields if one.name in table.foreign_key], present))
        is_named = _folded(name).endswith(_folded(table.resource)[:_LONGEST_SHEET])
        count = known[table.resource]
        return count > own or (count == own > 0 and points_up) or (count > 0 and points_up and is_named)

    able = [table for table in draft.tables if is_it(table)]
    if able:
        return max(able, key=lambda table: known[table.resource]).resource
    return _RESPONSES if own else None


def _held(fields: Sequence[DraftField], present: set[str]) -> list[DraftField]:
    return [one for one in fields if {_folded(header) for header in (one.name, *one.columns)} & present]


def _asked(fields: Sequence[DraftField]) -> list[DraftField]:
    """Return the questions; what the collecting software adds is in the exports of every form."""
    return [one for one in fields if one.role not in {"id", "paradata"}]


def _notes(draft: Draft, part: Part) -> Iterator[str]:
    """Say when a file lacks most questions of its table."""
    fields = next((one.fields for one in draft.tables if one.resource == part.resource), draft.fields)
    asked = _asked(fields)
    held = {one.name for one in _held(asked, {_folded(column) for column in part.table.columns})}
    where = part.path.name if part.sheet is None else f"{part.path.name}, sheet {part.sheet!r}"
    yield f"{where} holds the {f'table {part.resource!r}' if part.resource else 'responses'}."
    if len(held) < _ENOUGH * len(asked):
        names = {_folded(header) for one in fields for header in (one.name, *one.columns)}
        strange = [column for column in part.table.columns if _folded(column) not in names]
        lacking = [one.name for one in asked if one.name not in held]
        yield (
            f"{where} has columns for only {len(held):,} of {len(asked):,} fields of the form. Without one: "
            f"{_some(lacking)}. Columns that the form does not know: {_some(strange) or 'none'}"
        )


def _of_another_form(draft: Draft, table: RawTable) -> IngestError:
    asked = [one.name for fields in (draft.fields, *(one.fields for one in draft.tables)) for one in _asked(fields)]
    sheets = next((note for note in table.notes if ALSO in note), "")
    return IngestError(
        f"no column of the file is a question of the form; the file has {_some(table.columns)}, the form asks "
        f"{_some(asked)}" + (f". {sheets}" if sheets else ""),
        where=table.path.name,
        hint="Give the export of this form, with names (XML values) or with its own labels as headers."
        + (f" {ANOTHER_SHEET}" if sheets else ""),
        zh=f"“{table.path.name}”的列与表单中的题目完全不符，请检查是否为该表单的导出文件。",
    )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + (" …" if len(names) > _SHOWN else "")
