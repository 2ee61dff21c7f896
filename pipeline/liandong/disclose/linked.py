"""Numbers that other numbers give away, in whatever table these stand: they go, until none is left.

A group is protected when it has fewer members than the minimum, but some; so is what a group lacks of one that it is
part of. A protected number is exposed when it is published, or when all that is published bounds it below the minimum,
or to an interval narrower than the minimum. Then a number goes that had a part in it: the nearest one, and of these the
one that a reader would miss least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from liandong.disclose.audit import Component, Sum, components, first_narrow
from liandong.disclose.groups import EVERYBODY, Counted, Group, nested_within

Name: TypeAlias = Group | tuple[Group, Group]  # a group, or what the second lacks of the first

SMALL, DIFFERENCE, SECONDARY, BASE = "threshold", "difference", "secondary", "base"


@dataclass(slots=True)
class _State:
    counted: Counted
    minimum: int
    shown: set[Group]
    rank: Mapping[Group, int]
    over: Mapping[Group, set[Group]]
    pairs: list[tuple[Group, Group]]
    reasons: dict[Group, str] = field(default_factory=dict)

    def hide(self, group: Group, reason: str) -> None:
        """Hide a group, and with a base the groups whose shares of it are given: the two numbers give each other."""
        if group not in self.shown:
            return
        self.shown.discard(group)
        self.reasons[group] = reason
        for part in sorted(self.over.get(group, ()), key=sorted):
            self.hide(part, BASE)

    def cheapest(self, groups: set[Group]) -> Group | None:
        spare = [group for group in groups if group in self.shown and group != EVERYBODY]
        values = self.counted.values
        return min(spare, key=lambda group: (self.rank.get(group, 0), values[group], sorted(group)), default=None)


def hide_linked(counted: Counted, shown: set[Group], minimum: int) -> dict[Group, str]:
    """Return the groups among `shown` that must not be, with the reason: threshold, difference, secondary or base.

    Parameters
    ----------
    counted
        The counts of a bundle with their true sizes.
    shown
        The groups whose number can be read somewhere.
    minimum
        The smallest number of people that may be published.

    Returns
    -------
    dict
        ``base`` marks the groups of which only the number goes, because it would give away the number that they are a
        share of; the share itself may stay if it is rounded.

    Notes
    -----
    Everybody (the accepted) is always shown. A protected number that even the hiding of all others would leave exposed
    stays so: that happens only where there are hardly more people than the minimum.
    """
    rank: dict[Group, int] = {}
    over: dict[Group, set[Group]] = {}
    for count in counted.counts:
        rank[count.group] = max(count.rank, rank.get(count.group, 0))
        if count.base is not None and count.base != count.group:
            over.setdefault(count.base, set()).add(count.group)
    pairs = nested_within(counted.values, minimum)
    state = _State(counted, minimum, set(shown), rank, over, pairs)
    for group, size in counted.values.items():
        if 0 < size < minimum and group != EVERYBODY:
            state.hide(group, SMALL)
    for big, small in sorted(pairs, key=lambda pair: (sorted(pair[0]), sorted(pair[1]))):
        chosen = state.cheapest({big, small}) if {big, small} <= state.shown else None
        if chosen is not None:
            state.hide(chosen, DIFFERENCE)
    given_up: set[Name] = set()
    settled: dict[frozenset[tuple[Name, int, int]], set[int]] = {}
    while _one_round(state, given_up, settled):
        pass
    return state.reasons


def _one_round(state: _State, given_up: set[Name], settled: dict[frozenset[tuple[Name, int, int]], set[int]]) -> bool:
    """Hide one number for every component that has an exposed one; False when nothing was hidden."""
    names, sums, low, high, binding = _unknowns(state)
    values, minimum = state.counted.values, state.minimum
    changed = False
    for component in components(len(names), sums, low, high):
        wanted = [
            at for at in component.unknowns if names[at] not in given_up and _is_small(names[at], values, minimum)
        ]
        if not wanted:
            continue
        mark = frozenset((names[at], component.low[at], component.high[at]) for at in component.unknowns)
        if mark in settled:
            continue
        exposed = first_narrow(component, wanted, minimum)
        if exposed is None:
            settled[mark] = set()
            continue
        chosen = _nearest(state, component, exposed, binding)
        if chosen is None:
            given_up.add(names[exposed])
        else:
            state.hide(chosen, SECONDARY)
        changed = True
    return changed


def _is_small(name: Name, values: Mapping[Group, int], minimum: int) -> bool:
    if isinstance(name, tuple):
        return True  # differences are unknowns only where they are small
    return name in values and 0 < values[name] < minimum


def _unknowns(
    state: _State,
) -> tuple[list[Name], list[Sum], list[int], list[int], dict[int, set[Group]]]:
    """Return the unknowns, the sums among them, their first bounds, and the published groups that set these bounds."""
    counted, shown, values = state.counted, state.shown, state.counted.values
    hidden = {g for w in counted.wholes for g in (w.total, *w.parts) if g not in shown}
    hidden |= {g for pair in state.pairs for g in pair if g not in shown and not set(pair) <= shown}
    hidden |= {g for g, size in values.items() if 0 < size < state.minimum and g not in shown}
    groups = sorted(hidden, key=sorted)
    names: list[Name] = [*groups]
    place: dict[Name, int] = {name: at for at, name in enumerate(names)}
    binding: dict[int, set[Group]] = {}
    low, high = [], []
    for at, group in enumerate(groups):
        floor, ceiling, ends = _bounds(group, shown, values)
        low.append(floor)
        high.append(ceiling)
        binding[at] = ends
    sums = [*_sums_of_wholes(state, place)]
    for big, small in state.pairs:
        if {big, small} <= shown:
            continue
        place[big, small] = len(names)
        names.append((big, small))
        low.append(0)
        high.append(values[EVERYBODY] if EVERYBODY in values else max(values.values()))
        sums.append(_sum(place, {big: 1, small: -1, (big, small): -1}, shown, values))
    return names, sums, low, high, binding


def _bounds(group: Group, shown: set[Group], values: Mapping[Group, int]) -> tuple[int, int, set[Group]]:
    """Return what the published parts and wholes of a group say of its size, and which of them say the most."""
    above = [other for other in shown if other < group]
    below = [other for other in shown if other > group]
    ceiling = min((values[other] for other in above), default=max(values.values(), default=0))
    floor = max((values[other] for other in below), default=0)
    ends = {other for other in above if values[other] == ceiling} | {other for other in below if values[other] == floor}
    return min(floor, ceiling), ceiling, ends


def _sums_of_wholes(state: _State, place: Mapping[Name, int]) -> Iterator[Sum]:
    for whole in state.counted.wholes:
        terms: dict[Name, int] = {whole.total: -1}
        for part in whole.parts:
            terms[part] = terms.get(part, 0) + 1
        if any(name in place for name in terms):
            yield _sum(place, terms, state.shown, state.counted.values)


def _sum(place: Mapping[Name, int], terms: Mapping[Name, int], shown: set[Group], values: Mapping[Group, int]) -> Sum:
    unknown = [(place[name], sign) for name, sign in terms.items() if name in place]
    members = {name: sign for name, sign in terms.items() if isinstance(name, frozenset) and name in shown}
    value = -sum(sign * values[group] for group, sign in members.items())
    return Sum(tuple(at for at, _ in unknown), tuple(sign for _, sign in unknown), value, tuple(members))


def _nearest(state: _State, component: Component, start: int, binding: Mapping[int, set[Group]]) -> Group | None:
    """Return the published number nearest to `start` that had a part in its interval, None where there is none."""
    reached, seen = {start}, set[int]()
    while reached - seen:
        sums = [one for one in component.sums if reached & set(one.unknowns)]
        near = {group for one in sums for group in one.members}
        near |= {group for at in reached for group in binding.get(at, ())}
        chosen = state.cheapest(near)
        if chosen is not None:
            return chosen
        seen |= reached
        reached = reached | {at for one in sums for at in one.unknowns}
    return None
