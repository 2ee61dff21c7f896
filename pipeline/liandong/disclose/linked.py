"""Numbers that other numbers give away, in whatever table these stand: they go, until none is left.

A group is protected when it has fewer members than the minimum, but some; so is what a group lacks of one that it is
part of. A protected number is exposed when it is published, or when all that is published bounds it to an interval
narrower than the minimum (one that lies below it is). Then a number goes that had a part in it, the one that a reader
would miss least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from liandong.disclose.audit import Component, Sum, components, first_narrow
from liandong.disclose.groups import EVERYBODY, Counted, Group, nested_within

Name: TypeAlias = Group | tuple[Group, Group]  # a group, or what the second lacks of the first

SMALL, DIFFERENCE, SECONDARY, BASE = "threshold", "difference", "secondary", "base"


@dataclass(frozen=True, slots=True)
class Links:
    """What stays the same of a bundle while numbers are hidden.

    Attributes
    ----------
    counted, minimum
        The counts with their true sizes, and the smallest number of people that may be published.
    rank
        Group → what a reader would miss.
    over
        Group → the groups whose shares of it are given.
    pairs
        A group and a part of it that differ by too few people.
    around
        Group → the groups that it is part of, the smallest first, and its parts, the largest first; filled as asked.
    least
        Group → how many it has at least, where its row is there only because it has some.
    """

    counted: Counted
    minimum: int
    rank: Mapping[Group, int]
    over: Mapping[Group, set[Group]]
    pairs: Sequence[tuple[Group, Group]]
    around: dict[Group, tuple[list[Group], list[Group]]] = field(default_factory=dict)
    least: Mapping[Group, int] = field(default_factory=dict)

    def bounds(self, group: Group, shown: set[Group]) -> tuple[int, int, set[Group]]:
        """Return what the published parts and wholes of a group say of its size, and which of them say it."""
        values = self.counted.values
        if group not in self.around:
            above = sorted(
                (other for other in values if other < group), key=lambda other: (values[other], sorted(other))
            )
            below = sorted(
                (other for other in values if other > group), key=lambda other: (-values[other], sorted(other))
            )
            self.around[group] = (above, below)
        above, below = self.around[group]
        smallest = next((other for other in above if other in shown), None)
        largest = next((other for other in below if other in shown), None)
        ceiling = max(values.values(), default=0) if smallest is None else values[smallest]
        floor = max(self.least.get(group, 0), 0 if largest is None else values[largest])
        return min(floor, ceiling), ceiling, {one for one in (smallest, largest) if one is not None}


def links_of(counted: Counted, minimum: int) -> Links:
    """Return what the counts of a bundle have to do with one another."""
    rank: dict[Group, int] = {}
    over: dict[Group, set[Group]] = {}
    for count in counted.counts:
        rank[count.group] = max(count.rank, rank.get(count.group, 0))
        if count.base is not None and count.base != count.group:
            over.setdefault(count.base, set()).add(count.group)
    least = {count.group: count.least for count in counted.counts if count.least}
    return Links(counted, minimum, rank, over, nested_within(counted.values, minimum), least=least)


@dataclass(slots=True)
class _State:
    links: Links
    shown: set[Group]
    reasons: dict[Group, str] = field(default_factory=dict)

    def hide(self, group: Group, reason: str) -> None:
        """Hide a group, and with a base the groups whose shares of it are given: the two numbers give each other."""
        if group not in self.shown:
            return
        self.shown.discard(group)
        self.reasons[group] = reason
        for part in sorted(self.links.over.get(group, ()), key=sorted):
            self.hide(part, BASE)


def hide_linked(links: Links, shown: set[Group]) -> dict[Group, str]:
    """Return the groups among `shown` that must not be, with the reason: threshold, difference, secondary or base.

    Parameters
    ----------
    links
        The counts of a bundle.
    shown
        The groups whose number can be read somewhere.

    Returns
    -------
    dict
        ``base`` marks the groups of which only the number goes, because it would give away the number that they are a
        share of; the share itself may stay if it is rounded.

    Notes
    -----
    Everybody (the accepted) is hidden only where these are fewer than the minimum. A protected number that even the
    hiding of all others would leave exposed stays so: that happens only where there are hardly more people than that.
    """
    state = _State(links, set(shown))
    for group, size in links.counted.values.items():
        if 0 < size < links.minimum:
            state.hide(group, SMALL)
    _part(state)
    given_up: set[Name] = set()
    settled: set[frozenset[tuple[Name, int, int]]] = set()
    while _one_round(state, given_up, settled):
        pass
    return state.reasons


def _part(state: _State) -> None:
    """Hide one of every two published groups that are too near, and show again what that made needless."""
    rank, values, over = state.links.rank, state.links.counted.values, state.links.over

    def loss(group: Group) -> tuple[int, int, int, list[str]]:
        return rank.get(group, 0), len(over.get(group, ())), values[group], sorted(group)

    near: dict[Group, set[Group]] = {}
    for big, small in sorted(state.links.pairs, key=lambda pair: (sorted(pair[0]), sorted(pair[1]))):
        near.setdefault(big, set()).add(small)
        near.setdefault(small, set()).add(big)
        if {big, small} <= state.shown:
            state.hide(min({big, small} - {EVERYBODY}, key=loss), DIFFERENCE)
    for group in sorted((g for g, why in state.reasons.items() if why == DIFFERENCE), key=loss, reverse=True):
        if not near[group] & state.shown and not over.get(group):
            del state.reasons[group]
            state.shown.add(group)


def _one_round(state: _State, given_up: set[Name], settled: set[frozenset[tuple[Name, int, int]]]) -> bool:
    """Hide one number for every component that has an exposed one; False when nothing was hidden."""
    names, sums, low, high, binding = _unknowns(state)
    values, minimum = state.links.counted.values, state.links.minimum
    small = {at for at, name in enumerate(names) if name not in given_up and _is_small(name, values, minimum)}
    changed = False
    for component in components(sums, low, high, small):
        wanted = [at for at in component.unknowns if at in small]
        # What was just hidden for another component may be enough for this one as well.
        if not _inputs(component, binding) <= state.shown:
            continue
        mark = frozenset((names[at], component.low[at], component.high[at]) for at in component.unknowns)
        if mark in settled:
            continue
        exposed = first_narrow(component, wanted, minimum)
        if exposed is None:
            settled.add(mark)
            continue
        chosen = _best(state, component, exposed, binding)
        if chosen is None:
            given_up.add(names[exposed])
        else:
            state.hide(chosen, SECONDARY)
        changed = True
    return changed


def _inputs(component: Component, binding: Mapping[int, set[Group]]) -> set[Group]:
    """Return the published groups that the intervals of a component rest on."""
    members = {group for one in component.sums for group in one.members}
    return members.union(*(binding.get(at, ()) for at in component.unknowns))


def _is_small(name: Name, values: Mapping[Group, int], minimum: int) -> bool:
    if isinstance(name, tuple):
        return True  # differences are unknowns only where they are small
    return name in values and 0 < values[name] < minimum


def _unknowns(
    state: _State,
) -> tuple[list[Name], list[Sum], list[int], list[int], dict[int, set[Group]]]:
    """Return the unknowns, the sums among them, their first bounds, and the published groups that set these bounds."""
    counted, shown, values = state.links.counted, state.shown, state.links.counted.values
    hidden = {g for w in counted.wholes for g in (w.total, *w.parts) if g not in shown}
    hidden |= {g for pair in state.links.pairs for g in pair if g not in shown and not set(pair) <= shown}
    hidden |= {g for g, size in values.items() if 0 < size < state.links.minimum and g not in shown}
    groups = sorted(hidden, key=sorted)
    names: list[Name] = [*groups]
    place: dict[Name, int] = {name: at for at, name in enumerate(names)}
    binding: dict[int, set[Group]] = {}
    low, high = [], []
    for at, group in enumerate(groups):
        floor, ceiling, ends = state.links.bounds(group, shown)
        low.append(floor)
        high.append(ceiling)
        binding[at] = ends
    sums = [*_sums_of_wholes(state, place)]
    for big, small in state.links.pairs:
        if {big, small} <= shown:
            continue
        place[big, small] = len(names)
        names.append((big, small))
        low.append(0)
        high.append(values[EVERYBODY] if EVERYBODY in values else max(values.values(), default=0))
        sums.append(_sum(place, {big: 1, small: -1, (big, small): -1}, shown, values))
    return names, sums, low, high, binding


def _sums_of_wholes(state: _State, place: Mapping[Name, int]) -> Iterator[Sum]:
    for whole in state.links.counted.wholes:
        terms: dict[Name, int] = {whole.total: -1}
        for part in whole.parts:
            terms[part] = terms.get(part, 0) + 1
        if any(name in place for name in terms):
            yield _sum(place, terms, state.shown, state.links.counted.values)


def _sum(place: Mapping[Name, int], terms: Mapping[Name, int], shown: set[Group], values: Mapping[Group, int]) -> Sum:
    unknown = [(place[name], sign) for name, sign in terms.items() if name in place]
    members = {name: sign for name, sign in terms.items() if isinstance(name, frozenset) and name in shown}
    value = -sum(sign * values[group] for group, sign in members.items())
    return Sum(tuple(at for at, _ in unknown), tuple(sign for _, sign in unknown), value, tuple(members))


def _best(state: _State, component: Component, start: int, binding: Mapping[int, set[Group]]) -> Group | None:
    """Return the published number that is best hidden to widen the interval of `start`, None where there is none.

    Of those that went into the component the one that a reader would miss least; then one out of a sum with few
    unknowns, because that is what pins them down; then a near one; then a small one.
    """
    values = state.links.counted.values
    offers: dict[Group, tuple[int, int, int, int, list[str]]] = {}
    distance, reached, ahead = 0, set[int](), {start}
    while ahead:
        reached |= ahead
        sums = [one for one in component.sums if ahead & set(one.unknowns)]
        near = [(group, len(one.unknowns)) for one in sums for group in one.members]
        ends = {at: {component.low[at], component.high[at]} for at in ahead}
        near += [(group, 1) for at in ahead for group in binding.get(at, ()) if values[group] in ends[at]]
        for group, unknowns in near:
            if group in state.shown and group != EVERYBODY:
                offer = (state.links.rank.get(group, 0), unknowns, distance, values[group], sorted(group))
                offers[group] = min(offer, offers.get(group, offer))
        ahead = {at for one in sums for at in one.unknowns} - reached
        distance += 1
    return min(offers, key=lambda group: offers[group], default=None)
