"""One model, one answer; every other program's answer to it, and what makes the difference."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.evidence import TABLES
from liandong.inference import OURS, Answer, conventional_answers
from liandong.models import FittedModel

TABLE = "explanations"


def explanation_table(models: Iterable[FittedModel], level: float = 0.95) -> pl.DataFrame:
    """Return what each convention makes of the treatment's coefficient.

    Parameters
    ----------
    models
        The headline models (:func:`liandong.models.headline_models`).
    level
        Confidence level.

    Returns
    -------
    polars.DataFrame
        The table explanations, one row per model and convention, ours first. `df` is null for the normal distribution;
        all numbers but `estimate` and `parameters` are null where a program gives no answer, and `formula` says why.

    Raises
    ------
    EstimationError
        As :func:`liandong.inference.conventional_answers`.
    """
    rows = [_row(model, answer) for model in models for answer in conventional_answers(model.fit, level)]
    return pl.DataFrame(rows, schema=dict(TABLES[TABLE].columns), orient="row")


def _row(model: FittedModel, answer: Answer) -> dict[str, Any]:
    found = answer.coefficients
    at = found.terms.index(model.treatment)
    given = not math.isnan(answer.factor)
    numbers = {
        name: _known(getattr(found, name)[at])
        for name in ("std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
    }
    return {
        "effect": model.effect,
        "outcome": model.outcome,
        "step": model.step,
        "term": model.treatment,
        "convention": answer.convention.name,
        "software": answer.convention.software,
        "estimate": float(found.estimate[at]),
        **(numbers if given else dict.fromkeys(numbers)),
        "factor": _known(answer.factor),
        "parameters": answer.parameters,
        "distribution": answer.distribution if given else "",
        "formula": answer.formula,
        "held_against": answer.convention.held_against,
        "is_ours": answer.convention.name == OURS,
    }


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the answers to one question lie apart.

    Attributes
    ----------
    effect, outcome, step, term
        The model.
    n_answers
        Conventions that give one.
    p_low, p_high, lowest, highest
        The smallest and the largest p-value, and the first convention of each.
    own_p_value
        Ours.
    error_low, error_high
        The smallest and the largest standard error, relative to ours: what the factor does.
    p_by_factor
        Range of the p-values if every program used our reference distribution.
    p_by_distribution
        Range of the p-values if every program used our standard error.
    distributions
        Reference distributions, in the order in which they occur.
    """

    effect: str
    outcome: str
    step: str
    term: str
    n_answers: int
    p_low: float
    p_high: float
    lowest: str
    highest: str
    own_p_value: float
    error_low: float
    error_high: float
    p_by_factor: tuple[float, float]
    p_by_distribution: tuple[float, float]
    distributions: tuple[str, ...]

    def disputed(self, alpha: float = 0.05) -> bool:
        """Tell whether programs fall on both sides of `alpha`."""
        return self.p_low < alpha <= self.p_high


def spreads(table: pl.DataFrame) -> tuple[Spread, ...]:
    """Return the spread of every model of the table explanations; models without a standard error are left out."""
    known = table.filter(pl.col("p_value").is_not_null())
    groups = known.group_by("effect", "outcome", "step", "term", maintain_order=True)
    return tuple(_spread(*(str(part) for part in key), rows=rows) for key, rows in groups)


def _spread(effect: str, outcome: str, step: str, term: str, *, rows: pl.DataFrame) -> Spread:
    ours = rows.filter("is_ours").row(0, named=True)
    ordered = rows.sort("p_value", maintain_order=True)
    relative = rows["std_error"] / ours["std_error"]
    statistics = [float(value) for value in rows["statistic"]]
    return Spread(
        effect=effect,
        outcome=outcome,
        step=step,
        term=term,
        n_answers=rows.height,
        p_low=ordered["p_value"][0],
        p_high=ordered["p_value"][-1],
        lowest=ordered["convention"][0],
        highest=rows.filter(pl.col("p_value") == ordered["p_value"][-1])["convention"][0],
        own_p_value=ours["p_value"],
        error_low=float(relative.min()),
        error_high=float(relative.max()),
        p_by_factor=_range(_p_value(value, ours["df"]) for value in statistics),
        p_by_distribution=_range(_p_value(ours["statistic"], df) for df in rows["df"]),
        distributions=tuple(rows["distribution"].unique(maintain_order=True)),
    )


def _p_value(statistic: float, df: float | None) -> float:
    from scipy.special import ndtr, stdtr

    below = -abs(statistic)
    return float(2 * (ndtr(below) if df is None else stdtr(df, below)))


def _range(values: Iterable[float]) -> tuple[float, float]:
    found = list(values)
    return min(found), max(found)
