"""Columns with a value per level, as columns of a regression, and who stands behind each level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.errors import EstimationError

_TWO = 2
_FEW = 10  # clusters of one arm below which estimates carry the same caution as the models of a study
_T, _L = "__treatment", "__level"


@dataclass(frozen=True, slots=True)
class LevelCounts:
    """People and clusters of one level; those of the arms are None unless the treatment has two values in the sample.

    `varies` tells whether the treatment takes more than one value in the level.
    """

    level: Any
    n_obs: int
    n_clusters: int
    n_treated: int | None
    n_untreated: int | None
    clusters_with_treated: int | None
    clusters_with_untreated: int | None
    varies: bool

    @property
    def obstacle(self) -> str:
        """Why the treatment has no estimate in this level, as a key; empty if nothing stands against it.

        ``no_sample``, ``treatment_constant``, ``one_cluster``, ``one_treated_cluster`` or ``one_untreated_cluster``.
        """
        if not self.n_obs:
            return "no_sample"
        if not self.varies:
            return "treatment_constant"
        if self.n_clusters < _TWO:
            return "one_cluster"
        if self.clusters_with_treated is not None and self.clusters_with_treated < _TWO:
            return "one_treated_cluster"
        if self.clusters_with_untreated is not None and self.clusters_with_untreated < _TWO:
            return "one_untreated_cluster"
        return ""

    @property
    def cautions(self) -> tuple[str, ...]:
        """``few_treated_clusters`` and ``few_untreated_clusters``: under 10 clusters hold anybody of that arm."""
        treated, untreated = self.clusters_with_treated, self.clusters_with_untreated
        reasons = {
            "few_treated_clusters": treated is not None and treated < _FEW,
            "few_untreated_clusters": untreated is not None and untreated < _FEW,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)


def sample_rows(frame: pl.DataFrame, columns: Iterable[str], effects: Sequence[str]) -> pl.DataFrame:
    """Return the complete cases of `columns` and `effects`, singletons of the fixed `effects` left out."""
    known = [*columns, *effects]
    rows = frame.filter(pl.all_horizontal(known_values(frame, column) for column in known))
    left = -1
    while left != rows.height:
        left = rows.height
        for effect in effects:
            rows = rows.filter(pl.len().over(effect) > 1)
    return rows


def find_level_values(frame: pl.DataFrame, column: str, most: int, where: str, what: str) -> tuple[Any, ...]:
    """Return the sorted values of `column`.

    Raises
    ------
    EstimationError
        For a column that is not in the data, or that has more than `most` values; `what` says what it is used as.
    """
    if column not in frame.columns:
        raise EstimationError(
            f"expected a column {column!r}; the accepted data have none of that name",
            where=where,
            hint="was the column in the survey file? `liandong check` lists the columns that are absent",
            zh=f"数据中没有名为 {column!r} 的变量。",
        )
    values = frame.filter(known_values(frame, column))[column].unique().sort().to_list()
    if len(values) > most:
        raise EstimationError(
            f"expected {what} with at most {most} values; {column!r} has {len(values)}",
            where=where,
            hint="derive a column of a few groups from it",
            zh=f"变量 {column!r} 有 {len(values)} 个取值，请先分组。",
        )
    return tuple(values)


def indicator(frame: pl.DataFrame, column: str, value: Any) -> pl.Expr:
    """Return the 0/1 column of one `value` of `column`; a missing answer stays missing."""
    known, dtype = pl.col(column), frame.schema[column]
    if isinstance(dtype, pl.Categorical | pl.Enum):
        known = known.cast(pl.String)
    return (known == pl.lit(value)).cast(pl.Float64)


def count_levels(
    rows: pl.DataFrame, column: str, values: Sequence[Any], treatment: str, cluster: str
) -> tuple[LevelCounts, ...]:
    """Return who stands behind each of `values` of `column` in the sample `rows`."""
    if rows.is_empty():
        return tuple(_counted(value, None, binary=False) for value in values)
    arms = rows.select(pl.col(treatment).cast(pl.Float64).alias(_T), pl.col(column).alias(_L), cluster)
    low, high = arms[_T].min(), arms[_T].max()
    binary = arms[_T].n_unique() == _TWO
    treated, untreated = pl.col(_T) == high, pl.col(_T) == low
    counts = arms.group_by(_L).agg(
        pl.len().alias("n_obs"),
        pl.col(cluster).n_unique().alias("n_clusters"),
        treated.sum().alias("n_treated"),
        untreated.sum().alias("n_untreated"),
        pl.col(cluster).filter(treated).n_unique().alias("clusters_with_treated"),
        pl.col(cluster).filter(untreated).n_unique().alias("clusters_with_untreated"),
        (pl.col(_T).n_unique() > 1).alias("varies"),
    )
    found = {row[_L]: row for row in counts.iter_rows(named=True)}
    return tuple(_counted(value, found.get(value), binary=binary) for value in values)


_ARMS = ("n_treated", "n_untreated", "clusters_with_treated", "clusters_with_untreated")


def _counted(value: Any, row: dict[str, Any] | None, *, binary: bool) -> LevelCounts:
    if row is None:
        arms = dict.fromkeys(_ARMS, 0 if binary else None)
        return LevelCounts(value, 0, 0, **arms, varies=False)
    arms = {name: row[name] if binary else None for name in _ARMS}
    return LevelCounts(value, row["n_obs"], row["n_clusters"], **arms, varies=row["varies"])


def known_values(frame: pl.DataFrame, column: str) -> pl.Expr:
    """Return whether `column` is known: neither null nor NaN."""
    known = pl.col(column).is_not_null()
    return known & pl.col(column).is_not_nan() if frame.schema[column].is_float() else known


def level_text(value: Any) -> str:
    """Return `value` as a table names it: conditions as 1 and 0, whole numbers without a decimal point."""
    whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer())
    return str(int(value)) if whole else str(value)
