"""Two shares of the same people: how many said only the one, and only the other, where the table overlap tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from liandong.claims.evidence_rows import Evidence
from liandong.definitions import ClaimQuantity

_EVERYBODY: Final = "all"


@dataclass(frozen=True, slots=True)
class Discordant:
    """Of the people for whom both are known: those with the first property alone, and with the second alone."""

    only_first: int
    only_second: int
    people: int


def discordant(first: ClaimQuantity | None, second: ClaimQuantity | None, evidence: Evidence) -> Discordant | None:
    """Return the discordant pairs of two indicators of everybody; None unless one group of `overlap` shows them all.

    These counts alone decide which of two shares of the same people is the higher one, and by how much: what the two
    have in common drops out of their difference.
    """
    if first is None or second is None or not (_is_whole(first) and _is_whole(second)):
        return None
    groups: dict[str, list[tuple[frozenset[str], int | None, int | None]]] = {}
    for row in evidence.rows("overlap"):
        members = frozenset(filter(None, row["members"].split("+")))
        groups.setdefault(row["group"], []).append((members, row["n"], row["n_rows"]))
    for rows in groups.values():
        known = {name for members, _, _ in rows for name in members}
        if not {first.indicator, second.indicator} <= known:
            continue
        counts, people = [n for _, n, _ in rows], rows[0][2]
        # With a combination hidden, or left out, the others do not make everybody.
        if people is None or None in counts or sum(n or 0 for n in counts) != people:
            return None
        alone = {
            (one, other): sum(n or 0 for members, n, _ in rows if one in members and other not in members)
            for one, other in ((first.indicator, second.indicator), (second.indicator, first.indicator))
        }
        return Discordant(alone[first.indicator, second.indicator], alone[second.indicator, first.indicator], people)
    return None


def _is_whole(quantity: ClaimQuantity) -> bool:
    parts = (quantity.category, quantity.subgroup, quantity.level, quantity.minus)
    everybody = quantity.universe in {None, _EVERYBODY}
    return quantity.indicator is not None and everybody and all(part is None for part in parts)
