"""Cluster totals of one column, in its own units: the input of means, proportions and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liandong.moments.cells import Moments


@dataclass(frozen=True, slots=True)
class ClusterTotals:
    """Sums of one column by cluster; clusters without a row in the sample have zeros.

    Attributes
    ----------
    weight, value, square
        Σw, Σwx, Σwx² per cluster of the data, shape (G,).
    rows
        Row counts, shape (G,).
    """

    weight: NDArray[np.float64]
    value: NDArray[np.float64]
    square: NDArray[np.float64]
    rows: NDArray[np.int64]


def cluster_totals(
    moments: Moments,
    column: str,
    *,
    complete_on: Sequence[str] | None = None,
    cells: NDArray[np.bool_] | None = None,
) -> ClusterTotals:
    """Add up `column` by cluster over the rows complete on `complete_on` (default: the column itself).

    Parameters
    ----------
    cells
        Restriction to a domain, shape (C,).

    Raises
    ------
    EstimationError
        When the sample rules collected cannot tell these rows apart.
    """
    sample = moments.complete_cells([column] if complete_on is None else complete_on)
    if cells is not None:
        sample = sample & cells
    j = moments.positions([column])[0]
    g, products = moments.cell_cluster[sample], moments.products[sample]
    n, s, q = products[:, 0, 0], products[:, 0, j], products[:, j, j]
    c = moments.centre[moments.cell_effect[sample], j]

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(g, values, len(moments.cluster_labels)).astype(np.float64)

    rows = total(moments.rows[sample].astype(np.float64)).astype(np.int64)
    return ClusterTotals(total(n), total(s + n * c), total(q + 2 * c * s + n * c**2), rows)
