"""Samples of whole clusters drawn with replacement, as moment matrices: a drawn sample never sees a row.

With c_g the number of times that cluster g is drawn, the products of a drawn sample are Σ_g c_g M̃_g where every level
of the absorbed effect lies in one cluster: a second copy of a cluster brings a second copy of its levels, with the
same means. Where levels cross clusters (and without an effect, where the constant crosses all of them) their means
change with every draw, and with n_f* = Σ_a c n_a and s̃_f* = Σ_a c s̃_a over the cells of level f

    M* = Σ_g c_g M̃_g - Σ_f s̃_f* s̃_f*' / n_f*,

which is what absorbing the effect anew in the drawn rows gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from liandong.moments import Within

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

_CHUNK_NUMBERS = 2**22  # held at a time: 32 MB
_COLUMN = 1e-9  # share of a column's own variation that must be left after the columns before it (fixest's tolerance)
_MOST_LOST = 0.05  # share of draws without an answer from which the rest stand for another population
_VARIES = 1e-12  # share of the full sample's variation below which a column is constant in a draw, but for rounding


@dataclass(frozen=True, slots=True)
class DrawnPaths:
    """Paths of a mediation in drawn samples.

    Attributes
    ----------
    paths
        a, b, direct, indirect and total effect, shape (5, draws with an answer).
    asked
        Draws asked for; those in which treatment or mediator did not vary have no answer.
    n_clusters
        Clusters that were drawn from, and in every draw.
    """

    paths: Floats
    asked: int
    n_clusters: int

    @property
    def indirect(self) -> Floats:
        """The product of a and b in every draw."""
        found: Floats = self.paths[3]
        return found

    @property
    def total(self) -> Floats:
        """The total effect in every draw."""
        found: Floats = self.paths[4]
        return found

    @property
    def trusted(self) -> bool:
        """Whether at most 5 % of the draws have no answer."""
        return bool(self.paths.shape[1] >= (1 - _MOST_LOST) * self.asked)

    @property
    def flags(self) -> tuple[str, ...]:
        """``no_bootstrap`` without any draw, ``unidentified_draws`` if some have no answer."""
        found = self.paths.shape[1]
        return () if found == self.asked else ("unidentified_draws",) if found else ("no_bootstrap",)


def can_resample(within: Within) -> bool:
    """Whether drawn samples can be made: not from demeaned rows whose effect crosses clusters, which have no cells."""
    return within.nested or within.route == "cells"


def draw_paths(within: Within, columns: Sequence[str], draws: int, seed: int) -> DrawnPaths:
    """Draw clusters with replacement and return the paths in every sample.

    Parameters
    ----------
    within
        Moments of the sample.
    columns
        Controls, treatment, mediator and outcome, in this order.
    draws, seed
        How many samples, and the seed of the draws.
    """
    if not can_resample(within):
        return DrawnPaths(np.empty((5, 0)), draws, within.n_clusters)
    at = within.positions(columns)
    scale = within.pooled[at, at]
    paths = [path_coefficients(products, scale) for products in drawn_products(within, columns, draws, seed)]
    found = np.concatenate(paths, axis=1)
    return DrawnPaths(found[:, np.isfinite(found).all(axis=0)], draws, within.n_clusters)


def expanded_percentiles(values: Floats, n_clusters: int, level: float) -> tuple[float, float, float]:
    """Return interval and two-sided p-value of drawn `values`: percentiles as far out as t(G - 1) is from the normal.

    The interval ends at the shares Φ(∓ t √(G / (G - 1))) of the draws (Hesterberg 2015, section 5.3); the p-value is
    that of the widest such interval without 0, a draw being added on its far side.
    """
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    wider = np.sqrt(n_clusters / (n_clusters - 1))
    tail = float(ndtr(stdtrit(n_clusters - 1, (1 - level) / 2) * wider))
    low, high = np.quantile(values, [tail, 1 - tail])
    beyond = (min(np.count_nonzero(values <= 0), np.count_nonzero(values >= 0)) + 1) / (len(values) + 1)
    p_value = min(2 * float(stdtr(n_clusters - 1, ndtri(min(beyond, 0.5)) / wider)), 1.0)
    return float(low), float(high), p_value


def cluster_counts(n_clusters: int, draws: int, seed: int, batch: int) -> Iterator[NDArray[np.int64]]:
    """Yield how often each cluster is drawn, at most `batch` draws at a time, each of shape (draws, n_clusters).

    The draws of a seed do not depend on `batch`.
    """
    generator = np.random.default_rng(seed)
    for start in range(0, draws, batch):
        size = min(batch, draws - start)
        drawn = generator.integers(0, n_clusters, size=(size, n_clusters))
        drawn += np.arange(size)[:, None] * n_clusters
        yield np.bincount(drawn.ravel(), minlength=size * n_clusters).reshape(size, n_clusters)


def drawn_products(within: Within, columns: Sequence[str], draws: int, seed: int) -> Iterator[Floats]:
    """Yield the within products of `columns` in samples of G clusters drawn with replacement.

    Parameters
    ----------
    within
        Moments of the sample; see :func:`can_resample`.
    columns
        p of its columns.
    draws, seed
        How many samples, and the seed of the draws.

    Yields
    ------
    ndarray
        Shape (draws in this batch, p, p).
    """
    at = within.positions(columns)
    p, g = len(at), within.n_clusters
    own = within.clusters.take(at, axis=1).take(at, axis=2).reshape(g, p * p)
    levels = None if within.nested else _level_sums(within, at)
    size = p * p + g + (0 if levels is None else levels.shape[0])
    for counts in cluster_counts(g, draws, seed, max(1, _CHUNK_NUMBERS // size)):
        products = (counts @ own).reshape(-1, p, p)
        if levels is not None:
            sums = np.ascontiguousarray((levels @ counts.T).T).reshape(len(counts), -1, p + 1)
            root = np.sqrt(sums[:, :, :1])
            scaled = np.divide(sums[:, :, 1:], root, out=np.zeros_like(sums[:, :, 1:]), where=root > 0)
            products -= scaled.swapaxes(1, 2) @ scaled
        yield products


def path_coefficients(products: Floats, scale: Floats) -> Floats:
    """Return a, b, direct, indirect and total effect in each sample, shape (5, samples).

    Columns are swept out one after the other, in all samples at once; a control that a sample cannot tell apart from
    those before it stays out.

    Parameters
    ----------
    products
        Within products, shape (samples, p, p), of controls, treatment, mediator and outcome, in this order.
    scale
        Their diagonal in the full sample, shape (p,).

    Returns
    -------
    ndarray
        NaN in a sample in which the treatment, or the mediator given the treatment, does not vary.
    """
    own = np.diagonal(products, axis1=1, axis2=2)
    floor = np.maximum(_COLUMN * own, _VARIES * scale)
    left = products
    for j in range(products.shape[1] - 3):
        left = _swept(left, floor[:, j])
    treatment, mediator = floor[:, -3], floor[:, -2]
    with np.errstate(divide="ignore", invalid="ignore"):
        a, total = left[:, 0, 1] / left[:, 0, 0], left[:, 0, 2] / left[:, 0, 0]
        rest = _swept(left, treatment)
        b = rest[:, 0, 1] / rest[:, 0, 0]
    known = (left[:, 0, 0] > treatment) & (rest[:, 0, 0] > mediator)
    return np.where(known, np.stack([a, b, total - a * b, a * b, total]), np.nan)


def _swept(left: Floats, floor: Floats) -> Floats:
    """Take the first column out of the others, in the samples where it varies."""
    pivot = left[:, 0, 0]
    kept = pivot > floor
    slope = left[:, 0, 1:] * np.divide(1.0, pivot, out=np.zeros_like(pivot), where=kept)[:, None]
    rest: Floats = left[:, 1:, 1:] - left[:, 1:, :1] * slope[:, None, :]
    return rest


def _level_sums(within: Within, at: NDArray[np.intp]) -> csr_array:
    """Return n_a and s̃_a by level and cluster: F (p + 1) rows, one column per cluster."""
    from scipy.sparse import csr_array

    entries = np.concatenate([[0], at])
    values = within.cells[:, 0, entries]
    width = len(entries)
    rows = within.cell_effect[:, None] * width + np.arange(width)
    columns = np.broadcast_to(within.cell_cluster[:, None], rows.shape)
    shape = (within.n_levels * width, within.n_clusters)
    return csr_array((values.ravel(), (rows.ravel(), columns.ravel())), shape=shape)
