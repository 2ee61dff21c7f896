"""What other methods say about the treatment of every fitted step: CR2, CR3, two-way clusters and the wild bootstrap.

All from the moments of the fits; the rows are not read again. Every bootstrap of a study that clusters on the same
column uses the same draws, so that its outcomes can be judged together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.definitions import Inference
from liandong.errors import EstimationError
from liandong.estimate.rows import Answer, answer_rows, estimate_table
from liandong.inference import (
    Coefficients,
    Draws,
    Hypothesis,
    WildTest,
    coefficients,
    wild_bootstrap,
    wild_draws,
)
from liandong.models import FittedModel, headline_models

ADJUSTED = ("CR2", "CR3")
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
    A model whose effect crosses its clusters in more cells than are kept has none of these; a note says so.
    """
    adjusted: dict[str, list[Answer]] = {}
    notes: list[str] = []
    for model in models:
        try:
            adjusted[model.name] = list(_adjusted(model))
        except EstimationError as error:
            notes.append(f"{model.name}: no CR2, CR3 or wild bootstrap; {error.message}")
    able = [model for model in models if model.name in adjusted]
    tests = _wild_tests(able, inference)
    headline = {model.name for model in headline_models(able)}
    for model in able:
        adjusted[model.name].append(_wild_answer(tests[model.name]))
    return Robust(
        answers=tuple((model, tuple(adjusted.get(model.name, ()))) for model in models),
        wild={(model.effect, model.outcome): tests[model.name] for model in able if model.name in headline},
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


def term_answer(found: Coefficients, term: str, flag: str = "") -> Answer:
    """Return what `found` says about one term."""
    at = found.terms.index(term)
    return Answer(
        vcov=found.vcov,
        estimate=float(found.estimate[at]),
        std_error=float(found.std_error[at]),
        df=float(found.df[at]),
        statistic=float(found.statistic[at]),
        p_value=float(found.p_value[at]),
        conf_low=float(found.conf_low[at]),
        conf_high=float(found.conf_high[at]),
        ci_method="t",
        flag=flag,
    )


def _adjusted(model: FittedModel) -> Iterator[Answer]:
    for kind in ADJUSTED:
        yield term_answer(coefficients(model.fit, kind, LEVEL), model.treatment)


def _wild_tests(models: Sequence[FittedModel], inference: Inference) -> dict[str, WildTest]:
    """Test every treatment, the headline models keeping their t*; one set of draws per cluster column."""
    columns: dict[str, list[FittedModel]] = {}
    for model in models:
        columns.setdefault(model.plan.cluster, []).append(model)
    found: dict[str, WildTest] = {}
    for group in columns.values():
        labels = [model.fit.within.cluster_labels for model in group]
        draws = wild_draws(labels, seed=inference.seed, count=inference.draws)
        heads = {model.name for model in headline_models(group)}
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
        ci_method="inversion",
        flag="+".join(test.notes),
    )
