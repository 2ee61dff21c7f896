"""The tables verdicts and influence: which number of a headline model to believe, and who carries it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from liandong.audit.judgement import Circumstances, Found, Judgement, judge
from liandong.definitions import Assignment, Inference
from liandong.errors import EstimationError
from liandong.evidence import TABLES
from liandong.inference import ClusterDiagnostics, Coefficients, coefficients, detectable_effect, diagnose
from liandong.inference.rounding import without_rounding
from liandong.models import FittedModel

LEVEL = 0.95
ZERO_VARIANCE = "zero_variance"
_FIELDS = ("std_error", "df", "p_value", "conf_low", "conf_high")


def verdict_tables(
    models: Sequence[FittedModel],
    estimates: pl.DataFrame,
    assignments: Mapping[str, Assignment],
    inference: Inference,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge every headline model.

    Parameters
    ----------
    models
        The headline models (:func:`liandong.models.headline_models`).
    estimates
        The table estimates with the rows of every method.
    assignments
        How the treatment of each effect came about, by effect.
    inference
        The power that the smallest detectable effect refers to.

    Returns
    -------
    tuple of polars.DataFrame
        The tables verdicts and influence; `n_treated` and `n_untreated` of influence are those of the whole sample, so
        that a small arm is hidden there, too. Effects in `estimates` without a model (two large fixed effects have no
        moments) are ``not_assessed``, for the reason ``two_large_effects``.

        The smallest detectable effect is for a two-sided 5 % test with the larger of the classical and the shown
        method's standard error, and that method's degrees of freedom: with few clusters a robust standard error may be
        small by luck, and a design should not be praised for that. There is none where a cluster alone identifies the
        coefficient, or where nothing is left to estimate an error from.
    """
    verdicts = [_unassessed(key, rows, inference.power) for key, rows in _without_moments(models, estimates)]
    influence = []
    for model in models:
        answers = _answers(model, estimates)
        found = _diagnosed(model)
        case = circumstances(model, answers, found, assignments[model.effect])
        verdicts.append(_verdict(model, case, found, judge(case), inference.power))
        influence += _influence(model, found) if found is not None else []
    order = {key: at for at, key in enumerate(estimates.select("effect", "outcome").unique(maintain_order=True).rows())}
    verdicts.sort(key=lambda row: order[row["effect"], row["outcome"]])
    return (
        pl.DataFrame(verdicts, schema=dict(TABLES["verdicts"].columns), orient="row"),
        pl.DataFrame(influence, schema=dict(TABLES["influence"].columns), orient="row"),
    )


def _without_moments(
    models: Sequence[FittedModel], estimates: pl.DataFrame
) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    """Yield the treatment's rows of the last step of every effect and outcome that has no model."""
    known = {(model.effect, model.outcome) for model in models}
    rows = estimates.filter("is_treatment")
    for (effect, outcome), part in rows.group_by("effect", "outcome", maintain_order=True):
        if (effect, outcome) not in known:
            yield (str(effect), str(outcome)), part.filter(pl.col("step") == part["step"][-1])


def _unassessed(key: tuple[str, str], rows: pl.DataFrame, power: float) -> dict[str, Any]:
    """Return a verdict that withholds judgement, with the numbers of CR1."""
    row = rows.filter(pl.col("metric") == "points").row(0, named=True)
    none = ZERO_VARIANCE in row["flag"].split("+")
    return {
        **dict.fromkeys(TABLES["verdicts"].columns),
        "effect": key[0],
        "role": row["role"],
        "outcome": key[1],
        "step": row["step"],
        "term": row["term"],
        "verdict": "cannot_carry" if none else "not_assessed",
        "recommended": "",
        "reasons": "+".join([*([ZERO_VARIANCE] if none else []), "two_large_effects"]),
        **{name: row[name] for name in ("estimate", *_FIELDS)},
        "ci_method": row["vcov"],
        "level": LEVEL,
        "n_obs": row["n_obs"],
        "n_clusters": row["n_clusters"],
        "power": power,
        "estimate_sd": rows.filter(pl.col("metric") == "sd")["estimate"][0],
        "suppressed": False,
    }


def circumstances(
    model: FittedModel, answers: Mapping[str, Found], found: ClusterDiagnostics | None, assignment: Assignment
) -> Circumstances:
    """Return what the rule looks at in one model."""
    design = model.design
    return Circumstances(
        estimate=float(model.fit.coefficients[model.fit.terms.index(model.treatment)]),
        n_clusters=design.n_clusters,
        n_clusters_second=design.n_clusters_second,
        n_treated=design.n_treated,
        n_untreated=design.n_untreated,
        clusters_with_treated=design.clusters_with_treated,
        clusters_with_untreated=design.clusters_with_untreated,
        answers=answers,
        partial_leverage=float(found.partial_leverage.max()) if found is not None else None,
        leverage_ratio=float(found.leverage.max() / found.leverage.mean()) if found is not None else None,
        without=found.without[~np.isnan(found.without)].tolist() if found is not None else (),
        identified_without=found is None or not found.unidentified_without,
        randomised=_unit(assignment, model.plan.cluster, answers.get("RI")),
        clusters_varying=_varying(model),
        weight_share=_weight_share(model),
        n_obs=design.n_obs,
    )


def found_in(answer: Coefficients, term: str) -> Found:
    """Return one term of a table of coefficients."""
    at = answer.terms.index(term)
    error, df, p_value, low, high = (_known(float(getattr(answer, name)[at])) for name in _FIELDS)
    return Found(error, df, p_value, low, high)


def _answers(model: FittedModel, estimates: pl.DataFrame) -> dict[str, Found]:
    rows = estimates.filter(
        (pl.col("effect") == model.effect)
        & (pl.col("outcome") == model.outcome)
        & (pl.col("step") == model.step)
        & (pl.col("term") == model.treatment)
        & (pl.col("metric") == "points")
    ).rows(named=True)
    found = {row["vcov"]: Found(**{name: row[name] for name in _FIELDS}, flag=row["flag"]) for row in rows}
    classical = without_rounding(model.fit, coefficients(model.fit, "iid", LEVEL))
    return {"iid": found_in(classical, model.treatment), **found}


def _diagnosed(model: FittedModel) -> ClusterDiagnostics | None:
    try:
        return diagnose(model.fit, model.treatment)
    except EstimationError:  # rows were demeaned: the judgement says so by `crossing_effect_too_fine`
        return None


def _varying(model: FittedModel) -> int | None:
    """Return in how many clusters the treatment varies, where an effect inside the clusters takes out all else."""
    within = model.fit.within
    return model.design.clusters_varying if within.effect is not None and within.nested else None


def _weight_share(model: FittedModel) -> float:
    within = model.fit.within
    if not within.weighted:
        return 1.0
    return float(within.weight_sum**2 / within.weight_sq.sum() / within.n_obs)


def _unit(assignment: Assignment, cluster: str, test: Found | None) -> str | None:
    """Return what the lot was drawn for; None where it is neither people nor clusters, or nobody could tell.

    Which of them another column stands for, the randomisation test has found out: one that has a value of its own for
    everybody stands for people.
    """
    if assignment.kind != "randomised":
        return None
    if assignment.unit in {None, "individual"}:
        return "individual"
    flags = set() if test is None else set(test.flag.split("+"))
    if assignment.unit == cluster or "assigned_by_coarser_unit" in flags:
        return "cluster"
    return None if test is None or flags & {"assigned_by_finer_unit", "not_as_assigned"} else "individual"


def _verdict(
    model: FittedModel, case: Circumstances, found: ClusterDiagnostics | None, judgement: Judgement, power: float
) -> dict[str, Any]:
    shown = case.answers[judgement.shown]
    unknown = {ZERO_VARIANCE, "not_identified_without_cluster"} & set(judgement.reasons)
    smallest = None if unknown else _detectable(case, judgement, power)
    without = found.without_spread if found is not None and len(case.without) else None
    return {
        "effect": model.effect,
        "role": model.role,
        "outcome": model.outcome,
        "step": model.step,
        "term": model.treatment,
        "verdict": judgement.verdict,
        "recommended": judgement.recommended,
        "reasons": "+".join(judgement.reasons),
        "estimate": case.estimate,
        **{name: getattr(shown, name) for name in _FIELDS},
        "ci_method": judgement.shown,
        "level": LEVEL,
        "n_obs": model.design.n_obs,
        "n_clusters": case.n_clusters,
        "n_treated": case.n_treated,
        "n_untreated": case.n_untreated,
        "clusters_with_treated": case.clusters_with_treated,
        "clusters_with_untreated": case.clusters_with_untreated,
        "effective_clusters": found.effective_clusters if found is not None else None,
        "leverage_ratio": case.leverage_ratio,
        "partial_leverage_max": case.partial_leverage,
        "without_one_low": without.minimum if without is not None else None,
        "without_one_high": without.maximum if without is not None else None,
        "power": power,
        "mde": smallest,
        "mde_sd": None if smallest is None else smallest / model.design.outcome_sd,
        "estimate_sd": case.estimate / model.design.outcome_sd,
        "suppressed": False,
    }


def _detectable(case: Circumstances, judgement: Judgement, power: float) -> float | None:
    """Return the smallest detectable effect; CR2 stands in for tests without a standard error."""
    shown = case.answers[judgement.shown]
    if shown.std_error is None or shown.df is None:
        shown = case.answers.get("CR2") or case.answers["CR1"]
    error = max(shown.std_error or 0.0, case.answers["iid"].std_error or 0.0)
    if not error or not shown.df:
        return None
    return detectable_effect(error, shown.df, power=power).effect


def _influence(model: FittedModel, found: ClusterDiagnostics) -> list[dict[str, Any]]:
    return [
        {
            "effect": model.effect,
            "outcome": model.outcome,
            "step": model.step,
            "cluster": str(label),
            "n_obs": int(found.rows[g]),
            "leverage": float(found.leverage[g]),
            "partial_leverage": float(found.partial_leverage[g]),
            "estimate_without": _known(float(found.without[g])),
            "suppressed": False,
            "n_treated": model.design.n_treated,
            "n_untreated": model.design.n_untreated,
        }
        for g, label in enumerate(found.clusters)
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
