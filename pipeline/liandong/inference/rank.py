"""Which regressors a model can tell apart: one documented rule, and every column it leaves out is named.

Columns are taken in the order given, so that a treatment named first is never dropped for a control named later.

1. *constant*: the sum of squares about the mean is at most 1e-28 of the sum of squares about zero (a spread of 1e-14 of
   the level is rounding, not data).
2. *absorbed*: the sum of squares within the fixed effect is at most 1e-18 of that about the mean.
3. *collinear*: after projection on the columns already kept, at most 1e-9 of the within sum of squares is left, the
   tolerance that fixest uses on its Cholesky pivots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liandong.moments import Within

CONSTANT_SHARE = 1e-28
ABSORBED_SHARE = 1e-18
COLLINEAR_SHARE = 1e-9
_NAMED_SHARE = 1e-6  # standardised weight from which a column counts as part of a linear combination


@dataclass(frozen=True, slots=True)
class Dropped:
    """A regressor left out of a model: why, and for "collinear" the kept columns it is a combination of."""

    term: str
    reason: Literal["constant", "absorbed", "collinear"]
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pivots:
    """Outcome of the sweep: kept columns (positions among those offered) and the dropped ones."""

    kept: NDArray[np.intp]
    dropped: tuple[Dropped, ...]


def variation(within: Within, column: str) -> Literal["constant", "absorbed", "varies"]:
    """Tell whether `column` varies in the sample at all, and within the fixed effect."""
    j = within.positions([column])[0]
    if within.total[j] <= CONSTANT_SHARE * within.raw[j]:
        return "constant"
    if within.effect is not None and within.pooled[j, j] <= ABSORBED_SHARE * within.total[j]:
        return "absorbed"
    return "varies"


def sweep(within: Within, columns: Sequence[str]) -> Pivots:
    """Take `columns` in order and keep those that add something; see the module's rule."""
    at = within.positions(columns)
    squares = within.pooled[np.ix_(at, at)]
    scale = np.sqrt(np.maximum(np.diagonal(squares), np.finfo(float).tiny))
    correlation = squares / np.outer(scale, scale)
    size = len(columns)
    factor = np.zeros((size, size))  # Cholesky rows of the kept columns, in the order kept
    kept: list[int] = []
    dropped: list[Dropped] = []
    for j, column in enumerate(columns):
        found = variation(within, column)
        if found != "varies":
            dropped.append(Dropped(column, found))
            continue
        rank = len(kept)
        lower = factor[:rank, :rank]
        row = np.linalg.solve(lower, correlation[kept, j]) if rank else np.empty(0)
        left = 1.0 - float(row @ row)
        if left <= COLLINEAR_SHARE:
            weights = np.linalg.solve(lower.T, row)
            of = tuple(columns[kept[i]] for i in np.flatnonzero(np.abs(weights) > _NAMED_SHARE))
            dropped.append(Dropped(column, "collinear", of))
            continue
        factor[rank, :rank] = row
        factor[rank, rank] = np.sqrt(left)
        kept.append(j)
    return Pivots(np.array(kept, dtype=np.intp), tuple(dropped))
