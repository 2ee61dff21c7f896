"""Reproduction: the published figure against our estimate of the same quantity.

What a difference means depends on whose figure it is. A figure that was counted among as many people as are here is
taken for a figure of the same people: it has to agree to its decimals, and no sampling error excuses it. Any other
figure is held against our 95 % interval. So is a coefficient, whose interval is the one that the verdict on its design
recommends: that an interval contains a published coefficient makes it compatible with the data, and only one that the
same rows give again is supported, provided that some inference gives its standard error, too. Where no interval can be
leant on, neither agreement nor disagreement says much. What simulated data give says nothing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from liandong.claims.estimates import Estimate, Lack, estimate_of
from liandong.claims.evidence_rows import Evidence
from liandong.claims.findings import CheckResult, found
from liandong.claims.form import Bounds, bounds_of, bounds_of_figure, exactly
from liandong.claims.significance_data import reproduce_test
from liandong.definitions import Claim

_ROUNDING: Final = Fraction(1, 10**9)  # tables carry twelve digits: 0.310679611650 times 100 is 31.067961165
_PERCENT: Final = 100
_FEWEST_FOR_ONE: Final = 100  # people of whom one is no more than a percentage point, as slips of one person go
_COARSE_ERROR: Final = Fraction(1, 200)  # of a number that disclosure control leaves with three digits


def reproduce(claim: Claim, evidence: Evidence | None) -> CheckResult:
    """Return what the data say of the published figure; without data, that there are none."""
    if evidence is None:
        return found(claim.id, "reproduction_no_data")
    estimate = estimate_of(claim, evidence)
    if isinstance(estimate, str):
        return _lacking(claim, estimate, evidence)
    tested = reproduce_test(claim, estimate, simulated=evidence.simulated)
    if tested is not None:
        return tested
    bounds = bounds_of(claim)
    if bounds is None:
        values = {"estimate": estimate.value, **_percent(estimate)}
        code = "reproduction_simulated_no_figure" if evidence.simulated else "reproduction_no_figure"
        return found(claim.id, code, values=values, **_read_from(claim, estimate))
    if claim.printed.value is None:
        return _of_range(claim, estimate, bounds, simulated=evidence.simulated)
    return _of_figure(claim, estimate, bounds, simulated=evidence.simulated)


def _lacking(claim: Claim, lack: Lack, evidence: Evidence) -> CheckResult:
    values = {"minimum_cell": float(evidence.minimum_cell)} if lack == "hidden" else {}
    return found(claim.id, f"reproduction_{lack}", values=values)


def _of_figure(claim: Claim, estimate: Estimate, bounds: Bounds, *, simulated: bool) -> CheckResult:
    published = float(claim.printed.value or 0)
    values = {"published": published, "estimate": estimate.value, "difference": published - estimate.value}
    values |= _percent(estimate)
    if estimate.low is not None and estimate.high is not None:
        values |= {"low": estimate.low, "high": estimate.high}
    if estimate.people is not None:
        values["n"] = float(estimate.people)
    if claim.n is not None:
        values["claim_n"] = float(claim.n)
    if estimate.std_error is not None:
        values["std_error"] = estimate.std_error
    if estimate.resolution:
        values["resolution"] = estimate.resolution
    numbers = _read_from(claim, estimate)
    same_error = _same_error(claim, estimate)
    if same_error is not None:
        values["std_error_like"] = estimate.errors[same_error]
        numbers["found_in"] = " | ".join(dict.fromkeys([estimate.found_in, same_error]))
    code = _figure_code(claim, estimate, bounds, simulated=simulated)
    # All that disagrees on a coefficient outweighs what its standard error says of it.
    told = claim.se is not None and same_error is None and bool(estimate.errors)
    if told and code in _REPRODUCED and _is_same_sample(claim, estimate):
        code = "reproduction_effect_other_error"
        values |= {
            "published_se": float(bounds_of_figure(claim.se or 0).middle or 0),
            "error_low": min(estimate.errors.values()),
            "error_high": max(estimate.errors.values()),
        }
    return found(claim.id, code, values=values, difference=values["difference"], **numbers)


def _same_error(claim: Claim, estimate: Estimate) -> str | None:
    """Return the row of the inference whose standard error prints as the published one: what the authors used."""
    if claim.se is None:
        return None
    bounds = bounds_of_figure(claim.se)
    slack = _COARSE_ERROR if estimate.resolution else Fraction(0)
    for row, error in estimate.errors.items():
        exact = exactly(error).low
        if bounds.overlaps(Bounds(exact * (1 - slack), exact * (1 + slack))):
            return row
    return None


def _figure_code(claim: Claim, estimate: Estimate, bounds: Bounds, *, simulated: bool) -> str:
    agrees = holds(bounds, estimate)
    if simulated:
        return "reproduction_simulated" if agrees else "reproduction_simulated_differs"
    if estimate.kind == "effect":
        return _effect_code(claim, estimate, bounds, agrees=agrees)
    if estimate.resolution:
        return "reproduction_coarse" if agrees or _contains(estimate, bounds) else "reproduction_coarse_differs"
    if estimate.kind == "count" and claim.kind == "count":
        # What is counted in these very rows: nothing blurs it but the rounding of the figure.
        return _count_code(claim, estimate, agrees=agrees)
    same = _is_same_sample(claim, estimate)
    if agrees:
        return "reproduction_exact" if same else "reproduction_exact_elsewhere"
    if same and _is_near(claim, estimate, bounds):
        return "reproduction_last_digit"
    if estimate.low is None or estimate.high is None:
        return "reproduction_differs_plainly" if same else "reproduction_no_interval"
    inside = _contains(estimate, bounds)
    if same:
        return "reproduction_differs" if inside else "reproduction_outside"
    return "reproduction_within" if inside else "reproduction_outside_elsewhere"


def _count_code(claim: Claim, estimate: Estimate, *, agrees: bool) -> str:
    if claim.n is None:  # a count that agrees is its own base; one that differs may be that of other people
        return "reproduction_exact_count" if agrees else "reproduction_differs_count_unstated"
    if _is_same_sample(claim, estimate):
        return "reproduction_exact_count" if agrees else "reproduction_differs_count"
    return "reproduction_exact_elsewhere" if agrees else "reproduction_no_interval"


_REPRODUCED: Final = frozenset({"reproduction_effect", "reproduction_effect_again", "reproduction_effect_not_carried"})


def _effect_code(claim: Claim, estimate: Estimate, bounds: Bounds, *, agrees: bool) -> str:
    if estimate.design == "cannot_carry":
        return "reproduction_effect_not_carried" if agrees else "reproduction_effect_uncarried_differs"
    if estimate.low is None or estimate.high is None:
        return "reproduction_exact_elsewhere" if agrees else "reproduction_no_interval"
    published = float(claim.printed.value or 0)
    if published * estimate.value < 0:
        return "reproduction_other_sign"
    same = _is_same_sample(claim, estimate)
    if not agrees and not _contains(estimate, bounds):
        sure = estimate.design == "carries" and same
        return "reproduction_effect_outside" if sure else "reproduction_effect_outside_elsewhere"
    if same and not agrees:
        return "reproduction_effect_differs"
    if estimate.design != "carries":
        return "reproduction_effect_again" if same else "reproduction_effect_limited"
    if same:
        return "reproduction_effect"
    clear = estimate.low > 0 or estimate.high < 0
    return "reproduction_effect_within" if clear else "reproduction_effect_imprecise"


def _of_range(claim: Claim, estimate: Estimate, bounds: Bounds, *, simulated: bool) -> CheckResult:
    """Hold a range such as "three to five in ten", or a limit such as "over 10,000", against the estimate."""
    values = {"estimate": estimate.value, **_percent(estimate)}
    values |= {
        name: float(bound)
        for name, bound in (("range_low", bounds.low), ("range_high", bounds.high))
        if abs(bound) != float("inf")
    }
    values |= {
        name: float(bound) for name, bound in (("low", estimate.low), ("high", estimate.high)) if bound is not None
    }
    if estimate.people is not None:
        values["n"] = float(estimate.people)
    code = _range_code(claim, estimate, bounds, simulated=simulated)
    return found(claim.id, code, values=values, **_read_from(claim, estimate))


def _range_code(claim: Claim, estimate: Estimate, bounds: Bounds, *, simulated: bool) -> str:
    inside = holds(bounds, estimate)
    if simulated:
        return "reproduction_simulated_range" if inside else "reproduction_simulated_range_differs"
    same = _is_same_sample(claim, estimate)
    careful = estimate.kind == "effect" or estimate.resolution > 0
    if inside:
        return "reproduction_in_range" if same and not careful else "reproduction_in_range_elsewhere"
    loose = _loosely(claim, bounds)
    if holds(loose, estimate):
        return "reproduction_in_range_loosely"
    if same and not careful and not _contains(estimate, loose):
        return "reproduction_out_of_range"
    return "reproduction_near_range"


def _loosely(claim: Claim, bounds: Bounds) -> Bounds:
    """Return a range ("three to five in ten") with its round ends taken for rounded ones; a limit is itself exact."""
    if claim.printed.form != "range":
        return bounds
    low, high = (_round_unit(Fraction(end)) / 2 for end in (bounds.low, bounds.high))
    return Bounds(bounds.low - low, bounds.high + high)


def _round_unit(end: Fraction) -> Fraction:
    """Return the unit of the last digit of a whole number that is not 0: 10 of 30, 1 of 35; 0 of any other."""
    if end.denominator != 1 or end == 0:
        return Fraction(0)
    digits = str(abs(end.numerator))
    return Fraction(10 ** (len(digits) - len(digits.rstrip("0"))))


def holds(bounds: Bounds, estimate: Estimate) -> bool:
    """Return whether the estimate, as exactly as it is known, prints as the figure."""
    value = Fraction(repr(estimate.value))
    slack = Fraction(repr(estimate.resolution)) / 2 + _ROUNDING * max(Fraction(1), abs(value))
    return bounds.overlaps(Bounds(value - slack, value + slack))


def _contains(estimate: Estimate, bounds: Bounds) -> bool:
    """Return whether the 95 % interval holds any value that prints as the figure."""
    if estimate.low is None or estimate.high is None:
        return False
    return bounds.overlaps(Bounds(exactly(estimate.low).low, exactly(estimate.high).high))


def _is_same_sample(claim: Claim, estimate: Estimate) -> bool:
    return claim.n is not None and claim.n == estimate.people


def _is_near(claim: Claim, estimate: Estimate, bounds: Bounds) -> bool:
    """Return whether cutting off instead of rounding, or one person of a hundred or more, explains the difference."""
    cut = bounds_of(claim, "truncated")
    many = claim.kind == "percent" and claim.n is not None and claim.n >= _FEWEST_FOR_ONE
    person = Fraction(_PERCENT, claim.n or 1) if many else Fraction(0)
    wider = Bounds(bounds.low - person, bounds.high + person)
    return holds(wider, estimate) or (cut is not None and holds(cut, estimate))


def _percent(estimate: Estimate) -> dict[str, float]:
    """Return that the numbers are in percent, for claims in words, which have no unit of their own."""
    return {"in_percent": 1.0} if estimate.in_percent else {}


def _read_from(claim: Claim, estimate: Estimate) -> dict[str, Any]:
    return {
        "recomputed": estimate.value,
        "conf_low": estimate.low,
        "conf_high": estimate.high,
        "base": claim.n,
        "found_in": estimate.found_in,
    }
