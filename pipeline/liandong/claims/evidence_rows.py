"""What the checks against data may look at: the tables of a bundle as they are published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.evidence import TABLES

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The published tables of a study, and what has to be known to read them.

    Attributes
    ----------
    records
        Table name → rows, for every table of the bundle.
    simulated
        Whether the data were made up: then they support nothing.
    minimum_cell, rounding
        The study's rules of disclosure control.
    needs
        Indicators that say who was in need.
    """

    records: Mapping[str, list[Row]]
    simulated: bool = False
    minimum_cell: int = 1
    rounding: int = 1
    needs: frozenset[str] = frozenset()

    @property
    def is_exact(self) -> bool:
        """Whether no rule of disclosure control rounds a figure."""
        return self.minimum_cell == 1 and self.rounding == 1

    def rows(self, table: str, /, **key: Any) -> list[Row]:
        """Return the rows of `table` that agree with `key`, in their order."""
        return [row for row in self.records.get(table, ()) if all(row[name] == value for name, value in key.items())]

    def first(self, table: str, /, **key: Any) -> Row | None:
        """Return the first row of `table` that agrees with `key`, None where there is none."""
        return next(iter(self.rows(table, **key)), None)


def evidence_of(tables: Mapping[str, pl.DataFrame], **known: Any) -> Evidence:
    """Return the evidence in published `tables`; `known` are the other attributes of :class:`Evidence`."""
    return Evidence({name: table.rows(named=True) for name, table in tables.items()}, **known)


def place(table: str, row: Row) -> str:
    """Return where a row stands, as ``indicators: indicator=a; universe=all``; parts of the key that are empty go."""
    key = [f"{name}={row[name]}" for name in TABLES[table].key if row[name] not in {"", None}]
    return f"{table}: {'; '.join(key)}"
