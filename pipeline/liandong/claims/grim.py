"""GRIM: whether a published percentage or mean can come from whole numbers of people or answers.

The chance that an arbitrary figure would have passed is the number of attainable figures by the number of printable
ones: 619 / 1,001 = 62 % for a percentage with one decimal of 618 people, 619 / 10,001 = 6 % with two. For means it is
taken over the figures from one whole number up to the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import bounds_of, last_digit
from liandong.claims.granularity import (
    attainable_either_way,
    attainable_means,
    attainable_shares,
    base_that_fits,
    chance_with_smaller_bases,
    smallest_base,
    wholes_printing,
)
from liandong.definitions import Claim
from liandong.definitions.claims import Rounding

_WHOLE = {  # units of which there are no fractions
    "people", "persons", "respondents", "residents", "volunteers", "households", "communities", "villages", "places",
    "committees", "organisations", "projects", "stations", "人", "户", "个",
}  # fmt: skip
WEAK = 1 / 3  # a pass that is less than three times as likely for a true figure as for an arbitrary one says little


def grim(claim: Claim) -> Iterator[CheckResult]:
    """Yield what the form of a percentage, a mean or a count says about it."""
    if claim.kind == "count":
        yield from _count(claim)
    if claim.kind not in {"percent", "mean"}:
        return
    outside = _out_of_range(claim)
    if outside is not None:
        yield outside
    elif claim.printed.form == "words":
        yield found(claim.id, "grim_no_figure", base=claim.n)
    elif claim.weighted:
        yield found(claim.id, "grim_weighted", base=claim.n)
    elif claim.printed.form != "number":
        yield _range(claim)
    elif claim.n is None and claim.of is not None and None not in claim.of:
        return  # numerator and denominator are published: `arithmetic` divides them
    elif claim.n is None:
        yield found(claim.id, "grim_no_base")
    elif claim.kind == "mean" and claim.items is None:
        yield found(claim.id, "grim_no_items", base=claim.n)
    else:
        yield _granular(claim, claim.n)


@dataclass(frozen=True, slots=True)
class _Lattice:
    """A figure in units of its last digit; `whole` is 100 for percentages, 1 for means."""

    figure: int
    span: int
    whole: int
    share: bool
    items: int


def _lattice(claim: Claim) -> _Lattice | None:
    """Return the figure as a whole number of units; None where its last digit is not a fraction of the whole."""
    value, unit = claim.printed.value, last_digit(claim)
    whole = 100 if claim.kind == "percent" else 1
    figure, span = Fraction(value or 0) / unit, whole / unit
    if figure.denominator != 1 or span.denominator != 1:
        return None
    return _Lattice(int(figure), int(span), whole, claim.kind == "percent", claim.items or 1)


def _granular(claim: Claim, n: int) -> CheckResult:
    lattice = _lattice(claim)
    if lattice is None:
        return found(claim.id, "grim_no_figure", base=n)
    answers = n * lattice.items
    rounding = claim.rounding or "nearest"
    wholes = _wholes(lattice, answers, rounding)
    if wholes:
        attainable = (attainable_shares if lattice.share else attainable_means)(answers, lattice.span, rounding)
        weak = attainable / (lattice.span + lattice.share) > WEAK
        return _possible(claim, lattice, wholes, attainable, "grim_possible_weak" if weak else "grim_possible")
    wholes = range(0) if claim.rounding else _wholes(lattice, answers, "truncated")
    if wholes:
        attainable = attainable_either_way(answers, lattice.span, share=lattice.share)
        return _possible(claim, lattice, wholes, attainable, "grim_possible_truncated")
    return _impossible(claim, lattice, n)


def _wholes(lattice: _Lattice, answers: int, rounding: Rounding) -> range:
    """Return the whole numbers that print as the figure; of people, between nobody and everybody."""
    found_wholes = wholes_printing(lattice.figure, answers, lattice.span, rounding)
    if not lattice.share:
        return found_wholes
    return range(max(found_wholes.start, 0), min(found_wholes.stop, answers + 1))


def _possible(claim: Claim, lattice: _Lattice, wholes: range, attainable: int, reason: str) -> CheckResult:
    n = claim.n or 1
    size, printable = n * lattice.items, lattice.span + lattice.share
    values = _values(claim) | {"count_low": wholes[0], "count_high": wholes[-1]}
    low, high = (lattice.whole * whole / size for whole in (wholes[0], wholes[-1]))
    middle = low if wholes[0] == wholes[-1] else None
    numbers = {"base": n, "recomputed": middle, "conf_low": low, "conf_high": high}
    if middle is not None:
        numbers["difference"] = lattice.figure * lattice.whole / lattice.span - middle
    if attainable >= printable:
        return found(claim.id, "grim_cannot_fail", values=values, chance=1.0, **numbers)
    chance = attainable / printable
    values |= {"attainable": attainable, "printable": printable}
    return found(claim.id, reason, values=values, chance=chance, **numbers)


def _impossible(claim: Claim, lattice: _Lattice, n: int) -> CheckResult:
    """Return that no whole number gives the figure, or that one of slightly fewer people would.

    Some people may have left the question out, and a base that is a few smaller may be what the figure was made with.
    With many bases to choose from nearly every figure fits one, so that chance is told.
    """
    answers = n * lattice.items
    below = math.floor(Fraction(lattice.figure * answers, lattice.span))
    values = _values(claim) | {
        "nearest_below": lattice.whole * below / answers,
        "nearest_above": lattice.whole * (below + 1) / answers,
        "n_smallest": smallest_base(n),
    }
    attainable = (attainable_shares if lattice.share else attainable_means)(answers, lattice.span)
    chance = attainable / (lattice.span + lattice.share)
    possible = None if claim.rounding == "truncated" else base_that_fits(lattice.figure, n, lattice.span, lattice.items)
    if possible is None:
        return found(claim.id, "grim_impossible", values=values, chance=chance, base=n)
    values |= {
        "n_possible": possible,
        "chance_smaller": chance_with_smaller_bases(n, lattice.span, lattice.items, share=lattice.share),
    }
    return found(claim.id, "grim_smaller_base", values=values, chance=chance, base=n)


def _values(claim: Claim) -> dict[str, float]:
    values: dict[str, float] = {"n": claim.n or 0, "decimals": claim.printed.decimals}
    return values | ({"items": claim.items} if claim.kind == "mean" and claim.items else {})


def _out_of_range(claim: Claim) -> CheckResult | None:
    """Return that no share and no score can be what is published; a rounded figure may touch the ends."""
    lowest, highest = (0.0, 100.0) if claim.kind == "percent" else claim.scale_range or (-math.inf, math.inf)
    bounds = bounds_of(claim, claim.rounding or "nearest")
    if bounds is None or (bounds.low <= highest and bounds.high >= lowest):
        return None
    return found(claim.id, "grim_out_of_range", values={"lowest": lowest, "highest": highest}, base=claim.n)


def _range(claim: Claim) -> CheckResult:
    """Return which whole numbers a published range leaves open; there is no figure to test."""
    bounds = bounds_of(claim)
    if bounds is None or claim.kind == "mean":
        return found(claim.id, "grim_no_figure", base=claim.n)
    low, high = float(bounds.low), float(min(bounds.high, 100))
    values = {"low": low, "high": high}
    if claim.n is not None:
        values |= {
            "count_low": math.ceil(max(bounds.low, Fraction(0)) * claim.n / 100),
            "count_high": math.floor(min(bounds.high, Fraction(100)) * claim.n / 100),
        }
    return found(claim.id, "grim_range_only", values=values, base=claim.n, conf_low=low, conf_high=high)


def _count(claim: Claim) -> Iterator[CheckResult]:
    """Yield what is wrong with a number of people, out of `n` or not; an amount may be negative or have decimals."""
    value, bounds = claim.printed.value, bounds_of(claim)
    if value is None or bounds is None or (claim.n is None and (claim.unit or "").lower() not in _WHOLE):
        return
    if value < 0:
        yield found(claim.id, "grim_negative", base=claim.n)
    elif claim.n is not None and bounds.low > claim.n:
        yield found(claim.id, "grim_above_base", values={"n": claim.n}, base=claim.n)
    elif value != value.to_integral_value() and claim.printed.form == "number":
        yield found(claim.id, "grim_not_whole", base=claim.n)
