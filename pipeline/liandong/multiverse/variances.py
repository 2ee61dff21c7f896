"""CR2 and CR3 of one coefficient, with what depends on the regressors alone computed once for all outcomes.

In root coordinates (:mod:`liandong.inference.leverage`) cluster g adds (R'e)'(I - K_g)^p R'h_g to the error of the
coefficient e'β. The left factor v_g is the same for every outcome of the sample, so that an outcome costs one product
per cluster; and only one column is taken through (I - K_g)^p instead of all k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.inference import Fit
from liandong.inference.blocks import Blocks, blocks, residual_contrast, totals
from liandong.inference.leverage import (
    Leverage,
    bread_root,
    contrasts,
    in_root_coordinates,
    leverages,
    lost_terms,
)
from liandong.inference.satterthwaite import satterthwaite_df

Floats = NDArray[np.float64]

_POWERS: Mapping[str, float] = {"CR2": -0.5, "CR3": -1.0}
ADJUSTED = frozenset(_POWERS)
_DENSE = 2**22  # entries of clusters × (levels + regressors) up to which they are written out


@dataclass(frozen=True, slots=True)
class Shared:
    """What the adjusted variances of one coefficient share between outcomes.

    Attributes
    ----------
    found, parts, root
        The design as the clusters see it.
    moved
        By kind of covariance, v_g of the clusters in each of `parts`, shape (m, d, 1) each.
    df
        Satterthwaite's degrees of freedom, for CR2.
    rests_on_one
        Whether the coefficient is not identified without some cluster; then its adjusted variance is too small.
    """

    found: Blocks
    parts: tuple[Leverage, ...]
    root: Floats
    moved: Mapping[str, tuple[Floats, ...]]
    df: float
    rests_on_one: bool


def share(fit: Fit, term: str, kinds: Sequence[str]) -> Shared:
    """Return what all outcomes share, for those of `kinds` that adjust residuals; any outcome's fit will do.

    Raises
    ------
    EstimationError
        As :func:`liandong.inference.blocks.blocks` and :func:`liandong.inference.leverage.leverages`.
    """
    at = fit.terms.index(term)
    found = blocks(fit)
    parts, root = leverages(found), bread_root(found)
    units = [np.ascontiguousarray(contrasts(part, root)[:, :, [at]]) for part in parts]
    moved = {
        kind: tuple(part.power(power, unit) for part, unit in zip(parts, units, strict=True))
        for kind, power in _POWERS.items()
        if kind in kinds
    }
    df = _df(found, parts, units, moved["CR2"], at) if "CR2" in moved else float("nan")
    return Shared(found, parts, root, moved, df, bool(lost_terms(found, parts)[:, at].any()))


def adjusted_variances(fit: Fit, shared: Shared) -> dict[str, tuple[float, float]]:
    """Return by kind the variance of the shared coefficient in `fit`, and the degrees of freedom of its t."""
    residuals = totals(fit, shared.found, residual_contrast(fit))
    right = [in_root_coordinates(shared.found, part, residuals, shared.root) for part in shared.parts]
    g = fit.n_clusters
    small_sample = {"CR2": (1.0, shared.df), "CR3": ((g - 1) / g, float(g - 1))}
    found = {}
    for kind, moved in shared.moved.items():
        factor, df = small_sample[kind]
        total = sum(float(((left * own).sum(axis=1) ** 2).sum()) for left, own in zip(moved, right, strict=True))
        found[kind] = (factor * total, df)
    return found


def _df(found: Blocks, parts: Sequence[Leverage], units: Sequence[Floats], moved: Sequence[Floats], at: int) -> float:
    """Return tr(B)²/tr(B²) of :mod:`liandong.inference.satterthwaite`, for one column."""
    width = found.n_levels + found.rank
    if found.n_clusters * width > _DENSE:
        return float(satterthwaite_df(found, parts)[at])
    diagonal, tau = np.zeros(found.n_clusters), np.zeros((found.n_clusters, width))
    for part, unit, left in zip(parts, units, moved, strict=True):
        diagonal[part.clusters] = ((unit * (part.matrix @ unit)).sum(axis=1) - part.lost(unit))[:, 0]
        own = (part.matrix @ left)[:, :, 0]
        tau[part.clusters[:, None], found.cell_level[part.cells]] = own[:, : part.n_cells]
        tau[part.clusters, found.n_levels :] = own[:, part.n_cells :]
    gram = tau @ tau.T if found.n_clusters < width else tau.T @ tau
    square = (diagonal**2).sum() + (gram**2).sum() - ((tau**2).sum(axis=1) ** 2).sum()
    trace = diagonal.sum()
    return float(trace**2 / square) if trace > 0 else float("nan")
