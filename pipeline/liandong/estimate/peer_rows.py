"""Rows for linearmodels: sample and regressors drawn again from the data, with none of the moments' code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

# The rule of liandong.inference.rank, on rows: shares of the sums of squares that must be left.
_NOT_ABSORBED = 1e-18
_NOT_COLLINEAR = 1e-9
_ROUNDS = 1_000
_SETTLED = 1e-14  # change, relative to the largest value, at which taking out two effects in turns stops


def draw_sample(
    frame: pd.DataFrame, measured: Sequence[str], absorb: Sequence[str], weight: str | None
) -> pd.DataFrame:
    """Return the complete cases of a nested table with a positive weight, without fixed-effect singletons."""
    sample = frame.dropna(subset=[*measured, *absorb])
    if weight is not None:
        sample = sample[sample[weight] > 0]
    while absorb:
        lone = np.logical_or.reduce([sample.groupby(name)[name].transform("size") == 1 for name in absorb])
        if not lone.any():
            break
        sample = sample[~lone]
    return sample


def singleton_levels(rows: pl.DataFrame, absorb: Sequence[str]) -> dict[str, list[Any]]:
    """Return the levels of each effect that end up with a single row, by effect."""
    import pandas as pd

    frame = pd.DataFrame({name: rows[name].to_list() for name in absorb})
    kept = draw_sample(frame, (), absorb, None)
    gone = {name: sorted(set(frame[name]) - set(kept[name])) for name in absorb}
    return {name: levels for name, levels in gone.items() if levels}


def codes(labels: pl.Series) -> NDArray[np.intp]:
    """Return the position of each label among the distinct ones, shape (n,)."""
    found: NDArray[np.intp] = labels.rank("dense").to_numpy().astype(np.intp) - 1
    return found


def regressors(sample: pd.DataFrame, terms: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[np.float64]]:
    """Return the columns of `terms`, each {"name", "column", "level"}, by name."""
    columns = {}
    for term in terms:
        values = sample[term["column"]]
        coded = values if term["level"] is None else values == term["level"]
        columns[str(term["name"])] = coded.to_numpy(dtype=np.float64)
    return columns


def independent(
    x: Mapping[str, NDArray[np.float64]], effects: Sequence[NDArray[np.intp]], weight: NDArray[np.float64]
) -> list[str]:
    """Return the names of the columns of `x` that the effects and the columns before them do not explain."""
    root = np.sqrt(weight)
    basis = np.empty((len(root), 0))
    kept = []
    for name, values in x.items():
        within = root * _within(values, effects, weight)
        size = float(within @ within)
        if size <= _NOT_ABSORBED * float(weight @ (values - np.average(values, weights=weight)) ** 2):
            continue
        rest = within - basis @ (basis.T @ within)
        rest -= basis @ (basis.T @ rest)  # twice is enough
        left = float(rest @ rest)
        if left > _NOT_COLLINEAR * size:
            basis = np.column_stack([basis, rest / np.sqrt(left)])
            kept.append(name)
    return kept


def _within(
    values: NDArray[np.float64], effects: Sequence[NDArray[np.intp]], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return `values` without the effects; two are taken out in turns until nothing moves."""
    out = values - np.average(values, weights=weight)
    for _ in range(_ROUNDS):
        before = out
        for codes in effects:
            sums, sizes = np.bincount(codes, weight * out), np.bincount(codes, weight)
            out = out - (sums / np.where(sizes > 0, sizes, 1.0))[codes]
        if len(effects) < 2 or np.abs(out - before).max() <= _SETTLED * np.abs(values).max():  # noqa: PLR2004
            break
    return out
