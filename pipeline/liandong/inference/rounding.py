"""Standard errors that are nothing but rounding: a model that fits perfectly, or in every cluster on its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from liandong.inference.coefficients import Coefficients
from liandong.inference.least_squares import Fit

NO_VARIANCE = 1e-24  # share of Q_jj Σ w ỹ², as in the wild bootstrap: residuals of 1e-16 leave some 1e-32


def rounding_bound(fit: Fit) -> NDArray[np.float64]:
    """Return what the variance of each coefficient has to exceed to be more than rounding, shape (k,).

    It is held against what it would be if the regressors explained nothing. A p-value of 1e-160 from residuals of 1e-16
    is no evidence of anything.
    """
    y = fit.within.positions([fit.outcome])[0]
    bound: NDArray[np.float64] = NO_VARIANCE * np.diagonal(fit.bread) * fit.within.pooled[y, y]
    return bound


def without_rounding(fit: Fit, found: Coefficients) -> Coefficients:
    """Return `found` with standard errors of 0, and neither test nor interval, where the errors are rounding."""
    return untested(found, found.std_error**2 <= rounding_bound(fit))


def untested(found: Coefficients, where: NDArray[np.bool_]) -> Coefficients:
    """Return `found` with a standard error of 0, and NaN for test and interval, in the positions `where`, (k,)."""
    if not where.any():
        return found

    def blank(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(where, np.nan, values)

    return replace(
        found,
        std_error=np.where(where, 0.0, found.std_error),
        statistic=blank(found.statistic),
        p_value=blank(found.p_value),
        conf_low=blank(found.conf_low),
        conf_high=blank(found.conf_high),
    )
