"""Which groups of people can be compared at all, and the sentence that stands for a comparison that is not made."""

from __future__ import annotations

from typing import Final

from liandong.present.facts import Facts, Row
from liandong.present.marks import Alike
from liandong.present.numbers import count, threshold
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.roles import models_title
from liandong.present.words import word

FEWEST: Final = 10
"""People that each arm needs in every group: with fewer an interval is an accident of who they are."""


def is_compared(facts: Facts, effect: Row, outcome: str, subgroup: str) -> bool:
    """Whether the page prints a grouping: the design carries the whole comparison, and every group has both arms."""
    return not cannot_carry(facts, effect, outcome) and not _is_thin(facts, effect, outcome, subgroup)


def all_compared(facts: Facts, effect: Row) -> bool:
    """Whether nothing of the groupings of an effect is left out, so that their figure can be shown."""
    rows = facts.rows("heterogeneity", effect=effect["id"])
    return all(is_compared(facts, effect, row["outcome"], row["subgroup"]) for row in rows)


def group_phrases(facts: Facts, effect: Row) -> list[str]:
    """Return why groupings of an effect are not compared, outcomes with the same reason together."""
    found: Alike[tuple[str, dict[str, str]]] = Alike()
    rows = facts.rows("heterogeneity", effect=effect["id"])
    for outcome, subgroup in dict.fromkeys((row["outcome"], row["subgroup"]) for row in rows):
        if not is_compared(facts, effect, outcome, subgroup):
            key, values = _reason(facts, effect, outcome, subgroup)
            found.say((key, values), (key, *values.values()), outcome)
    return [
        word(facts.lang, key, title=models_title(facts, effect, outcomes), **values)
        for (key, values), outcomes in found
    ]


def _reason(facts: Facts, effect: Row, outcome: str, subgroup: str) -> tuple[str, dict[str, str]]:
    named = {"subgroup": facts.title(subgroup)}
    if not _is_thin(facts, effect, outcome, subgroup):
        return "said_groups_cannot", {}
    smaller = [_smaller_arm(row) for row in _levels(facts, effect, outcome, subgroup)]
    known = [size for size in smaller if size is not None]
    if len(known) < len(smaller):
        return "said_groups_hidden", {**named, "minimum": threshold(max(facts.minimum_cell, FEWEST))}
    if min(known) == max(known):
        return "said_groups_one", {**named, "low": count(min(known))}
    return "said_groups_few", {**named, "low": count(min(known)), "high": count(max(known))}


def _is_thin(facts: Facts, effect: Row, outcome: str, subgroup: str) -> bool:
    """Whether an arm is too small in some group, or too small to be published; other treatments have no arms."""
    designs = facts.rows("design", effect=effect["id"], outcome=outcome)
    if not designs or not designs[0]["treatment_is_binary"]:
        return False
    rows = _levels(facts, effect, outcome, subgroup)
    sizes = [_smaller_arm(row) for row in rows]
    return any(row["suppressed"] if size is None else size < FEWEST for row, size in zip(rows, sizes, strict=True))


def _levels(facts: Facts, effect: Row, outcome: str, subgroup: str) -> list[Row]:
    return facts.rows("heterogeneity", effect=effect["id"], outcome=outcome, subgroup=subgroup)


def _smaller_arm(row: Row) -> int | None:
    sizes = (row["n_treated"], row["n_untreated"])
    return None if None in sizes else min(sizes)
