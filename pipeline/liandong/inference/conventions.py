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

from liandong.inference.counts import Counted, Counts

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


NO_FACTOR = Factor("1", lambda _n, _g, _k: 1.0)
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
                NO_FACTOR,
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
