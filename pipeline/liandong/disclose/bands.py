"""Shares of small communities as bands, and whether a band leaves open how many people stand behind it.

A community's interval is computed as if it had as few people as its class of sizes (the minimum, ten times it, …), so
that its width does not say how many there are, and rounded outwards to tenths. The reader of a band who knows the rule,
the sums over all communities and what all of them have in common asks which numbers of people, and which numbers of
people with the property, have this band (its preimage). A band may be published when these reach the minimum, for those
with the property and for those without, and leave at least the minimum open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liandong.inference.empirical_bayes import Prior, shrunken_interval

Floats = NDArray[np.float64]

STEP: Final = 0.1
_CLASS: Final = 10
_SIZES, _SHARES = (
    7,
    81,
)  # how many sizes, and shares at a size, are tried: fewer than there are, so that none is assumed
_ROUNDING = 1e-9


class Band(NamedTuple):
    """What is published of a community: the ends in steps, its class of sizes and what is said of its standing."""

    low: int
    high: int
    least: int
    standing: str


@dataclass(frozen=True, slots=True)
class Open:
    """What a band leaves open: how many people have the property, and how many have not, at least and at most."""

    with_low: int
    with_high: int
    without_low: int
    without_high: int


def size_class(people: int, minimum: int) -> int:
    """Return the fewest people of the class: the minimum times the largest power of ten that `people` reach."""
    least = minimum
    while least * _CLASS <= people:
        least *= _CLASS
    return least


def interval_of_class(
    shrunk: Floats,
    people: Floats,
    least: Floats,
    prior: Prior,
    is_share: bool,  # noqa: FBT001 - a fact of the measure
) -> tuple[Floats, Floats]:
    """Return intervals as wide as those of the smallest community of the class, and no narrower than the own, (G,)."""
    flags, drawn = np.array([is_share]), shrunk[:, None]
    errors = [prior.squared_error(size[:, None], drawn, flags) for size in (least, people)]
    ends = [shrunken_interval(drawn, error, flags) for error in errors]
    low = np.fmin(*(end[0][:, 0] for end in ends))
    high = np.fmax(*(end[1][:, 0] for end in ends))
    return low, high


def bands(
    shrunk: Floats, people: Floats, standing: Sequence[str], mean: float, prior: Prior, minimum: int
) -> list[Band | None]:
    """Return the bands of a share, one per community; None where there is no interval.

    Parameters
    ----------
    shrunk, people
        (G,) shrunken shares and numbers of people, at least the minimum each.
    standing
        Of each; who is similar has a band that holds the `mean`, which else would say that there are few of them.
    mean
        The share of all.
    prior
        Of this one measure.
    minimum
        The smallest number of people that may be published.
    """
    least = np.array([size_class(int(size), minimum) for size in people], dtype=float)
    low, high = interval_of_class(shrunk, people, least, prior, is_share=True)
    similar = np.array([word == "similar" for word in standing])
    low, high = np.where(similar, np.fmin(low, mean), low), np.where(similar, np.fmax(high, mean), high)
    found: list[Band | None] = []
    for one, other, size, word in zip(low, high, least, standing, strict=True):
        known = np.isfinite(one) and np.isfinite(other)
        found.append(Band(*_steps(one, other), int(size), word) if known else None)
    return found


def _steps(low: float, high: float) -> tuple[int, int]:
    return int(np.floor(low / STEP + _ROUNDING)), int(np.ceil(high / STEP - _ROUNDING))


def safe_bands(
    found: Sequence[Band | None], total: tuple[int, int], mean: float, prior: Prior, minimum: int
) -> list[bool]:
    """Return which bands may be published together.

    Parameters
    ----------
    found
        Of every community; None for one that is hidden.
    total
        How many people have the property, and how many have not, in all communities together: published elsewhere.
    mean, prior, minimum
        As :func:`bands` has them.
    """
    shown = [band for band in found if band is not None]
    others = sum(band.least for band in shown)
    most = {band: sum(total) - others + band.least for band in set(shown)}
    open_ = {band: _open(band, most[band], mean, prior) for band in set(shown)}
    low = sum(open_[band].with_low for band in shown), sum(open_[band].without_low for band in shown)
    return [band is not None and _is_safe(open_[band], low, total, minimum) for band in found]


def _is_safe(one: Open, low: tuple[int, int], total: tuple[int, int], minimum: int) -> bool:
    """Tell whether what a band and the sums over all communities leave open reaches the minimum, and is as wide."""
    ends = ((one.with_low, one.with_high), (one.without_low, one.without_high))
    return all(
        min(most, whole - (others - least)) >= max(minimum, least + minimum)
        for (least, most), others, whole in zip(ends, low, total, strict=True)
    )


def _open(band: Band, most: int, mean: float, prior: Prior) -> Open:
    """Return how many people the community of a band can have, with the property and without."""
    top = min(band.least * _CLASS - 1, most)
    sizes = np.unique(np.geomspace(band.least, max(top, band.least), _SIZES).astype(int))
    pairs = [
        (size, count) for size in sizes for count in np.unique(np.linspace(0, size, min(size + 1, _SHARES)).astype(int))
    ]
    people = np.array([size for size, _ in pairs], dtype=float)
    counts = np.array([count for _, count in pairs], dtype=float)
    share = counts / people
    reliability = prior.reliability(people[:, None])[:, 0]
    shrunk = prior.centre[0] + reliability * (share - prior.centre[0])
    low, high = interval_of_class(shrunk, people, np.full_like(people, band.least), prior, is_share=True)
    if band.standing == "similar":
        low, high = np.fmin(low, mean), np.fmax(high, mean)
    with np.errstate(invalid="ignore"):
        same = (np.floor(low / STEP + _ROUNDING) == band.low) & (np.ceil(high / STEP - _ROUNDING) == band.high)
    if band.standing in {"lower", "higher"}:
        same &= (share > mean) == (band.standing == "higher")
    if not same.any():
        return Open(0, 0, 0, 0)
    having, lacking = counts[same], (people - counts)[same]
    return Open(int(having.min()), int(having.max()), int(lacking.min()), int(lacking.max()))


def ends(band: Band) -> Mapping[str, float]:
    """Return the columns of a band."""
    return {"band_low": round(band.low * STEP, 1), "band_high": round(band.high * STEP, 1)}
