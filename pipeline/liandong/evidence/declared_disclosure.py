"""The table of what the disclosure rules took away."""

from __future__ import annotations

from liandong.evidence.spec import TEXT, spec

DECLARED_DISCLOSURE = (
    # row: the key of the row, as "effect=e; outcome=y". columns: those that are empty or rounded, joined by "+".
    # reason, joined by "+": threshold (the row, or what it lacks of its universe, has fewer people than the minimum),
    # secondary (it would give such a number away), difference (so would its difference from another published number),
    # rounding (rounded, so that it does not give a hidden number back), dominance. Rows that hide one another have all
    # reasons of the lot: one reason each would say which of them is small. Never a value.
    spec(
        "suppressions", "table row reason",
        table=TEXT, row=TEXT, columns=TEXT, reason=TEXT,
    ),
)  # fmt: skip
