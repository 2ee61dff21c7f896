"""Groups of people that the tables of a bundle count, and what their numbers have to do with one another.

A group is the set of conditions that its members satisfy: ``?income`` (the answer is known), ``gender=1``, and so on.
The group without a condition is everybody whose questionnaire was accepted. So one group is part of another when it has
all of that one's conditions, whatever tables count the two, and the same conditions in two tables are the same people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Group: TypeAlias = frozenset[str]

EVERYBODY: Group = frozenset()


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people in one cell of one table.

    Attributes
    ----------
    table, row, column
        Where it stands. The column may be one that gives the number away without holding it, such as a share.
    group
        Whom it counts.
    value
        How many they are; None where that is no longer known.
    rank
        What a reader would miss: of two numbers that may be hidden, the one with the lower rank is.
    base
        Of whom the group is a share in this row; None where it is given as none.
    least
        How many they are at least, as the row says by being there.
    """

    table: str
    row: int
    column: str
    group: Group
    value: int | None
    rank: int
    base: Group | None = None
    least: int = 0


@dataclass(frozen=True, slots=True)
class Whole:
    """Groups that have nobody in common and add up to `total`."""

    total: Group
    parts: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """All counts of a bundle, without contradictions, and which groups add up to which."""

    counts: tuple[Count, ...]
    wholes: tuple[Whole, ...]
    values: Mapping[Group, int]


def consistent(counts: Iterable[Count], wholes: Iterable[Whole]) -> Counted:
    """Return `counts` and `wholes` with groups that have one size each.

    Two tables that give the same conditions another size count other people (one of them leaves out rows of weight
    zero, say): the later one gets a condition of its own. The size of a total that no table gives is the sum of its
    parts. A whole whose known parts do not add up to its known total does not hold, and is left out.
    """
    values: dict[Group, int] = {}
    kept: list[Count] = []
    for count in counts:
        known = count
        if count.value is not None and values.setdefault(count.group, count.value) != count.value:
            own = count.group | {f"@{count.table}:{count.row}:{count.column}"}
            known = Count(count.table, count.row, count.column, own, count.value, count.rank, count.base, count.least)
            values[own] = count.value
        kept.append(known)
    sound = [whole for whole in dict.fromkeys(wholes) if len(whole.parts) > 0 and _adds_up(whole, values)]
    return Counted(tuple(kept), tuple(sound), values)


def _adds_up(whole: Whole, values: dict[Group, int]) -> bool:
    sizes = [values.get(part) for part in whole.parts]
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return sum(known) <= values.get(whole.total, sum(known))
    return values.setdefault(whole.total, sum(known)) == sum(known)


def nested_within(values: Mapping[Group, int], distance: int) -> list[tuple[Group, Group]]:
    """Return the pairs of a group and a part of it that differ by 1 to ``distance - 1`` people, in a fixed order."""
    ordered: Sequence[tuple[Group, int]] = sorted(values.items(), key=lambda item: (item[1], sorted(item[0])))
    pairs = []
    for at, (small, size) in enumerate(ordered):
        for big, larger in ordered[at + 1 :]:
            if larger - size >= distance:
                break
            if larger > size and big < small:
                pairs.append((big, small))
    return pairs
