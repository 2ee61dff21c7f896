"""Whether ratios, growth rates, differences and words such as "doubled" follow from other published figures.

Every figure is the interval of values that its rounding leaves open; a published result agrees when the interval that
the others give meets its own. Where the parts are not exactly what the figure is made of (`operands_differ`), figures
that disagree make the claim doubtful and do not contradict it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import ROUNDINGS, Bounds, bounds_of, exactly, finite_ends
from liandong.claims.operations import WORDS, Word, as_printed, given_operands, middle_of, missing_operand, result_of
from liandong.definitions import Claim


def arithmetic(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield what the figures that a claim is made of give, and whether it is what was published."""
    word = WORDS.get(claim.relation or "")
    if word is not None:
        yield _word(claim, claims, word)
    elif claim.kind != "comparison" and (claim.of is not None or claim.start is not None or claim.end is not None):
        yield _calculation(claim, claims)


def _calculation(claim: Claim, claims: Mapping[str, Claim]) -> CheckResult:
    given = given_operands(claim, claims, "nearest")
    lacking = [i for i, bounds in enumerate(given) if bounds is None]
    if lacking:
        return _with_a_gap(claim, claims, lacking)
    central = middle_of(result_of(claim, as_printed(claim, claims)))
    for rounding in ROUNDINGS:
        result, own = result_of(claim, given_operands(claim, claims, rounding)), bounds_of(claim, rounding)
        if result is None:
            return found(claim.id, "arithmetic_no_figure", base=claim.n)
        if own is None:
            return _finding(claim, "arithmetic_unpublished", result, None, central)
        if own.overlaps(result):
            return _finding(claim, "arithmetic_agrees", result, own, central)
    result = result_of(claim, given) or exactly(0)
    reason = "arithmetic_other_definition" if claim.operands_differ is not None else "arithmetic_disagrees"
    return _finding(claim, reason, result, bounds_of(claim), central, missing_operand(claim, claims, 1))


def _word(claim: Claim, claims: Mapping[str, Claim], word: Word) -> CheckResult:
    first, second = given_operands(claim, claims, "nearest")
    if first is None or second is None:
        return _with_a_gap(claim, claims, [i for i, bounds in enumerate((first, second)) if bounds is None])
    quotient = first.over(second)
    if quotient is None:
        return found(claim.id, "arithmetic_no_figure", base=claim.n)
    reason = "arithmetic_disagrees"
    if quotient.overlaps(word.meant):
        reason = "arithmetic_agrees"
    elif quotient.overlaps(word.loose) or claim.operands_differ is not None:
        reason = "arithmetic_loose"
    upper, lower = as_printed(claim, claims)
    central = None if upper is None or lower is None else middle_of(upper.over(lower))
    return _finding(claim, reason, quotient, word.meant, central)


def _with_a_gap(claim: Claim, claims: Mapping[str, Claim], lacking: list[int]) -> CheckResult:
    """Return what the one figure that is not published must have been."""
    values = missing_operand(claim, claims, lacking[0]) if len(lacking) == 1 else {}
    if not values:
        return found(claim.id, "arithmetic_no_figure", base=claim.n)
    return found(claim.id, "arithmetic_implies", values=values, base=claim.n)


def _finding(
    claim: Claim,
    reason: str,
    result: Bounds,
    published: Bounds | None,
    central: float | None,
    more: Mapping[str, float] | None = None,
) -> CheckResult:
    low, high = finite_ends(result)
    values = dict(more or {})
    if published is not None:
        values = {"published_low": float(published.low), "published_high": float(published.high)} | values
    value = claim.printed.value
    middle = result.middle if central is None else central
    difference = None if middle is None or value is None or claim.relation is not None else float(value) - middle
    return found(
        claim.id, reason, values=values, base=claim.n, recomputed=middle, conf_low=low,
        conf_high=high, difference=difference,
    )  # fmt: skip
