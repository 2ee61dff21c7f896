"""Standard errors, tests and intervals of the coefficients of one fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.inference.covariance import covariance
from liandong.inference.least_squares import Fit


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Inference on the k coefficients of a fit; all arrays have shape (k,), in the order of `terms`.

    `statistic` and `p_value` are NaN where the standard error is 0, because nothing was left to estimate it from.
    """

    terms: tuple[str, ...]
    estimate: NDArray[np.float64]
    std_error: NDArray[np.float64]
    df: NDArray[np.float64]
    statistic: NDArray[np.float64]
    p_value: NDArray[np.float64]
    conf_low: NDArray[np.float64]
    conf_high: NDArray[np.float64]
    vcov: str
    level: float


def coefficients(fit: Fit, kind: str = "CR1", level: float = 0.95) -> Coefficients:
    """Return estimates with standard errors, two-sided t tests of zero and equal-tailed t intervals.

    Raises
    ------
    EstimationError
        As `covariance`.
    """
    from scipy.special import stdtr, stdtrit

    found = covariance(fit, kind)
    error = np.sqrt(np.diagonal(found.matrix))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error > 0, fit.coefficients / error, np.nan)
    reach = stdtrit(found.df, 0.5 + level / 2) * error
    return Coefficients(
        terms=fit.terms,
        estimate=fit.coefficients,
        std_error=error,
        df=found.df,
        statistic=statistic,
        p_value=2 * stdtr(found.df, -np.abs(statistic)),
        conf_low=fit.coefficients - reach,
        conf_high=fit.coefficients + reach,
        vcov=kind,
        level=level,
    )
