"""Randomisation tests of treatments that the definitions say were assigned by lot.

A treatment of whole clusters is permuted in the moments. One of individuals has to be permuted among rows: the moments
of a cell do not know who in it was treated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Assignment, Inference
from liandong.errors import EstimationError
from liandong.estimate.rows import Answer
from liandong.inference import RandomisationTest, randomise_clusters, randomise_rows
from liandong.models import FittedModel, ModelPlan, complete_cases, with_terms, without_singletons

_MOST_ROWS = 100_000  # beyond, permuting rows takes minutes and the t test has no small-sample problem to mend
_MOST_MOVES = 200_000_000  # rows × draws
_FEWEST_DRAWS = 999
INDIVIDUAL = "individual"
_NAN = float("nan")
Outcome = tuple[Answer | None, tuple[str, ...]]


def randomised_answers(
    frame: pl.DataFrame,
    models: Sequence[FittedModel],
    assignments: Mapping[str, Assignment],
    inference: Inference,
    weight: str | None = None,
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """Return the randomisation test of every model whose treatment was assigned by lot.

    Parameters
    ----------
    frame
        Accepted rows with scale scores and derived columns.
    models
        The headline models.
    assignments
        How the treatment of each effect came about.
    inference
        Number of draws and seed.
    weight
        Column of sampling weights.

    Returns
    -------
    tuple
        Answers by the model's name, with notes for the manifest: what was permuted, and why a test is absent. The
        flags are ``level_out_of_reach`` (no p-value as small as 5 % is possible) and, of answers without a test,
        ``assigned_by_coarser_unit``, ``assigned_by_finer_unit`` and ``not_as_assigned``.
    """
    found: dict[str, Answer] = {}
    notes: list[str] = []
    for model in models:
        assignment = assignments[model.effect]
        if assignment.kind != "randomised":
            continue
        try:
            answer, remarks = _test(frame, model, assignment, inference, weight)
        except EstimationError as error:
            notes.append(f"{model.name}: no randomisation test; {error.message}")
            continue
        if answer is not None:
            found[model.name] = answer
        notes += [f"{model.name}: {remark}" for remark in remarks]
    return found, tuple(notes)


def _test(
    frame: pl.DataFrame, model: FittedModel, assignment: Assignment, inference: Inference, weight: str | None
) -> Outcome:
    rows = _sample(frame, model, weight)
    for name in (assignment.unit if assignment.unit != INDIVIDUAL else None, assignment.strata):
        _require_known(rows, model, name)
    if assignment.unit in {None, INDIVIDUAL} or _is_person(rows, str(assignment.unit), model.plan.cluster):
        return _of_individuals(rows, model, assignment, inference, weight)
    if assignment.unit != model.plan.cluster:
        return _of_other_units(rows, model, str(assignment.unit))
    if not _is_constant(rows, model.treatment, model.plan.cluster):
        what = f"{model.treatment!r} varies within {model.plan.cluster!r}, so that it is not what was assigned"
        return _absent(model, "not_as_assigned"), (f"no randomisation test; {what}",)
    strata = None if assignment.strata is None else _of_clusters(rows, model, assignment.strata)
    test = randomise_clusters(model.fit, model.treatment, strata, draws=inference.draws, seed=inference.seed)
    return _answer(test), (_described(test, assignment), *test.notes)


def _of_other_units(rows: pl.DataFrame, model: FittedModel, unit: str) -> Outcome:
    """Say why there is no test of another unit than the cluster; one that contains clusters makes their errors wrong.

    One that lies within the clusters does no harm: these are then coarser than need be. Who share an assignment share
    an error, as far as inference goes: clusters must not be finer than that (Abadie, Athey, Imbens & Wooldridge 2023,
    When should you adjust standard errors for clustering?, QJE 138).
    """
    cluster = model.plan.cluster
    what = f"no randomisation test; {unit!r} was assigned, but the models cluster on {cluster!r}"
    if _is_constant(rows, cluster, unit):
        held = _is_constant(rows, model.treatment, unit)
        return _absent(model, "assigned_by_finer_unit" if held else "not_as_assigned"), (what,)
    return _absent(model, "assigned_by_coarser_unit"), (f"{what}, which {unit!r} does not lie within",)


def _is_person(rows: pl.DataFrame, unit: str, cluster: str) -> bool:
    """Tell whether a column other than the cluster has a value of its own for everybody, as a questionnaire number."""
    return unit != cluster and rows[unit].n_unique() == rows.height


def _is_constant(rows: pl.DataFrame, column: str, within: str) -> bool:
    return bool((rows.group_by(within).agg(pl.col(column).n_unique().alias("count"))["count"] == 1).all())


def _require_known(rows: pl.DataFrame, model: FittedModel, column: str | None) -> None:
    """Raise when a column of the assignment is not in the data, or not known for everybody."""
    if column is None:
        return
    where = f"analysis.effects: {model.effect}, assignment"
    if column not in rows.columns:
        raise EstimationError(
            f"expected a column {column!r}; the accepted data have none of that name",
            where=where,
            hint="name the column that says what was assigned together, or take it out of the assignment",
            zh=f"数据中没有名为 {column!r} 的变量。",
        )
    absent = rows[column].null_count()
    if absent:
        raise EstimationError(
            f"expected {column!r} to be known for everybody; it is missing in {absent} of {rows.height} rows",
            where=where,
            hint="reject these rows in the codebook, or name another column",
            zh=f"有 {absent} 行缺少变量 {column!r}，无法进行随机化推断。",
        )


def _of_individuals(
    rows: pl.DataFrame, model: FittedModel, assignment: Assignment, inference: Inference, weight: str | None
) -> Outcome:
    n = model.design.n_obs
    if n > _MOST_ROWS:
        return None, (f"no randomisation test; with {n} people the t test says the same",)
    plan = model.plan
    controls = [term for term in model.fit.terms if term != plan.treatment and term in rows.columns]
    second = plan.absorb[1:]
    extra = [rows[name].to_dummies(drop_first=True).to_numpy().astype(np.float64) for name in second]
    test = randomise_rows(
        _numbers(rows, plan.outcome),
        _numbers(rows, plan.treatment),
        np.hstack([rows.select(pl.col(controls).cast(pl.Float64)).to_numpy().reshape(len(rows), -1), *extra]),
        effect=_codes(rows, plan.absorb[0]) if plan.absorb else None,
        cluster=_codes(rows, plan.cluster),
        weight=None if weight is None else _numbers(rows, weight),
        strata=None if assignment.strata is None else _codes(rows, assignment.strata),
        names=(plan.outcome, plan.treatment),
        draws=min(inference.draws, max(_FEWEST_DRAWS, _MOST_MOVES // n)),
        seed=inference.seed,
    )
    return _answer(test), (_described(test, assignment), *test.notes)


def _sample(frame: pl.DataFrame, model: FittedModel, weight: str | None) -> pl.DataFrame:
    plan: ModelPlan = model.plan
    sample = complete_cases(with_terms(frame, [plan]), plan, weight)
    return without_singletons(sample, plan, {lost.effect: lost.levels for lost in model.fit.within.singletons}).rows


def _of_clusters(rows: pl.DataFrame, model: FittedModel, strata: str) -> NDArray[Any]:
    """Return the stratum of every cluster, in the order of the fit."""
    cluster = model.plan.cluster
    by_cluster = rows.group_by(cluster).agg(pl.col(strata).n_unique().alias("count"), pl.col(strata).first())
    if (by_cluster["count"] > 1).any():
        raise EstimationError(
            f"expected every cluster of {cluster!r} in one stratum of {strata!r}; some lie in several",
            where=f"analysis.effects: {model.effect}, assignment.strata",
        )
    found = dict(by_cluster.select(cluster, strata).iter_rows())
    return np.unique([str(found[label]) for label in model.fit.within.cluster_labels], return_inverse=True)[1]


def _absent(model: FittedModel, flag: str) -> Answer:
    """Return an answer without a test: what was assigned is not what the model takes it for, and `flag` says how."""
    at = model.fit.terms.index(model.treatment)
    return Answer("RI", float(model.fit.coefficients[at]), _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, "", flag)


def _answer(test: RandomisationTest) -> Answer:
    reach = "level_out_of_reach" if test.smallest_p > 1 - test.level else ""
    return Answer(
        vcov="RI",
        estimate=test.estimate,
        std_error=_NAN,
        df=_NAN,
        statistic=test.statistic,
        p_value=test.p_value,
        conf_low=test.conf_low,
        conf_high=test.conf_high,
        ci_method="" if np.isnan(test.conf_low) else "inversion",
        flag=reach,
    )


def _described(test: RandomisationTest, assignment: Assignment) -> str:
    how = "all" if test.enumerated else f"{test.draws} random ones"
    within = f" within {assignment.strata!r}" if assignment.strata else ""
    what = "clusters" if test.unit == "cluster" else "individuals"
    number = "more than 10^12" if test.possible is None else f"{test.possible:,}"
    return f"randomisation test permutes {what}{within}, {how} of {number} assignments"


def _numbers(rows: pl.DataFrame, column: str) -> NDArray[np.float64]:
    values: NDArray[np.float64] = rows[column].cast(pl.Float64).to_numpy()
    return values


def _codes(rows: pl.DataFrame, column: str) -> NDArray[np.uint32]:
    codes: NDArray[np.uint32] = rows[column].rank("dense").to_numpy().astype(np.uint32)
    return codes
