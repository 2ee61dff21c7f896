"""Long tables of one row per case, interviewer or question: a list of columns instead of code per table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from liandong.definitions import Language
from liandong.present.facts import Row as Record
from liandong.present.numbers import NOT_APPLICABLE, count, fixed, hundredths
from liandong.present.table import Align, Row, Table, heads
from liandong.present.words import word


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key of its heading, how its cells are written, and their alignment."""

    heading: str
    show: Callable[[Record], str]
    align: Align = "decimal"


def text(heading: str, name: str) -> Column:
    """Return a column of text as it stands in the table."""
    return Column(heading, lambda row: str(row[name] or NOT_APPLICABLE), "left")


def number(heading: str, name: str) -> Column:
    """Return a column of whole numbers."""
    return Column(heading, lambda row: count(row[name]))


def real(heading: str, name: str, decimals: int = 1) -> Column:
    """Return a column of numbers with decimals."""
    return Column(heading, lambda row: fixed(row[name], decimals))


def share(heading: str, name: str) -> Column:
    """Return a column of shares in percent."""
    return Column(heading, lambda row: hundredths(row[name]))


def listed(
    lang: Language,
    name: str,
    caption: str,
    columns: Sequence[Column],
    records: Sequence[Record],
    notes: Sequence[str] = (),
    headings: Sequence[tuple[int, Row]] = (),
) -> Table:
    """Return the table of `records`, columns that are empty throughout left out.

    Parameters
    ----------
    headings
        Rows that head those below them, each with the number of records above it, in order.
    """
    kept = [column for column in columns if any(column.show(record) != NOT_APPLICABLE for record in records)]
    kept = kept or list(columns[:1])
    rows = [Row(tuple(column.show(record) for column in kept)) for record in records]
    for place, heading in reversed(headings):
        rows.insert(place, heading)
    return Table(
        name,
        caption,
        tuple(column.align for column in kept),
        (heads(*(word(lang, column.heading) for column in kept)),),
        tuple(rows),
        tuple(notes),
    )


def shortened(table: Table, most: int, note: str) -> Table:
    """Return `table` with its first `most` rows, and `note` where there are more."""
    if len(table.rows) <= most:
        return table
    return replace(table, rows=table.rows[:most], notes=(*table.notes, note))
