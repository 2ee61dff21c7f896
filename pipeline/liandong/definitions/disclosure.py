"""The rules of statistical disclosure control of a study, as configuration.

The defaults are those of research data centres. Ten people is the threshold of the UK's trusted research environments
and of SACRO, their automatic checker, which uses the p% rule with p = 10 as well. Hundepool et al. (2012, Statistical
Disclosure Control, ch. 4) prefer the p% rule to dominance: (n, k) lets cells pass in which the second largest can tell
the largest value closely, and hides others in which nobody can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field as Key

from liandong.definitions.text import Definition, Text

DEFAULT_MINIMUM_CELL = 10
DEFAULT_P_PERCENT = 10.0


class Dominance(Definition):
    """The (n, k) rule: a cell is unsafe when its `n` largest values are more than the share `k` of its total."""

    n: int = Key(default=2, ge=1, le=5)
    k: float = Key(default=0.9, gt=0, lt=1)


class Disclosure(Definition):
    """What may be published of few people.

    Attributes
    ----------
    minimum_cell
        The smallest published number of people; 1 hides none.
    p_percent
        A mean of amounts is unsafe when the total without the two largest values is below this percentage of the
        largest one: the person with the second largest could tell it that closely. 0 leaves the rule out.
    dominance
        The (n, k) rule in addition, for those whose house demands it.
    rounding
        Counts of people are rounded to a multiple of this, and shares as coarsely as such counts allow. 1 is off.
    reason
        Needed where a rule is weaker than its default; the report prints it.
    """

    minimum_cell: int = Key(default=DEFAULT_MINIMUM_CELL, ge=1)
    p_percent: float = Key(default=DEFAULT_P_PERCENT, ge=0, le=100)
    dominance: Dominance | None = None
    rounding: int = Key(default=1, ge=1, le=100)
    reason: Text | None = None


def weaker_rules(raw: Mapping[str, Any]) -> list[str]:
    """Return in words which rules of a raw ``disclosure`` are weaker than their defaults."""
    usual = {"minimum_cell": DEFAULT_MINIMUM_CELL, "p_percent": DEFAULT_P_PERCENT}
    given = {name: raw.get(name, default) for name, default in usual.items()}
    return [
        f"a {name} below {usual[name]:g}"
        for name, value in given.items()
        if isinstance(value, int | float) and value < usual[name]
    ]
