"""What other methods say about the treatment of every fitted step: CR2, CR3, two-way clusters and the wild bootstrap.

All from the moments of the fits; the rows are not read again. Every bootstrap of a study that clusters on the same
column uses the same draws, so that its outcomes can be judged together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from liandong.definitions import Inference
from liandong.errors import EstimationError
from liandong.estimate.rows import ZERO_VARIANCE, Answer, answer_rows, estimate_table
from liandong.inference import Covariance, Draws, Hypothesis, WildTest, covariance, twoway, wild_bootstrap, wild_draws
from liandong.inference.draws import FEWEST_FOR_RADEMACHER
from liandong.inference.rounding import rounding_bound
from liandong.models import FittedModel, headline_models

ADJUSTED = ("CR2", "CR3")
TWO_WAY = "twoway"
LEVEL = 0.95
_WILD_CODE = {"rademacher": "WCR-R", "webb": "WCR-W"}
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Robust:
    """Answers by model, in the order of the models.

    Attributes
    ----------
    answers
        For every model the answers of each method that could be had.
    wild
        The bootstrap of each headline model (effect, outcome), with its t*, for step-down tests.
    notes
        Why a method is absent, for the manifest.
    """

    answers: tuple[tuple[FittedModel, tuple[Answer, ...]], ...]
    wild: Mapping[tuple[str, str], WildTest]
    notes: tuple[str, ...]


def robust_answers(models: Sequence[FittedModel], inference: Inference) -> Robust:
    """Return what CR2, CR3, two-way clustering and the restricted wild bootstrap say about every treatment.

    Parameters
    ----------
    models
        All steps of all plans, from :func:`liandong.estimate.estimate_effects`.
    inference
        Number of draws and seed.

    Notes
    -----
    A model whose effect crosses its clusters in more cells than are kept has none of these; a note says so, and the
    other models are not touched by it. The flags of the answers are ``zero_variance``,
    ``not_identified_without_cluster`` (CR2, CR3: a cluster's part is left out), ``repaired`` (two-way: a negative
    eigenvalue was set to 0) and those of :class:`liandong.inference.WildTest`.
    """
    found: dict[str, list[Answer]] = {}
    notes: list[str] = []
    able = []
    for model in models:
        answers, remarks = _adjusted(model)
        able += [model] if answers else []
        more, others = _two_ways(model)
        found[model.name] = [*answers, *more]
        notes += [f"{model.name}: {remark}" for remark in (*remarks, *others)]
    tests = _wild_tests(able, inference)
    for model in able:
        found[model.name].append(_wild_answer(tests[model.name]))
    return Robust(
        answers=tuple((model, tuple(found[model.name])) for model in models),
        wild={(model.effect, model.outcome): tests[model.name] for model in headline_models(able)},
        notes=tuple(notes),
    )


def method_table(
    robust: Robust, randomised: Mapping[str, Answer], headline: Sequence[FittedModel], weight: str | None
) -> pl.DataFrame:
    """Return the rows of the table estimates that these methods add; `randomised` by the name of a headline model."""
    last = {model.name for model in headline}
    rows: list[dict[str, Any]] = []
    for model, answers in robust.answers:
        found = [*answers, *([randomised[model.name]] if model.name in randomised and model.name in last else [])]
        for answer in found:
            rows += answer_rows(model.plan, model.step, model.design, weight, model.fit.r2_within, answer)
    return estimate_table(rows)


def _adjusted(model: FittedModel) -> tuple[list[Answer], tuple[str, ...]]:
    """Return the answers of CR2 and CR3 with what must be said about them, or nothing but the reason."""
    try:
        found = [covariance(model.fit, kind) for kind in ADJUSTED]
    except EstimationError as error:
        return [], (f"no CR2, CR3 or wild bootstrap; {error.message}",)
    notes = tuple(dict.fromkeys(f"CR2 and CR3, {one.note}" for one in found if one.note is not None))
    lost = any(f"{model.treatment} without" in note for note in notes)
    return [_answer(model, one, "not_identified_without_cluster" if lost else "") for one in found], notes


def _two_ways(model: FittedModel) -> tuple[list[Answer], tuple[str, ...]]:
    """Return the answer of two-way clustering where the definitions name two columns."""
    key = model.plan.second_cluster
    if key is None:
        return [], ()
    try:
        found = twoway(model.fit, key)
    except EstimationError as error:
        return [], (f"no two-way clustering; {error.message}",)
    if found.note is None:
        return [_answer(model, replace(found, kind=TWO_WAY))], ()
    return [_answer(model, replace(found, kind=TWO_WAY), "repaired")], (f"two-way clustering: {found.note}",)


def _answer(model: FittedModel, found: Covariance, flag: str = "") -> Answer:
    """Return the t test of the treatment; none where the standard error is rounding."""
    from scipy.special import stdtr, stdtrit

    at = model.fit.terms.index(model.treatment)
    estimate, variance, df = float(model.fit.coefficients[at]), float(found.matrix[at, at]), float(found.df[at])
    flags = [flag] if flag else []
    if variance <= rounding_bound(model.fit)[at]:
        return replace(_UNTESTED, vcov=found.kind, estimate=estimate, flag="+".join([*flags, ZERO_VARIANCE]))
    error = float(np.sqrt(variance))
    reach = float(stdtrit(df, 0.5 + LEVEL / 2)) * error
    return Answer(
        vcov=found.kind,
        estimate=estimate,
        std_error=error,
        df=df,
        statistic=estimate / error,
        p_value=float(2 * stdtr(df, -abs(estimate / error))),
        conf_low=estimate - reach,
        conf_high=estimate + reach,
        ci_method="t",
        flag="+".join(flags),
    )


_UNTESTED = Answer("", _NAN, 0.0, _NAN, _NAN, _NAN, _NAN, _NAN, "")


def _wild_tests(models: Sequence[FittedModel], inference: Inference) -> dict[str, WildTest]:
    """Test every treatment, the headline models keeping their t*; one set of draws per cluster column.

    Models with fewer than six clusters have draws of their own: their Webb weights are no reason to take Rademacher's
    from the other models of the study.
    """
    columns: dict[tuple[str, bool], list[FittedModel]] = {}
    for model in models:
        few = model.fit.n_clusters < FEWEST_FOR_RADEMACHER
        columns.setdefault((model.plan.cluster, few), []).append(model)
    heads = {model.name for model in headline_models(models)}
    found: dict[str, WildTest] = {}
    for group in columns.values():
        labels = [model.fit.within.cluster_labels for model in group]
        draws = wild_draws(labels, seed=inference.seed, count=inference.draws)
        for keep in (True, False):
            part = [model for model in group if (model.name in heads) is keep]
            found |= _tested(part, draws, keep=keep)
    return found


def _tested(models: Sequence[FittedModel], draws: Draws, *, keep: bool) -> dict[str, WildTest]:
    hypotheses = [Hypothesis(model.fit, model.treatment) for model in models]
    tests = wild_bootstrap(hypotheses, draws, level=LEVEL, keep=keep) if hypotheses else ()
    return {model.name: test for model, test in zip(models, tests, strict=True)}


def _wild_answer(test: WildTest) -> Answer:
    return Answer(
        vcov=_WILD_CODE[test.kind],
        estimate=test.estimate,
        std_error=_NAN,
        df=_NAN,
        statistic=test.statistic,
        p_value=test.p_value,
        conf_low=test.conf_low,
        conf_high=test.conf_high,
        ci_method="" if np.isnan(test.conf_low) else "inversion",
        flag="+".join(test.notes),
    )
