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
_SIDES: Final = 32
_TURNS = 2 * np.pi * np.arange(_SIDES) / _SIDES
_DIRECTIONS: Final = np.round(np.stack([np.cos(_TURNS), np.sin(_TURNS)]), 12)


class Band(NamedTuple):
    """What is published of a community: the ends in steps, its class of sizes and what is said of its standing."""

    low: int
    high: int
    least: int
    standing: str


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """What a band leaves open: numbers of people with the property and without, (P,) each; how far they reach, (S,)."""

    having: Floats
    lacking: Floats
    reach: Floats


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


@dataclass(frozen=True, slots=True)
class Total:
    """Communities whose numbers add up to no more than what is published: all of them, or those of a district.

    Attributes
    ----------
    members
        Their places.
    having, lacking
        How many people have the property in all of them together, and how many have not.
    """

    members: frozenset[int]
    having: int
    lacking: int


def safe_bands(
    found: Sequence[Band | None], totals: Sequence[Total], mean: float, prior: Prior, minimum: int
) -> list[bool]:
    """Return which bands may be published together.

    Parameters
    ----------
    found
        Of every community; None for one that is hidden.
    totals
        The sums that are published elsewhere, those over all communities among them.
    mean, prior, minimum
        As :func:`bands` has them.

    Notes
    -----
    What the others can make up of a sum is the Minkowski sum of what their bands leave open; it is taken as convex, and
    looked at from `_SIDES` sides.
    """
    left = _left_open(found, totals, mean, prior)
    around: list[tuple[int, ...]] = [()] * len(found)
    for number, total in enumerate(totals):
        for at in total.members:
            around[at] = (*around[at], number)
    reach = [np.sum([_reach(left[at]) for at in sorted(total.members)], axis=0) for total in totals]
    settled: dict[tuple[Band, tuple[int, ...]], bool] = {}
    answers = []
    for at, band in enumerate(found):
        own = left[at]
        if band is None or own is None:
            answers.append(False)
            continue
        key = (band, around[at])
        if key not in settled:
            settled[key] = _is_safe(own, [(totals[k], reach[k] - own.reach) for k in around[at]], minimum)
        answers.append(settled[key])
    return answers


def _is_safe(own: Open, others: Sequence[tuple[Total, Floats]], minimum: int) -> bool:
    """Tell whether numbers with the property, and without, are left that reach the minimum and are as far apart."""
    left = np.ones(len(own.having), dtype=bool)
    for total, reach in others:
        rest = np.column_stack([total.having - own.having, total.lacking - own.lacking])
        left &= (rest @ _DIRECTIONS <= reach + _ROUNDING).all(axis=1)
    return all(
        bool(left.any()) and people[left].max() >= people[left].min() + minimum for people in (own.having, own.lacking)
    )


def _left_open(found: Sequence[Band | None], totals: Sequence[Total], mean: float, prior: Prior) -> list[Open | None]:
    """Return what each band leaves open, given how many people the other communities have at least."""
    least = [0 if band is None else band.least for band in found]
    most = [sum(total.having + total.lacking for total in totals)] * len(found)
    for total in totals:
        spare = total.having + total.lacking - sum(least[at] for at in total.members)
        for at in total.members:
            most[at] = min(most[at], spare + least[at])
    pairs: dict[tuple[int, int], _Pairs] = {}
    open_: dict[tuple[Band, int], Open] = {}
    left: list[Open | None] = []
    for band, top in zip(found, most, strict=True):
        if band is None:
            left.append(None)
            continue
        size = (band.least, min(band.least * _CLASS - 1, top))
        if size not in pairs:
            pairs[size] = _pairs(*size, prior)
        if (band, top) not in open_:
            open_[band, top] = _open(band, pairs[size], mean)
        one = open_[band, top]
        left.append(one if len(one.having) else None)
    return left


def _reach(one: Open | None) -> Floats:
    """Return how far a community reaches to each side; one that is hidden may have any number of people."""
    return np.where((_DIRECTIONS > 0).any(axis=0), np.inf, 0.0) if one is None else one.reach


class _Pairs(NamedTuple):
    """Numbers of people, how many of them have the property, and the interval before it is rounded, (P,) each."""

    people: Floats
    having: Floats
    low: Floats
    high: Floats


def _pairs(least: int, most: int, prior: Prior) -> _Pairs:
    sizes = np.unique(np.geomspace(least, max(most, least), _SIZES).astype(int))
    tried = [np.unique(np.linspace(0, size, min(size + 1, _SHARES)).astype(int)) for size in sizes]
    people = np.repeat(sizes, [len(one) for one in tried]).astype(float)
    having = np.concatenate(tried).astype(float)
    shrunk = prior.centre[0] + prior.reliability(people[:, None])[:, 0] * (having / people - prior.centre[0])
    return _Pairs(people, having, *interval_of_class(shrunk, people, np.full_like(people, least), prior, is_share=True))


def _open(band: Band, pairs: _Pairs, mean: float) -> Open:
    """Return how many people the community of a band can have, with the property and without."""
    similar = band.standing == "similar"
    low = np.fmin(pairs.low, mean) if similar else pairs.low
    high = np.fmax(pairs.high, mean) if similar else pairs.high
    with np.errstate(invalid="ignore"):
        same = (np.floor(low / STEP + _ROUNDING) == band.low) & (np.ceil(high / STEP - _ROUNDING) == band.high)
    if band.standing in {"lower", "higher"}:
        same &= (pairs.having > mean * pairs.people) == (band.standing == "higher")
    having, lacking = pairs.having[same], (pairs.people - pairs.having)[same]
    reach: Floats = (np.column_stack([having, lacking]) @ _DIRECTIONS).max(axis=0, initial=-np.inf)
    return Open(having, lacking, reach)


def ends(band: Band) -> Mapping[str, float]:
    """Return the columns of a band."""
    return {"band_low": round(band.low * STEP, 1), "band_high": round(band.high * STEP, 1)}
