"""The portable pass: one narwhals group-by over product expressions, for any engine and for very many small cells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.moments.centring import Centring
from liandong.moments.source import EFFECT, WEIGHT, Request, Source
from liandong.moments.tables import WORD_BITS, CellSums, CellTable, word_name, words_needed

_ROWS, _SQUARES = "n_rows", "weight_sq"


def collect_by_expressions(source: Source, request: Request, centring: Centring) -> CellTable:
    """Return the cells of `source` from one group-by in its own engine.

    Nulls never enter a product, because the sums of every engine skip them; NaN counts as null.
    """
    rows = _centred(source, request, centring)
    words = [word_name(word) for word in range(words_needed(len(request.rules)))]
    names = ["one", *request.value_names]
    pairs = [(i, j) for i in range(len(names)) for j in range(i, len(names))]
    weight = nw.col(WEIGHT) if request.weight is not None else None
    products = [_product(names[i], names[j], weight).sum().alias(f"m{i}_{j}") for i, j in pairs]
    squares = nw.len() if weight is None else (weight * weight).sum()
    grouped = rows.group_by(*request.key_names, *words).agg(nw.len().alias(_ROWS), squares.alias(_SQUARES), *products)
    native = grouped.to_native()
    # narwhals' own collect would use Polars' in-memory engine
    table = (
        native.collect(engine="streaming")
        if isinstance(native, pl.LazyFrame)
        else grouped.collect("polars").to_native()
    )
    sums = CellSums()
    sums.add(_as_cells(table, [*request.key_names, *words], pairs))
    return sums.total


def with_engine_means(source: Source, request: Request, centring: Centring) -> Centring:
    """Return `centring` with the level means that this engine will subtract.

    A table of ours could not be joined to the rows of another engine, so the engine computes the means itself.
    """
    if centring.level_labels is None:
        return centring
    names = request.value_names
    means = _level_means(_without_nan(source, names), names).collect("polars").to_native()
    table = centring.level_labels.to_frame().join(means, on=EFFECT, how="left", maintain_order="left")
    found = table.select(pl.col(f"mean_{n}").fill_null(0.0) for n in names).to_numpy()
    levels = np.where(centring.by_level[1:], found, centring.centre[1:])
    return replace(centring, levels=np.column_stack([np.zeros(len(levels)), levels]))


def _level_means(rows: nw.LazyFrame[Any], names: list[str]) -> nw.LazyFrame[Any]:
    return rows.group_by(EFFECT).agg(*(nw.col(n).mean().alias(f"mean_{n}") for n in names))


def _without_nan(source: Source, names: list[str]) -> nw.LazyFrame[Any]:
    return source.rows.with_columns(*(nw.when(~nw.col(n).is_nan()).then(nw.col(n)).alias(n) for n in names))


def _centred(source: Source, request: Request, centring: Centring) -> nw.LazyFrame[Any]:
    names = request.value_names
    rows = _without_nan(source, names).with_columns(*_sample_words(request))
    if centring.level_labels is None:
        shifted = [nw.col(n) - float(centring.centre[j]) for j, n in enumerate(names, start=1)]
    else:
        rows = rows.join(_level_means(rows, names), on=EFFECT, how="left")
        shifted = [
            nw.col(n) - (nw.col(f"mean_{n}") if centring.by_level[j] else float(centring.centre[j]))
            for j, n in enumerate(names, start=1)
        ]
    one = nw.lit(1.0).alias("one")
    return rows.with_columns(one, *(e.alias(n) for e, n in zip(shifted, names, strict=True)))


def _sample_words(request: Request) -> list[nw.Expr]:
    position = dict(zip(request.columns, request.value_names, strict=True))
    words = []
    for word in range(words_needed(len(request.rules))):
        rules = request.rules[word * WORD_BITS : (word + 1) * WORD_BITS]
        bits = [
            nw.when(nw.all_horizontal(*(~nw.col(position[c]).is_null() for c in rule), ignore_nulls=True))
            .then(nw.lit(1 << bit))
            .otherwise(nw.lit(0))
            for bit, rule in enumerate(rules)
        ]
        words.append(nw.sum_horizontal(*bits).cast(nw.Int64).alias(word_name(word)))
    return words


def _product(left: str, right: str, weight: nw.Expr | None) -> nw.Expr:
    product = nw.col(left) * nw.col(right)
    return product if weight is None else product * weight


def _as_cells(table: pl.DataFrame, keys: list[str], pairs: list[tuple[int, int]]) -> CellTable:
    size = pairs[-1][0] + 1
    products = np.zeros((table.height, size, size))
    for i, j in pairs:
        column: NDArray[np.float64] = table[f"m{i}_{j}"].fill_null(0.0).to_numpy()
        products[:, i, j] = products[:, j, i] = column
    counts = table[_ROWS].to_numpy().astype(np.int64)
    return CellTable(table.select(keys), counts, table[_SQUARES].to_numpy().astype(np.float64), products)
