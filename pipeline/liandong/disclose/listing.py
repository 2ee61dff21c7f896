"""Table ``suppressions``: what was taken away from which row, and by which rule, without the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from liandong.evidence import TABLES

Row = dict[str, Any]

ROUNDING: Final = "rounding"
# Cells hide one another, within a table and across tables: which of them is the small one is not said.
MUTUAL: Final = "threshold+secondary"
_BY_MEASURE: Final = ("communities",)


def list_suppressions(
    before: Mapping[str, pl.DataFrame],
    after: Mapping[str, pl.DataFrame],
    reasons: Mapping[tuple[str, int, str], str],
) -> pl.DataFrame:
    """Return table ``suppressions``.

    Parameters
    ----------
    before, after
        The tables with and without what was hidden, row by row the same.
    reasons
        (table, row, column) → reason of what is empty; all else that is empty is small, or gives a small number away.
    """
    found: list[Row] = []
    for name, table in after.items():
        if not table.equals(before[name]):
            found += _of_table(name, before[name], table, reasons)
    return pl.DataFrame(found, schema=dict(TABLES["suppressions"].columns), orient="row")


def _of_table(
    name: str, before: pl.DataFrame, after: pl.DataFrame, reasons: Mapping[tuple[str, int, str], str]
) -> list[Row]:
    found: list[Row] = []
    key = TABLES[name].key[:2] if name in _BY_MEASURE else TABLES[name].key
    pairs = zip(before.rows(named=True), after.rows(named=True), strict=True)
    for at, (old, new) in enumerate(pairs):
        columns: dict[str, list[str]] = {}
        for column, value in old.items():
            if column == "suppressed" or column in key or value == new[column]:
                continue
            reason = reasons.get((name, at, column), MUTUAL) if new[column] is None else ROUNDING
            columns.setdefault(reason, []).append(column)
        row = "; ".join(f"{column}={new[column]}" for column in key if new[column] not in {"", None})
        found += [
            {"table": name, "row": row, "columns": "+".join(hidden), "reason": reason}
            for reason, hidden in columns.items()
        ]
    return _together(found) if name in _BY_MEASURE else found


def _together(found: Sequence[Row]) -> list[Row]:
    """Say once per measure and reason what was taken from its communities: it is the same of all of them."""
    columns: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        columns.setdefault((one["table"], one["row"], one["reason"]), []).extend(one["columns"].split("+"))
    return [
        {"table": table, "row": row, "columns": "+".join(dict.fromkeys(names)), "reason": reason}
        for (table, row, reason), names in columns.items()
    ]
