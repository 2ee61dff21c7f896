"""Coefficients of levels, one by one and together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from liandong.errors import EstimationError
from liandong.inference import Coefficients, Fit, coefficients, covariance, variation, wild_draws, wild_joint
from liandong.inference.blocks import blocks
from liandong.inference.leverage import leverages, lost_terms
from liandong.moments import Within

VCOV = "CR2"
_FALLBACK = "CR1"
_NUMBERS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True, slots=True)
class Resampling:
    """Draws of the bootstrap and their seed."""

    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class JointTest:
    """Outcome of the test that several coefficients are all zero.

    Attributes
    ----------
    method
        ``wcr_rademacher`` or ``wcr_webb``: the p-value is that of the restricted wild cluster bootstrap; ``wald_cr1``:
        that of F(q, G - 1), where the bootstrap cannot be had; empty without a test.
    statistic
        Wald statistic with the CR1 matrix divided by q.
    df_numerator, df_denominator
        q and G - 1.
    p_value
        See `method`.
    flag
        Keys, joined by "+": notes of the bootstrap (see `liandong.inference.wild.WildNote`), or why there is no test.
    """

    method: str
    statistic: float | None
    df_numerator: float | None
    df_denominator: float | None
    p_value: float | None
    flag: str

    @property
    def row(self) -> dict[str, object]:
        """The columns that the tables interactions and dose_tests share."""
        names = ("method", "statistic", "df_numerator", "df_denominator", "p_value", "flag")
        return {name: getattr(self, name) for name in names}


def no_test(flag: str) -> JointTest:
    """Return the absence of a test, with its reason."""
    return JointTest("", None, None, None, None, flag)


def small_sample_coefficients(fit: Fit) -> Coefficients:
    """Return inference by CR2 with Satterthwaite's df, by CR1 where the cells that CR2 needs are too many to keep.

    Raises
    ------
    EstimationError
        When the sample has one cluster, or not rows enough.
    """
    try:
        return coefficients(fit, VCOV)
    except EstimationError:
        return coefficients(fit, _FALLBACK)


def estimate_only(numbers: Mapping[str, float | str | None]) -> dict[str, float | str | None]:
    """Return a row of `coefficient_row` without what needs a standard error."""
    return {**numbers, **dict.fromkeys(_NUMBERS[1:]), "vcov": ""}


def coefficient_row(found: Coefficients, term: str) -> Mapping[str, float | str | None]:
    """Return estimate, standard error, df, p-value, interval and vcov of `term`; what is not defined is None.

    Without a standard error (nothing is left to estimate it from) only the estimate stays.
    """
    at = found.terms.index(term)
    numbers = {name: float(getattr(found, name)[at]) for name in _NUMBERS}
    row: dict[str, float | str | None] = {
        name: value if np.isfinite(value) else None for name, value in numbers.items()
    }
    row["vcov"] = found.vcov
    return estimate_only(row) if row["p_value"] is None or row["df"] is None else row


def terms_of_one_cluster(fit: Fit) -> frozenset[str]:
    """Return the terms that are not identified without some cluster, so that clusters cannot tell their error."""
    try:
        found = blocks(fit)
        lost = lost_terms(found, leverages(found))
    except EstimationError:  # the cells that tell are too many to keep
        return frozenset()
    return frozenset(term for term, by_cluster in zip(fit.terms, lost.T, strict=True) if by_cluster.any())


def unfit(within: Within, outcome: str) -> str:
    """Return why no model of `outcome` can be fitted on this sample, as a key; empty if one can.

    ``one_cluster``, ``outcome_constant`` or ``outcome_absorbed``.
    """
    if within.n_clusters < 2:  # noqa: PLR2004 - a variance between clusters needs two
        return "one_cluster"
    found = variation(within, outcome)
    return "" if found == "varies" else f"outcome_{found}"


def spent(fit: Fit) -> bool:
    """Tell whether the model has as many coefficients as rows, so that no residual is left."""
    within = fit.within
    levels = 1 if within.effect is None or within.nested else within.n_levels
    return fit.n_obs <= fit.rank + levels


def spoiled_terms(fit: Fit) -> frozenset[str]:
    """Return regressors whose coefficient is not their own: those dropped, and what a dropped one is made of."""
    return frozenset(term for column in fit.dropped for term in (column.term, *column.of))


def joint_test(fit: Fit, terms: Sequence[str], resampling: Resampling) -> JointTest:
    """Test that the coefficients of `terms` are all zero, by the restricted wild cluster bootstrap.

    Flags without a test: ``one_group`` (no terms), ``collinear`` (a term was dropped), ``too_few_clusters`` (as many
    terms as clusters), ``zero_variance``.
    """
    if not terms:
        return no_test("one_group")
    if any(term not in fit.terms for term in terms):
        return no_test("collinear")
    if fit.n_clusters <= len(terms):
        return no_test("too_few_clusters")
    try:
        draws = wild_draws([fit.within.cluster_labels], seed=resampling.seed, count=resampling.draws)
        found = wild_joint(fit, terms, draws)
    except EstimationError:  # the cells of a cluster are lost where rows were demeaned
        return _wald(fit, terms)
    if "zero_variance" in found.notes:
        return no_test("zero_variance")
    q = len(terms)
    method, flag = f"wcr_{found.kind}", "+".join(found.notes)
    return JointTest(method, found.statistic / q, float(q), float(fit.n_clusters - 1), found.p_value, flag)


def _wald(fit: Fit, terms: Sequence[str]) -> JointTest:
    from scipy.special import fdtrc

    at = [fit.terms.index(term) for term in terms]
    beta, matrix = fit.coefficients[at], covariance(fit, _FALLBACK).matrix[np.ix_(at, at)]
    q, df = float(len(at)), float(fit.n_clusters - 1)
    statistic = float(beta @ np.linalg.pinv(matrix, hermitian=True) @ beta) / q
    return JointTest("wald_cr1", statistic, q, df, float(fdtrc(q, df, statistic)), "")
