"""One pass over any dataframe: columns in, moment matrices by cell out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.moments.batches import BATCH_ROWS, collect_by_batches
from liandong.moments.cells import Moments
from liandong.moments.census import Accounting, BadWeights, count_cells, usable_rows
from liandong.moments.centring import Centring, provisional_centring, refined_centring
from liandong.moments.expressions import collect_by_expressions, with_engine_means
from liandong.moments.source import CLUSTER, EFFECT, Request, Source, open_source
from liandong.moments.tables import CELL_BYTES_LIMIT, WORD_BITS, CellTable, TooManyCellsError, in_key_order, word_name

_ROWS_PER_CELL = 20  # with fewer rows per cell the cells are hardly smaller than the data
_FEW_CELLS = 20_000  # a cell table that nobody needs to save
_ROWS_PER_PRODUCT = 16  # rows per cell and batch from which a matrix product per cell is the faster kernel


def collect_moments(
    frame: object,
    columns: Sequence[str],
    cluster: str,
    effect: str | None = None,
    weight: str | None = None,
    *,
    samples: Sequence[Sequence[str]] | None = None,
    keys: Sequence[str] = (),
    bad_weights: BadWeights = "error",
) -> Moments:
    """Collect the weighted cross products of `columns` by cell.

    Parameters
    ----------
    frame
        A Polars DataFrame or LazyFrame (`scan_parquet` is read in bounded memory), pandas, PyArrow, or any lazy frame
        that narwhals understands.
    columns
        Numeric or boolean analysis columns.
    cluster, effect
        Columns of labels of any type. Rows without an effect level are left out and counted.
    weight
        Sampling weights; normalised to mean 1 over the rows used.
    samples
        Sets of columns whose complete cases will be asked for. By default every column has a bit of its own, so that
        the complete cases of any subset can be had; with many columns and scattered gaps the sets make fewer cells.
    keys
        Further columns that split the cells: subgroup, stratum, second fixed effect, second cluster. Null is a value.
    bad_weights
        "error", or "exclude" for rows whose weight is missing, zero or negative.

    Returns
    -------
    Moments
        Cells sorted by cluster, effect level, keys and sample key.

    Raises
    ------
    EstimationError
        For unknown, repeated or non-numeric columns, infinite values, missing cluster ids, unusable weights.
    TooManyCellsError
        When cells number more than a twentieth of the rows (and over 20,000), or would take over 200 MB;
        `within_samples` demeans instead.
    """
    request = Request(tuple(columns), cluster, effect, weight, tuple(keys), _rules(columns, samples))
    _require_distinct(request)
    source, accounting = usable_rows(open_source(frame, request), request, bad_weights)
    cells = count_cells(source, request)
    _refuse_explosion(cells, accounting.rows_used, len(columns))
    by_batches = source.polars and cells * _ROWS_PER_PRODUCT < BATCH_ROWS

    centring = provisional_centring(source, request)
    table = _collect(source, request, centring, by_batches=by_batches)
    better, passes = refined_centring(table, request, centring), 1
    if better is not None:
        centring, passes = better if by_batches else with_engine_means(source, request, better), 2
        table = _collect(source, request, centring, by_batches=by_batches)
    engine = f"{source.engine} ({'batches' if by_batches else 'expressions'})"
    return _moments(_normalised(in_key_order(table), weight), request, centring, accounting, engine, passes)


def _collect(source: Source, request: Request, centring: Centring, *, by_batches: bool) -> CellTable:
    if by_batches:
        table = collect_by_batches(source, request, centring, request.key_names)
    else:
        table = collect_by_expressions(source, request, centring)
    require_finite(table, request)
    return table


def require_finite(table: CellTable, request: Request) -> None:
    """Raise an EstimationError that names the columns whose sums are infinite."""
    finite = np.isfinite(np.diagonal(table.products, axis1=1, axis2=2).sum(axis=0))[1:]
    if not finite.all():
        named = ", ".join(repr(c) for c, good in zip(request.columns, finite, strict=True) if not good)
        raise EstimationError(
            f"expected finite numbers; {named} hold infinite values, or values whose squares overflow",
            hint="blank them in the validation rules, or rescale the column",
            zh="变量中存在无穷大的取值。",
        )


def _rules(columns: Sequence[str], samples: Sequence[Sequence[str]] | None) -> tuple[tuple[str, ...], ...]:
    if samples is None:
        return tuple((column,) for column in columns)
    return tuple(dict.fromkeys(tuple(dict.fromkeys(rule)) for rule in samples))


def _require_distinct(request: Request) -> None:
    for what, names in (("analysis columns", request.columns), ("keys", request.keys)):
        if len(set(names)) < len(names):
            repeated = sorted({name for name in names if names.count(name) > 1})
            raise EstimationError(f"expected distinct {what}; {', '.join(map(repr, repeated))} came more than once")
    if not request.columns:
        raise EstimationError("expected at least one analysis column; none came")
    strange = {column for rule in request.rules for column in rule} - set(request.columns)
    if strange:
        raise EstimationError(f"sample rules name columns that are not collected: {', '.join(sorted(strange))}")


def _refuse_explosion(cells: int, rows: int, columns: int) -> None:
    expected = cells * (columns + 1) ** 2 * 8
    if expected > CELL_BYTES_LIMIT or cells > max(rows / _ROWS_PER_CELL, _FEW_CELLS):
        raise TooManyCellsError(
            f"{cells} cells for {rows} rows ({expected / 2**20:.0f} MB) are not worth making",
            hint="let the fixed effects be demeaned instead (within_samples does), or use coarser keys",
        )


def _normalised(table: CellTable, weight: str | None) -> CellTable:
    if weight is None:
        return table
    factor = table.rows.sum() / table.products[:, 0, 0].sum()
    return replace(table, weight_sq=table.weight_sq * factor**2, products=table.products * factor)


def _moments(
    table: CellTable, request: Request, centring: Centring, accounting: Accounting, engine: str, passes: int
) -> Moments:
    cluster_labels, cell_cluster = factorise(table.keys[CLUSTER])
    effect_labels: tuple[Any, ...] = ("all",)
    cell_effect = np.zeros(len(table.rows), dtype=np.intp)
    if request.effect is not None:
        effect_labels, cell_effect = factorise(table.keys[EFFECT])
    further = [factorise(table.keys[name]) for name in request.key_names if name.startswith("key")]
    codes = [c for _, c in further]
    return Moments(
        columns=request.columns,
        rules=request.rules,
        complete=_complete(table, len(request.rules)),
        cluster=request.cluster,
        effect=request.effect,
        cluster_labels=cluster_labels,
        effect_labels=effect_labels,
        cell_cluster=cell_cluster,
        cell_effect=cell_effect,
        key_names=request.keys,
        key_labels=tuple(labels for labels, _ in further),
        cell_keys=np.stack(codes, axis=1) if codes else np.empty((len(table.rows), 0), dtype=np.intp),
        rows=table.rows,
        weight_sq=table.weight_sq,
        products=table.products,
        centre=_centre_by_level(centring, len(effect_labels)),
        recentred=tuple(c for c, by in zip(request.columns, centring.by_level[1:], strict=True) if by),
        passes=passes,
        engine=engine,
        weighted=request.weight is not None,
        accounting=accounting,
    )


def _complete(table: CellTable, rules: int) -> NDArray[np.bool_]:
    bits = [divmod(rule, WORD_BITS) for rule in range(rules)]
    return np.stack([(table.keys[word_name(word)].to_numpy() >> bit) & 1 == 1 for word, bit in bits], axis=1)


def _centre_by_level(centring: Centring, levels: int) -> NDArray[np.float64]:
    if centring.level_labels is not None:
        return centring.levels
    return np.broadcast_to(centring.centre, (levels, len(centring.centre)))


def factorise(labels: pl.Series) -> tuple[tuple[Any, ...], NDArray[np.intp]]:
    """Return the sorted distinct labels without null, and each entry's position among them (-1 for null)."""
    distinct = labels.drop_nulls().unique().sort()
    index = distinct.rename("label").to_frame().with_row_index("code")
    found = labels.rename("label").to_frame().join(index, on="label", how="left", maintain_order="left")["code"]
    codes: NDArray[np.intp] = found.cast(pl.Int64).fill_null(-1).to_numpy().astype(np.intp)
    return tuple(distinct.to_list()), codes
