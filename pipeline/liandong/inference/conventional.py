"""A fit under every convention of :mod:`liandong.inference.conventions`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.inference.coefficients import Coefficients
from liandong.inference.conventions import CONVENTIONS, NO_FACTOR, Convention, Factor
from liandong.inference.counts import Counted, Counts, counts
from liandong.inference.covariance import covariance
from liandong.inference.least_squares import Fit


@dataclass(frozen=True, slots=True)
class Answer:
    """What one convention makes of a fit.

    Attributes
    ----------
    convention
        The convention.
    coefficients
        Standard errors, tests and intervals of all terms; NaN where the convention gives none.
    factor, parameters
        The value of the factor, NaN without one, and K.
    formula
        The factor in symbols with K written out; or why there is no answer.
    distribution
        "normal" or, for example, "t(31)".
    """

    convention: Convention
    coefficients: Coefficients
    factor: float
    parameters: int
    formula: str
    distribution: str


def conventional_answers(fit: Fit, level: float = 0.95) -> tuple[Answer, ...]:
    """Return the answer of every convention that has one for models such as `fit`, ours first.

    Those that need an absorbed effect are left out where there is none. Where a program would refuse this very model,
    or its factor is not defined (N ≤ K), the answer has no numbers and says why.

    Parameters
    ----------
    fit
        A model with at most two effects.
    level
        Confidence level.

    Raises
    ------
    EstimationError
        For fewer than two clusters, as `covariance`.
    """
    found = counts(fit)
    error = np.sqrt(np.diagonal(covariance(fit, "CR0").matrix))
    return tuple(
        _answer(fit, found, error, convention, level)
        for convention in CONVENTIONS.values()
        if found.first_levels or not convention.needs_effect
    )


def _answer(fit: Fit, found: Counts, sandwich: NDArray[np.float64], convention: Convention, level: float) -> Answer:
    counted = convention.count(found)
    df = convention.df(found)
    reason = convention.refuses(found) or _undefined(convention, found, counted, df)
    factor = float("nan") if reason else convention.factor.value(found.n_obs, found.n_clusters, counted.total)
    return Answer(
        convention=convention,
        coefficients=_tests(fit, np.sqrt(factor) * sandwich, df, convention.name, level),
        factor=factor,
        parameters=counted.total,
        formula=reason or _formula(convention.factor, counted),
        distribution="normal" if np.isinf(df) else f"t({df:.0f})",
    )


def _undefined(convention: Convention, found: Counts, counted: Counted, df: float) -> str:
    if convention.factor is not NO_FACTOR and found.n_obs <= counted.total:
        return f"not defined: N = {found.n_obs} rows and K = {counted.text} = {counted.total}"
    return f"not defined: {df:.0f} degrees of freedom" if df < 1 else ""


def _formula(factor: Factor, counted: Counted) -> str:
    return factor.text if factor is NO_FACTOR else f"{factor.text}, K = {counted.text} = {counted.total}"


def _tests(fit: Fit, error: NDArray[np.float64], df: float, name: str, level: float) -> Coefficients:
    """Return two-sided tests of zero and equal-tailed intervals from t(df), or from the normal where df is infinite."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error > 0, fit.coefficients / error, np.nan)
    below = -np.abs(statistic)
    tail = 0.5 + level / 2
    p_value = 2 * (ndtr(below) if np.isinf(df) else stdtr(df, below))
    reach = error * float(ndtri(tail) if np.isinf(df) else stdtrit(df, tail))
    return Coefficients(
        terms=fit.terms,
        estimate=fit.coefficients,
        std_error=error,
        df=np.full(fit.rank, df),
        statistic=statistic,
        p_value=p_value,
        conf_low=fit.coefficients - reach,
        conf_high=fit.coefficients + reach,
        vcov=name,
        level=level,
    )
