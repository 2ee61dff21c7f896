"""The cells of a data set: everything that inference needs to know about its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.moments.census import Accounting


@dataclass(frozen=True, slots=True)
class Moments:
    """Moment matrices of the analysis columns by cell = cluster × fixed-effect level × further keys × sample key.

    C cells, k analysis columns, G clusters, F fixed-effect levels, R sample rules.

    Attributes
    ----------
    columns
        Names of the k analysis columns; position 0 of every matrix is the constant.
    rules
        The R sets of columns whose complete cases the sample key tells apart.
    complete
        Which cells are complete on which rule, shape (C, R).
    cluster, effect
        Names of the cluster and fixed-effect columns; `effect` is None without one (then F = 1).
    cluster_labels, effect_labels
        Sorted labels, of length G and F.
    cell_cluster, cell_effect
        Positions in these, shape (C,); cells are sorted by cluster.
    key_names, key_labels, cell_keys
        The further keys: names, sorted labels per key, and positions in them, shape (C, keys); -1 for a null key.
    rows, weight_sq
        Row counts and Σw² per cell, shape (C,).
    products
        M_a = Σ w z zᵀ about the centre, shape (C, k + 1, k + 1); M_a[0, 0] = n_a = Σw, M_a[0, 1:] = s_a.
    centre
        What was subtracted from z, by fixed-effect level, shape (F, k + 1); the same in every row unless `recentred`.
    recentred
        Columns that a second pass centred on their fixed-effect means, because they hardly vary within them.
    passes
        Passes over the rows, 1 or 2.
    engine
        Which engine and which kernel made the sums.
    weighted
        Whether sampling weights entered; they are normalised to mean 1 over all rows used.
    accounting
        Rows in, used and left out.
    """

    columns: tuple[str, ...]
    rules: tuple[tuple[str, ...], ...]
    complete: NDArray[np.bool_]
    cluster: str
    effect: str | None
    cluster_labels: tuple[Any, ...]
    effect_labels: tuple[Any, ...]
    cell_cluster: NDArray[np.intp]
    cell_effect: NDArray[np.intp]
    key_names: tuple[str, ...]
    key_labels: tuple[tuple[Any, ...], ...]
    cell_keys: NDArray[np.intp]
    rows: NDArray[np.int64]
    weight_sq: NDArray[np.float64]
    products: NDArray[np.float64]
    centre: NDArray[np.float64]
    recentred: tuple[str, ...]
    passes: int
    engine: str
    weighted: bool
    accounting: Accounting

    def positions(self, columns: Sequence[str]) -> NDArray[np.intp]:
        """Return the positions of `columns` in z; EstimationError for one that was not collected."""
        return positions_in_z(columns, self.columns)

    def complete_cells(self, columns: Sequence[str], keys: Sequence[str] = ()) -> NDArray[np.bool_]:
        """Return which cells hold the complete cases of `columns` (and have no null in `keys`), shape (C,).

        Rows are complete on `columns` when they are complete on every rule inside it, provided that these rules
        together name all of `columns`.

        Raises
        ------
        EstimationError
            When the sample rules collected cannot tell these rows apart, or when no row is complete.
        """
        self.positions(columns)
        inside = [number for number, rule in enumerate(self.rules) if set(rule) <= set(columns)]
        covered = {column for number in inside for column in self.rules[number]}
        if covered != set(columns):
            raise EstimationError(
                f"the complete cases of {', '.join(columns)} were not asked for when the moments were collected",
                hint="name this set of columns among the sample rules",
            )
        cells: NDArray[np.bool_] = np.logical_and.reduce(self.complete[:, inside], axis=1)
        for key in keys:
            cells = cells & (self.cell_keys[:, self.key_names.index(key)] >= 0)
        if not cells.any():
            raise EstimationError(
                f"no row is complete on {', '.join([*columns, *keys])}",
                hint="look for a column that is missing everywhere, or for a skip that excludes another",
                zh="所需变量没有任何完整样本。",
            )
        return cells

    def key_cells(self, key: str, label: object) -> NDArray[np.bool_]:
        """Return the cells whose further key `key` has the value `label`, shape (C,)."""
        number = self.key_names.index(key)
        code = self.key_labels[number].index(label)
        cells: NDArray[np.bool_] = self.cell_keys[:, number] == code
        return cells


def positions_in_z(wanted: Sequence[str], known: Sequence[str]) -> NDArray[np.intp]:
    """Return where columns stand in z = (1, `known`), counted from 1 because the constant is 0.

    Raises
    ------
    EstimationError
        For a column that is not among `known`.
    """
    unknown = [column for column in wanted if column not in known]
    if unknown:
        raise EstimationError(
            f"expected columns that were collected; {', '.join(map(repr, unknown))} are not among them",
            hint=f"collected: {', '.join(known)}",
        )
    return np.array([known.index(column) + 1 for column in wanted], dtype=np.intp)
