"""The assignments that a design could have made: every rearrangement of the treatment among units, within strata.

The number treated (or the whole multiset of doses) in each stratum is held at what was done, so an assignment is a
distinct arrangement of each stratum's values and there are Π_s n_s! / Π_v n_sv! of them, all equally likely.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
from math import factorial, lgamma, log, prod

import numpy as np
from numpy.typing import NDArray

from liandong.errors import EstimationError

MOST_COUNTED = 10**12


@dataclass(frozen=True, slots=True)
class Assignments:
    """A reference set of assignments of n units.

    Attributes
    ----------
    actual
        The treatment as it was assigned, shape (n,).
    strata
        Positions of each stratum's units; together they are all units.
    possible
        Number of distinct assignments, the actual one among them; None when there are more than a trillion.
    draws
        How many of them are used: all when `enumerated`, else a random sample with replacement.
    enumerated
        Whether every assignment is used.
    seed
        Of the random sample.
    """

    actual: NDArray[np.float64]
    strata: tuple[NDArray[np.intp], ...]
    possible: int | None
    draws: int
    enumerated: bool
    seed: int

    def chunks(self, rows: int) -> Iterator[NDArray[np.float64]]:
        """Yield the assignments, at most `rows` at a time, shape (rows, n)."""
        if self.enumerated:
            found = self._every()
            while some := list(islice(found, rows)):
                yield np.stack(some)
            return
        rng = np.random.default_rng(self.seed)
        for start in range(0, self.draws, rows):
            block = np.tile(self.actual, (min(rows, self.draws - start), 1))
            for units in self.strata:
                block[:, units] = rng.permuted(block[:, units], axis=1)
            yield block

    def _every(self) -> Iterator[NDArray[np.float64]]:
        for parts in product(*(_arrangements(self.actual[units]) for units in self.strata)):
            one = np.empty_like(self.actual)
            for units, part in zip(self.strata, parts, strict=True):
                one[units] = part
            yield one


def assignments(actual: NDArray[np.float64], strata: NDArray[np.generic] | None, draws: int, seed: int) -> Assignments:
    """Return the reference set: all assignments when there are no more than `draws`, else that many random ones.

    Parameters
    ----------
    actual
        Treatment by unit, shape (n,): 0 and 1, or doses.
    strata
        Stratum of each unit, shape (n,); one stratum by default.

    Raises
    ------
    EstimationError
        When strata do not match the units, `draws` is not positive, or only one assignment is possible.
    """
    if draws < 1:
        raise EstimationError(f"expected at least one draw of the assignment; got {draws}")
    if strata is not None and np.shape(strata) != np.shape(actual):
        raise EstimationError(f"expected one stratum per unit: {np.shape(actual)}; got {np.shape(strata)}")
    codes = np.zeros(len(actual), dtype=np.intp) if strata is None else np.unique(strata, return_inverse=True)[1]
    groups = tuple(np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1))
    possible = _possible([actual[units] for units in groups])
    if possible == 1:
        raise EstimationError(
            "the treatment could not have been assigned otherwise: it does not vary within any stratum",
            hint="check the strata that the definitions name",
            zh="处理在各分层内没有变异，无法进行随机化推断。",
        )
    enumerated = possible is not None and possible <= draws
    used = possible if possible is not None and enumerated else draws
    return Assignments(actual, groups, possible, used, enumerated, seed)


def _possible(groups: Sequence[NDArray[np.float64]]) -> int | None:
    sizes = [[int(size) for size in np.unique(values, return_counts=True)[1]] for values in groups]
    logarithm = sum(lgamma(sum(own) + 1) - sum(lgamma(size + 1) for size in own) for own in sizes)
    if logarithm > log(MOST_COUNTED):  # the factorial of a million rows would have five million digits
        return None
    return prod(factorial(sum(own)) // prod(factorial(size) for size in own) for own in sizes)


def _arrangements(values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return every distinct order of `values`: places for the rarer values are chosen, the commonest fills up."""
    distinct, sizes = np.unique(values, return_counts=True)
    order = np.argsort(sizes, kind="stable")
    filled = [(np.full(len(values), distinct[order[-1]]), tuple(range(len(values))))]
    for at in order[:-1]:
        filled = list(chain.from_iterable(_placed(one, free, distinct[at], int(sizes[at])) for one, free in filled))
    return [one for one, _ in filled]


def _placed(
    one: NDArray[np.float64], free: tuple[int, ...], value: float, size: int
) -> Iterator[tuple[NDArray[np.float64], tuple[int, ...]]]:
    for places in combinations(free, size):
        more = one.copy()
        more[list(places)] = value
        yield more, tuple(place for place in free if place not in places)
