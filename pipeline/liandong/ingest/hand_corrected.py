"""A raw table after the corrections by hand, and the record of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from liandong.ingest.located import Placed
from liandong.ingest.raw import RawTable

MANUAL = "manual"
WITHHELD = "(withheld)"
RECORD: Mapping[str, Any] = {
    "row": pl.Int64,
    **dict.fromkeys(("field", "before", "after", "rule", "why", "who", "when"), pl.String),
}
_ROW = "\0row"
_CATEGORIES = frozenset({pl.Categorical, pl.Enum})


@dataclass(frozen=True, slots=True, eq=False)
class HandCorrected:
    """A raw table after the corrections by hand.

    Attributes
    ----------
    raw
        The table with the corrected cells; rows that were dropped are still there, so that row numbers stay.
    record
        One line per correction: row, field, before, after, rule (``manual``), why, who, when. Before and after of a
        personal field are withheld. A dropped row has ``*`` as field and ``drop`` as after.
    dropped
        ``_row`` of the rows that were dropped by hand, in order.
    """

    raw: RawTable
    record: pl.DataFrame
    dropped: pl.Series


def as_it_was(raw: RawTable) -> HandCorrected:
    """Return a table that no correction is about."""
    return HandCorrected(raw, pl.DataFrame(schema=dict(RECORD)), pl.Series("_row", [], dtype=pl.Int64))


def hand_corrected(
    raw: RawTable,
    values: Mapping[str, Mapping[int, Any]],
    applied: Sequence[Placed],
    hidden: Collection[str],
    log: str,
) -> HandCorrected:
    """Return `raw` with new values in its cells.

    Parameters
    ----------
    raw
        The table as its files store it.
    values
        Column → row (from 1) → the value that is stored there from now on.
    applied
        The corrections, those that drop rows included.
    hidden
        Fields of which the record shows no value.
    log
        Name of the log, for the note.
    """
    dropped = sorted({one.row for one in applied if one.entry.drops})
    changed = _noted(_changed(raw, values), applied, len(dropped), log)
    return HandCorrected(changed, _record(applied, hidden), pl.Series("_row", dropped, dtype=pl.Int64))


def _changed(raw: RawTable, values: Mapping[str, Mapping[int, Any]]) -> RawTable:
    """Return the table with new values in some cells, lazily; extended missing values that stood there are gone."""
    columns, schema, gone = [], dict(raw.schema), [raw.tags.select("row", "column").clear()]
    for name, new in values.items():
        if not new:
            continue
        dtype = pl.String() if raw.schema[name] in _CATEGORIES else raw.schema[name]
        rows = pl.Series(list(new), dtype=pl.UInt32)
        cells = pl.Series(list(new.values()), dtype=dtype)
        place = pl.col(_ROW).cast(pl.UInt32)
        replaced = place.replace_strict(rows, cells, default=None, return_dtype=dtype)
        columns.append(
            pl.when(place.is_in(rows.implode())).then(replaced).otherwise(pl.col(name).cast(dtype)).alias(name)
        )
        schema[name] = dtype
        gone.append(pl.DataFrame({"row": rows.cast(pl.Int64) - 1}).with_columns(pl.lit(name).alias("column")))
    if not columns:
        return raw
    return replace(
        raw,
        data=raw.data.with_row_index(_ROW, offset=1).with_columns(columns).drop(_ROW),
        schema=pl.Schema(schema),
        tags=raw.tags.join(pl.concat(gone), on=["row", "column"], how="anti", maintain_order="left"),
    )


def _noted(raw: RawTable, applied: Sequence[Placed], dropped: int, log: str) -> RawTable:
    rows = [one.row for one in applied if not one.entry.drops]
    note = f"Corrections by hand ({log}): {len(rows):,} in {len(set(rows)):,} rows"
    note += f", and rows dropped: {dropped:,}." if dropped else "."
    return replace(raw, notes=(*raw.notes, note))


def _record(applied: Sequence[Placed], hidden: Collection[str]) -> pl.DataFrame:
    lines = []
    for one in sorted(applied, key=lambda one: (one.row, one.entry.field, one.entry.when, one.entry.line)):
        entry = one.entry
        before, after = (WITHHELD, WITHHELD) if entry.field in hidden else (entry.old or None, entry.new or None)
        moment = entry.when.isoformat(sep=" ").removesuffix(" 00:00:00")
        lines.append((one.row, entry.field, before, after, MANUAL, entry.why, entry.who, moment))
    return pl.DataFrame(lines, schema=dict(RECORD), orient="row")
