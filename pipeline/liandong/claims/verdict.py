"""The verdict on a claim out of the findings of its checks; the rules stand here once.

1. What speaks against a claim outweighs what speaks for it: one contradicted check makes the claim contradicted, one
   doubtful check makes it doubtful, whatever the others say.
2. Only data can support: figures that agree with each other (grim, parts, arithmetic, test) may be wrong together, so
   they make a claim consistent at most. Data that were simulated say nothing: what they give is not checkable, whatever
   it is, and decides only where there is nothing else to tell.
3. That a design could have found an effect, and what a figure is among those in need, say nothing about whether the
   claim is true: they may cast doubt, but they make no claim consistent.
4. A claim is not checkable when no check that counts could be made. One that was never published, and follows from
   other figures, is none of the figures that are checked: ``overall_derived`` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from liandong.claims.findings import CheckResult, found
from liandong.claims.reason_type import Check, Verdict

# The order of a claim's rows. Of several checks with the decisive verdict the one further to the front of DECIDING
# gives the argument: what is impossible in itself before what data say, and data before what only agrees.
CHECKS: Final[tuple[Check, ...]] = (
    "grim",
    "parts",
    "arithmetic",
    "test",
    "reproduction",
    "order",
    "detectability",
    "denominator",
)
DECIDING: Final[tuple[Check, ...]] = (
    "arithmetic",
    "parts",
    "grim",
    "test",
    "reproduction",
    "order",
    "detectability",
    "denominator",
)
_FROM_DATA: Final[tuple[Check, ...]] = ("reproduction", "order")

# The strongest verdict for a claim that each check can give, and whether it can cast doubt is its reasons' business.
STRONGEST: Final = MappingProxyType[Check, Verdict](
    {
        "grim": "consistent",
        "parts": "consistent",
        "arithmetic": "consistent",
        "test": "consistent",
        "reproduction": "supported",
        "order": "supported",
        "detectability": "not_checkable",
        "denominator": "not_checkable",
    }
)
# From the decisive verdict to the weakest: the first that any check gives is the claim's.
RULES: Final[tuple[tuple[Verdict, str], ...]] = (
    ("contradicted", "overall_contradicted"),
    ("doubtful", "overall_doubtful"),
    ("supported", "overall_supported"),
    ("consistent", "overall_consistent"),
    ("not_checkable", "overall_not_checkable"),
)
# Reasons that say least of why a claim cannot be checked: another one is the better argument.
_TELL_LEAST: Final = frozenset({"reproduction_no_data", "reproduction_no_quantity"})
_DERIVED: Final = frozenset({"arithmetic_unpublished", "parts_unpublished"})
_MADE_UP: Final = "_simulated"
# What these compute is not the published figure: a smallest detectable effect, a share of others, a part of it, or
# it is what was published itself.
_OF_ANOTHER_FIGURE: Final = frozenset({"order", "detectability", "denominator"})
_OF_A_PART: Final = frozenset({"parts_fit", "parts_exceed", "grim_range_only"})
_FAVOURABLE: Final[tuple[Verdict, ...]] = ("not_checkable", "consistent", "supported")
_AGAINST: Final[tuple[Verdict, ...]] = ("contradicted", "doubtful")


def overall(claim: str, results: Sequence[CheckResult]) -> CheckResult:
    """Return the verdict on `claim`.

    Parameters
    ----------
    claim
        Its id.
    results
        Its checks, at most one of each kind; none at all make a claim that is not checkable.

    Returns
    -------
    CheckResult
        Its reason is one of the ``overall_…`` codes. `found_in` names the row of the table claims that decided, empty
        where there is none; figures and interval are those of the reproduction where there is one, else of the check
        that decided, provided that they are about the published figure itself. Values: ``checks`` is the number of
        checks that came to a conclusion about it, ``against`` and ``in_favour`` how many of them speak against it and
        for it.
    """
    counted = {result.check: counts_as(result) for result in results}
    verdict, code = next(((verdict, code) for verdict, code in RULES if verdict in counted.values()), RULES[-1])
    deciding = _deciding(results, counted, verdict)
    if code == "overall_consistent" and any(map(_is_simulated, results)):
        code = "overall_consistent_simulated"
    if code == "overall_not_checkable" and deciding is not None and deciding.reason in _DERIVED:
        code = "overall_derived"
    real = [result for result in results if not _is_simulated(result)]
    reproduced = next((result for result in real if result.check == "reproduction"), None)
    shown = deciding if reproduced is None or reproduced.recomputed is None else reproduced
    other = shown is None or shown.check in _OF_ANOTHER_FIGURE or shown.reason in _OF_A_PART
    if other or shown not in real:
        shown = None
    return found(
        claim,
        code,
        values={
            "checks": float(sum(one != "not_checkable" for one in counted.values())),
            "against": float(sum(one in _AGAINST for one in counted.values())),
            "in_favour": float(sum(one in {"consistent", "supported"} for one in counted.values())),
        },
        found_in="" if deciding is None else f"claims: claim={claim}; check={deciding.check}",
        **({} if shown is None else _figures(shown)),
    )


def counts_as(result: CheckResult) -> Verdict:
    """Return what a check counts for in the verdict on the claim: its own verdict, or the strongest it may give.

    What was read from simulated data counts for nothing.
    """
    if _is_simulated(result):
        return "not_checkable"
    if result.verdict in _AGAINST:
        return result.verdict
    return min(result.verdict, STRONGEST[result.check], key=_FAVOURABLE.index)


def _deciding(results: Sequence[CheckResult], counted: dict[Check, Verdict], verdict: Verdict) -> CheckResult | None:
    """Return the check that gives the claim its verdict; for a favourable one, data come before mere agreement."""
    order = DECIDING if verdict in _AGAINST else (*_FROM_DATA, *DECIDING)
    some = [result for result in results if counted[result.check] == verdict]
    some = [result for result in some if not _is_simulated(result)] or some
    # Where nothing could be checked, the argument is a check that could not be made, not one that says something else.
    some = [result for result in some if result.verdict == verdict] or some
    return min(some, key=lambda result: (result.reason in _TELL_LEAST, order.index(result.check)), default=None)


def _is_simulated(result: CheckResult) -> bool:
    return _MADE_UP in result.reason


def _figures(result: CheckResult) -> dict[str, float | int | None]:
    return {
        "recomputed": result.recomputed,
        "conf_low": result.conf_low,
        "conf_high": result.conf_high,
        "difference": result.difference,
        "chance": result.chance,
        "base": result.base,
    }
