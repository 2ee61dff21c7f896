"""What every cluster adds to the error of the coefficients, its residuals adjusted for its leverage.

The residuals of a cluster are multiplied by (I - H_gg)^p: p = 0 in CR1, -1/2 in CR2 (Bell & McCaffrey 2002), -1 in CR3,
where the result is the change of the coefficients when the cluster leaves. Absorbed effects count as the dummies they
stand for, whether they equal, contain, lie inside or cross the clusters. With weights this is the regression of √w y on
√w z: the working model of CR2 is a variance in proportion to 1/w.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from liandong.inference.blocks import Blocks, residual_contrast, totals
from liandong.inference.least_squares import Fit
from liandong.inference.leverage import Floats, Leverage, bread_root, in_root_coordinates


def contributions(fit: Fit, found: Blocks, parts: Sequence[Leverage], exponent: float) -> Floats:
    """Return Q times the score of every cluster, its residuals multiplied by (I - H_gg)^exponent; shape (G, k).

    With exponent -1 row g is β - β₋g, the coefficients less those of the sample without cluster g. Where a coefficient
    is not identified without the cluster, the Moore-Penrose power is taken, which counts the lost directions as if
    they did not change: the row is then too small, and `lost_terms` marks it.

    Parameters
    ----------
    fit
        The model.
    found
        `blocks(fit)`.
    parts
        `leverages(found)`.
    exponent
        p.
    """
    root = bread_root(found)
    residuals = totals(fit, found, residual_contrast(fit))
    moved = np.zeros((found.n_clusters, found.rank))
    for part in parts:
        adjusted = part.power(exponent, in_root_coordinates(found, part, residuals, root))
        moved[part.clusters] = adjusted[:, part.n_cells :, 0] @ root.T
    return moved
