"""Randomisation inference written out: one full regression with dummies per assignment, no moments, no projection."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray
from tests.reference.row_level import dummy_fit

Floats = NDArray[np.float64]


def arrangements(values: Floats, strata: NDArray[np.generic]) -> list[Floats]:
    """Return every distinct assignment by brute force: all permutations within strata, duplicates removed."""
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    choices = [sorted({tuple(order) for order in permutations(values[units])}) for units in groups]
    found = []
    for parts in product(*choices):
        one = np.empty(len(values))
        for units, part in zip(groups, parts, strict=True):
            one[units] = part
        found.append(one)
    return found


def statistics(
    treatments: list[Floats],
    y: Floats,
    controls: Floats,
    cluster: NDArray[np.generic],
    effect: NDArray[np.generic] | None = None,
    weights: Floats | None = None,
) -> Floats:
    """Return coefficient and CR0 standard error of each treatment, shape (D, 2): treatments are given by row."""
    found = []
    for treatment in treatments:
        x = np.column_stack([treatment, controls])
        fit = dummy_fit(y, x, cluster, [] if effect is None else [effect], weights)
        found.append((fit.slopes[0], np.sqrt(fit.cr0[0, 0])))
    return np.array(found)
