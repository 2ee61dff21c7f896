"""Intervals for proportions from clustered samples that never leave [0, 1].

Korn, E. L. & Graubard, B. I. (1998), Confidence intervals for proportions with small expected number of positive counts
estimated from survey data, Survey Methodology 24, 193-201: Clopper-Pearson with an effective sample size
n* = p(1 - p)/V · (t_{n-1}/t_{df})². As R's `svyciprop(method = "beta")`, but n* is capped at n, as in the presentation
standards of the US National Center for Health Statistics (2017): clusters that agree by luck are not a larger sample.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.inference.survey import Linearised, SurveyEstimate, linearised_ratio

_EDGE = 1e-12  # a share this close to 0 or 1 is a count of none or all, rounded


def survey_proportion(
    positive: NDArray[np.float64],
    weight: NDArray[np.float64],
    rows: NDArray[np.int64],
    strata: NDArray[np.generic] | None = None,
    *,
    level: float = 0.95,
) -> SurveyEstimate:
    """Return a proportion with its Korn-Graubard interval.

    Parameters
    ----------
    positive, weight, rows, strata
        Σw over rows that have the property, Σw, row counts and strata by cluster, shape (G,).
    level
        Confidence level.

    Returns
    -------
    SurveyEstimate
        At 0 and at 1 the interval is Clopper-Pearson's with n = rows, and the design effect is NaN. Between them,
        a single cluster gives no interval: the note says so.

    Raises
    ------
    EstimationError
        As `linearised_ratio`; and for a share outside [0, 1].
    """
    found = linearised_ratio(positive, weight, rows, strata)
    p = found.estimate
    if not -_EDGE <= p <= 1 + _EDGE:
        raise EstimationError(f"expected a proportion; the totals give {p:.6g}", hint="code the property as 0 and 1")
    at_edge = p < _EDGE or p > 1 - _EDGE
    nan = float("nan")
    if at_edge:
        p = round(p)
        low, high, note = *_clopper_pearson(p, found.n_obs, level), found.note
    elif found.df < 1:
        low, high = nan, nan
        note = f"{found.n_clusters} cluster(s) in the domain: too few for an interval"
    else:
        low, high, note = *_clopper_pearson(p, _effective_rows(found, level), level), found.note
    known = not at_edge and found.df >= 1
    return SurveyEstimate(
        estimate=float(p),
        std_error=float(np.sqrt(found.variance)) if found.df >= 1 else nan,
        df=found.df,
        conf_low=low,
        conf_high=high,
        design_effect=found.variance * (found.n_obs - 1) / (p * (1 - p)) if known else nan,
        n_obs=found.n_obs,
        n_clusters=found.n_clusters,
        level=level,
        note=note,
    )


def _effective_rows(found: Linearised, level: float) -> float:
    from scipy.special import stdtrit

    p, n, tail = found.estimate, found.n_obs, 0.5 + level / 2
    if found.variance <= p * (1 - p) / n / 1e6 or n < 2:  # noqa: PLR2004 - one row has no t quantile
        return float(n)  # clusters that agree by chance would give an infinite sample
    ratio = float(stdtrit(n - 1, tail) / stdtrit(found.df, tail))
    return min(p * (1 - p) / found.variance * ratio**2, float(n))


def _clopper_pearson(p: float, n: float, level: float) -> tuple[float, float]:
    """Return the exact interval for p·n successes in n trials; n need not be whole."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(n * p, n * (1 - p) + 1, tail)) if p > 0 else 0.0
    high = float(betaincinv(n * p + 1, n * (1 - p), 1 - tail)) if p < 1 else 1.0
    return low, high
