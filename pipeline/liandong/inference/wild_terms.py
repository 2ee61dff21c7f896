"""Ingredients of the restricted wild cluster bootstrap of one coefficient, as polynomials in the hypothesised value.

The test of β_j = b puts the residual ũ(b) of the regression restricted to β_j = b into the bootstrap outcome, times v_g
by cluster. With e_x the residual of x_j on everything else, q = Q[:, j], û the unrestricted residual and
δ = β̂_j - b, ũ(b) = û + δ e_x, so that with h = Z'W(·) by cluster

    h̃_g = h_g(û) + δ h_g(e_x),    a_g = q'h̃_g[S],
    β*_j - b = Σ_g v_g a_g,    CR1 score of cluster g = v_g a_g - B_g' H,    H = Σ_h v_h h̃_h,    B_g' = q' S_g[S, ·] P.

The numerator is linear and the variance quadratic in δ. With δ = s σ, σ² = Σ_g (q'h_g(û))² the observed variance, all
coefficients are free of units: t* ∝ (n0 + s n1) / √(w0 + s w1 + s² w2), observed t ∝ s. The CR1 factor cancels.

B = U R (thin QR, r = min(G, L + k) columns), hence B_g'H = U_g'(Σ_h v_h R h̃_h): r numbers per draw, nothing of G × G.
Σ_g (v_g a_g - U_g'H)² is written out for clusters that carry much of a, and for all if they are few; for the rest it is
expanded into sums over clusters that are linear in v. Written out, squares cannot cancel: with one treated cluster
among thousands the expansion alone loses eight digits of w2.

Sources: MacKinnon, J. G., Nielsen, M. Ø. & Webb, M. D. (2023), Fast and reliable jackknife and bootstrap methods for
cluster-robust inference, Journal of Applied Econometrics 38, 671-694; Roodman, D., MacKinnon, J. G., Nielsen, M. Ø. &
Webb, M. D. (2019), Fast and wild, Stata Journal 19, 4-60 (their section 5 has the algebra without crossing effects).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.inference.blocks import Blocks, Totals, blocks, residual_contrast, totals
from liandong.inference.least_squares import Fit

Floats = NDArray[np.float64]

_FEW = 64  # clusters that are all written out
_HEAVY = 32  # clusters written out among many
_NO_VARIANCE = 1e-24  # share of its bound below which the observed variance is rounding
_ROUNDING_WRITTEN, _ROUNDING_EXPANDED = 1e-20, 1e-13  # shares of Σ a² below which a bootstrap variance is rounding


@dataclass(frozen=True, slots=True)
class WildTerms:
    """What the bootstrap of one coefficient needs of G clusters, free of units.

    Attributes
    ----------
    sigma
        √Σ_g (q'h_g(û))²: the CR0 standard error, in units of the coefficient.
    linear
        Rows that are multiplied with the weights: R h(û)/σ, R h(e_x), a(û)/σ, a(e_x), and, if any cluster is not
        written out, U∘a(û)/σ and U∘a(e_x) of those; shape (2r + 2 or 4r + 2, G).
    basis
        U of the clusters written out, shape (E, r).
    written
        Positions of the clusters written out, shape (E,).
    own
        a(û)/σ and a(e_x) of the clusters written out, shape (2, E).
    squares
        a0², 2 a0 a1 and a1² of the others, shape (3, G); zero for those written out.
    gram
        Σ U_g U_g' over the others, shape (r, r).
    floor
        What of (w0, w1, w2) is rounding, shape (3,).
    """

    sigma: float
    linear: Floats
    basis: Floats
    written: NDArray[np.intp]
    own: Floats
    squares: Floats
    gram: Floats
    floor: Floats

    @property
    def expanded(self) -> bool:
        """Whether some clusters are not written out."""
        return len(self.written) < int(self.linear.shape[1])


def wild_terms(fit: Fit, term: str) -> WildTerms | None:
    """Return the ingredients for `term`, or None when its clustered variance is zero.

    Raises
    ------
    EstimationError
        As `blocks`.
    """
    j = fit.terms.index(term)
    found = blocks(fit)
    q = fit.bread[:, j]
    regressor = np.zeros(fit.within.clusters.shape[1])
    regressor[fit.within.positions(fit.terms)] = q / q[j]  # X̃ q / q_j = e_x (Frisch, Waugh and Lovell)
    residual = totals(fit, found, residual_contrast(fit))
    partial = totals(fit, found, regressor)
    own = np.stack([residual.regressors @ q, partial.regressors @ q])
    variance = float(own[0] @ own[0])
    y = fit.within.positions([fit.outcome])[0]
    if variance <= _NO_VARIANCE * q[j] * fit.within.pooled[y, y]:
        return None
    sigma = float(np.sqrt(variance))
    own[0] /= sigma
    basis, upper = np.linalg.qr(leverage_rows(found, q))
    moved = [upper @ stacked(found, residual).T / sigma, upper @ stacked(found, partial).T]
    return _arranged(sigma, own, basis, moved)


def stacked(found: Blocks, parts: Totals) -> Floats:
    """Return Z_g'W_g v in full, levels first: shape (G, L + k)."""
    full = np.zeros((found.n_clusters, found.n_levels + found.rank))
    full[found.cell_cluster, found.cell_level] = parts.cells
    full[:, found.n_levels :] = parts.regressors
    return full


def leverage_rows(found: Blocks, q: Floats) -> Floats:
    """Return B_g' = q' S_g[S, ·] P of every cluster, shape (G, L + k)."""
    rows = np.zeros((found.n_clusters, found.n_levels + found.rank))
    rows[found.cell_cluster, found.cell_level] = found.cell_sums @ q / found.level_weight[found.cell_level]
    rows[:, found.n_levels :] = (found.squares @ q) @ found.bread
    return rows


def coefficients_by_draw(terms: WildTerms, weights: Floats, *, signs: bool) -> Floats:
    """Return n0, n1, w0, w1, w2 of every draw, shape (5, draws).

    Parameters
    ----------
    terms
        As `wild_terms` returns them.
    weights
        v, shape (G, draws).
    signs
        Whether all weights are ±1, so that their squares need no multiplication.
    """
    r = terms.basis.shape[1]
    sums = terms.linear @ weights
    first, second = sums[:r], sums[r : 2 * r]
    drawn = weights[terms.written]
    u0 = drawn * terms.own[0][:, None] - terms.basis @ first
    u1 = drawn * terms.own[1][:, None] - terms.basis @ second
    out = np.empty((5, weights.shape[1]))
    out[:2] = sums[2 * r : 2 * r + 2]
    out[2], out[3], out[4] = _dot(u0, u0), 2 * _dot(u0, u1), _dot(u1, u1)
    if terms.expanded:
        c0, c1 = sums[2 * r + 2 : 3 * r + 2], sums[3 * r + 2 :]
        k0, k1 = terms.gram @ first, terms.gram @ second
        out[2:] += terms.squares.sum(axis=1)[:, None] if signs else terms.squares @ weights**2
        out[2] += _dot(first, k0 - 2 * c0)
        out[3] += 2 * (_dot(first, k1 - c1) - _dot(second, c0))
        out[4] += _dot(second, k1 - 2 * c1)
    out[2:] -= terms.floor[:, None]
    lost = out[4] <= 0
    out[3:, lost] = 0.0  # a vanishing quadratic term takes the linear one with it, but for rounding
    return out


def _arranged(sigma: float, own: Floats, basis: Floats, moved: list[Floats]) -> WildTerms:
    size = own.shape[1]
    share = own**2 / (own**2).sum(axis=1, keepdims=True)
    heavy = np.arange(size) if size <= _FEW else np.sort(np.argsort(-share.max(axis=0), kind="stable")[:_HEAVY])
    rest = np.ones(size)
    rest[heavy] = 0.0
    products = np.stack([own[0] ** 2, 2 * own[0] * own[1], own[1] ** 2])
    linear = [*moved, own]
    if len(heavy) < size:
        linear += [(basis * (a * rest)[:, None]).T for a in own]
    return WildTerms(
        sigma=sigma,
        linear=np.vstack(linear),
        basis=basis[heavy],
        written=heavy,
        own=own[:, heavy],
        squares=products * rest,
        gram=(basis * rest[:, None]).T @ basis,
        floor=products @ np.where(rest > 0, _ROUNDING_EXPANDED, _ROUNDING_WRITTEN),
    )


def _dot(left: Floats, right: Floats) -> Floats:
    product: Floats = np.einsum("ij,ij->j", left, right)
    return product
