"""How strong a variable left out of a regression would have to be to change its answer.

Cinelli & Hazlett (2020): a confounder that explains the share R_D of what is left of the treatment and R_Y of what is
left of the outcome moves the coefficient by b S, with b = √(R_Y R_D / (1 - R_D)) and S² = RSS · Q_tt; S is the standard
deviation of the outcome's residuals over that of the treatment's. Estimate, partial R² and robustness value follow from
the point estimates alone: no degrees of freedom, no clusters, no standard error enter them.

Inference needs a standard error. The classical one of the paper (and of the package sensemakr) takes rows for
independent. Under clustering the bound |β| - b S is a statistic of its own, and its variance follows from the sums by
cluster that are in the moments (Chernozhukov, Cinelli, Newey, Sharma & Syrgkanis 2022, Long story short, NBER working
paper 30302: confidence bounds from the influence functions of β and S, here those of the linear model):

    ψ_g = ± Q_t s_g - b S/2 (RSS_g / RSS - D_g / D),    RSS_g = Σ ê²,  D_g = Σ d̂²  over the rows of cluster g,

with the factor of CR1 and t(G - 1). Without a confounder (b = 0) it is the CR1 interval of the coefficient itself.
The strengths R_D and R_Y count as known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liandong.errors import EstimationError
from liandong.inference.covariance import covariance
from liandong.inference.least_squares import Fit

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What omitted variables can do to one coefficient.

    Attributes
    ----------
    term, estimate
        The coefficient.
    std_error, df
        CR1 and G - 1.
    scale
        S, in units of the coefficient.
    variances
        Variance of |β|, its covariance with S, variance of S: from cluster sums, with the factor of CR1.
    partial_r2
        Share of the outcome, all else partialled out, that the treatment explains; also the share of the treatment
        that a confounder which explains the outcome wholly would have to explain.
    robustness_value
        The R = R_D = R_Y at which the estimate becomes zero.
    robustness_value_alpha
        The R at which the interval at `level` begins to hold zero, with clusters; 0 where it holds zero already.
    robustness_value_iid
        The same with rows taken for independent, as sensemakr prints it: too large where outcomes in a cluster resemble
        each other.
    level
        Of the intervals.
    """

    term: str
    estimate: float
    std_error: float
    df: float
    scale: float
    variances: tuple[float, float, float]
    partial_r2: float
    robustness_value: float
    robustness_value_alpha: float
    robustness_value_iid: float
    level: float


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A coefficient as it would be with a confounder of given strength; arrays of one shape, NaN where undefined."""

    estimate: Floats
    std_error: Floats
    statistic: Floats
    conf_low: Floats
    conf_high: Floats


def sensitivity(fit: Fit, term: str, level: float = 0.95) -> Sensitivity:
    """Return what omitted variables can do to the coefficient of `term`.

    Raises
    ------
    EstimationError
        When `term` is not among the fit's, there are fewer than two clusters, or no residual degrees of freedom.
    """
    from scipy.special import stdtrit

    at = _position(fit, term)
    clustered, iid = covariance(fit, "CR1"), covariance(fit, "iid")
    estimate, q = float(fit.coefficients[at]), float(fit.bread[at, at])
    scale = math.sqrt(fit.rss * q)
    variances = _variances(fit, at, scale, clustered.factor)
    df, df_iid = float(clustered.df[at]), float(iid.df[at])
    tail = 0.5 + level / 2
    explained = estimate**2 / q
    return Sensitivity(
        term=term,
        estimate=estimate,
        std_error=math.sqrt(variances[0]),
        df=df,
        scale=scale,
        variances=variances,
        partial_r2=explained / (explained + fit.rss),
        robustness_value=_equal_strengths(abs(estimate) / scale if scale > 0 else math.inf),
        robustness_value_alpha=_equal_strengths(_first_touch(abs(estimate), scale, variances, stdtrit(df, tail))),
        robustness_value_iid=robustness_value_iid(
            abs(estimate) / scale if scale > 0 else math.inf, df_iid, 1.0 - level
        ),
        level=level,
    )


def adjusted(found: Sensitivity, r2_treatment: ArrayLike, r2_outcome: ArrayLike) -> Adjusted:
    """Return the coefficient as a confounder of these strengths would leave it, working against its sign.

    Parameters
    ----------
    found
        From :func:`sensitivity`.
    r2_treatment, r2_outcome
        R_D in [0, 1) and R_Y in [0, 1]; NaN gives NaN.
    """
    from scipy.special import stdtrit

    r2_d, r2_y = np.asarray(r2_treatment, dtype=np.float64), np.asarray(r2_outcome, dtype=np.float64)
    b = np.sqrt(r2_y * r2_d / (1.0 - r2_d))
    sign = math.copysign(1.0, found.estimate)
    estimate = sign * (abs(found.estimate) - b * found.scale)
    own, shared, scale = found.variances
    # Rounding can leave a tiny negative where the two parts cancel.
    error = np.sqrt(np.maximum(own - 2.0 * b * shared + b**2 * scale, 0.0))
    reach = stdtrit(found.df, 0.5 + found.level / 2) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error > 0, estimate / error, np.nan)
    return Adjusted(estimate, error, statistic, estimate - reach, estimate + reach)


def partial_strengths(fit: Fit, term: str, covariates: Sequence[str]) -> tuple[float, float]:
    """Return the partial R² of `covariates` together with `term`, and with the outcome given `term`.

    Both follow from Q without another fit: leaving the columns b out changes Q_tt by Q_tb Q_bb⁻¹ Q_bt and the residual
    sum of squares by β_b' Q_bb⁻¹ β_b.
    """
    at = _position(fit, term)
    block = [_position(fit, name) for name in covariates]
    of_block = fit.bread[np.ix_(block, block)]
    lost = fit.bread[block, at]
    betas = fit.coefficients[block]
    gained = float(betas @ np.linalg.solve(of_block, betas))
    with_treatment = float(lost @ np.linalg.solve(of_block, lost)) / float(fit.bread[at, at])
    return with_treatment, gained / (gained + fit.rss)


def benchmark_strengths(
    r2_treatment: float, r2_outcome: float, multiple: float
) -> tuple[float, float] | tuple[None, None]:
    """Return R_D and R_Y of a confounder `multiple` times as strong as covariates with these partial R².

    Cinelli & Hazlett (2020), bounds by observed covariates, equal multiples for treatment and outcome. R_Y is capped at
    1. None when no confounder can be that strong, because it would have to explain all of the treatment or more.
    """
    if r2_treatment >= 1.0 or multiple * r2_treatment >= 1.0:
        return None, None
    strength = multiple * r2_treatment / (1.0 - r2_treatment)
    overlap = multiple * r2_treatment**2 / ((1.0 - multiple * r2_treatment) * (1.0 - r2_treatment))
    if strength >= 1.0 or overlap >= 1.0:
        return None, None
    if r2_outcome >= 1.0:
        return strength, 1.0
    eta = (math.sqrt(multiple) + math.sqrt(overlap)) / math.sqrt(1.0 - overlap)
    return strength, min(eta**2 * r2_outcome / (1.0 - r2_outcome), 1.0)


def robustness_value_iid(f: float, df: float, alpha: float) -> float:
    """Return RV_α of Cinelli & Hazlett (2020) for independent rows.

    Parameters
    ----------
    f
        Cohen's f of the treatment, |t| / √df.
    df
        Residual degrees of freedom.
    alpha
        Size of the two-sided test.
    """
    from scipy.special import stdtrit

    if df <= 1.0:
        return 0.0
    critical = float(stdtrit(df - 1.0, 1.0 - alpha / 2)) / math.sqrt(df - 1.0)
    if f <= critical:
        return 0.0
    if f * critical > 1.0:  # explaining the treatment alone is the cheaper way then
        return 1.0 - (1.0 + critical**2) / (1.0 + f**2)
    return _equal_strengths(f - critical)


def _variances(fit: Fit, at: int, scale: float, factor: float) -> tuple[float, float, float]:
    """Return (var |β|, cov(|β|, S), var S) from the linear contributions of clusters."""
    own = math.copysign(1.0, fit.coefficients[at]) * (fit.scores @ fit.bread[:, at])
    within, q = fit.within, fit.bread[at, at]
    residual = np.zeros(within.clusters.shape[1])
    residual[within.positions(fit.terms)] = -fit.coefficients
    residual[within.positions([fit.outcome])] = 1.0
    treatment = np.zeros(within.clusters.shape[1])
    treatment[within.positions(fit.terms)] = fit.bread[at] / q
    of_outcome = np.einsum("i,gij,j->g", residual, within.clusters, residual)
    of_treatment = np.einsum("i,gij,j->g", treatment, within.clusters, treatment)
    if fit.rss <= 0:
        return factor * float(own @ own), 0.0, 0.0
    spread = 0.5 * scale * (of_outcome / fit.rss - of_treatment * q)
    return factor * float(own @ own), factor * float(own @ spread), factor * float(spread @ spread)


def _first_touch(size: float, scale: float, variances: tuple[float, float, float], critical: float) -> float:
    """Return the smallest b ≥ 0 with |β| - b S ≤ t √var(b): a root of the squared equation, the first one above 0."""
    own, shared, of_scale = variances
    constant = size**2 - critical**2 * own
    if size == 0 or constant <= 0:
        return 0.0
    if scale == 0:
        return math.inf
    square = scale**2 - critical**2 * of_scale
    half = size * scale - critical**2 * shared
    root = math.sqrt(max(half**2 - square * constant, 0.0))
    # The first root of square·b² - 2 half·b + constant, written so that nothing cancels.
    return constant / (half + root)


def _equal_strengths(b: float) -> float:
    """Return the R for which R / √(1 - R) = b."""
    return 0.0 if b <= 0 else 2.0 / (1.0 + math.sqrt(1.0 + 4.0 / b**2))


def _position(fit: Fit, term: str) -> int:
    if term not in fit.terms:
        raise EstimationError(
            f"expected a regressor of the model for {fit.outcome!r}; {term!r} is not among those kept",
            hint=f"kept are {', '.join(fit.terms)}",
        )
    return fit.terms.index(term)
