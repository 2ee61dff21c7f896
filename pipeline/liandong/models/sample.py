"""The rows of a nested table: complete cases of its largest step, and the account of those that were left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.errors import EstimationError
from liandong.models.plan import ModelPlan

FLOW_COLUMNS = ("order", "stage", "effect", "outcome", "rows", "clusters", "detail")
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of one model before singletons go, with the account so far.

    Attributes
    ----------
    rows
        Complete cases with a positive weight.
    flow
        One row per stage, columns as in the table sample_flow; `rows` are those left after the stage.
    """

    rows: pl.DataFrame
    flow: tuple[dict[str, Any], ...]


def positive_weights(frame: pl.DataFrame, weight: str | None) -> pl.DataFrame:
    """Return the rows with a positive weight; rows with weight zero are nobody's sample and go.

    Raises
    ------
    EstimationError
        When a weight is missing, infinite or negative, which is a mistake in the data and not a design; or when none is
        positive.
    """
    if weight is None:
        return frame
    if not frame.schema[weight].is_numeric():
        raise EstimationError(
            f"expected sampling weights in numbers; {weight!r} holds {frame.schema[weight]}",
            where=f"column {weight!r}",
            hint="name a numeric column under design.weight",
            zh=f"权重变量 {weight!r} 不是数值型。",
        )
    column = pl.col(weight).cast(pl.Float64)
    unknown, negative = frame.select(
        (~column.is_finite()).fill_null(value=True).sum().alias("unknown"), (column < 0).sum().alias("negative")
    ).row(0)
    if unknown or negative:
        raise EstimationError(
            f"expected a weight of zero or more in every accepted row; {unknown} are missing, {negative} negative",
            where=f"column {weight!r}",
            hint="correct the weights, or reject these rows in the codebook (on_failure: {required: reject})",
            zh=f"权重变量 {weight!r} 有 {unknown} 行缺失、{negative} 行为负。",
        )
    positive = frame.filter(column > 0)
    if positive.is_empty():
        raise EstimationError(
            f"expected rows with a positive weight; all {frame.height} are zero",
            where=f"column {weight!r}",
            hint="name the column of sampling weights under design.weight",
            zh=f"权重变量 {weight!r} 全部为零。",
        )
    return positive


def complete_cases(frame: pl.DataFrame, plan: ModelPlan, weight: str | None) -> Sample:
    """Return the sample of `plan` in `frame`: outcome, treatment, controls and fixed effects known, weight positive.

    Raises
    ------
    EstimationError
        When the outcome is missing everywhere, no case is complete, or cluster ids are missing.
    """
    flow = [_stage("accepted", plan, frame)]
    rows = positive_weights(frame, weight)
    if weight is not None:
        flow.append(_stage("positive_weight", plan, rows, f"weight={weight}"))
    for column in (plan.cluster, plan.second_cluster):
        if column is not None:
            _require_clusters(rows, plan, column)
    answered = rows.filter(_known(rows, plan.outcome))
    if answered.is_empty():
        raise EstimationError(
            f"expected answers to the outcome; {plan.outcome!r} is missing in all {rows.height} accepted rows",
            where=plan.name,
            hint="look into tables/validation.csv for a rule that blanks it, or at the name of the column in the file",
            zh=f"结果变量 {plan.outcome!r} 全部缺失。",
        )
    flow.append(_stage("outcome_known", plan, answered))
    needed = [name for name in (*plan.measured, *plan.absorb) if name != plan.outcome]
    missing = {name: answered.select((~_known(answered, name)).sum()).item() for name in needed}
    complete = answered.filter(pl.all_horizontal(_known(answered, name) for name in needed))
    if complete.is_empty():
        raise EstimationError(
            f"expected complete cases; none of {answered.height} rows with an outcome has all of {', '.join(needed)}"
            f" (missing most: {_most(missing)})",
            where=plan.name,
            hint="take the emptiest control out of the steps, or check whether skip logic excludes one by another",
            zh="没有任何样本在全部变量上完整。",
        )
    incomplete = [name for name, count in sorted(missing.items(), key=lambda item: -item[1]) if count]
    flow.append(_stage("complete_cases", plan, complete, "+".join(incomplete)))
    return Sample(complete, tuple(flow))


def without_singletons(sample: Sample, plan: ModelPlan, lost: Mapping[str, Sequence[Any]]) -> Sample:
    """Return `sample` without the rows in singleton levels `lost` (fixed effect → levels), which the account lists."""
    rows = sample.rows
    for effect, levels in lost.items():
        rows = rows.filter(~pl.col(effect).is_in(pl.Series(levels).implode()))
    stages = [*sample.flow]
    if plan.absorb:
        stages.append(_stage("without_singletons", plan, rows, ";".join(_listing(e, ls) for e, ls in lost.items())))
    return Sample(rows, (*stages, _stage("estimation_sample", plan, rows)))


def _known(frame: pl.DataFrame, column: str) -> pl.Expr:
    known = pl.col(column).is_not_null()
    return known & pl.col(column).is_not_nan() if frame.schema[column].is_float() else known


def _require_clusters(frame: pl.DataFrame, plan: ModelPlan, column: str) -> None:
    absent = frame.select((~_known(frame, column)).sum()).item()
    if absent:
        raise EstimationError(
            f"expected a cluster id in every accepted row; {absent} of {frame.height} rows have none",
            where=f"column {column!r} ({plan.name})",
            hint="reject these rows in the codebook (on_failure: {required: reject}), or name another cluster column",
            zh=f"有 {absent} 行缺少聚类变量 {column!r}。",
        )


def _stage(stage: str, plan: ModelPlan, rows: pl.DataFrame, detail: str = "") -> dict[str, Any]:
    values = (0, stage, plan.effect, plan.outcome, rows.height, rows[plan.cluster].n_unique(), detail)
    return dict(zip(FLOW_COLUMNS, values, strict=True))


def _listing(effect: str, levels: Sequence[Any]) -> str:
    shown = "|".join(str(level) for level in levels[:_LISTED])
    return f"{effect}: {len(levels)} ({shown}{'|…' if len(levels) > _LISTED else ''})"


def _most(missing: Mapping[str, int]) -> str:
    ordered = sorted(missing.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{name} in {count}" for name, count in ordered)
