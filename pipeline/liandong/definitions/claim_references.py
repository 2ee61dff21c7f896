"""Reference checks of claims: every figure that a claim names exists and can be held against it.

They read raw mappings, so that a file with mistakes of shape gets its mistakes of reference reported in the same run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liandong.definitions.claim_kinds import misplaced_keys
from liandong.definitions.vocabulary import Use, at, items, repeated_names, texts, unknown_names
from liandong.errors import Problem

_OPERANDS = ("parts", "of_which", "complements", "of", "from", "to")
_MOST_CIRCLES = 10  # that are reported
_SAME_UNIT = ("parts", "of_which", "complements")


def check_claims(claims: Any, file: str) -> list[Problem]:
    """Return what is wrong with the names in a raw list of claims; `file` stands before every path."""
    listed = items(claims)
    named = {claim["id"]: claim for claim in listed if isinstance(at(claim, "id"), str)}
    problems = repeated_names(f"{file}: claims", texts(listed, "id"))
    places = {id(claim): _place(file, i, claim) for i, claim in enumerate(listed)}
    for claim in listed:
        where = places[id(claim)]
        uses = [Use(f"{where}.{path}", name, "claim", named) for path, name in _references(claim)]
        problems += unknown_names(uses)
        problems += misplaced_keys(where, claim)
        problems += _own_id(where, claim)
        problems += _twice(where, claim)
        problems += _units(where, claim, named)
        problems += _kinds(where, claim, named)
    return [*problems, *_circles(named, {name: places[id(claim)] for name, claim in named.items()})]


def _place(file: str, i: int, claim: Any) -> str:
    name = at(claim, "id")
    return f"{file}: claims[{i}]" + (f" ({name})" if isinstance(name, str) else "")


def _references(claim: Any) -> Iterator[tuple[str, str]]:
    """Yield the path and the name of every claim that a claim names."""
    yield from _calculated_from(claim)
    for i, group in enumerate(items(at(claim, "order"))):
        yield from _in_group(f"order[{i}]", group)


def _in_group(path: str, group: Any) -> Iterator[tuple[str, str]]:
    if isinstance(group, str):
        yield path, group
    for j, name in enumerate(items(group)):
        if isinstance(name, str):
            yield f"{path}[{j}]", name


def _calculated_from(claim: Any) -> Iterator[tuple[str, str]]:
    """Yield the references that a figure is made of; a circle of them would hold it against itself."""
    for key in _OPERANDS:
        value = at(claim, key)
        if isinstance(value, str):
            yield key, value
        for i, name in enumerate(items(value)):
            if isinstance(name, str):
                yield f"{key}[{i}]", name
    for path in (("coefficient",), ("arms", "coverage"), ("arms", "clusters")):
        name = at(claim, *path)
        if isinstance(name, str):
            yield ".".join(path), name


def _own_id(where: str, claim: Any) -> Iterator[Problem]:
    """Yield figures that are made of themselves; in an order, a claim without a figure may stand for its quantity."""
    for path, name in _calculated_from(claim):
        if name == at(claim, "id"):
            yield Problem(f"{where}.{path}", f"{name!r} is this claim itself")


def _twice(where: str, claim: Any) -> Iterator[Problem]:
    """Yield figures that are added, or put in order, twice."""
    listed: dict[str, list[str]] = {}
    for path, name in _references(claim):
        listed.setdefault(path.partition("[")[0], []).append(name)
    for key in (*_SAME_UNIT, "order"):
        yield from repeated_names(f"{where}.{key}", listed.get(key, []))


def _circles(named: Mapping[str, Any], places: Mapping[str, str]) -> list[Problem]:
    """Return the circles of claims that are made of each other, each at the claim of it that stands first."""
    uses = {
        name: {other for _, other in _calculated_from(claim) if other in named and other != name}
        for name, claim in named.items()
    }
    problems: list[Problem] = []
    while len(problems) < _MOST_CIRCLES:
        uses = _without_ends(uses)
        if not uses:
            break
        circle = _circle(uses)
        first = min(circle, key=list(named).index)
        turned = [*circle[circle.index(first) :], *circle[: circle.index(first)], first]
        problems.append(Problem(places[first], f"is made of itself: {' → '.join(turned)}"))
        uses = {name: others - set(circle) for name, others in uses.items() if name not in circle}
    return problems


def _without_ends(uses: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return what is left when claims that are made of nothing are taken away, until none is."""
    left = {name: set(others) for name, others in uses.items()}
    used_by: dict[str, list[str]] = {}
    for name, others in left.items():
        for other in others:
            used_by.setdefault(other, []).append(name)
    ends = [name for name, others in left.items() if not others]
    while ends:
        end = ends.pop()
        del left[end]
        for name in used_by.get(end, []):
            left[name].discard(end)
            if not left[name]:
                ends.append(name)
    return left


def _circle(uses: Mapping[str, set[str]]) -> list[str]:
    """Return the circle that following the first use of every claim ends in."""
    name, way = next(iter(uses)), []
    while name not in way:
        way.append(name)
        name = min(uses[name])
    return way[way.index(name) :]


def _units(where: str, claim: Any, named: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield figures in different units that are to be added, subtracted or ordered."""
    own = at(claim, "unit")
    for path, name in _references(claim):
        key = path.partition("[")[0]
        unit = at(named.get(name), "unit")
        if key in _SAME_UNIT and isinstance(own, str) and isinstance(unit, str) and unit != own:
            yield Problem(f"{where}.{path}", f"{name!r} is in {unit!r}, but the claim is in {own!r}")
    pairs = {path: at(named.get(name), "unit") for path, name in _references(claim) if path in {"from", "to"}}
    yield from _different(where, pairs)
    ordered = {path: at(named.get(name), "unit") for path, name in _references(claim) if path.startswith("order")}
    yield from _different(where, ordered)


def _different(where: str, units: Mapping[str, Any]) -> Iterator[Problem]:
    known = {path: unit for path, unit in units.items() if isinstance(unit, str)}
    first = next(iter(known.items()), None)
    for path, unit in known.items():
        if first is not None and unit != first[1]:
            message = f"is in {unit!r}, but {first[0]} is in {first[1]!r}: they cannot be compared"
            yield Problem(f"{where}.{path}", message)


def _kinds(where: str, claim: Any, named: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield claims that are named for something that they are not."""
    coverage = at(named.get(str(at(claim, "arms", "coverage"))), "kind")
    if coverage is not None and coverage != "percent":
        yield Problem(f"{where}.arms.coverage", "must be the claim of a percentage, with its n")
    elif coverage == "percent" and at(named[at(claim, "arms", "coverage")], "n") is None:
        yield Problem(f"{where}.arms.coverage", f"the claim {at(claim, 'arms', 'coverage')!r} has no n")
    clusters = at(named.get(str(at(claim, "arms", "clusters"))), "kind")
    if clusters is not None and clusters != "count":
        yield Problem(f"{where}.arms.clusters", "must be a number, or the claim of a count")
    tested = at(named.get(str(at(claim, "coefficient"))), "kind")
    if tested is not None and tested not in {"coefficient", "difference", "mean", "ratio"}:
        yield Problem(f"{where}.coefficient", f"must be the claim of an estimate; it is of kind {tested!r}")
