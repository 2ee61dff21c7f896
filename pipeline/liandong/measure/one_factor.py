"""Maximum-likelihood fit of the one-factor model, from nothing but a correlation matrix.

The model is Σ = λλᵀ + diag(ψ); minimised is F = log|Σ| + tr(SΣ⁻¹) (Lawley & Maxwell 1971, ch. 4; Bollen 1989, ch. 7).
With V = Σ⁻¹, B = V(S − Σ)V, a = Vλ, b = Bλ, c = λᵀa and d = λᵀb, the score and the expected information of −F/2 are

    ∂/∂λ = b                 ∂/∂ψ = ½ diag(B)
    I_λλ = cV + aaᵀ          I_λψ[i, j] = V_ij a_j          I_ψψ = ½ V∘V

and the observed information J is I plus the terms in the misfit B

    λλ: abᵀ + baᵀ + dV + (c − 1)B       λψ[i, j]: B_ij a_j + V_ij b_j       ψψ: V∘B

so Newton steps, and the sandwich variance afterwards, need no more than p × p algebra.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.floating[Any]]
Matrix = NDArray[np.floating[Any]]

# A unique variance below this share of an item's variance is held there: the usual guard against Heywood cases.
LEAST_UNIQUE = 0.005
MINIMUM_ITEMS = 3
_MOST_STEPS = 500
_MOST_HALVINGS = 40
_CONVERGED = 1e-11
_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class OneFactor:
    """A fitted one-factor model on the correlation scale.

    Attributes
    ----------
    loadings
        (p,) λ, signed so that their sum is not negative.
    uniques
        (p,) ψ, at least ``LEAST_UNIQUE``.
    heywood
        Whether some ψ stands on that bound, where the usual standard errors do not hold.
    converged
        Whether the last step moved no parameter by more than 1e-11.
    """

    loadings: Vector
    uniques: Vector
    heywood: bool
    converged: bool

    @property
    def implied(self) -> Matrix:
        """The model's correlation matrix, (p, p)."""
        return np.outer(self.loadings, self.loadings) + np.diag(self.uniques)


def fit_one_factor(correlations: Matrix) -> OneFactor:
    """Return the maximum-likelihood fit to `correlations`, (p, p) with p ≥ 3.

    Newton's method with step halving, on the expected information where the observed one is not positive definite. A
    unique variance that wants to fall below its bound is held there for as long as the score points outwards.
    """
    size = len(correlations)
    loadings, uniques = _start(correlations)
    value = _discrepancy(correlations, loadings, uniques)
    converged = False
    for _ in range(_MOST_STEPS):
        step = _step(correlations, loadings, uniques)
        for halving in range(_MOST_HALVINGS):
            moved = step * 0.5**halving
            new_loadings = loadings + moved[:size]
            new_uniques = np.maximum(uniques + moved[size:], LEAST_UNIQUE)
            new_value = _discrepancy(correlations, new_loadings, new_uniques)
            # Near its minimum F is flat to rounding: there a step may not be refused for a rise in the last digits.
            if new_value <= value + _ROUNDING * abs(value):
                break
        change = max(np.abs(new_loadings - loadings).max(), np.abs(new_uniques - uniques).max())
        loadings, uniques, value = new_loadings, new_uniques, new_value
        if change < _CONVERGED:
            converged = True
            break
    loadings = -loadings if loadings.sum() < 0 else loadings
    return OneFactor(loadings, uniques, bool((uniques <= LEAST_UNIQUE).any()), converged)


def score_rows(fit: OneFactor, standardised: Matrix) -> Matrix:
    """Return each person's score of −F/2 at `fit`, (n, p) standardised answers → (n, 2p); the columns sum to zero.

    With S_i = z zᵀ and u = Vz, the score's parts are u(uᵀλ) − Vλ and ½(u∘u − diag V): no p × p matrix per person.
    """
    inverse = np.linalg.inv(fit.implied)
    turned = standardised @ inverse
    by_loading = turned * (turned @ fit.loadings)[:, None] - inverse @ fit.loadings
    return np.hstack([by_loading, 0.5 * (turned**2 - np.diagonal(inverse))])


def observed_information(fit: OneFactor, correlations: Matrix) -> Matrix:
    """Return minus the Hessian of −F/2 at `fit`, (2p, 2p)."""
    inverse, between = _inverse_and_misfit(correlations, fit.loadings, fit.uniques)
    return _expected(fit.loadings, inverse) + _misfit_terms(fit.loadings, inverse, between)


def _start(correlations: Matrix) -> tuple[Vector, Vector]:
    values, vectors = np.linalg.eigh(correlations)
    loadings = vectors[:, -1] * np.sqrt(values[-1]) * 0.8
    return loadings, np.maximum(1.0 - loadings**2, 0.1)


def _discrepancy(correlations: Matrix, loadings: Vector, uniques: Vector) -> float:
    scaled = loadings / uniques
    signal = 1.0 + float(loadings @ scaled)
    # Σ⁻¹ and |Σ| of a diagonal plus a rank-one matrix, by Sherman–Morrison.
    trace = float((np.diagonal(correlations) / uniques).sum() - scaled @ correlations @ scaled / signal)
    return float(np.log(uniques).sum() + np.log(signal)) + trace


def _step(correlations: Matrix, loadings: Vector, uniques: Vector) -> Vector:
    size = len(loadings)
    inverse, between = _inverse_and_misfit(correlations, loadings, uniques)
    score = np.concatenate([between @ loadings, 0.5 * np.diagonal(between)])
    free = np.concatenate([np.ones(size, dtype=bool), (uniques > LEAST_UNIQUE) | (score[size:] >= 0)])
    expected = _expected(loadings, inverse)
    observed = expected + _misfit_terms(loadings, inverse, between)
    block = np.ix_(free, free)
    information = observed[block] if np.linalg.eigvalsh(observed[block])[0] > 0 else expected[block]
    step = np.zeros(2 * size)
    step[free] = np.linalg.lstsq(information, score[free], rcond=None)[0]
    return step


def _inverse_and_misfit(correlations: Matrix, loadings: Vector, uniques: Vector) -> tuple[Matrix, Matrix]:
    implied = np.outer(loadings, loadings) + np.diag(uniques)
    inverse: Matrix = np.linalg.inv(implied)
    return inverse, inverse @ (correlations - implied) @ inverse


def _expected(loadings: Vector, inverse: Matrix) -> Matrix:
    a = inverse @ loadings
    mixed = inverse * a
    return np.block([[(loadings @ a) * inverse + np.outer(a, a), mixed], [mixed.T, 0.5 * inverse**2]])


def _misfit_terms(loadings: Vector, inverse: Matrix, between: Matrix) -> Matrix:
    a, b = inverse @ loadings, between @ loadings
    c, d = loadings @ a, loadings @ b
    both = np.outer(a, b)
    mixed = between * a + inverse * b
    return np.block([[both + both.T + d * inverse + (c - 1.0) * between, mixed], [mixed.T, inverse * between]])
