"""Random streams and the few ways in which answers are drawn from them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 20200501  # the month in which the programme began
Column = NDArray[Any]
Columns = dict[str, Column]
Numbers = NDArray[np.float64]


def stream(name: str) -> np.random.Generator:
    """Return a generator for one part of the questionnaire, so that changing a part leaves the others as they are."""
    return np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))


def standardised(values: Column) -> Numbers:
    """Return `values` with mean 0 and standard deviation 1."""
    numbers = np.asarray(values, dtype=np.float64)
    result: Numbers = (numbers - numbers.mean()) / numbers.std()
    return result


def ordinal(latent: Numbers, shares: Sequence[float]) -> Column:
    """Return codes 1, 2, …: `latent`, as if standard normal, cut so that code k has about ``shares[k - 1]``."""
    cuts = [NormalDist().inv_cdf(float(share)) for share in np.cumsum(shares)[:-1]]
    return np.searchsorted(cuts, latent) + 1


def highest(score: Numbers, count: int, among: Column | None = None) -> NDArray[np.bool_]:
    """Return a mask of exactly the `count` highest scores, of those in `among` if it is given."""
    eligible = np.ones(score.size, dtype=bool) if among is None else np.asarray(among, dtype=bool)
    if count > eligible.sum():
        raise ValueError(f"{count} people are wanted, but only {eligible.sum()} can be chosen")
    order = np.argsort(np.where(eligible, -score, np.inf), kind="stable")
    mask = np.zeros(score.size, dtype=bool)
    mask[order[:count]] = True
    return mask


def choice(rng: np.random.Generator, codes: Sequence[int], shares: Sequence[float], size: int) -> Column:
    """Return `size` codes drawn with the given shares."""
    return np.asarray(codes)[np.searchsorted(np.cumsum(shares)[:-1], rng.random(size))]
