"""The fast pass: Polars batches, rows gathered by cell, one small matrix product per cell.

A group-by over k(k + 1)/2 product columns takes about twice as long on two cores: here every row is gathered once and
the products are left to BLAS. It pays while a batch holds a good many rows per cell; `expressions` does the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.moments.centring import Centring
from liandong.moments.source import EFFECT, WEIGHT, Request, Source
from liandong.moments.tables import WORD_BITS, CellSums, CellTable, group_rows, word_name, words_needed

BATCH_ROWS = 500_000
_WORKERS = 2  # gathers and products of one batch run beside the decoding of the next


def collect_by_batches(source: Source, request: Request, centring: Centring, keys: list[str]) -> CellTable:
    """Return the cells of `source`, grouped by the columns `keys` and the sample key, in one pass.

    Memory is bounded by two batches, the engine's read-ahead and the distinct cells.
    """
    sums = CellSums()
    for table in _worked(source, request, centring, keys):
        if table is not None:
            sums.add(table)
    return sums.total


def _worked(source: Source, request: Request, centring: Centring, keys: list[str]) -> Iterator[CellTable | None]:
    waiting: deque[Future[CellTable | None]] = deque()
    spaces: SimpleQueue[NDArray[np.float64]] = SimpleQueue()  # fresh memory for every batch costs a third more time
    for _ in range(_WORKERS):
        spaces.put(np.empty((len(request.columns) + 1, 0)))

    def work(raw: pl.DataFrame) -> CellTable | None:
        batch = source.prepared(raw)
        if batch.is_empty():
            return None
        space = spaces.get()
        if space.shape[1] < batch.height:
            space = np.empty((len(space), batch.height))
        try:
            return batch_cells(batch, request, centring, keys, space)
        finally:
            spaces.put(space)

    with ThreadPoolExecutor(_WORKERS) as pool:
        for batch in source.batches(BATCH_ROWS):
            waiting.append(pool.submit(work, batch))
            if len(waiting) > _WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def batch_cells(
    batch: pl.DataFrame, request: Request, centring: Centring, keys: list[str], space: NDArray[np.float64]
) -> CellTable:
    """Return the cells of one batch; NaN counts as null. `space`, (k + 1) × rows or more, is overwritten."""
    table = _cells(batch, request, centring, keys, space)
    if np.isfinite(table.products).all():
        return table
    # A NaN reached a product: the check above is free, whereas a look at every value is not.
    clean = batch.with_columns(pl.col(request.value_names).fill_nan(None))
    return _cells(clean, request, centring, keys, space)


def _cells(
    batch: pl.DataFrame, request: Request, centring: Centring, keys: list[str], space: NDArray[np.float64]
) -> CellTable:
    varying, constant = _sample_words(batch, request)
    labels, order, sizes = group_rows(batch.select(*keys, **varying))
    words = [word_name(word) for word in range(words_needed(len(request.rules)))]
    labels = labels.with_columns(**constant).select(*keys, *words)
    values = space[:, : batch.height]
    _gather(batch, request, centring, order, values)
    ends = np.cumsum(sizes)
    if request.weight is None:
        return CellTable(labels, sizes, sizes.astype(np.float64), _products(values, None, ends))
    weights = batch[WEIGHT].to_numpy()[order]
    squares = np.add.reduceat(weights**2, ends - sizes)
    return CellTable(labels, sizes, squares, _products(values, weights, ends))


def _sample_words(batch: pl.DataFrame, request: Request) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Return the words of the sample key that vary in this batch, and those that do not: these need no grouping."""
    has_null = {name: batch[name].null_count() > 0 for name in request.value_names}
    position = dict(zip(request.columns, request.value_names, strict=True))
    varying: dict[str, pl.Expr] = {}
    fixed: dict[str, pl.Expr] = {}
    for word in range(words_needed(len(request.rules))):
        terms, constant = [], 0
        for bit, rule in enumerate(request.rules[word * WORD_BITS : (word + 1) * WORD_BITS]):
            nullable = [position[column] for column in rule if has_null[position[column]]]
            if nullable:
                complete = pl.all_horizontal(pl.col(name).is_not_null() for name in nullable)
                terms.append(complete.cast(pl.Int64) * (1 << bit))
            else:
                constant += 1 << bit
        known = pl.lit(constant, dtype=pl.Int64)
        if terms:
            varying[word_name(word)] = pl.sum_horizontal(known, *terms)
        else:
            fixed[word_name(word)] = known
    return varying, fixed


def _gather(
    batch: pl.DataFrame, request: Request, centring: Centring, order: NDArray[np.intp], out: NDArray[np.float64]
) -> None:
    """Fill `out` with the centred z, columns by rows in cell order; nulls become 0, so that they add nothing."""
    out[0] = 1.0
    levels = _level_rows(batch, centring)
    for j, name in enumerate(request.value_names, start=1):
        column = batch[name]
        row = np.take(column.to_numpy(), order, out=out[j], mode="clip")
        offsets = centring.levels[:, j][levels[order]] if levels is not None else centring.centre[j]
        np.subtract(row, offsets, out=row)
        if column.null_count():
            row[column.is_null().to_numpy()[order]] = 0.0


def _level_rows(batch: pl.DataFrame, centring: Centring) -> NDArray[np.intp] | None:
    if centring.level_labels is None:
        return None
    index = pl.DataFrame({EFFECT: centring.level_labels}).with_row_index("level")
    found = batch.select(EFFECT).join(index, on=EFFECT, how="left", maintain_order="left")["level"]
    return found.to_numpy().astype(np.intp)


def _products(
    values: NDArray[np.float64], weights: NDArray[np.float64] | None, ends: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return Z_a diag(w_a) Z_aᵀ for each run of columns that `ends` closes."""
    k = values.shape[0]
    out = np.empty((len(ends), k, k))
    left = values if weights is None else values * weights
    begin = 0
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinities are looked for in the sums
        for cell, end in enumerate(ends.tolist()):
            np.dot(left[:, begin:end], values[:, begin:end].T, out=out[cell])
            begin = end
    return out
