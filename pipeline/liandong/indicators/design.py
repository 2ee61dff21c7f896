"""The sampling design of the rows: clusters as numbers, strata, weights, each checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.errors import EstimationError


@dataclass(frozen=True, slots=True, eq=False)
class SampleDesign:
    """Who was drawn together with whom, and who counts how much.

    Attributes
    ----------
    cluster
        (n,) number of each row's cluster, 0 … G − 1; the row's own number without a cluster column.
    count
        G, the number of clusters of the whole sample: those without anybody in a domain take part in its variance.
    strata
        (G,) stratum of each cluster, None without strata.
    weight
        (n,) weights, normalised to mean 1; None without weights.
    clustered
        Whether there is a cluster column.
    """

    cluster: pl.Series
    count: int
    strata: NDArray[np.generic] | None
    weight: pl.Series | None
    clustered: bool


def sample_design(frame: pl.DataFrame, cluster: str | None, weight: str | None, strata: str | None) -> SampleDesign:
    """Return the design of `frame`, whose columns are named by `cluster`, `weight` and `strata`.

    Raises
    ------
    EstimationError
        For a missing cluster or stratum, a cluster in two strata, or a weight that is missing, infinite or not above
        zero.
    """
    for role, column in (("cluster", cluster), ("strata", strata)):
        if column is not None and frame[column].null_count():
            raise _missing(role, column, frame[column].null_count())
    if cluster is None:
        codes, count = pl.int_range(frame.height, dtype=pl.UInt32, eager=True), frame.height
    else:
        ranks = frame[cluster].rank("dense")
        codes, count = (ranks - 1).cast(pl.UInt32), _largest(ranks)
    return SampleDesign(
        cluster=codes.alias("cluster"),
        count=count,
        strata=None if strata is None else _strata(frame, codes, cluster, strata),
        weight=None if weight is None else _weights(frame[weight]),
        clustered=cluster is not None,
    )


def _strata(frame: pl.DataFrame, codes: pl.Series, cluster: str | None, strata: str) -> NDArray[np.generic]:
    pairs = pl.DataFrame({"cluster": codes, "stratum": frame[strata].rank("dense")}).unique()
    if pairs["cluster"].is_duplicated().any():
        several = pairs.filter(pl.col("cluster").is_duplicated())["cluster"][0]
        example = frame.filter(codes == several)[cluster or strata][0]
        raise EstimationError(
            f"clusters must lie within strata; {cluster} {example!r} has rows in more than one value of {strata!r}",
            where="study.yaml: design.strata",
            hint="correct the stratum in the data, or name the column that the clusters were drawn within",
            zh=f"抽样设计有误：{cluster} 的同一个群跨越多个层。",
        )
    return pairs.sort("cluster")["stratum"].to_numpy()


def _weights(weights: pl.Series) -> pl.Series:
    if not weights.dtype.is_numeric():
        raise EstimationError(
            f"expected sampling weights in numbers; {weights.name!r} holds {weights.dtype}",
            where="study.yaml: design.weight",
            hint="name a numeric column under design.weight",
            zh=f"权重变量 {weights.name!r} 不是数值型。",
        )
    numbers = weights.cast(pl.Float64)
    bad = numbers.len() - int((numbers.is_finite() & (numbers > 0)).fill_null(value=False).sum())
    if bad:
        raise EstimationError(
            f"expected weights of zero or more, some of them above zero; {bad} of {numbers.len()} values of"
            f" {weights.name!r} are missing, infinite or negative (or all zero)",
            where="study.yaml: design.weight",
            hint="reject such rows in the codebook, so that they are counted, or correct the weights",
            zh=f"权重列 {weights.name} 有 {bad} 个值缺失、无穷或为负（或全部为零）。",
        )
    return numbers / numbers.mean() if numbers.len() else numbers


def _missing(role: str, column: str, count: int) -> EstimationError:
    return EstimationError(
        f"{count} rows have no {column!r}, which the design names as {role}",
        where=f"study.yaml: design.{role}",
        hint=f"make {column!r} required in codebook.yaml with on_failure: reject",
        zh=f"有 {count} 行缺少抽样设计所需的 {column}。",
    )


def _largest(ranks: pl.Series) -> int:
    largest: Any = ranks.max()
    return int(largest or 0)
