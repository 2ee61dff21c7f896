"""The random weights of wild cluster bootstraps: one per cluster and draw, the same for every fit that asks.

Rademacher weights are ±1. With fewer than six clusters 2^G sign vectors are too few for a 5 % test (the p-value of five
clusters is a multiple of 1/16), so that Webb's six-point weights take their place: Webb, M. D. (2023), Reworking wild
bootstrap-based inference for clustered errors, Canadian Journal of Economics 56, 839-858.

A weight vector v and its mirror image -v give the same |t*|. Where all vectors are enumerated, only those in which the
first cluster's weight is positive are evaluated; the shares are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError

WeightKind = Literal["rademacher", "webb"]
KindReason = Literal["enough_clusters", "few_clusters", "requested"]

FEWEST_FOR_RADEMACHER = 6
_BLOCK = 256  # draws that share a seed: part of what a seed means, so it must not change

# Positive weights first, so that the first half of an enumeration is the half that is evaluated.
_VALUES: Mapping[WeightKind, NDArray[np.float64]] = MappingProxyType(
    {
        "rademacher": np.array([1.0, -1.0]),
        "webb": np.sqrt(np.array([0.5, 1.0, 1.5, 0.5, 1.0, 1.5])) * np.repeat([1.0, -1.0], 3),
    }
)


@dataclass(frozen=True, slots=True)
class Draws:
    """Weights by cluster label and draw, made on demand and reproducible from the seed.

    Attributes
    ----------
    labels
        Sorted cluster labels, G of them: the union over the fits that share the draws.
    kind, kind_reason
        The weights' distribution, and why this one.
    seed
        Seed of the sampled draws; enumerated ones do not depend on it.
    count
        Weight vectors that the draws stand for: all of them if `enumerated`, else the number sampled.
    enumerated
        Whether every weight vector occurs, so that p-values are exact shares.
    """

    labels: tuple[Any, ...]
    kind: WeightKind
    kind_reason: KindReason
    seed: int
    count: int
    enumerated: bool

    @property
    def size(self) -> int:
        """Number of draws evaluated: half of `count` if enumerated."""
        return self.count // 2 if self.enumerated else self.count

    def rows(self, labels: Sequence[Any]) -> NDArray[np.intp]:
        """Return the rows of `weights` that belong to `labels`.

        Raises
        ------
        EstimationError
            For a label that the draws were not made for.
        """
        position = {label: row for row, label in enumerate(self.labels)}
        unknown = [label for label in labels if label not in position]
        if unknown:
            raise EstimationError(
                f"expected draws for every cluster of the fit; none were made for {unknown[0]!r}"
                f" ({len(unknown)} such clusters)",
                hint="make the draws from the cluster labels of all fits that share them",
            )
        return np.array([position[label] for label in labels], dtype=np.intp)

    def spans(self, step: int) -> list[tuple[int, int]]:
        """Cut the draws into ranges for `weights` of about `step` draws, but at least 64 and at most 2,048."""
        step = max(64, min(2048, step))
        return [(start, min(start + step, self.size)) for start in range(0, self.size, step)]

    def weights(self, start: int, stop: int) -> NDArray[np.float64]:
        """Return the weights of draws start ≤ d < stop, shape (G, stop - start)."""
        if self.enumerated:
            return _enumerated(self.kind, len(self.labels), start, stop)
        first = start // _BLOCK
        parts = [_block(self.kind, len(self.labels), self.seed, b) for b in range(first, -(-stop // _BLOCK))]
        whole = parts[0] if len(parts) == 1 else np.hstack(parts)
        return whole[:, start - first * _BLOCK : stop - first * _BLOCK]


def wild_draws(
    label_sets: Sequence[Sequence[Any]], *, seed: int, count: int = 9_999, kind: WeightKind | None = None
) -> Draws:
    """Return the draws for fits whose clusters carry these labels.

    Parameters
    ----------
    label_sets
        `within.cluster_labels` of each fit; one weight per label, whatever the order and number of the sets.
    seed
        Non-negative seed.
    count
        Draws; all weight vectors are enumerated instead when there are no more than this.
    kind
        Distribution of the weights; by default Rademacher, but Webb when a fit has fewer than six clusters.

    Raises
    ------
    EstimationError
        Without clusters, for an unknown kind, a negative seed, or fewer than 99 draws.
    """
    if not label_sets or min(map(len, label_sets)) == 0:
        raise EstimationError("expected the cluster labels of at least one fit; there are none")
    if kind is not None and kind not in _VALUES:
        raise EstimationError(f"expected weights among {', '.join(_VALUES)}; got {kind!r}")
    if seed < 0 or count < 99:  # noqa: PLR2004 - fewer cannot give p-values of 0.01
        raise EstimationError(f"expected a seed of at least 0 and at least 99 draws; got {seed} and {count}")
    labels = tuple(sorted(set().union(*label_sets), key=lambda label: (type(label).__name__, label)))
    chosen, reason = _policy(min(len(set(own)) for own in label_sets), kind)
    vectors = len(_VALUES[chosen]) ** len(labels)
    enumerated = vectors <= count
    return Draws(labels, chosen, reason, seed, vectors if enumerated else count, enumerated)


def smallest_p(draws: Draws, n_clusters: int) -> float:
    """Return the smallest p-value that a test on `n_clusters` clusters can reach with these draws.

    The observed statistic comes back whenever all weights are equal: in 2 of 2^G, or 6 of 6^G, vectors.
    """
    values = len(_VALUES[draws.kind])
    share = float(values) ** (1 - n_clusters)
    return share if draws.enumerated else max(share, 1 / (draws.count + 1))


def _policy(n_clusters: int, requested: WeightKind | None) -> tuple[WeightKind, KindReason]:
    if requested is not None:
        return requested, "requested"
    if n_clusters < FEWEST_FOR_RADEMACHER:
        return "webb", "few_clusters"
    return "rademacher", "enough_clusters"


def _enumerated(kind: WeightKind, size: int, start: int, stop: int) -> NDArray[np.float64]:
    """Write draw numbers in base 2 or 6, the first cluster's digit limited to the positive weights."""
    values = _VALUES[kind]
    base = len(values)
    rest, first = np.divmod(np.arange(start, stop), base // 2)
    places = base ** np.arange(size - 1)
    digits = np.vstack([first, rest // places[:, None] % base])
    weights: NDArray[np.float64] = values[digits]
    return weights


def _block(kind: WeightKind, size: int, seed: int, block: int) -> NDArray[np.float64]:
    """Return one block of sampled weights, shape (size, _BLOCK).

    Raw 64-bit output is used because numpy promises its stream for a bit generator, not for the methods of `Generator`.
    """
    source = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block,)))
    cells = size * _BLOCK
    if kind == "rademacher":
        bits = np.unpackbits(source.random_raw(-(-cells // 64)).astype("<u8").view(np.uint8), count=cells)
        signs = bits.reshape(size, _BLOCK).astype(np.float64)
        signs *= -2.0
        signs += 1.0
        return signs
    halves = source.random_raw(-(-cells // 2)).astype("<u8").view("<u4")[:cells].astype(np.uint64)
    # ⌊6 x / 2³²⌋ is uniform over six values up to 2e-9.
    return _VALUES[kind][(halves * np.uint64(6) >> np.uint64(32)).astype(np.intp)].reshape(size, _BLOCK)
