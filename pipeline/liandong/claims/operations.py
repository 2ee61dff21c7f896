"""What a claim's two operands give, and what a missing one must have been: interval algebra, without any judgement."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from liandong.claims.form import Bounds, Number, bounds_of, exactly, operand_as_printed, operand_bounds
from liandong.definitions import Claim
from liandong.definitions.claims import Rounding

Operands = tuple[Bounds | None, Bounds | None]
_HUNDRED = Fraction(100)
_LARGEST = 300  # powers of ten beyond which a number is no number any more
_DIGITS = 10**15  # roots are rounded outwards at this relative precision


@dataclass(frozen=True, slots=True)
class Word:
    """What a published word for a multiple is taken for: its middle, what it means, and what is loose at best."""

    multiple: Fraction
    meant: Bounds
    loose: Bounds


# A multiple is taken for all that is nearer to it than to the next half: "doubled" for 1.75 to 2.25 times. Beyond the
# next half (1.5, 2.5) it is wrong; in between it is loose. "About" is within a tenth, and loose within a quarter. "At
# least" is a limit, which nothing below it reaches, other than by its rounding.
WORDS: Mapping[str, Word] = {
    "doubled": Word(Fraction(2), Bounds(Fraction(7, 4), Fraction(9, 4)), Bounds(Fraction(3, 2), Fraction(5, 2))),
    "tripled": Word(Fraction(3), Bounds(Fraction(11, 4), Fraction(13, 4)), Bounds(Fraction(5, 2), Fraction(7, 2))),
    "halved": Word(Fraction(1, 2), Bounds(Fraction(4, 9), Fraction(4, 7)), Bounds(Fraction(2, 5), Fraction(2, 3))),
    "at_least_doubled": Word(Fraction(2), Bounds(Fraction(2), math.inf), Bounds(Fraction(2), math.inf)),
    "about": Word(Fraction(1), Bounds(Fraction(9, 10), Fraction(10, 9)), Bounds(Fraction(4, 5), Fraction(5, 4))),
}


def given_operands(claim: Claim, claims: Mapping[str, Claim], rounding: Rounding) -> Operands:
    """Return the two figures that a claim is made of: numerator and denominator, or later and earlier."""
    first, second = claim.of if claim.of is not None else (claim.end, claim.start)
    return operand_bounds(first, claims, rounding), operand_bounds(second, claims, rounding)


def as_printed(claim: Claim, claims: Mapping[str, Claim]) -> Operands:
    """Return the two figures as if neither had been rounded; None for one that is no single number."""
    first, second = claim.of if claim.of is not None else (claim.end, claim.start)
    return operand_as_printed(first, claims), operand_as_printed(second, claims)


def middle_of(bounds: Bounds | None) -> float | None:
    """Return the middle of an interval; None without one, and of one that is open."""
    return None if bounds is None else bounds.middle


def result_of(claim: Claim, given: Operands) -> Bounds | None:
    """Return what the operands give, in the claim's unit; None where one has no figure, or may be 0 below the line."""
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


def missing_operand(claim: Claim, claims: Mapping[str, Claim], gap: int) -> dict[str, float]:
    """Return what the operand at `gap` must have been, from the printed figures and within their rounding."""
    missing = _missing(claim, given_operands(claim, claims, "nearest"), gap, _meant(claim, bounds_of(claim)))
    if missing is None or missing.middle is None:
        return {}
    value = claim.printed.value
    own = _meant(claim, None if value is None else exactly(float(value)), exact=True)
    central = middle_of(_missing(claim, as_printed(claim, claims), gap, own))
    return {
        "missing": missing.middle if central is None else central,
        "missing_low": float(missing.low),
        "missing_high": float(missing.high),
    }


def _missing(claim: Claim, given: Operands, gap: int, published: Bounds | None) -> Bounds | None:
    known = given[1 - gap]
    if known is None or published is None:
        return None
    if claim.kind == "growth":
        factor = _compounded(published, claim.years)
        return None if factor is None else known.over(factor) if gap else _product(known, factor)
    if claim.relation is not None:
        return known.over(published) if gap else _product(known, published)
    if claim.of is None:
        return known - published if gap else published + known
    share = published.times(1 / _factor(claim))
    return known.over(share) if gap else _product(known, share)


def _meant(claim: Claim, published: Bounds | None, *, exact: bool = False) -> Bounds | None:
    """Return the published figure, or what a published word means."""
    word = WORDS.get(claim.relation or "")
    if word is None:
        return published
    return exactly(float(word.multiple)) if exact else word.meant


def _factor(claim: Claim) -> Fraction:
    return _HUNDRED if claim.kind == "percent" else Fraction(repr(claim.per or 1.0))


def _root(quotient: Bounds, years: float | None) -> Bounds:
    """Return the yearly factor of growth over `years`, rounded outwards."""
    if years is None or years == 1:
        return quotient
    return Bounds(_power(quotient.low, 1 / years, -1), _power(quotient.high, 1 / years, 1))


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


def _power(value: Number, exponent: float, direction: int) -> Number:
    if math.isinf(value) or value == 0:
        return value
    if exponent * math.log10(value) > _LARGEST:
        return math.inf
    return Fraction(float(value) ** exponent) * (1 + Fraction(direction, _DIGITS))
