"""Counts before the pass: which rows can be used, and how many cells they would make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import narwhals as nw

from liandong.errors import EstimationError
from liandong.moments.source import CLUSTER, EFFECT, WEIGHT, Request, Source

BadWeights = Literal["error", "exclude"]


@dataclass(frozen=True, slots=True)
class Accounting:
    """Rows in, and rows that no cell can hold, by reason; rows in = used + all the others.

    Attributes
    ----------
    rows_in
        Rows of the frame.
    rows_used
        Rows in the cells; a model's complete cases are fewer.
    effect_missing
        Rows without a fixed-effect level.
    weight_missing, weight_zero, weight_negative
        Rows excluded for their weight.
    """

    rows_in: int
    rows_used: int
    effect_missing: int = 0
    weight_missing: int = 0
    weight_zero: int = 0
    weight_negative: int = 0


def usable_rows(source: Source, request: Request, bad_weights: BadWeights) -> tuple[Source, Accounting]:
    """Return the rows that can enter a cell and the count of those that cannot.

    Raises
    ------
    EstimationError
        For a missing cluster id, and, unless `bad_weights` is "exclude", for a weight that is missing, zero or
        negative.
    """
    counts = _counts(source, request)
    if counts["cluster_missing"]:
        raise EstimationError(
            f"expected a cluster id in every row; {counts['cluster_missing']} of {counts['rows']} rows have none",
            where=f"column {request.cluster!r}",
            hint="drop these rows in the validation rules, or name another cluster column",
            zh=f"有 {counts['cluster_missing']} 行缺少聚类变量 {request.cluster!r}。",
        )
    reasons = {name: counts[name] for name in ("weight_missing", "weight_zero", "weight_negative")}
    if bad_weights == "error" and any(reasons.values()):
        named = ", ".join(f"{count} {name.removeprefix('weight_')}" for name, count in reasons.items() if count)
        raise EstimationError(
            f"expected a positive weight in every row; found {named}",
            where=f"column {request.weight!r}",
            hint="correct the weights, or exclude these rows explicitly",
            zh=f"权重变量 {request.weight!r} 存在缺失、零或负值。",
        )
    excluded = counts["effect_missing"] + sum(reasons.values())
    if counts["rows"] == excluded:
        raise EstimationError(
            f"expected at least one usable row; all {counts['rows']} rows lack an effect level or a positive weight"
            if excluded
            else "expected at least one row; the data have none",
            zh="没有可用于估计的数据行。",
        )
    accounting = Accounting(counts["rows"], counts["rows"] - excluded, counts["effect_missing"], **reasons)
    return source.filtered(_usable(request)) if excluded else source, accounting


def count_cells(source: Source, request: Request) -> int:
    """Return the number of key combinations; missingness patterns are not known before the pass and not counted."""
    table = source.rows.select(*request.key_names).unique().select(nw.len().alias("cells"))
    return int(table.collect("polars")["cells"][0])


def _usable(request: Request) -> nw.Expr:
    conditions = []
    if request.effect is not None:
        conditions.append(~nw.col(EFFECT).is_null())
    if request.weight is not None:
        conditions.append(_known_weight() & (nw.col(WEIGHT) > 0))
    return nw.all_horizontal(*conditions, ignore_nulls=True)


def _known_weight() -> nw.Expr:
    return nw.col(WEIGHT).is_finite().fill_null(value=False)


def _counts(source: Source, request: Request) -> dict[str, int]:
    conditions = {"cluster_missing": nw.col(CLUSTER).is_null()}
    candidates: list[nw.Expr] = []  # a row without an effect level is counted once, whatever its weight
    if request.effect is not None:
        conditions["effect_missing"] = nw.col(EFFECT).is_null()
        candidates = [~nw.col(EFFECT).is_null()]
    if request.weight is not None:
        weight, known = nw.col(WEIGHT), _known_weight()
        for name, condition in (
            ("missing", ~known),
            ("zero", known & (weight == 0)),
            ("negative", known & (weight < 0)),
        ):
            conditions[f"weight_{name}"] = nw.all_horizontal(*candidates, condition, ignore_nulls=True)
    sums = [nw.when(c).then(nw.lit(1)).otherwise(nw.lit(0)).sum().alias(name) for name, c in conditions.items()]
    row = source.rows.select(nw.len().alias("rows"), *sums).collect("polars").rows(named=True)[0]
    absent = dict.fromkeys(("effect_missing", "weight_missing", "weight_zero", "weight_negative"), 0)
    return absent | {name: int(value or 0) for name, value in row.items()}
