"""Totals by cluster of many lines at once: the only pass over the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.indicators.design import SampleDesign
from liandong.indicators.lines import Line

# Totals held at once; without a cluster column every row is a cluster of its own, and the lines go in batches.
_CELLS_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Totals of one line over the people of one domain, (G,) each, zero for a cluster without such people.

    Attributes
    ----------
    rows
        People for whom the line is known.
    true
        Those for whom it is true; for a mean, as `rows`.
    weight, value, square
        Σw, Σwy and Σwy² over `rows`; y is 0 or 1 for a share.
    """

    rows: NDArray[np.int64]
    true: NDArray[np.int64]
    weight: NDArray[np.float64]
    value: NDArray[np.float64]
    square: NDArray[np.float64]


def totals_by_level(
    lines: Sequence[Line], values: pl.DataFrame, design: SampleDesign, level: pl.Series, levels: Sequence[Any]
) -> Iterator[tuple[Line, Any, Totals]]:
    """Yield the totals of each line in each of `levels`.

    Parameters
    ----------
    lines, values
        As :func:`liandong.indicators.lines.lines_of` gives them.
    design
        Of the same rows.
    level
        (n,) the domain of each row; null for none.
    levels
        The domains wanted.
    """
    batch = max(1, _CELLS_AT_ONCE // max(1, design.count * max(1, len(levels))))
    for start in range(0, len(lines), batch):
        some = lines[start : start + batch]
        wanted = [part for line in some for part in _parts(line, weighted=design.weight is not None)]
        sums = _sums(wanted, values.select(line.column for line in some), design, level)
        by_level = {key[0]: part for key, part in sums.partition_by("level", as_dict=True).items()}
        for domain in levels:
            full = np.zeros((len(wanted), design.count))
            if domain in by_level:
                part = by_level[domain]
                full[:, part["cluster"].to_numpy()] = part.select(name for name, _ in wanted).to_numpy().T
            found = dict(zip((name for name, _ in wanted), full, strict=True))
            for line in some:
                yield line, domain, _totals(line, found)


def _sums(
    wanted: Sequence[tuple[str, pl.Expr]], values: pl.DataFrame, design: SampleDesign, level: pl.Series
) -> pl.DataFrame:
    frame = values.with_columns(design.cluster, level.alias("level"))
    if design.weight is not None:
        frame = frame.with_columns(design.weight.alias("weight"))
    sums = (expression.cast(pl.Float64).alias(name) for name, expression in wanted)
    return frame.filter(pl.col("level").is_not_null()).group_by("cluster", "level").agg(sums)


def _parts(line: Line, *, weighted: bool) -> Iterator[tuple[str, pl.Expr]]:
    """Yield the sums that a line needs; what is absent equals something that is there."""
    value, weight = pl.col(line.column), pl.col("weight")
    yield f"rows {line.column}", value.count()
    if not line.is_mean:
        yield f"true {line.column}", value.sum()
    if weighted:
        yield f"weight {line.column}", pl.when(value.is_not_null()).then(weight).sum()
        share = pl.when(value).then(weight)
        yield f"value {line.column}", ((weight * value) if line.is_mean else share).sum()
    elif line.is_mean:
        yield f"value {line.column}", value.sum()
    if line.is_mean:
        yield f"square {line.column}", ((weight * value * value) if weighted else (value * value)).sum()


def _totals(line: Line, found: Mapping[str, NDArray[np.float64]]) -> Totals:
    rows = found[f"rows {line.column}"]
    true = found.get(f"true {line.column}", rows)
    weight = found.get(f"weight {line.column}", rows)
    value = found.get(f"value {line.column}", true)
    square = found.get(f"square {line.column}", value)
    return Totals(rows.astype(np.int64), true.astype(np.int64), weight, value, square)
