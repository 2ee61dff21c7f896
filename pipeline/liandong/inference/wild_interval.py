"""P-values of the restricted wild bootstrap as a function of the hypothesised value, and the interval they give.

A draw counts against b = β̂ - s σ when t*² ≥ t², that is when the quartic

    (n0 + s n1)² - (1 - tolerance) s² (w0 + s w1 + s² w2)

is not negative. All that a p-value anywhere on the line needs is therefore five numbers per draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TIE = 1e-9  # t*² this close to t² is equal to it: equal weights reproduce t up to rounding
_PRECISION = 1e-10  # of interval ends, in standard errors or relative, whichever is larger
_SLACK = 1e-12  # rounding of 1 - level

# In units of the CR0 standard error: close where intervals usually end, then geometric. One treated cluster among
# thousands makes standard errors too small by factors of up to 10⁵.
_REACH = np.concatenate([np.arange(1, 80) * 0.1, np.geomspace(8.0, 1e8, 100)])
_GRID = np.concatenate([-_REACH[::-1], [0.0], _REACH])


@dataclass(frozen=True, slots=True)
class PCurve:
    """The p-value of every hypothesised value, s = (β̂ - b)/σ standard errors from the estimate.

    Attributes
    ----------
    quartics
        Coefficients of s⁰ … s⁴, shape (draws, 5).
    enumerated
        Whether the draws are all there are; else the observed sample counts as one more (Phipson & Smyth 2010,
        Permutation p-values should never be zero).
    """

    quartics: Floats
    enumerated: bool

    def at(self, s: Floats) -> Floats:
        """Return p at every s, shape as `s` (one-dimensional)."""
        values = self.quartics @ np.vander(s, 5, increasing=True).T
        return self._share(np.count_nonzero(values >= 0, axis=0))

    def at_infinity(self) -> float:
        """Return the limit of p far from the estimate, which is the same on both sides.

        There t grows without bound and t* does not, unless w2 = 0: then t* grows as |n1|/√w0 times t.
        """
        counts = np.count_nonzero((self.quartics[:, 4] >= 0) & (self.quartics[:, 2] >= 0))
        return float(self._share(np.array([counts]))[0])

    def _share(self, counts: NDArray[np.intp]) -> Floats:
        extra = 0 if self.enumerated else 1
        shares: Floats = (counts + extra) / (len(self.quartics) + extra)
        return shares


@dataclass(frozen=True, slots=True)
class Accepted:
    """The hull of {s: p(s) > 1 - level}: low < 0 < high, infinite where the set is; `connected` if it has no gap."""

    low: float
    high: float
    connected: bool


def p_curve(coefficients: Floats, *, enumerated: bool) -> PCurve:
    """Return the curve from n0, n1, w0, w1, w2 by draw, shape (5, draws)."""
    n0, n1, w0, w1, w2 = coefficients
    keep = 1 - _TIE
    return PCurve(np.stack([n0 * n0, 2 * n0 * n1, n1 * n1 - keep * w0, -keep * w1, -keep * w2], axis=1), enumerated)


def accepted(curve: PCurve, level: float) -> Accepted:
    """Return the hull of the values that the test does not reject at 1 - `level`.

    The curve is read on a grid that reaches 10⁸ standard errors and at infinity, and the outermost crossings are
    bisected. A gap or an island narrower than a grid step (0.1 standard errors up to 8, 18 % beyond) can stay unseen.
    """
    alpha = 1 - level + _SLACK
    far = [curve.at_infinity() > alpha]
    inside = np.concatenate([far, curve.at(_GRID) > alpha, far])
    held = np.flatnonzero(inside)
    first, last = int(held[0]) - 1, int(held[-1]) - 1  # grid positions; -1 and len(_GRID) are the infinities
    low = -np.inf if first <= 0 else _bisect(curve, alpha, _GRID[first], _GRID[first - 1])
    high = np.inf if last >= len(_GRID) - 1 else _bisect(curve, alpha, _GRID[last], _GRID[last + 1])
    return Accepted(float(low), float(high), bool(np.all(np.diff(held) == 1)))


def _bisect(curve: PCurve, alpha: float, inside: float, outside: float) -> float:
    """Return where the test starts to reject between a value it accepts and one it rejects."""
    while abs(outside - inside) > _PRECISION * max(1.0, abs(inside)):
        middle = (inside + outside) / 2
        if curve.at(np.array([middle]))[0] > alpha:
            inside = middle
        else:
            outside = middle
    return inside
