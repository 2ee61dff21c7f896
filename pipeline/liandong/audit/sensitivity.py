"""How strong an omitted variable would have to be: the tables sensitivity, benchmarks and contours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from liandong.evidence import TABLES
from liandong.inference import (
    Selection,
    Sensitivity,
    adjusted,
    benchmark_strengths,
    fit,
    partial_strengths,
    selection,
    sensitivity,
)
from liandong.models import FittedModel

MULTIPLES = (1.0, 2.0, 3.0)
GRID = 21
_LIMITS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95)
_ROOM = 1.1  # what has to be seen lies at most at ten elevenths of an axis


@dataclass(frozen=True, slots=True)
class SensitivityTables:
    """The tables sensitivity, benchmarks and contours."""

    sensitivity: pl.DataFrame
    benchmarks: pl.DataFrame
    contours: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Case:
    """One effect and outcome: its steps, and what omitted variables can do to the last one."""

    steps: tuple[FittedModel, ...]
    found: Sensitivity

    @property
    def last(self) -> FittedModel:
        return self.steps[-1]


def sensitivity_tables(models: Iterable[FittedModel], level: float = 0.95) -> SensitivityTables:
    """Return how the last step of every effect and outcome stands omitted variables.

    Parameters
    ----------
    models
        The fits of all steps, in their order.
    level
        Of intervals and of `robustness_value_alpha`.

    Returns
    -------
    SensitivityTables
        ``sensitivity``: CR1 standard error and G - 1 df; `robustness_value_alpha` and everything "adjusted" use them,
        `robustness_value_iid` takes rows for independent (see :mod:`liandong.inference.sensitivity`). The columns of
        Oster compare the first step with the last, or the treatment alone where there is one step
        (:mod:`liandong.inference.selection`); the bounds are the two ends of the interval between δ = 0 and δ = 1.
        `note` holds keys joined by "+": ``no_controls`` (nothing to compare: no columns of Oster, no benchmarks),
        ``unmoved`` (the controls left the coefficient where it was: δ is not defined), ``negative_delta`` (to reach
        zero, what was left out would have to move the coefficient the other way than the controls did),
        ``r2_max_one`` (R_max is 1, not 1.3 times R²).

        ``benchmarks``: per block of controls (what a step adds) and per control, a confounder once, twice and three
        times as strong; `covariates` are column names joined by "+". Strengths are null where no confounder can be so
        strong.

        ``contours``: a grid from 0 in 21 steps per axis, as wide as robustness values and benchmarks need.

    Raises
    ------
    EstimationError
        As :func:`liandong.inference.sensitivity`.
    """
    cases = [_Case(steps, sensitivity(steps[-1].fit, steps[-1].treatment, level)) for steps in _by_outcome(models)]
    benchmarks = [(case, list(_benchmarks(case))) for case in cases]
    return SensitivityTables(
        _table("sensitivity", [_summary(case) for case in cases]),
        _table("benchmarks", [row for _, rows in benchmarks for row in rows]),
        _table("contours", [row for case, rows in benchmarks for row in _contours(case, rows)]),
    )


def _by_outcome(models: Iterable[FittedModel]) -> Iterator[tuple[FittedModel, ...]]:
    groups: dict[tuple[str, str], list[FittedModel]] = {}
    for model in models:
        groups.setdefault((model.effect, model.outcome), []).append(model)
    yield from (tuple(group) for group in groups.values())


def _key(case: _Case) -> dict[str, Any]:
    return {"effect": case.last.effect, "outcome": case.last.outcome}


def _summary(case: _Case) -> dict[str, Any]:
    found, stability = case.found, _stability(case)
    oster: dict[str, Any] = {}
    if stability is not None:
        low, high = sorted((stability.estimate, stability.bias_adjusted))
        oster = {
            "estimate_uncontrolled": stability.estimate_uncontrolled,
            "r2_uncontrolled": stability.r2_uncontrolled,
            "r2_max": stability.r2_max,
            "oster_delta": stability.delta,
            "oster_bound_low": low,
            "oster_bound_high": high,
        }
    return {
        **_key(case),
        "step": case.last.step,
        "term": found.term,
        "estimate": found.estimate,
        "std_error": found.std_error,
        "df": found.df,
        "partial_r2": found.partial_r2,
        "robustness_value": found.robustness_value,
        "robustness_value_alpha": found.robustness_value_alpha,
        "robustness_value_iid": found.robustness_value_iid,
        "r2_controlled": case.last.fit.r2_within,
        "note": "+".join(_notes(stability)),
        **oster,
    }


def _stability(case: _Case) -> Selection | None:
    first, last = case.steps[0].fit, case.last.fit
    if len(first.terms) == len(last.terms):
        first = fit(last.within, last.outcome, [case.last.treatment])
    if len(first.terms) == len(last.terms):
        return None
    return selection(first, last, case.last.treatment)


def _notes(stability: Selection | None) -> Iterator[str]:
    if stability is None:
        yield "no_controls"
        return
    if stability.unmoved:
        yield "unmoved"
    if stability.delta < 0:
        yield "negative_delta"
    if stability.r2_max == 1.0:
        yield "r2_max_one"


def _benchmarks(case: _Case) -> Iterator[dict[str, Any]]:
    model = case.last
    for columns, terms in _blocks(case).items():
        of_treatment, of_outcome = partial_strengths(model.fit, model.treatment, terms)
        for multiple in MULTIPLES:
            r2_treatment, r2_outcome = benchmark_strengths(of_treatment, of_outcome, multiple)
            row = {**_key(case), "covariates": "+".join(columns), "multiple": multiple}
            if r2_treatment is None or r2_outcome is None:
                yield row
                continue
            moved = adjusted(case.found, r2_treatment, r2_outcome)
            yield row | {
                "r2_treatment": r2_treatment,
                "r2_outcome": r2_outcome,
                "adjusted_estimate": float(moved.estimate),
                "adjusted_std_error": float(moved.std_error),
                "adjusted_statistic": float(moved.statistic),
                "adjusted_low": float(moved.conf_low),
                "adjusted_high": float(moved.conf_high),
            }


def _blocks(case: _Case) -> dict[tuple[str, ...], list[str]]:
    """Return the kept terms of every control block and of every control, by their columns."""
    kept = set(case.last.fit.terms) - {case.last.treatment}
    controls = [term for term in case.last.planned.terms if term.name in kept]
    before: set[str] = set()
    blocks = []
    for step in case.steps:
        names = {term.name for term in step.planned.terms}
        blocks.append([term for term in controls if term.name in names - before])
        before |= names
    by_column: dict[str, list[Any]] = {}
    for term in controls:
        by_column.setdefault(term.column, []).append(term)
    found: dict[tuple[str, ...], list[str]] = {}
    for block in [*blocks, *by_column.values()]:
        if block:
            found[tuple(dict.fromkeys(term.column for term in block))] = [term.name for term in block]
    return found


def _contours(case: _Case, benchmarks: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    own = case.found.robustness_value
    treatment = np.linspace(0.0, _limit([own, *_known(benchmarks, "r2_treatment")]), GRID)
    outcome = np.linspace(0.0, _limit([own, *_known(benchmarks, "r2_outcome")]), GRID)
    r2_treatment, r2_outcome = (grid.ravel() for grid in np.meshgrid(treatment, outcome, indexing="ij"))
    moved = adjusted(case.found, r2_treatment, r2_outcome)
    for r2_d, r2_y, estimate, statistic in zip(r2_treatment, r2_outcome, moved.estimate, moved.statistic, strict=True):
        yield {
            **_key(case),
            "r2_treatment": float(r2_d),
            "r2_outcome": float(r2_y),
            "adjusted_estimate": float(estimate),
            "adjusted_statistic": float(statistic),
        }


def _known(rows: Sequence[dict[str, Any]], column: str) -> list[float]:
    return [row[column] for row in rows if column in row]


def _limit(values: Iterable[float]) -> float:
    needed = _ROOM * max(values)
    return next((limit for limit in _LIMITS if limit >= needed), _LIMITS[-1])


def _table(name: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    columns = TABLES[name].columns
    filled = [
        {
            column: None if isinstance(value, float) and not math.isfinite(value) else value
            for column, value in row.items()
        }
        for row in rows
    ]
    return pl.DataFrame(filled, schema=dict(columns), orient="row")
