"""Means and ratios from cluster totals, with Taylor-linearised variances.

Sources: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, section 5.5 (linearised ratio); with
clusters drawn as if with replacement within strata, as in R's survey package (`svymean`, `svyratio`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError


@dataclass(frozen=True, slots=True)
class SurveyEstimate:
    """A mean or ratio with its design-based interval.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high
        In units of numerator / denominator; NaN for what cannot be computed, with the reason in `note`.
    df
        Clusters with rows minus strata with rows.
    design_effect
        Variance over that of a simple random sample of as many rows; NaN where that is zero or not asked for.
    n_obs, n_clusters
        Rows and clusters that have any.
    level
        Confidence level.
    note
        Why an interval is missing or conservative; None when there is nothing to say.
    """

    estimate: float
    std_error: float
    df: int
    conf_low: float
    conf_high: float
    design_effect: float
    n_obs: int
    n_clusters: int
    level: float
    note: str | None


@dataclass(frozen=True, slots=True)
class Linearised:
    """A ratio and its linearised variance; the ingredients of every interval here."""

    estimate: float
    variance: float
    df: int
    n_obs: int
    n_clusters: int
    note: str | None


def linearised_ratio(
    numerator: NDArray[np.float64],
    denominator: NDArray[np.float64],
    rows: NDArray[np.int64],
    strata: NDArray[np.generic] | None = None,
) -> Linearised:
    """Return Σ numerator / Σ denominator and its variance Σ_h G_h/(G_h - 1) Σ_{g∈h} (u_g - ū_h)².

    u_g = (numerator_g - r · denominator_g) / Σ denominator. Clusters of the design without rows in the domain take
    part with zeros; the degrees of freedom count only clusters and strata with rows.

    Parameters
    ----------
    numerator, denominator
        Weighted totals by cluster, shape (G,); the denominator of a mean is Σw.
    rows
        Row counts by cluster, shape (G,).
    strata
        Stratum of each cluster, shape (G,); one stratum by default. A stratum with one cluster is centred on 0 instead
        of its own mean (R: `survey.lonely.psu = "adjust"`), and the note says so.

    Raises
    ------
    EstimationError
        For arrays of different length, or when no cluster has a row.
    """
    shapes = {np.shape(a) for a in (numerator, denominator, rows)} | (
        {np.shape(strata)} if strata is not None else set()
    )
    if len(shapes) > 1:
        raise EstimationError(f"expected one total per cluster in every array; got shapes {sorted(shapes)}")
    present = rows > 0
    whole = float(denominator.sum())
    if not present.any() or whole == 0:
        raise EstimationError(
            "expected at least one row in the domain; there is none",
            hint="leave this subgroup out, or merge it with another",
            zh="该子群中没有样本。",
        )
    codes = np.zeros(len(rows), dtype=np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    ratio = float(numerator.sum()) / whole
    residual = (numerator - ratio * denominator) / whole
    sizes = np.bincount(codes)
    stratum_means = np.bincount(codes, residual) / sizes
    stratum_means[sizes == 1] = 0.0
    spread = np.bincount(codes, (residual - stratum_means[codes]) ** 2)
    variance = float((spread * sizes / np.maximum(sizes - 1, 1)).sum())
    df = int(present.sum()) - len(np.unique(codes[present]))
    lonely = "a stratum has a single cluster; it is centred on the overall estimate" if (sizes == 1).any() else None
    return Linearised(ratio, variance, df, int(rows.sum()), int(present.sum()), lonely)


def survey_mean(
    value: NDArray[np.float64],
    weight: NDArray[np.float64],
    rows: NDArray[np.int64],
    strata: NDArray[np.generic] | None = None,
    *,
    square: NDArray[np.float64] | None = None,
    level: float = 0.95,
) -> SurveyEstimate:
    """Return a weighted mean (or any ratio of totals) with its t interval.

    Parameters
    ----------
    value, weight, rows, strata
        Σwx, Σw, row counts and strata by cluster, shape (G,). For a ratio, `weight` is the denominator's total.
    square
        Σwx² by cluster, for the design effect.
    level
        Confidence level.

    Returns
    -------
    SurveyEstimate
        With a single cluster there is no standard error: the note says so and the interval is NaN.
    """
    from scipy.special import stdtrit

    found = linearised_ratio(value, weight, rows, strata)
    if found.df < 1:
        return _without_interval(found, level)
    error = float(np.sqrt(found.variance))
    reach = float(stdtrit(found.df, 0.5 + level / 2)) * error
    return SurveyEstimate(
        estimate=found.estimate,
        std_error=error,
        df=found.df,
        conf_low=found.estimate - reach,
        conf_high=found.estimate + reach,
        design_effect=_design_effect(found, square, weight),
        n_obs=found.n_obs,
        n_clusters=found.n_clusters,
        level=level,
        note=found.note,
    )


def _design_effect(found: Linearised, square: NDArray[np.float64] | None, weight: NDArray[np.float64]) -> float:
    """Return V / (s²/n), s² with divisor n - 1: R's `deff = "replace"`."""
    if square is None:
        return float("nan")
    spread = float(square.sum() / weight.sum()) - found.estimate**2
    if spread <= 0 or found.n_obs < 2:  # noqa: PLR2004 - one row has no spread
        return float("nan")
    return found.variance / (spread / (found.n_obs - 1))


def _without_interval(found: Linearised, level: float) -> SurveyEstimate:
    nan = float("nan")
    note = f"{found.n_clusters} cluster(s) in the domain: too few for a standard error"
    return SurveyEstimate(found.estimate, nan, found.df, nan, nan, nan, found.n_obs, found.n_clusters, level, note)
