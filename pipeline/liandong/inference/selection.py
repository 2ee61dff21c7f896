"""Selection on unobservables in proportion to that on observables: Oster (2019), solved exactly.

With β°, R° of the regression without the controls, β̃, R̃ of that with them, σ_y² and σ_x² the variances of outcome and
treatment, τ the variance of the treatment with the controls partialled out, A = β° - β̃, B = (R̃ - R°) σ_y² and
C = (R_max - R̃) σ_y², the bias ν of β̃ under the degree of selection δ solves (Propositions 1 and 2)

    δ C A σ_x² + ν [δ C (σ_x² - τ) - B τ - σ_x² τ A²] + ν² τ A σ_x² (δ - 2) + ν³ (δ - 1) (τ σ_x² - τ²) = 0,

and is linear in δ (Proposition 3). At δ = 1 the cubic term goes and the product of the two roots is -C/τ < 0: exactly
one has the sign of A, that is, moves the coefficient further in the direction in which the controls moved it. This is
the root that Assumption 3 of the paper and Stata's psacalc choose.

All variances may be sums of squares over the same rows: the equation is homogeneous in them. Where effects are
absorbed, everything is within them, R² too. Controls that the first regression has already are taken for unrelated to
the omitted variables (`mcontrol` of psacalc): σ_x² is what they leave of the treatment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from liandong.inference.least_squares import Fit

RATIO = 1.3  # Oster's bound on R_max, under which nine tenths of randomised results in her sample survive
_UNMOVED = 1e-10  # |A| as a share of the treatment's natural scale below which controls did not move the coefficient


@dataclass(frozen=True, slots=True)
class Selection:
    """Coefficient stability of one coefficient.

    Attributes
    ----------
    estimate, estimate_uncontrolled
        β̃ and β°.
    r2_controlled, r2_uncontrolled, r2_max
        R̃, R° and R_max, within the absorbed effects.
    delta
        The degree of selection at which the coefficient is zero; negative when unobservables would have to work against
        the direction in which the controls moved it; NaN where no degree does.
    bias_adjusted
        The coefficient at δ = 1.
    unmoved
        Whether the controls left the coefficient where it was; then δ = 1 leaves it there, too.
    """

    estimate: float
    estimate_uncontrolled: float
    r2_controlled: float
    r2_uncontrolled: float
    r2_max: float
    delta: float
    bias_adjusted: float
    unmoved: bool


def selection(uncontrolled: Fit, controlled: Fit, term: str, ratio: float = RATIO) -> Selection:
    """Return how much selection on unobservables the coefficient of `term` stands.

    Parameters
    ----------
    uncontrolled, controlled
        Nested fits of one outcome on the same moments.
    term
        The treatment, in both.
    ratio
        R_max is `ratio` times R̃, at most 1.
    """
    before, after = uncontrolled.terms.index(term), controlled.terms.index(term)
    beta_0, beta_1 = float(uncontrolled.coefficients[before]), float(controlled.coefficients[after])
    r2_0, r2_1 = uncontrolled.r2_within, controlled.r2_within
    r2_max = min(1.0, ratio * r2_1)
    total = _outcome_squares(controlled)
    terms = _Terms(
        moved=beta_0 - beta_1,
        gained=max(r2_1 - r2_0, 0.0) * total,
        possible=max(r2_max - r2_1, 0.0) * total,
        raw=1.0 / float(uncontrolled.bread[before, before]),
        left=1.0 / float(controlled.bread[after, after]),
    )
    unmoved = abs(terms.moved) * math.sqrt(terms.raw) <= _UNMOVED * math.sqrt(total)
    return Selection(
        estimate=beta_1,
        estimate_uncontrolled=beta_0,
        r2_controlled=r2_1,
        r2_uncontrolled=r2_0,
        r2_max=r2_max,
        delta=math.nan if unmoved else _degree(terms, beta_1),
        bias_adjusted=beta_1 if unmoved else beta_1 - _bias(terms),
        unmoved=unmoved,
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    """A (moved), B (gained), C (possible), σ_x² (raw) and τ (left) of the module's equation."""

    moved: float
    gained: float
    possible: float
    raw: float
    left: float


def _degree(t: _Terms, nu: float) -> float:
    """Return the δ at which the bias is `nu`; NaN where the equation is the same for every δ."""
    shared = nu**2 * t.left * t.moved * t.raw + nu**3 * t.left * (t.raw - t.left)
    above = nu * t.gained * t.left + nu * t.raw * t.left * t.moved**2 + shared + nu**2 * t.left * t.moved * t.raw
    below = t.possible * t.moved * t.raw + nu * t.possible * (t.raw - t.left) + shared
    return above / below if below != 0 else math.nan


def _bias(t: _Terms) -> float:
    """Return ν at δ = 1, the root with the sign of A."""
    square = -t.left * t.moved * t.raw
    linear = t.possible * (t.raw - t.left) - t.gained * t.left - t.raw * t.left * t.moved**2
    constant = t.possible * t.moved * t.raw
    root = math.sqrt(linear**2 - 4.0 * square * constant)
    if constant == 0.0:
        return 0.0  # nothing is left to explain: R_max = R̃
    # Of q / square and constant / q one has each sign; neither is a difference of near equals.
    q = -0.5 * (linear + math.copysign(root, linear))
    return next(nu for nu in (q / square, constant / q) if nu * t.moved > 0)


def _outcome_squares(fit: Fit) -> float:
    """Return the outcome's sum of squares within all effects: what the within R² is a share of."""
    return fit.rss / (1.0 - fit.r2_within) if fit.r2_within < 1.0 else _explained(fit)


def _explained(fit: Fit) -> float:
    y = fit.within.positions([fit.outcome])[0]
    return float(fit.coefficients @ fit.within.pooled[fit.within.positions(fit.terms), y])
