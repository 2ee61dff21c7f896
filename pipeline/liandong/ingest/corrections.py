"""Corrections by hand, applied to the raw cells before the codebook has a say: `correct_tables`.

A log is applied as a whole or not at all: one entry that does not match what stands in the data refuses the run, with
every such entry in one message. Raw files are never written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl

from liandong.definitions import Codebook
from liandong.definitions.shape import nearest
from liandong.errors import IngestError
from liandong.ingest.cell_texts import Cell, spelt, stand_in, stored_value
from liandong.ingest.columns import Stored
from liandong.ingest.correction_log import Correction, CorrectionLog, Refusal
from liandong.ingest.hand_corrected import WITHHELD, HandCorrected, as_it_was, hand_corrected
from liandong.ingest.located import Placed, locate
from liandong.ingest.matching import match_columns
from liandong.ingest.raw import RawTable

_ROW = "\0row"


def correct_tables(
    tables: Mapping[str, RawTable], codebooks: Mapping[str, Codebook], log: CorrectionLog
) -> dict[str, HandCorrected]:
    """Apply a log of corrections.

    Parameters
    ----------
    tables
        The raw tables of the study by name, ``responses`` among them.
    codebooks
        The codebooks of those tables that have one.
    log
        As `read_corrections` returns it.

    Returns
    -------
    dict
        Every table, corrected or as it was.

    Raises
    ------
    IngestError
        When any entry is incomplete or does not match what stands in the data; it lists them all.
    """
    refused = list(log.problems)
    for entry in log.entries:
        if entry.table not in tables:
            hint = nearest(entry.table, tables) or f"the tables are {', '.join(tables)}"
            refused.append(Refusal(entry.line, f"there is no table {entry.table!r} ({hint})"))
    result = {}
    for name, raw in tables.items():
        entries = [entry for entry in log.entries if entry.table == name]
        result[name], found = _correct(raw, codebooks.get(name), entries, log.name)
        refused += found
    if refused:
        raise _refusal(log, refused)
    return result


def _refusal(log: CorrectionLog, refused: Sequence[Refusal]) -> IngestError:
    lines = [f"  - line {one.line}: {one.text}" for one in sorted(refused, key=lambda one: one.line)]
    count = len({one.line for one in refused})
    entries = "1 entry" if count == 1 else f"{count} entries"
    return IngestError(
        "\n".join([f"{entries} of the log of corrections cannot be applied, so none was:", *lines]),
        where=log.name,
        hint="Mend the log; `row` counts the rows of data from 1, and `old` is the code that stands in the file.",
        zh=f"更正记录“{log.name}”有 {count} 条与数据不符，均未应用。",
    )


def _correct(
    raw: RawTable, codebook: Codebook | None, entries: Sequence[Correction], log: str
) -> tuple[HandCorrected, list[Refusal]]:
    if not entries:
        return as_it_was(raw), []
    cells = _cells(raw, codebook)
    placed, refused = locate(entries, raw, cells, _key(codebook))
    hidden = {field.name for field in (codebook.fields if codebook else ()) if field.liandong.pii}
    applied = [one for one in placed if one.entry.drops]
    values: dict[str, dict[int, Any]] = {}
    changes = sorted((one for one in placed if not one.entry.drops), key=lambda one: one.entry.field)
    for field, group in groupby(changes, key=lambda one: one.entry.field):
        if field not in cells:
            hint = _whole_column(field, raw, codebook) or nearest(field, cells)
            # Nobody knows what slipped into the wrong cell of the log: it may be somebody's name.
            known = field in raw.columns or (codebook is not None and field in codebook.names)
            what = f"no field {field!r}" if known else "no field of the name under 'field'"
            text = f"the data have {what} that can be corrected" + (f" ({hint})" if hint else "")
            refused += [Refusal(one.entry.line, text) for one in group]
            continue
        job = _Job(raw, codebook, cells[field], hide=field in hidden)
        kept, new, found = _field(job, list(group))
        applied += kept
        refused += found
        values[job.cell.source.name] = new
    return hand_corrected(raw, {} if refused else values, applied, hidden, log), refused


def _key(codebook: Codebook | None) -> dict[str, Sequence[str]]:
    """Return the fields of the primary key with the headers by which people know them."""
    fields = [] if codebook is None else [codebook.field(name) for name in codebook.key]
    return {field.name: (*field.liandong.columns, field.title) for field in fields}


def _cells(raw: RawTable, codebook: Codebook | None) -> dict[str, Cell]:
    """Return the columns that can be corrected, by field; without a codebook, by their own names.

    A column with several answers in one cell fills several fields: it is corrected as a whole, under its own name.
    """
    fields = {name: stand_in(name, raw.schema[name]) for name in raw.columns}
    sources = {name: name for name in raw.columns}
    if codebook is not None:
        matched, _ = match_columns(raw, codebook)
        whole = {source for name, source in matched.items() if codebook.field(name).liandong.option is not None}
        sources = {name: source for name, source in matched.items() if source not in whole}
        fields = {name: codebook.field(name) for name in sources} | {source: fields[source] for source in whole}
        sources |= {source: source for source in whole}
    return {
        name: Cell(Stored(source, raw.schema[source], raw.formats.get(source), raw.temporal.get(source)), fields[name])
        for name, source in sources.items()
    }


def _whole_column(field: str, raw: RawTable, codebook: Codebook | None) -> str | None:
    """Return which column to correct in place of a field that is one of several answers in a cell."""
    source = match_columns(raw, codebook)[0].get(field) if codebook is not None else None
    return None if source is None else f"it is one of the answers in {source!r}: correct that cell as a whole"


@dataclass(frozen=True, slots=True)
class _Job:
    """One column under correction; of a personal field no value is shown."""

    raw: RawTable
    codebook: Codebook | None
    cell: Cell
    hide: bool

    def quoted(self, text: str) -> str:
        """Return a value for a message."""
        return WITHHELD if self.hide else repr(text) if text else "nothing"


def _field(job: _Job, placed: list[Placed]) -> tuple[list[Placed], dict[int, Any], list[Refusal]]:
    """Return the corrections of one field that hold, the new values by row, and why the others do not hold."""
    refused = _not_storable(job, placed)
    stands = _standing(job, sorted({one.row for one in placed}))
    spelt_old = _spelling(job, [one.entry.old for one in placed])
    spelt_new = _spelling(job, [one.entry.new for one in placed])
    order = sorted(placed, key=lambda one: (one.row, one.entry.when, one.entry.line))
    kept: list[Placed] = []
    values: dict[int, Any] = {}
    for row, chain in groupby(order, key=lambda one: one.row):
        shown, current = stands[row]
        before: Correction | None = None
        for one in chain:
            old, new = spelt_old[one.entry.old], spelt_new[one.entry.new]
            if before is not None and (old, new) == (spelt_old[before.old], spelt_new[before.new]):
                continue  # the same correction, written down twice
            if old != current:
                refused.append(_mismatch(job, one, shown, before))
                break
            kept.append(one)
            before, shown, current = one.entry, one.entry.new, new
        if before is not None and not refused:
            values[row] = stored_value(before.new, job.cell.source)
    return kept, values, refused


def _mismatch(job: _Job, one: Placed, shown: str, before: Correction | None) -> Refusal:
    entry = one.entry
    origin = "the data have" if before is None else f"line {before.line} of {before.when:%Y-%m-%d} has made it"
    text = f"row {one.row}, {entry.field}: 'old' is {job.quoted(entry.old)}, but {origin} {job.quoted(shown)}"
    return Refusal(entry.line, text)


def _spelling(job: _Job, texts: Sequence[str]) -> dict[str, str]:
    distinct = list(dict.fromkeys(texts))
    return dict(zip(distinct, job.cell.spelling(distinct), strict=True))


def _not_storable(job: _Job, placed: Sequence[Placed]) -> list[Refusal]:
    """Return the entries whose new value the column cannot hold, or the codebook could not read."""
    texts = list(dict.fromkeys(one.entry.new for one in placed))
    wrong = {text for text, bad in zip(texts, job.cell.unreadable(texts, job.codebook, job.raw), strict=True) if bad}
    for text in texts:
        try:
            stored_value(text, job.cell.source)
        except ValueError:
            wrong.add(text)
    return [
        Refusal(
            one.entry.line,
            f"row {one.row}, {one.entry.field}: 'new' is {job.quoted(one.entry.new)}, which the field cannot hold: it "
            f"is of type {job.cell.field.type}",
        )
        for one in placed
        if one.entry.new in wrong
    ]


def _standing(job: _Job, rows: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return what stands in the cells of some rows: as it is shown, and in the spelling to compare."""
    cell = job.cell
    some = job.raw.data.with_row_index(_ROW, offset=1).filter(pl.col(_ROW).is_in(list(rows)))
    found = spelt(some, [cell], [_ROW]).collect(engine="streaming")
    standing = {row: (shown, spelling) for row, shown, spelling in found.iter_rows()}
    tags = job.raw.tags.filter(pl.col("column") == cell.source.name).select("row", "tag")
    return {**standing, **{row + 1: (tag, tag) for row, tag in tags.iter_rows() if row + 1 in standing}}
