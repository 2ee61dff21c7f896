"""How a table of the bundle is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

TEXT, COUNT, REAL, FLAG = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its columns in order with their types, and the columns that identify a row."""

    name: str
    columns: Mapping[str, pl.DataType]
    key: tuple[str, ...]

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema=dict(self.columns))


def spec(name: str, key: str, /, **columns: pl.DataType) -> TableSpec:
    """Return the declaration of table `name`; `key` names its identifying columns, separated by spaces."""
    return TableSpec(name, MappingProxyType(columns), tuple(key.split()))
