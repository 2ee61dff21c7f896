"""Stars at coefficients: off unless study.yaml asks, and never where the design cannot carry a conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from liandong.present.facts import Facts
from liandong.present.facts import Row as Record
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.words import sentences, word

LEVELS: Final[Mapping[str, float]] = MappingProxyType({"***": 0.001, "**": 0.01, "*": 0.05})
"""Marks and the p-values below which they stand, the rarest first; `note_star_levels` says the same in words."""


def asked(facts: Facts) -> bool:
    """Whether the study wants stars."""
    return bool((facts.study.get("report") or {}).get("stars"))


def starred(facts: Facts, row: Record | None, text: str) -> str:
    """Return `text`, the coefficient of a treatment, with the stars of its p-value.

    They follow the p-value of the row, that is the one printed in the same table. A result on which the verdict is that
    the design cannot carry it has none, however small the p-value.
    """
    if row is None or row["p_value"] is None or not asked(facts):
        return text
    if cannot_carry(facts, {"id": row["effect"]}, row["outcome"]):
        return text
    return text + next((mark for mark, level in LEVELS.items() if row["p_value"] < level), "")


def star_note(facts: Facts, effect: Record) -> str:
    """Return what stars mean and where there are none on purpose, or that there are no stars."""
    if not asked(facts):
        return word(facts.lang, "note_stars_none")
    stuck = any(cannot_carry(facts, effect, outcome) for outcome in effect["outcomes"])
    without = word(facts.lang, "note_stars_cannot") if stuck else ""
    return sentences(facts.lang, [word(facts.lang, "note_star_levels"), without])
