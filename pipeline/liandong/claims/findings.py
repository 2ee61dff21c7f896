"""What one check found about one published figure, and how several findings of one check become one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from liandong.claims.reasons import REASONS, Check, Verdict

# The decisive finding of a check comes first: one thing that is wrong outweighs all that are right, and one thing that
# was looked at outweighs all that could not be.
DECISIVE: tuple[Verdict, ...] = ("contradicted", "doubtful", "supported", "consistent", "not_checkable")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one claim: a row of the table claims, and its rows of claim_values.

    Attributes
    ----------
    claim, check
        The row's key.
    verdict, reason
        Always those of :data:`liandong.claims.reasons.REASONS`; build a result with :func:`found`.
    recomputed, conf_low, conf_high
        What the data or the other figures give, in the claim's unit; a single possible value has both bounds equal.
    difference
        Published minus recomputed.
    chance
        Probability that an arbitrary figure would have passed the check.
    base
        The published number of people that the check was made with.
    found_in
        The row that `recomputed` was read from, as ``indicators: indicator=a; universe=all``.
    values
        The numbers of the calculation in their order, by the names that the reason declares and more.
    """

    claim: str
    check: Check
    verdict: Verdict
    reason: str
    recomputed: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    difference: float | None = None
    chance: float | None = None
    base: int | None = None
    found_in: str | None = None
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def found(claim: str, reason: str, *, values: Mapping[str, float] | None = None, **numbers: Any) -> CheckResult:
    """Return the result whose check and verdict belong to the code `reason`; `numbers` are its other attributes.

    Raises
    ------
    KeyError
        For a code that is not registered, or a value that its sentence needs and that is not given.
    """
    known = REASONS[reason]
    given = dict(values or {})
    lacking = [name for name in known.values if name not in given]
    if lacking:
        raise KeyError(f"the reason {reason!r} needs the values {', '.join(lacking)}")
    return CheckResult(claim, known.check, known.verdict, reason, values=MappingProxyType(given), **numbers)


def one_per_check(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return one result per claim and check, in the order in which they first occur.

    The decisive finding (see ``DECISIVE``; the earlier of two alike) speaks for the check. The values of the others
    follow its own, so that nothing that was calculated is lost; of a name that occurs twice, the decisive value stands.
    """
    grouped: dict[tuple[str, str], list[CheckResult]] = {}
    for result in results:
        grouped.setdefault((result.claim, result.check), []).append(result)
    return [_merged(group) for group in grouped.values()]


def _merged(group: list[CheckResult]) -> CheckResult:
    ordered = sorted(group, key=lambda result: DECISIVE.index(result.verdict))
    first = ordered[0]
    values: dict[str, float] = {}
    for result in ordered:
        values = {**values, **{name: value for name, value in result.values.items() if name not in values}}
    return CheckResult(
        first.claim, first.check, first.verdict, first.reason, first.recomputed, first.conf_low, first.conf_high,
        first.difference, first.chance, first.base, first.found_in, MappingProxyType(values),
    )  # fmt: skip
