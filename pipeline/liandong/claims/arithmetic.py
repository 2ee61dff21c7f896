"""Whether ratios, growth rates, differences and words such as "doubled" follow from other published figures.

Every figure is the interval of values that its rounding leaves open; a published result agrees when the interval that
the others give meets its own. Where the parts are not exactly what the figure is made of (`operands_differ`), figures
that disagree make the claim doubtful and do not contradict it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import ROUNDINGS, Bounds, Number, bounds_of, exactly, operand_bounds
from liandong.definitions import Claim
from liandong.definitions.claims import Rounding

_HUNDRED = Fraction(100)
_DIGITS = 10**15  # roots are rounded outwards at this relative precision

# A word for a multiple is taken for all that is nearer to it than to the next half: "doubled" for 1.75 to 2.25 times.
# Beyond the next half (1.5, 2.5) it is wrong; in between it is loose. "About" and "equal": a tenth, and a quarter.
_WORDS: Mapping[str, tuple[Bounds, Bounds]] = {
    "doubled": (Bounds(Fraction(7, 4), Fraction(9, 4)), Bounds(Fraction(3, 2), Fraction(5, 2))),
    "tripled": (Bounds(Fraction(11, 4), Fraction(13, 4)), Bounds(Fraction(5, 2), Fraction(7, 2))),
    "halved": (Bounds(Fraction(4, 9), Fraction(4, 7)), Bounds(Fraction(2, 5), Fraction(2, 3))),
    "at_least_doubled": (Bounds(Fraction(2), math.inf), Bounds(Fraction(7, 4), math.inf)),
    "about": (Bounds(Fraction(9, 10), Fraction(10, 9)), Bounds(Fraction(4, 5), Fraction(5, 4))),
}


def arithmetic(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield what the figures that a claim is made of give, and whether it is what was published."""
    word = _WORDS.get(claim.relation or "")
    if word is not None:
        yield _word(claim, claims, *word)
    elif claim.kind != "comparison" and (claim.of is not None or claim.start is not None or claim.end is not None):
        yield _calculation(claim, claims)


def _calculation(claim: Claim, claims: Mapping[str, Claim]) -> CheckResult:
    published = bounds_of(claim)
    given = _given(claim, claims, "nearest")
    lacking = [i for i, bounds in enumerate(given) if bounds is None]
    if lacking:
        return _with_a_gap(claim, given, lacking, published)
    for rounding in ROUNDINGS:
        result, own = _result_of(claim, _given(claim, claims, rounding)), bounds_of(claim, rounding)
        if result is None:
            return found(claim.id, "arithmetic_no_figure", base=claim.n)
        if own is None:
            return _finding(claim, "arithmetic_unpublished", result, None)
        if own.overlaps(result):
            return _finding(claim, "arithmetic_agrees", result, own)
    result = _result_of(claim, given) or exactly(0)
    reason = "arithmetic_other_definition" if claim.operands_differ is not None else "arithmetic_disagrees"
    return _finding(claim, reason, result, published, _implied(claim, given, published))


def _given(claim: Claim, claims: Mapping[str, Claim], rounding: Rounding) -> tuple[Bounds | None, Bounds | None]:
    """Return the two figures that a claim is made of: numerator and denominator, or later and earlier."""
    first, second = claim.of if claim.of is not None else (claim.end, claim.start)
    return operand_bounds(first, claims, rounding), operand_bounds(second, claims, rounding)


def _result_of(claim: Claim, given: tuple[Bounds | None, Bounds | None]) -> Bounds | None:
    first, second = given
    if first is None or second is None:
        return None
    if claim.of is None and claim.kind != "growth":
        return first - second
    quotient = first.over(second)
    if quotient is None or claim.kind != "growth":
        return None if quotient is None else quotient.times(_factor(claim))
    yearly = _root(quotient, claim.years)
    return Bounds(yearly.low - 1, yearly.high - 1).times(_HUNDRED)


def _factor(claim: Claim) -> Fraction:
    return _HUNDRED if claim.kind == "percent" else Fraction(repr(claim.per or 1.0))


def _root(quotient: Bounds, years: float | None) -> Bounds:
    """Return the yearly factor of growth over `years`, rounded outwards."""
    if years is None or years == 1:
        return quotient
    return Bounds(_power(quotient.low, 1 / years, -1), _power(quotient.high, 1 / years, 1))


def _power(value: Number, exponent: float, direction: int) -> Number:
    if math.isinf(value):
        return value
    return Fraction(float(value) ** exponent) * (1 + Fraction(direction, _DIGITS))


def _with_a_gap(
    claim: Claim, given: tuple[Bounds | None, Bounds | None], lacking: list[int], published: Bounds | None
) -> CheckResult:
    """Return what the one figure that is not published must have been."""
    missing = _missing(claim, given, lacking[0], published) if len(lacking) == 1 else None
    if missing is None or missing.middle is None:
        return found(claim.id, "arithmetic_no_figure", base=claim.n)
    values = {"missing": missing.middle, "missing_low": float(missing.low), "missing_high": float(missing.high)}
    return found(claim.id, "arithmetic_implies", values=values, base=claim.n)


def _missing(
    claim: Claim, given: tuple[Bounds | None, Bounds | None], gap: int, published: Bounds | None
) -> Bounds | None:
    known = given[1 - gap]
    if known is None or published is None:
        return None
    if claim.kind == "growth":
        factor = _compounded(published, claim.years)
        return None if factor is None else known.over(factor) if gap else _product(known, factor)
    if claim.of is None:
        return known - published if gap else published + known
    share = published.times(1 / _factor(claim))
    return known.over(share) if gap else _product(known, share)


def _compounded(growth: Bounds, years: float | None) -> Bounds | None:
    """Return the factor that a growth in percent stands for; None where it may be a fall to nothing."""
    low, high = (1 + Fraction(bound) / 100 if math.isfinite(bound) else bound for bound in (growth.low, growth.high))
    if low <= 0:
        return None
    return Bounds(_power(low, years or 1.0, -1), _power(high, years or 1.0, 1))


def _product(first: Bounds, second: Bounds) -> Bounds | None:
    if first.low < 0 or second.low < 0:
        return None
    return Bounds(first.low * second.low, first.high * second.high)


def _implied(claim: Claim, given: tuple[Bounds | None, Bounds | None], published: Bounds | None) -> dict[str, float]:
    """Return the second figure that would give the published one: a population that no reader would believe, say."""
    missing = _missing(claim, (given[0], None), 1, published)
    if missing is None or missing.middle is None:
        return {}
    return {"missing": missing.middle, "missing_low": float(missing.low), "missing_high": float(missing.high)}


def _word(claim: Claim, claims: Mapping[str, Claim], meant: Bounds, loosest: Bounds) -> CheckResult:
    first, second = _given(claim, claims, "nearest")
    quotient = None if first is None or second is None else first.over(second)
    if quotient is None:
        return found(claim.id, "arithmetic_no_figure", base=claim.n)
    reason = "arithmetic_disagrees"
    if quotient.overlaps(meant):
        reason = "arithmetic_agrees"
    elif quotient.overlaps(loosest) or claim.operands_differ is not None:
        reason = "arithmetic_loose"
    return _finding(claim, reason, quotient, meant)


def _finding(
    claim: Claim, reason: str, result: Bounds, published: Bounds | None, more: Mapping[str, float] | None = None
) -> CheckResult:
    low, high = float(result.low), float(result.high)
    values = dict(more or {})
    if published is not None:
        values = {"published_low": float(published.low), "published_high": float(published.high)} | values
    value = claim.printed.value
    middle = result.middle
    difference = None if middle is None or value is None or claim.relation is not None else float(value) - middle
    return found(
        claim.id, reason, values=values, base=claim.n, recomputed=middle, conf_low=low if math.isfinite(low) else None,
        conf_high=high if math.isfinite(high) else None, difference=difference,
    )  # fmt: skip
