"""One rule of the gate: a name, an action, and an expression with three answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from liandong.definitions import Action, Text

Kind = Literal[
    "primary_key",
    "type",
    "required",
    "unique",
    "enum",
    "range",
    "pattern",
    "length",
    "skip",
    "foreign_key",
    "cross_field",
    "by_hand",
]

RULES = "_rules"
UNREADABLE = "_unreadable"


@dataclass(frozen=True, slots=True, eq=False)
class RowRule:
    """A rule that every row of the survey file is held against.

    Attributes
    ----------
    id
        Unique among the rules of a codebook: ``<field>.<kind>``, ``key.<what>``, or the id of a cross-field rule.
    field
        The field that the rule is about; several are joined by "+".
    kind, action, title
        What is checked, what follows from a failure, and the rule in words for a field supervisor.
    fails
        Boolean: true where a row breaks the rule, false where it keeps it, null where the rule does not apply (no value
        to look at, a question that was not asked, an answer that is unknown). Reads one row at a time, so that it can
        be evaluated by any engine and in batches.
    blanks
        The fields whose values go when the action is ``blank``.
    """

    id: str
    field: str
    kind: Kind
    action: Action
    title: Text
    fails: pl.Expr
    blanks: tuple[str, ...] = ()


def rule_column(rule: str) -> str:
    """Return the name of the column that is true where a row broke `rule`; a rule may be called like a field."""
    return f"⟨rule⟩{rule}"


def doubt_column(field: str) -> str:
    """Return the name of the helper column that is true where the value of `field` breaks a rule of its own."""
    return f"⟨doubt⟩{field}"
