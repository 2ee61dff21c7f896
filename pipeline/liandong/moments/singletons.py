"""Fixed-effect singletons: levels with one row say nothing about slopes and distort the small-sample factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Levels:
    """One fixed effect seen from the cells: its name, its labels, and each cell's position among them."""

    name: str
    labels: tuple[Any, ...]
    codes: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Singletons:
    """Levels of one effect that were dropped because a single row was left in each; as many rows as levels."""

    effect: str
    levels: tuple[Any, ...]


def drop_singletons(
    rows: NDArray[np.int64], effects: Sequence[Levels], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], tuple[Singletons, ...]]:
    """Drop singleton levels of every effect, again and again until none is left.

    Parameters
    ----------
    rows
        Row count per cell, shape (C,).
    effects
        The effects; a cell must lie in one level of each.
    keep
        Cells of the sample, shape (C,).

    Returns
    -------
    tuple
        The cells that remain, shape (C,), and what was dropped, one entry per effect that lost levels. The remaining
        cells do not depend on the order of the effects.
    """
    kept = keep.copy()
    lost: dict[str, list[Any]] = {effect.name: [] for effect in effects}
    again = True
    while again:
        again = False
        for effect in effects:
            count = np.bincount(effect.codes[kept], rows[kept], len(effect.labels))
            lone = np.flatnonzero(count == 1)
            if lone.size:
                again = True
                lost[effect.name] += [effect.labels[code] for code in lone]
                kept &= ~np.isin(effect.codes, lone)
    return kept, tuple(Singletons(name, tuple(levels)) for name, levels in lost.items() if levels)
