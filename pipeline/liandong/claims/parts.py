"""Whether the published parts of a whole add up, within the rounding of every figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import ROUNDINGS, Bounds, bounds_of, exactly, finite_ends, operand_bounds
from liandong.definitions import Claim
from liandong.definitions.claims import Operand, Rounding

_EVERYTHING = 100.0


def parts(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield whether `parts` add up to the claim, `of_which` stay within it, and `complements` make 100 % with it.

    Figures that agree only when they were cut off instead of rounded agree, too: a contradiction has to hold for every
    way of rounding. Percentages of different numbers of people cannot be added: that they are said to add up, and do,
    is doubtful; beyond that their sum decides nothing.
    """
    if claim.parts is not None:
        yield _of_one_base(claim, claim.parts, claims, _adds_up(claim, claim.parts, claims))
    if claim.of_which is not None:
        yield _of_one_base(claim, claim.of_which, claims, _within(claim, claim.of_which, claims))
    if claim.complements is not None:
        yield _of_one_base(claim, claim.complements, claims, _everything(claim, claim.complements, claims))


def _adds_up(claim: Claim, named: Sequence[Operand], claims: Mapping[str, Claim]) -> CheckResult:
    for rounding in ROUNDINGS:
        whole, total = bounds_of(claim, rounding), _sum(named, claims, rounding)
        if total is None:
            return found(claim.id, "parts_no_figure", base=claim.n)
        if whole is None:
            return _unpublished(claim, total)
        if whole.overlaps(total):
            return _result(claim, "parts_add_up", whole, total)
    return _at_nearest(claim, "parts_do_not_add_up", named, claims)


def _within(claim: Claim, named: Sequence[Operand], claims: Mapping[str, Claim]) -> CheckResult:
    for rounding in ROUNDINGS:
        whole, total = bounds_of(claim, rounding), _sum(named, claims, rounding)
        if whole is None or total is None:
            return found(claim.id, "parts_no_figure", base=claim.n)
        if total.low <= whole.high:
            return _result(claim, "parts_fit", whole, total)
    return _at_nearest(claim, "parts_exceed", named, claims)


def _everything(claim: Claim, named: Sequence[Operand], claims: Mapping[str, Claim]) -> CheckResult:
    everything = exactly(_EVERYTHING)
    for rounding in ROUNDINGS:
        own, others = bounds_of(claim, rounding), _sum(named, claims, rounding)
        if own is None or others is None:
            return found(claim.id, "parts_no_figure", base=claim.n)
        if everything.overlaps(own + others):
            return _result(claim, "parts_add_up", everything, own + others)
    return _at_nearest(claim, "parts_do_not_add_up", [claim.id, *named], claims, everything)


def _sum(named: Sequence[Operand], claims: Mapping[str, Claim], rounding: Rounding) -> Bounds | None:
    total = exactly(0)
    for operand in named:
        part = operand_bounds(operand, claims, rounding)
        if part is None:
            return None
        total = total + part
    return total


def _at_nearest(
    claim: Claim, reason: str, named: Sequence[Operand], claims: Mapping[str, Claim], whole: Bounds | None = None
) -> CheckResult:
    """Return the finding that nothing fits, with the bounds of the usual rounding."""
    total = _sum(named, claims, "nearest") or exactly(0)
    return _result(claim, reason, whole or bounds_of(claim) or exactly(0), total)


def _unpublished(claim: Claim, total: Bounds) -> CheckResult:
    """Return what the parts add up to, where the whole has no figure."""
    low, high = finite_ends(total)
    values = {"sum_low": float(total.low), "sum_high": float(total.high)}
    return found(
        claim.id,
        "parts_unpublished",
        values=values,
        base=claim.n,
        recomputed=total.middle,
        conf_low=low,
        conf_high=high,
    )


def _result(claim: Claim, reason: str, whole: Bounds, total: Bounds) -> CheckResult:
    values = {
        "sum_low": float(total.low),
        "sum_high": float(total.high),
        "whole_low": float(whole.low),
        "whole_high": float(whole.high),
    }
    middle, stated = total.middle, whole.middle
    difference = None if middle is None or stated is None else stated - middle
    low, high = finite_ends(total)
    return found(
        claim.id, reason, values=values, base=claim.n, recomputed=middle, conf_low=low, conf_high=high,
        difference=difference,
    )  # fmt: skip


def _of_one_base(
    claim: Claim, named: Sequence[Operand], claims: Mapping[str, Claim], result: CheckResult
) -> CheckResult:
    """Return `result`, unless the parts are percentages of another number of people, which nobody may add."""
    others = [claims[name].n for name in named if isinstance(name, str) and claims[name].kind == "percent"]
    different = [n for n in others if n is not None and claim.n is not None and n != claim.n]
    if claim.kind != "percent" or not different or claim.n is None:
        return result
    reason = "parts_other_base" if result.reason == "parts_add_up" else "parts_other_base_open"
    return found(claim.id, reason, values={"n": claim.n, "part_n": different[0]}, base=claim.n)
