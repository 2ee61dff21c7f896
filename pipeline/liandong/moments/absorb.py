"""Absorb a fixed effect from moment matrices: no rows, no dummies, no iteration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError
from liandong.moments.cells import Moments
from liandong.moments.singletons import Levels, Singletons, drop_singletons
from liandong.moments.within import Within, sum_by_cluster


def absorb(
    moments: Moments,
    columns: Sequence[str] | None = None,
    *,
    second_effect: str | None = None,
    cells: NDArray[np.bool_] | None = None,
) -> Within:
    """Return the within-effect moments of the complete cases of `columns`.

    With m_f = s_f / n_f and m_f[0] = 0, M̃_a = M_a - s_a m_fᵀ - m_f s_aᵀ + n_a m_f m_fᵀ, M̃_a[0, 0] = n_a and
    M̃_a[0, 1:] = s_a - n_a m_f: the moments of z centred on its fixed-effect means, with the constant left standing.
    Without an effect the grand mean is absorbed.

    Parameters
    ----------
    moments
        Cells of the data.
    columns
        The columns of the largest model; they define the sample. All collected ones by default.
    second_effect
        One of the further keys: a second, low-cardinality effect, which enters as dummies (its first level left out).
    cells
        Restriction of the sample, shape (C,), for instance `moments.key_cells("region", "north")`.

    Raises
    ------
    EstimationError
        When no rows are left, or when the sample cannot be told apart in the cells.
    """
    columns = tuple(moments.columns if columns is None else columns)
    keys = () if second_effect is None else (second_effect,)
    sample = moments.complete_cells(columns, keys)
    if cells is not None:
        sample = sample & cells
    effects = _effects(moments, second_effect)
    sample, lost = drop_singletons(moments.rows, effects, sample)
    if not sample.any():
        raise EstimationError(
            f"no rows are left in the sample of {', '.join(columns)} after fixed-effect singletons go",
            hint="the fixed effect is nearly as fine as the data; absorb a coarser one",
            zh="剔除单样本固定效应后没有剩余数据。",
        )
    block = _sample_block(moments, columns, sample, effects[1] if second_effect is not None else None)
    return _absorbed(moments, block, sample, lost)


@dataclass(frozen=True, slots=True)
class _Block:
    """Moments of the sample's cells for the model's columns, with what was subtracted from them."""

    columns: tuple[str, ...]
    dummies: tuple[str, ...]
    products: NDArray[np.float64]
    centre: NDArray[np.float64]


def _effects(moments: Moments, second: str | None) -> list[Levels]:
    effects = []
    if moments.effect is not None:
        effects.append(Levels(moments.effect, moments.effect_labels, moments.cell_effect))
    if second is not None:
        if moments.effect is None:
            raise EstimationError("a second effect needs a first one; collect the moments with `effect` as well")
        if second not in moments.key_names:
            raise EstimationError(f"the second effect {second!r} must be among the keys that the cells were split by")
        number = moments.key_names.index(second)
        effects.append(Levels(second, moments.key_labels[number], moments.cell_keys[:, number]))
    return effects


def _sample_block(
    moments: Moments, columns: tuple[str, ...], sample: NDArray[np.bool_], second: Levels | None
) -> _Block:
    at = np.concatenate([[0], moments.positions(columns)])
    # One axis at a time: three times as fast as an open mesh, and the copy is needed anyway.
    products = moments.products[sample].take(at, axis=1).take(at, axis=2)
    centre = moments.centre[moments.cell_effect[sample]][:, at]
    if second is None:
        return _Block(columns, (), products, centre)
    codes = second.codes[sample]
    levels = np.unique(codes)[1:]
    names = tuple(f"{second.name}={second.labels[code]}" for code in levels)
    indicator = (codes[:, None] == levels).astype(np.float64)
    return _Block(
        (*columns, *names),
        names,
        _with_indicators(products, indicator),
        np.hstack([centre, np.zeros_like(indicator)]),
    )


def _with_indicators(products: NDArray[np.float64], indicator: NDArray[np.float64]) -> NDArray[np.float64]:
    """Extend the moments by 0/1 columns that are constant within cells: their products are copies of row 0."""
    k, d = products.shape[1], indicator.shape[1]
    out = np.zeros((len(products), k + d, k + d))
    out[:, :k, :k] = products
    out[:, k:, :k] = indicator[:, :, None] * products[:, None, 0, :]
    out[:, :k, k:] = np.swapaxes(out[:, k:, :k], 1, 2)
    diagonal = np.arange(k, k + d)
    out[:, diagonal, diagonal] = indicator * products[:, :1, 0]
    return out


def _absorbed(moments: Moments, block: _Block, sample: NDArray[np.bool_], lost: tuple[Singletons, ...]) -> Within:
    effect_labels, cell_effect = _present(moments.effect_labels, moments.cell_effect[sample])
    cluster_labels, cell_cluster = _present(moments.cluster_labels, moments.cell_cluster[sample])
    weight, sums = block.products[:, 0, 0], block.products[:, 0, :]
    level_weight = np.bincount(cell_effect, weight).astype(np.float64)
    level_means = _sum_by(cell_effect, sums, len(effect_labels)) / level_weight[:, None]
    level_means[:, 0] = 0.0
    within = _centred(block.products, level_means[cell_effect])
    means, total, raw = _spread(block)
    clusters = sum_by_cluster(within, cell_cluster)
    keys = [_present_key(*key) for key in zip(moments.key_labels, moments.cell_keys[sample].T, strict=True)]
    return Within(
        columns=block.columns,
        dummies=block.dummies,
        cluster=moments.cluster,
        effect=moments.effect,
        cluster_labels=cluster_labels,
        effect_labels=effect_labels,
        cell_cluster=cell_cluster,
        cell_effect=cell_effect,
        key_names=moments.key_names,
        key_labels=tuple(labels for labels, _ in keys),
        cell_keys=np.stack([codes for _, codes in keys], axis=1) if keys else np.empty((len(within), 0), dtype=np.intp),
        rows=moments.rows[sample],
        weight_sq=moments.weight_sq[sample],
        cells=within,
        clusters=clusters,
        pooled=clusters.sum(axis=0),
        effect_weight=level_weight,
        effect_means=level_means,
        n_levels=len(effect_labels),
        nested=_is_nested(cell_effect, cell_cluster),
        means=means,
        total=total,
        raw=raw,
        n_obs=int(moments.rows[sample].sum()),
        singletons=lost,
        recentred=tuple(column for column in block.columns if column in moments.recentred),
        route="cells",
        weighted=moments.weighted,
    )


def _centred(products: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the moments about `means`, shape (C, k + 1) with 0 in column 0."""
    weight, sums = products[:, 0, 0], products[:, 0, :]
    left = sums - weight[:, None] * means
    within = products - sums[:, :, None] * means[:, None, :]
    within -= means[:, :, None] * left[:, None, :]
    # Row 0 follows from the same formula up to rounding; written out, it is exact.
    within[:, 0, 1:] = within[:, 1:, 0] = left[:, 1:]
    within[:, 0, 0] = weight
    return within


def _spread(block: _Block) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return means, sums of squares about them, and sums of squares about zero, all in the data's units."""
    weight, sums = block.products[:, 0, 0], block.products[:, 0, :]
    squares = np.diagonal(block.products, axis1=1, axis2=2)
    n = weight.sum()
    reference = (weight @ block.centre) / n  # shifts below are small against it, so that nothing cancels
    shift = block.centre - reference
    about = (squares + 2 * shift * sums + weight[:, None] * shift**2).sum(axis=0)
    mean = (sums + weight[:, None] * shift).sum(axis=0) / n
    mean[0] = 0.0
    total = np.maximum(about - n * mean**2, 0.0)
    total[0] = 0.0
    means = reference + mean
    means[0] = 1.0
    return means, total, total + n * means**2


def _sum_by(codes: NDArray[np.intp], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.stack([np.bincount(codes, column, size) for column in values.T], axis=1)


def _present(labels: tuple[Any, ...], codes: NDArray[np.intp]) -> tuple[tuple[Any, ...], NDArray[np.intp]]:
    """Return the labels that occur, and the codes counted among these."""
    present, inverse = np.unique(codes, return_inverse=True)
    return tuple(labels[code] for code in present), inverse.astype(np.intp)


def _present_key(labels: tuple[Any, ...], codes: NDArray[np.intp]) -> tuple[tuple[Any, ...], NDArray[np.intp]]:
    """Do as `_present`, a null key (-1) staying what it is."""
    present, inverse = np.unique(codes, return_inverse=True)
    nulls = int(np.searchsorted(present, 0))
    return tuple(labels[code] for code in present[nulls:]), inverse.astype(np.intp) - nulls


def _is_nested(cell_effect: NDArray[np.intp], cell_cluster: NDArray[np.intp]) -> bool:
    first = np.full(cell_effect.max() + 1, -1, dtype=np.intp)
    first[cell_effect] = cell_cluster  # some cluster of each level; nested if it is the only one
    return bool((first[cell_effect] == cell_cluster).all())
