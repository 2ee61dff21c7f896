"""Cell tables: key columns beside stacked moment matrices, and how two tables of the same cells become one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.errors import EstimationError

WORD_BITS = 62  # bits of the sample key in one signed 64-bit key column
CELL_BYTES_LIMIT = 200 * 2**20


class TooManyCellsError(EstimationError):
    """The cells would take more memory than the rows are worth; the caller demeans instead."""

    summary_zh = "聚类与固定效应的交叉单元过多。"


@dataclass(frozen=True, slots=True)
class CellTable:
    """Moments per cell, cells in any order.

    Attributes
    ----------
    keys
        One row per cell: grouping columns and the words of the sample key.
    rows
        Row counts, shape (C,).
    weight_sq
        Sums of squared weights, shape (C,).
    products
        Weighted cross products of z = (1, x, y), shape (C, k + 1, k + 1).
    """

    keys: pl.DataFrame
    rows: NDArray[np.int64]
    weight_sq: NDArray[np.float64]
    products: NDArray[np.float64]


def word_name(word: int) -> str:
    """Return the column name of a word of the sample key."""
    return f"bits{word}"


def words_needed(rules: int) -> int:
    """Return how many key columns hold one bit for each of `rules` sample rules."""
    return -(-rules // WORD_BITS)


def group_rows(keys: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.intp], NDArray[np.int64]]:
    """Group the rows of a key table.

    Returns
    -------
    tuple
        The distinct keys in their order (one row per group), row positions ordered by group, and the group sizes.
    """
    row = "__row"
    groups = keys.with_row_index(row).group_by(keys.columns).agg(pl.col(row)).sort(keys.columns)
    sizes = groups[row].list.len().to_numpy().astype(np.int64)
    order = groups[row].explode().to_numpy().astype(np.intp)
    return groups.drop(row), order, sizes


class CellSums:
    """A running sum of cell tables; memory is that of the distinct cells.

    Raises
    ------
    TooManyCellsError
        From `add`, when the distinct cells take more than 200 MB.
    """

    def __init__(self) -> None:
        self._total: CellTable | None = None

    def add(self, table: CellTable) -> None:
        """Add a table whose cells are distinct."""
        if self._total is None:
            self._total = _within_limit(table)
            return
        total, position = self._total, "__position"
        known = total.keys.with_row_index(position)
        found = table.keys.join(known, on=table.keys.columns, how="left", nulls_equal=True, maintain_order="left")
        old = found[position].is_not_null().to_numpy()
        at = found[position].drop_nulls().to_numpy()
        if len(at) == len(table.rows) == len(total.rows) and (np.diff(at) == 1).all():
            _add_in_place(total, table, slice(None), slice(None))  # no gather and scatter of all matrices
            return
        _add_in_place(total, table, at, old)
        if not old.all():
            self._total = _within_limit(_stacked(total, table, ~old))

    @property
    def total(self) -> CellTable:
        """Return the sum; an error when nothing was added."""
        assert self._total is not None
        return self._total


def _add_in_place(
    total: CellTable, table: CellTable, at: NDArray[np.uint32] | slice, taken: NDArray[np.bool_] | slice
) -> None:
    total.rows[at] += table.rows[taken]
    total.weight_sq[at] += table.weight_sq[taken]
    total.products[at] += table.products[taken]


def _stacked(total: CellTable, table: CellTable, new: NDArray[np.bool_]) -> CellTable:
    return CellTable(
        pl.concat([total.keys, table.keys.filter(pl.Series(new))]),
        np.concatenate([total.rows, table.rows[new]]),
        np.concatenate([total.weight_sq, table.weight_sq[new]]),
        np.concatenate([total.products, table.products[new]]),
    )


def in_key_order(table: CellTable) -> CellTable:
    """Sort the cells by their keys, cluster first, so that the same data give the same order of cells."""
    row = "__row"
    ordered = table.keys.with_row_index(row).sort(table.keys.columns)
    order = ordered[row].to_numpy()
    return CellTable(ordered.drop(row), table.rows[order], table.weight_sq[order], table.products[order])


def _within_limit(table: CellTable) -> CellTable:
    if table.products.nbytes > CELL_BYTES_LIMIT:
        raise TooManyCellsError(
            f"{len(table.rows)} cells of {table.products.shape[1]} columns take more than "
            f"{CELL_BYTES_LIMIT // 2**20} MB",
            hint="ask for fewer sample rules or columns, or let the fixed effects be demeaned (within_samples does)",
        )
    return table
