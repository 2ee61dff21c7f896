"""What everything published together says of a hidden number: the lowest and the highest value that fit it all.

This is the attacker's problem of cell suppression (Fischetti & Salazar 2000, JASA 95, 916–928; Hundepool et al.
2012, Statistical Disclosure Control, ch. 4.4): counts are whole and not negative, parts add up to their totals, and a
part is no larger than what it is a part of. Bounds are tightened along the sums until nothing moves. Where no two ways
lead from one hidden number to another (their sums make a forest), the result is exact; elsewhere integer programs
settle it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from liandong.disclose.groups import Group

_MOST_ROUNDS = 200
_MOST_INTEGER = 400  # unknowns; beyond it the linear program, whose interval is wider, has to do


@dataclass(frozen=True, slots=True)
class Sum:
    """``Σ signs · unknowns = value``; `members` are the published groups that went into the value."""

    unknowns: tuple[int, ...]
    signs: tuple[int, ...]
    value: int
    members: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """Unknowns that hang together: their positions, the sums among them, and their intervals."""

    unknowns: tuple[int, ...]
    sums: tuple[Sum, ...]
    low: Mapping[int, int]
    high: Mapping[int, int]


def components(
    sums: Sequence[Sum], low: Sequence[int], high: Sequence[int], wanted: Collection[int]
) -> list[Component]:
    """Return the unknowns 0, 1, … by what hangs together through `sums`, with the intervals that follow.

    Parameters
    ----------
    sums
        What is known of the unknowns.
    low, high
        Bounds known beforehand, one for each unknown.
    wanted
        Components without any of these are left out.
    """
    heads = list(range(len(low)))

    def head(at: int) -> int:
        while heads[at] != at:
            heads[at] = heads[heads[at]]
            at = heads[at]
        return at

    for one in sums:
        for other in one.unknowns[1:]:
            heads[head(other)] = head(one.unknowns[0])
    members: dict[int, list[int]] = {}
    asked = {head(at) for at in wanted}
    for at in range(len(low)):
        if head(at) in asked:
            members.setdefault(head(at), []).append(at)
    own: dict[int, list[Sum]] = {}
    for one in sums:
        own.setdefault(head(one.unknowns[0]), []).append(one)
    return [_component(found, own.get(key, []), low, high) for key, found in members.items()]


def _component(unknowns: Sequence[int], sums: Sequence[Sum], low: Sequence[int], high: Sequence[int]) -> Component:
    lows, highs = {at: low[at] for at in unknowns}, {at: high[at] for at in unknowns}
    _tighten(sums, lows, highs)
    return Component(tuple(unknowns), tuple(sums), lows, highs)


def _tighten(sums: Sequence[Sum], low: dict[int, int], high: dict[int, int]) -> None:
    """Narrow the intervals by every sum in turn, in place, until none changes."""
    for _ in range(_MOST_ROUNDS):
        if not [one for one in sums if _narrow(one, low, high)]:
            return


def _narrow(one: Sum, low: dict[int, int], high: dict[int, int]) -> bool:
    ends = [
        (low[at], high[at]) if sign > 0 else (-high[at], -low[at])
        for at, sign in zip(one.unknowns, one.signs, strict=True)
    ]
    least, most = sum(end[0] for end in ends), sum(end[1] for end in ends)
    changed = False
    for at, sign, (lower, upper) in zip(one.unknowns, one.signs, ends, strict=True):
        floor, ceiling = max(lower, one.value - (most - upper)), min(upper, one.value - (least - lower))
        if (floor, ceiling) != (lower, upper) and floor <= ceiling:
            low[at], high[at] = (floor, ceiling) if sign > 0 else (-ceiling, -floor)
            changed = True
    return changed


def is_forest(component: Component) -> bool:
    """Tell whether the sums of a component lead from one unknown to another in one way only."""
    edges = sum(len(one.unknowns) for one in component.sums)
    return edges == len(component.unknowns) + len(component.sums) - 1


def first_narrow(component: Component, wanted: Sequence[int], minimum: int) -> int | None:
    """Return the first of the `wanted` unknowns whose interval is narrow, None when all are wide.

    An interval is wide when its ends lie at least the `minimum` apart; then it reaches beyond it, too.
    """
    for at in wanted:  # the outer interval is quick, and finds most that are narrow
        if not _is_wide(component.low[at], component.high[at], minimum):
            return at
    if is_forest(component):
        return None
    return _first_narrow_by_programs(component, wanted, minimum)


def _is_wide(least: int, most: int, minimum: int) -> bool:
    return most - least >= minimum


def _first_narrow_by_programs(component: Component, wanted: Sequence[int], minimum: int) -> int | None:
    """Look for solutions in which many unknowns are small, and large, at once; then settle the rest one by one."""
    solve = _program(component)
    least, most = dict(component.high), dict(component.low)

    def see(goal: Sequence[int], sign: int) -> bool:
        found = solve(goal, sign)
        if found is None:
            return False
        for at, value in found.items():
            least[at], most[at] = min(least[at], value), max(most[at], value)
        return True

    pending = [*wanted]
    see(pending, 1)
    while pending:
        before = len(pending)
        see(pending, -1)
        pending = [at for at in pending if not _is_wide(least[at], most[at], minimum)]
        if len(pending) == before:
            at = pending.pop(0)
            # Without an answer (the solver gave up) nothing is known to be safe: the number counts as exposed.
            if not (see([at], -1) and see([at], 1) and _is_wide(least[at], most[at], minimum)):
                return at
    return None


def _program(component: Component) -> Callable[[Sequence[int], int], dict[int, int] | None]:
    """Return a function that finds values of all unknowns for which the sum of some is least (1) or most (-1)."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    place = {at: i for i, at in enumerate(component.unknowns)}
    entries = [
        (i, place[at], sign)
        for i, one in enumerate(component.sums)
        for at, sign in zip(one.unknowns, one.signs, strict=True)
    ]
    down, across, signs = (np.array(part) for part in zip(*entries, strict=True))
    matrix = csr_array((signs.astype(float), (down, across)), shape=(len(component.sums), len(place)))
    values = np.array([one.value for one in component.sums], dtype=float)
    bounds = Bounds([component.low[at] for at in component.unknowns], [component.high[at] for at in component.unknowns])
    whole = np.full(len(place), int(len(place) <= _MOST_INTEGER))

    def solve(goal: Sequence[int], sign: int) -> dict[int, int] | None:
        weights = np.zeros(len(place))
        weights[[place[at] for at in goal]] = sign
        answer = milp(weights, constraints=LinearConstraint(matrix, values, values), bounds=bounds, integrality=whole)
        return None if answer.x is None else {at: round(float(answer.x[i])) for at, i in place.items()}

    return solve
