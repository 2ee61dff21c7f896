"""The other road to within moments: subtract effect means from the rows, then add up by cluster.

For effects so fine that their crossing with the clusters is hardly smaller than the data (persons, households). A few
reads of the rows per sample; slopes, CR0 and CR1 are the same to rounding. The cells inside a cluster are lost, so
variances that need them are right only where every effect level lies in one cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.moments.batches import collect_by_batches
from liandong.moments.census import BadWeights, usable_rows
from liandong.moments.centring import Centring, provisional_centring
from liandong.moments.collect import factorise, require_finite
from liandong.moments.singletons import Levels, Singletons, drop_singletons
from liandong.moments.source import CLUSTER, EFFECT, WEIGHT, Request, Source, open_source, prepared_source, value_name
from liandong.moments.tables import in_key_order
from liandong.moments.within import Within

_SECOND = "key0"
MAX_DUMMIES = 200  # a second effect with more levels belongs to an iterative solver


def demeaned_within(
    frame: object,
    columns: Sequence[str],
    cluster: str,
    effect: str,
    weight: str | None = None,
    *,
    second_effect: str | None = None,
    bad_weights: BadWeights = "error",
) -> Within:
    """Return the within-effect moments of the complete cases of `columns`, cells being whole clusters.

    Weights are normalised to mean 1 over the sample.

    Raises
    ------
    EstimationError
        As `collect_moments`; and for rows outside Polars, a second effect of over 200 levels, or an empty sample.
    """
    columns = tuple(columns)
    keys = () if second_effect is None else (second_effect,)
    request = Request(columns, cluster, effect, weight, keys, (columns,))
    source, _ = usable_rows(open_source(frame, request), request, bad_weights)
    if not source.polars:
        raise EstimationError(
            f"the fixed effect {effect!r} is too fine for cells, and demeaning rows needs Polars; got {source.engine}",
            hint="hand over a Polars frame, or pl.scan_parquet of the same data",
        )
    rows = _complete(source.native(), request)
    sample = _without_singletons(rows, request)
    names, indicators = _dummies(sample.combinations, second_effect)
    rows = rows.join(sample.combinations.lazy().select(pl.exclude(CLUSTER, "n")).unique(), on=sample.on, how="semi")
    wide = replace(request, columns=(*columns, *names), keys=(), rules=((*columns, *names),))
    rows = rows.with_columns(e.alias(value_name(len(columns) + i)) for i, e in enumerate(indicators))
    return _within(prepared_source(rows), wide, names, sample)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Rows by effect level (and second level) and cluster, with singletons gone."""

    combinations: pl.DataFrame
    on: list[str]
    nested: bool
    singletons: tuple[Singletons, ...]


def _complete(rows: pl.LazyFrame, request: Request) -> pl.LazyFrame:
    rows = rows.with_columns(pl.col(request.value_names).fill_nan(None))
    return rows.drop_nulls([*request.value_names, *([_SECOND] if request.keys else [])])


def _without_singletons(rows: pl.LazyFrame, request: Request) -> _Sample:
    on = [EFFECT, *([_SECOND] if request.keys else [])]
    table = rows.group_by(*on, CLUSTER).agg(pl.len().alias("n")).collect(engine="streaming").sort(*on, CLUSTER)
    assert request.effect is not None
    effects = [
        Levels(name, *factorise(table[column]))
        for name, column in zip((request.effect, *request.keys), on, strict=True)
    ]
    counts = table["n"].to_numpy().astype(np.int64)
    keep, lost = drop_singletons(counts, effects, np.ones(table.height, dtype=bool))
    kept = table.filter(pl.Series(keep))
    if kept.is_empty():
        raise EstimationError(
            f"no rows are left in the sample of {', '.join(request.columns)} after fixed-effect singletons go",
            hint="the fixed effect is as fine as the data; absorb a coarser one",
            zh="剔除单样本固定效应后没有剩余数据。",
        )
    clusters = kept.group_by(EFFECT).agg(pl.col(CLUSTER).n_unique())[CLUSTER]
    return _Sample(kept, on, clusters.max() == 1, lost)


def _dummies(combinations: pl.DataFrame, name: str | None) -> tuple[tuple[str, ...], list[pl.Expr]]:
    if name is None:
        return (), []
    levels = combinations[_SECOND].unique().sort().to_list()[1:]
    if len(levels) > MAX_DUMMIES:
        raise EstimationError(
            f"the second effect {name!r} has {len(levels) + 1} levels; as dummies it may have {MAX_DUMMIES + 1}",
            hint="absorb it first and the other second, or estimate with linearmodels' AbsorbingLS",
        )
    names = tuple(f"{name}={level}" for level in levels)
    return names, [(pl.col(_SECOND) == level).cast(pl.Float64) for level in levels]


def _within(source: Source, request: Request, dummies: tuple[str, ...], sample: _Sample) -> Within:
    weights, centring = _level_means(source, request)
    table = in_key_order(collect_by_batches(source, request, centring, [CLUSTER]))
    require_finite(table, request)
    factor = table.rows.sum() / table.products[:, 0, 0].sum()
    cells = table.products * factor
    labels, codes = factorise(table.keys[CLUSTER])
    means, total, raw = _spread(cells, weights * factor, centring)
    assert request.effect is not None
    return Within(
        columns=request.columns,
        dummies=dummies,
        cluster=request.cluster,
        effect=request.effect,
        cluster_labels=labels,
        effect_labels=(),
        cell_cluster=codes,
        cell_effect=np.full(len(codes), -1, dtype=np.intp),
        key_names=(),
        key_labels=(),
        cell_keys=np.empty((len(codes), 0), dtype=np.intp),
        rows=table.rows,
        weight_sq=table.weight_sq * factor**2,
        cells=cells,
        clusters=cells,
        pooled=cells.sum(axis=0),
        effect_weight=np.empty(0),
        effect_means=np.empty((0, len(means))),
        n_levels=len(weights),
        nested=sample.nested,
        means=means,
        total=total,
        raw=raw,
        n_obs=int(table.rows.sum()),
        singletons=sample.singletons,
        recentred=(),
        route="demeaned",
        weighted=request.weight is not None,
    )


def _level_means(source: Source, request: Request) -> tuple[NDArray[np.float64], Centring]:
    """Return Σw by level and the level means, which are summed about the provisional means to keep their digits."""
    centre = provisional_centring(source, request).centre
    weight = pl.lit(1.0) if request.weight is None else pl.col(WEIGHT)
    values = dict(zip(request.value_names, centre[1:].tolist(), strict=True))
    sums = [((pl.col(name) - c) * weight).sum().alias(name) for name, c in values.items()]
    total = pl.len().cast(pl.Float64) if request.weight is None else pl.col(WEIGHT).sum()
    table = source.native().group_by(EFFECT).agg(total.alias(WEIGHT), *sums).collect(engine="streaming").sort(EFFECT)
    n = table[WEIGHT].to_numpy()
    shifts = table.select(request.value_names).to_numpy() / n[:, None]
    levels = np.column_stack([np.zeros(len(n)), centre[1:] + shifts])
    return n, Centring(centre, table[EFFECT], levels, np.arange(len(centre)) > 0)


def _spread(
    cells: NDArray[np.float64], weights: NDArray[np.float64], centring: Centring
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return means, sums of squares about them (within plus between), and about zero."""
    n = weights.sum()
    shifts = centring.levels - centring.centre
    mean = weights @ shifts / n
    between = weights @ (shifts - mean) ** 2
    within = np.diagonal(cells, axis1=1, axis2=2).sum(axis=0)
    means = centring.centre + mean
    total = within + between
    means[0], total[0] = 1.0, 0.0
    return means, total, total + n * means**2
