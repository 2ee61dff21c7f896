"""What a reason consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["supported", "consistent", "not_checkable", "doubtful", "contradicted"]
Check = Literal[
    "grim", "parts", "arithmetic", "test", "reproduction", "order", "detectability", "denominator", "overall"
]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: the check that gives it, the verdict that it carries, and the values that its sentence needs."""

    check: Check
    verdict: Verdict
    values: tuple[str, ...] = ()


def reason(check: Check, verdict: Verdict, values: str = "") -> Reason:
    """Return a reason; `values` are names separated by blanks."""
    return Reason(check, verdict, tuple(values.split()))
