"""All effects of a study: plans expanded, samples drawn, one pass over the rows per design, models fitted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from liandong.definitions import Effect
from liandong.errors import EstimationError
from liandong.estimate.absorbing import fit_absorbing
from liandong.estimate.fitting import FittedStep, fit_steps
from liandong.estimate.peer_rows import singleton_levels
from liandong.estimate.rows import estimate_rows, estimate_table
from liandong.evidence import TABLES
from liandong.models import (
    FLOW_COLUMNS,
    Design,
    FittedModel,
    ModelPlan,
    Sample,
    complete_cases,
    describe_design,
    find_levels,
    plan_effects,
    plan_moments,
    reference_levels,
    require_identified,
    with_terms,
    without_singletons,
)
from liandong.moments import MAX_DUMMIES, Within


@dataclass(frozen=True, slots=True)
class Estimates:
    """What the models of a study gave.

    Attributes
    ----------
    estimates, design
        Tables with the columns declared in evidence.
    flow
        Columns of the table sample_flow; per effect and outcome the stages accepted, positive_weight (with weights),
        outcome_known, complete_cases, without_singletons (with fixed effects) and estimation_sample. `rows` are those
        left after the stage, `detail` says what went: the columns with missing answers, emptiest first and joined by
        "+" (how many is in the table missingness, where small counts are hidden), or singleton levels by name. `order`
        counts from 1 through the table.
    notes
        Remarks for the manifest: reference levels, columns left out, how the moments were made.
    models
        The fits behind the table, effect by effect, outcome by outcome, steps in their order; without those of two
        large fixed effects, which have no moments.
    """

    estimates: pl.DataFrame
    design: pl.DataFrame
    flow: pl.DataFrame
    notes: tuple[str, ...]
    models: tuple[FittedModel, ...]


@dataclass(frozen=True, slots=True)
class _Result:
    """One plan carried out."""

    plan: ModelPlan
    sample: Sample
    design: Design
    steps: tuple[FittedStep, ...]
    notes: tuple[str, ...]


def estimate_effects(
    frame: pl.DataFrame,
    effects: Sequence[Effect],
    *,
    weight: str | None = None,
    outcome_ranges: Mapping[str, tuple[float, float]] | None = None,
    nominal: Collection[str] = (),
) -> Estimates:
    """Estimate every step of every effect with CR1 and t(G - 1).

    Parameters
    ----------
    frame
        Accepted rows with scale scores and derived columns.
    effects
        From the study's definitions.
    weight
        Column of sampling weights. Rows of weight zero are left out and counted.
    outcome_ranges
        Theoretical range per outcome, for the metric ``range_share`` (see
        :func:`liandong.models.inputs.outcome_ranges`).
    nominal
        Columns of codes without an order (see :func:`liandong.models.inputs.nominal_columns`).

    Raises
    ------
    EstimationError
        When the data cannot carry a model: see :func:`complete_cases`, :func:`require_identified`,
        :func:`fit_steps` and :func:`positive_weights`.
    """
    if not effects:
        return Estimates(TABLES["estimates"].empty(), TABLES["design"].empty(), TABLES["sample_flow"].empty(), (), ())
    plans = plan_effects(frame, effects, nominal)
    references = reference_levels(plans, find_levels(frame, effects, nominal))
    notes = [f"{column}: 0/1 columns against the reference level {level!r}" for column, level in references.items()]
    ranges = outcome_ranges or {}
    results = {r.plan: r for group in _by_design(plans) for r in _carry_out(frame, group, weight, ranges)}
    ordered = [results[plan] for plan in plans]
    rows = [row for r in ordered for step in r.steps for row in estimate_rows(r.plan, step, r.design, weight)]
    return Estimates(
        estimates=estimate_table(rows),
        design=pl.DataFrame([r.design.row(r.plan) for r in ordered], schema=dict(TABLES["design"].columns)),
        flow=_flow(ordered),
        notes=tuple(notes + [note for r in ordered for note in r.notes]),
        models=tuple(
            FittedModel(r.plan, step.step, step.fit, r.design)
            for r in ordered
            for step in r.steps
            if step.fit is not None
        ),
    )


def _by_design(plans: Sequence[ModelPlan]) -> Iterator[list[ModelPlan]]:
    """Yield the plans that share clusters and fixed effects: one pass over the rows serves them all."""
    groups: dict[tuple[str, str | None, tuple[str, ...]], list[ModelPlan]] = {}
    for plan in plans:
        groups.setdefault((plan.cluster, plan.second_cluster, plan.absorb), []).append(plan)
    yield from groups.values()


def _carry_out(
    frame: pl.DataFrame, plans: Sequence[ModelPlan], weight: str | None, ranges: Mapping[str, tuple[float, float]]
) -> list[_Result]:
    coded = with_terms(frame, plans)
    samples = [complete_cases(coded, plan, weight) for plan in plans]
    absorb = plans[0].absorb
    if len(absorb) > 1 and coded[absorb[1]].n_unique() > MAX_DUMMIES + 1:
        return [_by_absorbing(plan, s, weight, ranges) for plan, s in zip(plans, samples, strict=True)]
    for plan, sample in zip(plans, samples, strict=True):
        require_identified(sample.rows, plan)
    within = plan_moments(coded, plans, weight).within
    return [_by_moments(plan, s, within[plan.name], ranges) for plan, s in zip(plans, samples, strict=True)]


def _by_moments(plan: ModelPlan, sample: Sample, within: Within, ranges: Mapping[str, tuple[float, float]]) -> _Result:
    sample = without_singletons(sample, plan, {lost.effect: lost.levels for lost in within.singletons})
    if sample.rows.height != within.n_obs:
        raise RuntimeError(f"{plan.name}: {sample.rows.height} rows in the sample, {within.n_obs} in the moments")
    require_identified(sample.rows, plan)
    spread = (within.mean(plan.outcome), within.sd(plan.outcome))
    design = describe_design(sample.rows, plan, spread, ranges.get(plan.outcome))
    steps = fit_steps(within, plan)
    return _Result(plan, sample, design, steps, (*_route_notes(plan, within), *_dropped_notes(plan, steps)))


def _by_absorbing(
    plan: ModelPlan, sample: Sample, weight: str | None, ranges: Mapping[str, tuple[float, float]]
) -> _Result:
    sample = without_singletons(sample, plan, singleton_levels(sample.rows, plan.absorb))
    if sample.rows.is_empty():
        raise EstimationError(
            f"no rows are left after the singletons of {' and '.join(map(repr, plan.absorb))} go",
            where=plan.name,
            hint="the fixed effects are nearly as fine as the data; absorb coarser ones",
            zh="剔除单样本固定效应后没有剩余数据。",
        )
    require_identified(sample.rows, plan)
    design = describe_design(sample.rows, plan, _spread(sample.rows, plan, weight), ranges.get(plan.outcome))
    steps = fit_absorbing(sample.rows, plan, weight)
    note = f"{plan.name}: two fixed effects of many levels, estimated by linearmodels' AbsorbingLS instead of moments"
    return _Result(plan, sample, design, steps, (note, *_dropped_notes(plan, steps)))


def _spread(rows: pl.DataFrame, plan: ModelPlan, weight: str | None) -> tuple[float, float]:
    y = rows[plan.outcome].cast(pl.Float64).to_numpy()
    w = np.ones(len(y)) if weight is None else rows[weight].cast(pl.Float64).to_numpy()
    mean = float(np.average(y, weights=w))
    return mean, float(np.sqrt(np.average((y - mean) ** 2, weights=w) * len(y) / (len(y) - 1)))


def _route_notes(plan: ModelPlan, within: Within) -> Iterator[str]:
    if within.recentred:
        named = ", ".join(within.recentred)
        yield f"{plan.name}: a second pass centred {named} on the means of {within.effect}, they hardly vary within it"
    if within.route == "demeaned":
        yield f"{plan.name}: too many cells of cluster × fixed effect, rows were demeaned and summed by cluster instead"


def _dropped_notes(plan: ModelPlan, steps: Sequence[FittedStep]) -> Iterator[str]:
    seen: set[str] = set()
    for fitted in steps:
        for column in fitted.dropped:
            if column.term not in seen:
                of = f" with {', '.join(column.of)}" if column.of else ""
                yield f"{plan.name}: {column.term} left out from step {fitted.step.name} on ({column.reason}{of})"
            seen.add(column.term)


def _flow(results: Sequence[_Result]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [stage for result in results for stage in result.sample.flow]
    table = pl.DataFrame(rows, schema=dict(TABLES["sample_flow"].columns))
    return table.with_columns(pl.Series("order", range(1, table.height + 1), dtype=pl.Int64)).select(FLOW_COLUMNS)
