"""What other software prints for the same model: its small-sample factor, its count of coefficients, its reference.

Every clustered standard error here is one and the same sandwich, Q (Σ_g s_g s_gᵀ) Q, times a factor; programs disagree
on the factor (three forms), on K, the coefficients counted as estimated, and on the distribution that the statistic is
held against. N rows, G clusters, k slopes kept, L1 and L2 the levels of the effects:

========================  =======================  =====================================================  ==============
program                   factor                   K with effects (always k + 1 without)                  distribution
========================  =======================  =====================================================  ==============
liandong                  G/(G-1) (N-1)/(N-K)      k + 1 if the first effect is nested, else k + L1;      t(G-1)
                                                   a second effect adds its levels less those implied
fixest, pyfixest          G/(G-1) (N-1)/(N-K)      k + L1 + L2 - 1, every nested effect counted as one    t(G-1)
PanelOLS                  N/(N-K)                  k for one nested effect, else k + L1 + L2 - 1          t(N-k-L1-L2+1)
PanelOLS, AbsorbingLS     G/(G-1) (N-1)/(N-K)      as PanelOLS                                            t(N-k-L1-L2+1)
 (group_debias, debiased)
AbsorbingLS               1                                                                               normal
statsmodels with dummies  G/(G-1) (N-1)/(N-K)      k + L1 + L2 - 1                                        normal, t(G-1)
R lm and vcovCL           G/(G-1) (N-1)/(N-K)      the same less aliased dummies                          t(N-K)
Stata areg                G/(G-1) (N-1)/(N-K)      the same                                               t(G-1)
reghdfe                   G/(G-1) (N-1)/(N-K)      the same, nested effects not counted but as one        t(G-1)
Stata xtreg, fe           G/(G-1) (N-1)/(N-K)      k + 1, only if the effect is nested                    t(G-1)
========================  =======================  =====================================================  ==============

An effect is nested when every level lies in one cluster. Sources: the code of pyfixest 0.60, linearmodels 7.1 and
statsmodels 0.15, which the tests run, and of R's sandwich 3.0; Correia's reghdfe 6 (Regression.mata and DoF.mata); for
Stata's own commands [R] regress, [R] areg and [XT] xtreg, Cameron & Miller (2015), A practitioner's guide to
cluster-robust inference, Journal of Human Resources 50, section III.B, and Gormley & Matsa (2014), Common errors,
Review of Financial Studies 27, 617-661. Weights enter the sandwich alone: all of these programs count rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from liandong.inference.coefficients import Coefficients
from liandong.inference.counts import Counted, Counts, counts
from liandong.inference.covariance import covariance
from liandong.inference.least_squares import Fit

OURS = "liandong_cr1"


@dataclass(frozen=True, slots=True)
class Factor:
    """A small-sample factor: how it is written, and its value for N, G and K."""

    text: str
    value: Callable[[int, int, int], float]


@dataclass(frozen=True, slots=True)
class Convention:
    """How one program turns the sandwich into standard errors and tests.

    Attributes
    ----------
    name
        Key in `CONVENTIONS`.
    software
        Program and options, as a reader would type them.
    description
        What is peculiar about it.
    factor
        Form of the small-sample factor.
    count
        K of the factor.
    df
        Degrees of freedom of the t distribution; infinite for the normal.
    held_against
        The version that the tests compare it with; where the program cannot be run, "published output" if a value that
        it printed is reproduced, or "documentation".
    needs_effect
        False if it serves models without an effect, too.
    refuses
        Why the program gives no answer for such a model; "" when it does.
    """

    name: str
    software: str
    description: str
    factor: Factor
    count: Callable[[Counts], Counted]
    df: Callable[[Counts], float]
    held_against: str
    needs_effect: bool = False
    refuses: Callable[[Counts], str] = lambda _: ""


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
    if convention.factor is not _NONE and found.n_obs <= counted.total:
        return f"not defined: N = {found.n_obs} rows and K = {counted.text} = {counted.total}"
    return f"not defined: {df:.0f} degrees of freedom" if df < 1 else ""


def _formula(factor: Factor, counted: Counted) -> str:
    return factor.text if factor is _NONE else f"{factor.text}, K = {counted.text} = {counted.total}"


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


def _between_clusters(found: Counts) -> float:
    return found.n_clusters - 1.0


def _infinite(_: Counts) -> float:
    return float("inf")


def _residual(found: Counts) -> float:
    return float(found.n_obs - found.all_columns.total)


def _residual_rank(found: Counts) -> float:
    return float(found.n_obs - found.all_independent.total)


def _reghdfe_df(found: Counts) -> float:
    """min(G - 1, N - k - absorbed levels that count): the constant that the factor counts is not subtracted here."""
    return float(min(found.n_clusters - 1, found.n_obs - found.reghdfe.total + found.any_nested))


def _not_nested(found: Counts) -> str:
    return "" if found.first_nested else "Stata stops: panels are not nested within clusters"


def _effects_nested(found: Counts) -> str:
    inside = found.second_levels and found.groups in {found.first_levels, found.second_levels}
    return "PanelOLS stops: one effect is nested in the other" if inside else ""


def _unknown(found: Counts) -> str:
    known = found.second_nested is not None
    return "" if known else "not known: rows were demeaned, and whether clusters hold the second effect with them"


_NONE = Factor("1", lambda _n, _g, _k: 1.0)
_RESIDUAL = Factor("N/(N−K)", lambda n, _g, k: n / (n - k))
_CLUSTERED = Factor("G/(G−1)·(N−1)/(N−K)", lambda n, g, k: g / (g - 1) * (n - 1) / (n - k))

CONVENTIONS: Mapping[str, Convention] = MappingProxyType(
    {
        convention.name: convention
        for convention in (
            Convention(
                OURS,
                "liandong CR1",
                "An effect nested in the clusters counts as one coefficient, another one with all its levels.",
                _CLUSTERED,
                lambda c: c.ours,
                _between_clusters,
                "row-level algebra",
            ),
            Convention(
                "fixest",
                'pyfixest feols(vcov={"CRV1": …}); R fixest feols(vcov = ~ …)',
                "Every effect nested in the clusters counts as one coefficient, other ones with all their levels"
                " (K.fixef = 'nonnested', called 'nested' before fixest 0.13).",
                _CLUSTERED,
                lambda c: c.fixest,
                _between_clusters,
                "pyfixest 0.60",
                refuses=_unknown,
            ),
            Convention(
                "fixest_none",
                'pyfixest, fixest with ssc(k_fixef="none"); the default of early pyfixest',
                "Absorbed levels are not counted at all, nested or not.",
                _CLUSTERED,
                lambda c: c.slopes_only,
                _between_clusters,
                "pyfixest 0.60",
                needs_effect=True,
            ),
            Convention(
                "panelols",
                'linearmodels PanelOLS.fit(cov_type="clustered"); PooledOLS without effects',
                "No factor for the number of clusters. A single nested effect is not counted in the factor, but always"
                " in the degrees of freedom; with a constant among the regressors K would be one more when nested.",
                _RESIDUAL,
                lambda c: c.panelols,
                _residual,
                "linearmodels 7.1",
                refuses=_effects_nested,
            ),
            Convention(
                "panelols_group_debias",
                'linearmodels PanelOLS.fit(cov_type="clustered", group_debias=True); PooledOLS without effects',
                "As PanelOLS, with the factor for the number of clusters; the reference distribution stays that of"
                " the rows.",
                _CLUSTERED,
                lambda c: c.panelols,
                _residual,
                "linearmodels 7.1",
                refuses=_effects_nested,
            ),
            Convention(
                "absorbingls",
                'linearmodels AbsorbingLS.fit(cov_type="clustered")',
                "The bare sandwich against the normal distribution.",
                _NONE,
                lambda c: c.slopes_only,
                _infinite,
                "linearmodels 7.1",
                needs_effect=True,
            ),
            Convention(
                "absorbingls_debiased",
                'linearmodels AbsorbingLS.fit(cov_type="clustered", debiased=True)',
                "A single nested effect is not counted in the factor, but in the degrees of freedom.",
                _CLUSTERED,
                lambda c: c.panelols,
                _residual,
                "linearmodels 7.1",
                needs_effect=True,
            ),
            Convention(
                "statsmodels",
                'statsmodels OLS or WLS with dummies, fit(cov_type="cluster")',
                "Every column counts, dummies and collinear ones included; the default reference is normal.",
                _CLUSTERED,
                lambda c: c.all_columns,
                _infinite,
                "statsmodels 0.15",
            ),
            Convention(
                "statsmodels_t",
                'statsmodels OLS or WLS with dummies, fit(cov_type="cluster", use_t=True)',
                "As before, against t.",
                _CLUSTERED,
                lambda c: c.all_columns,
                _between_clusters,
                "statsmodels 0.15",
            ),
            Convention(
                "vcovcl",
                "R lm with factors, lmtest::coeftest(vcov = sandwich::vcovCL, cluster = …)",
                "Every coefficient counts that is not aliased; coeftest keeps the degrees of freedom of the rows.",
                _CLUSTERED,
                lambda c: c.all_independent,
                _residual_rank,
                "sandwich 3.0",
            ),
            Convention(
                "stata_areg",
                "Stata areg, absorb() vce(cluster …); regress without effects",
                "Absorbed levels count as if they were dummies, nested or not; so does regress with i. terms.",
                _CLUSTERED,
                lambda c: c.all_independent,
                _between_clusters,
                "documentation",
            ),
            Convention(
                "reghdfe",
                "Stata reghdfe, absorb() vce(cluster …)",
                "Nested effects are not counted, but then the constant is; degrees of freedom are those of the rows"
                " where these are fewer.",
                _CLUSTERED,
                lambda c: c.reghdfe,
                _reghdfe_df,
                "documentation",
                refuses=_unknown,
            ),
            Convention(
                "stata_xtreg",
                "Stata xtreg, fe vce(cluster …)",
                "Slopes and the constant count. Panels have to be nested within clusters.",
                _CLUSTERED,
                lambda c: c.slopes_and_constant,
                _between_clusters,
                "published output",
                needs_effect=True,
                refuses=_not_nested,
            ),
        )
    }
)
"""The conventions by name, in the order in which they are shown."""
