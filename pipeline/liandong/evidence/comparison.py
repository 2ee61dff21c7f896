"""Two versions of a table of the bundle, cell by cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.evidence.spec import REAL, TableSpec

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A cell that is not the same: its row by key (as ``effect=e; outcome=y``), its column, and both values."""

    row: str
    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class TableComparison:
    """How two versions of a table differ.

    Attributes
    ----------
    name
        Of the table.
    cells
        Those that differ by more than the tolerance, in the order of the table.
    gone, new
        Keys of the rows that only one of the two has.
    largest
        The largest difference between two numbers that agree within the tolerance, as it is held against it.
    """

    name: str
    cells: tuple[CellDifference, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    largest: float

    @property
    def agrees(self) -> bool:
        """Whether both have the same rows, and the same values within the tolerance."""
        return not (self.cells or self.gone or self.new)


def compare_tables(spec: TableSpec, before: pl.DataFrame, after: pl.DataFrame) -> TableComparison:
    """Compare two frames with the columns of `spec`.

    Real numbers agree when they differ by at most 1e-9 of the larger one, or of 1 where both are smaller; everything
    else has to be equal. The order of rows does not count.
    """
    old, new = _by_key(spec, before), _by_key(spec, after)
    cells: list[CellDifference] = []
    largest = 0.0
    for key, row in old.items():
        for column in spec.columns if key in new else ():
            distance = _distance(row[column], new[key][column], is_real=spec.columns[column] == REAL)
            if distance > TOLERANCE:
                cells.append(CellDifference(key, column, row[column], new[key][column]))
            else:
                largest = max(largest, distance)
    gone, added = (tuple(key for key in one if key not in other) for one, other in ((old, new), (new, old)))
    return TableComparison(spec.name, tuple(cells), gone, added, largest)


def _by_key(spec: TableSpec, frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {"; ".join(f"{name}={row[name]}" for name in spec.key): row for row in frame.iter_rows(named=True)}


def _distance(before: Any, after: Any, *, is_real: bool) -> float:
    """Return 0 for equal values, infinity for different ones, and for two real numbers how far apart they are."""
    if before == after:
        return 0.0
    if not is_real or before is None or after is None:
        return math.inf
    if math.isnan(before) or math.isnan(after):
        return 0.0 if math.isnan(before) and math.isnan(after) else math.inf
    if math.isinf(before) or math.isinf(after):
        return math.inf
    return float(abs(before - after) / max(1.0, abs(before), abs(after)))
