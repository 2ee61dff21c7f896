"""Treated and untreated compared on one covariate after the other: means, standardised and within fixed effects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from liandong.balance.arms import ARM, ArmedRows, known
from liandong.inference import coefficients, fit, variation
from liandong.models import Term
from liandong.moments import Within

Compared = Mapping[str, Any]
_WITHIN = ("within_difference", "within_std_error", "within_df", "within_p_value")


def compare_covariates(
    armed: ArmedRows,
    effect: str,
    treatment: str,
    terms: Sequence[Term],
    within: Mapping[str, Within],
    weight: str | None,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of table ``balance``, one per term.

    Parameters
    ----------
    armed
        Accepted rows; those whose treatment and covariate are known are compared, whatever the outcome.
    effect, treatment
        Of the definitions.
    terms
        Covariates; every level of a nominal one is a 0/1 column of its own.
    within
        Moments of covariate and treatment by term name, for those terms that a fixed-effects regression can carry.
    weight
        Column of sampling weights; means and standard deviations are weighted, counts are not.
    """
    for term in terms:
        rows = armed.known.filter(known(armed.known, term.name))
        means = _means(rows, term.name, weight)
        yield {
            "effect": effect,
            "covariate": term.column,
            "level": "" if term.level is None else str(term.level),
            **means,
            **_within(within.get(term.name), term.name, treatment),
            "suppressed": False,
        }


def _means(rows: pl.DataFrame, column: str, weight: str | None) -> dict[str, Any]:
    found = {arm: _moments(rows.filter(pl.col(ARM) == arm), column, weight) for arm in ("treated", "untreated")}
    treated, untreated = found["treated"], found["untreated"]
    difference = pooled = None
    if treated[1] is not None and untreated[1] is not None:
        difference = treated[1] - untreated[1]
    if treated[2] is not None and untreated[2] is not None:
        pooled = math.sqrt((treated[2] + untreated[2]) / 2)
    return {
        "n_treated": treated[0],
        "n_untreated": untreated[0],
        "mean_treated": treated[1],
        "mean_untreated": untreated[1],
        "difference": difference,
        "std_difference": difference / pooled if difference is not None and pooled else None,
    }


def _moments(rows: pl.DataFrame, column: str, weight: str | None) -> tuple[int, float | None, float | None]:
    """Return n, mean and variance of a column in one arm.

    The variance of a 0/1 column is p (1 - p); of any other that of Austin & Stuart (2015, section 3),
    Σw/((Σw)² - Σw²) Σ w (x - m)², which without weights has the divisor n - 1.
    """
    if rows.is_empty():
        return 0, None, None
    x = rows[column].cast(pl.Float64)
    w = rows[weight].cast(pl.Float64) if weight else pl.ones(rows.height, pl.Float64, eager=True)
    total, squares = float(w.sum()), float((w**2).sum())
    mean = float((w * x).sum()) / total
    if x.is_in([0.0, 1.0]).all():
        return rows.height, mean, mean * (1 - mean)
    spread = total**2 - squares
    about = float((w * (x - mean) ** 2).sum())
    return rows.height, mean, about * total / spread if rows.height > 1 else None


def _within(within: Within | None, covariate: str, treatment: str) -> dict[str, float | None]:
    if within is None or "varies" not in {variation(within, covariate)} & {variation(within, treatment)}:
        return dict.fromkeys(_WITHIN)
    model = fit(within, covariate, [treatment])
    # The cells of a cluster are lost where rows were demeaned; CR2 needs them unless effects lie inside clusters.
    found = coefficients(model, "CR2" if within.route == "cells" or within.nested else "CR1")
    at = found.terms.index(treatment)
    values = (found.estimate[at], found.std_error[at], found.df[at], found.p_value[at])
    return {name: float(v) if math.isfinite(v) else None for name, v in zip(_WITHIN, values, strict=True)}
