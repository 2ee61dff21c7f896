"""What is subtracted from the rows before products are taken, and when that has to be done better.

Sums of squares about a distant point lose digits: at a distance of d standard deviations about 2 log10(d) of sixteen.
A first pass is therefore centred on provisional means, and a second one follows where those turn out too far from the
means, or where a column hardly varies within its fixed effects (then it is centred on its fixed-effect means).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.moments.source import EFFECT, Request, Source
from liandong.moments.tables import WORD_BITS, CellTable, word_name

WITHIN_SHARE = 1e-7  # within/total sum of squares below which grand means lose more than some seven digits
_OFF_CENTRE = 1e3  # squared distance from the mean, in variances, that costs three digits
_HEAD_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Centring:
    """Values subtracted from z = (1, x, y); entry 0 is always 0.

    Attributes
    ----------
    centre
        One value per column, shape (k + 1,).
    level_labels
        Fixed-effect levels for which `levels` has a row; None when no column is centred by level.
    levels
        Values by fixed-effect level, shape (F, k + 1); columns not in `by_level` repeat `centre`.
    by_level
        Which columns are centred by level, shape (k + 1,).
    """

    centre: NDArray[np.float64]
    level_labels: pl.Series | None
    levels: NDArray[np.float64]
    by_level: NDArray[np.bool_]


def provisional_centring(source: Source, request: Request) -> Centring:
    """Return rounded means of the first 100,000 rows (of all rows outside Polars); the pass shows whether they do."""
    names = request.value_names
    head = source.rows.head(_HEAD_ROWS) if source.polars else source.rows
    known = [nw.when(nw.col(n).is_finite()).then(nw.col(n)).alias(n) for n in names]
    rows = head.select(*known)
    statistics = rows.select(
        *(nw.col(n).mean().alias(f"mean_{n}") for n in names), *(nw.col(n).std().alias(f"sd_{n}") for n in names)
    )
    found = statistics.collect("polars").rows(named=True)[0]
    centre = [_rounded(found[f"mean_{n}"], found[f"sd_{n}"]) for n in names]
    return _common(np.array([0.0, *centre]))


def refined_centring(table: CellTable, request: Request, centring: Centring) -> Centring | None:
    """Return a better centring when `table` shows that `centring` cost digits, else None."""
    k = len(request.columns) + 1
    means, off_centre = np.zeros(k), np.zeros(k, dtype=bool)
    by_level = np.zeros(k, dtype=bool)
    labels, codes = _levels(table, request)
    level_means = np.zeros((len(labels), k))
    for columns, cells in _rules(table, request):
        m = _Diagonal.of(table, cells, columns, codes, len(labels))
        means[columns], level_means[:, columns] = m.mean, m.level_mean
        off_centre[columns] |= m.distance > _OFF_CENTRE
        by_level[columns] |= m.within < WITHIN_SHARE * m.total
    by_level &= request.effect is not None
    if not (off_centre | by_level).any():
        return None
    centre = np.where(off_centre, centring.centre + means, centring.centre)
    if not by_level.any():
        return _common(centre)
    levels = np.where(by_level, centring.centre + level_means, centre)
    return Centring(centre, labels, levels, by_level)


@dataclass(frozen=True, slots=True)
class _Diagonal:
    """Means and sums of squares of a few columns over some cells, relative to the provisional centre."""

    mean: NDArray[np.float64]
    level_mean: NDArray[np.float64]
    total: NDArray[np.float64]
    within: NDArray[np.float64]
    distance: NDArray[np.float64]

    @classmethod
    def of(
        cls, table: CellTable, cells: NDArray[np.bool_], columns: list[int], codes: NDArray[np.intp], levels: int
    ) -> _Diagonal:
        weight = table.products[cells, 0, 0]
        sums = table.products[cells][:, 0, columns]
        squares = table.products[cells][:, columns, columns]
        level_weight = np.bincount(codes[cells], weight, levels)
        level_sums = np.stack([np.bincount(codes[cells], s, levels) for s in sums.T], axis=1)
        n = max(weight.sum(), np.finfo(float).tiny)
        mean = sums.sum(axis=0) / n
        level_mean = level_sums / np.maximum(level_weight, np.finfo(float).tiny)[:, None]
        total = np.maximum(squares.sum(axis=0) - n * mean**2, 0.0)
        within = squares.sum(axis=0) - (level_sums * level_mean).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.where(mean == 0, 0.0, n * mean**2 / total)
        return cls(mean, level_mean, total, within, distance)


def _rules(table: CellTable, request: Request) -> Iterator[tuple[list[int], NDArray[np.bool_]]]:
    """Yield the columns and complete cells of each rule that has any."""
    position = {column: j for j, column in enumerate(request.columns, start=1)}
    for number, rule in enumerate(request.rules):
        word, bit = divmod(number, WORD_BITS)
        cells = (table.keys[word_name(word)].to_numpy() >> bit) & 1 == 1
        if cells.any():
            yield [position[column] for column in rule], cells


def _levels(table: CellTable, request: Request) -> tuple[pl.Series, NDArray[np.intp]]:
    if request.effect is None:
        return pl.Series(EFFECT, [0]), np.zeros(len(table.rows), dtype=np.intp)
    labels = table.keys[EFFECT].unique().sort()
    index = labels.to_frame().with_row_index("level")
    codes = table.keys.select(EFFECT).join(index, on=EFFECT, how="left", maintain_order="left")["level"]
    return labels, codes.to_numpy().astype(np.intp)


def _rounded(mean: float | None, sd: float | None) -> float:
    """Round `mean` to a power of two near the standard deviation.

    Subtracting a number of so few digits from a value on a coarser or equal grid is exact, so an integer column keeps
    every digit, however large its offset.
    """
    if mean is None or not np.isfinite(mean):
        return 0.0
    if not sd or not np.isfinite(sd):
        return float(mean)
    step = 2.0 ** np.floor(np.log2(sd))
    return float(np.round(mean / step) * step)


def _common(centre: NDArray[np.float64]) -> Centring:
    return Centring(centre, None, np.empty((0, len(centre))), np.zeros(len(centre), dtype=bool))
