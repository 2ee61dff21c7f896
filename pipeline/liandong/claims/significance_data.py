"""A published p-value, or the word "significant", against the test that the design of the data carries."""

from __future__ import annotations

from typing import Any, Final

from liandong.claims.estimates import Estimate
from liandong.claims.findings import CheckResult, found
from liandong.claims.form import bounds_of, exactly
from liandong.definitions import Claim
from liandong.definitions.printed import read_significance

_LEVEL: Final = 0.05


def claimed_significance(claim: Claim) -> bool | None:
    """Return whether a claim calls something significant, by word, stars or p-value; None where it says neither."""
    told = read_significance(claim.published)
    if told is not None:
        return told
    if claim.kind == "p_value":
        bounds = bounds_of(claim)
        return None if bounds is None else float(bounds.high) <= level_of(claim)
    return None if claim.stars is None else claim.stars > 0


def level_of(claim: Claim) -> float:
    """Return the level that the claim is held to: its own, that of its first star, or 5 %."""
    return claim.level or (claim.levels or (_LEVEL,))[0]


def reproduce_test(claim: Claim, estimate: Estimate, *, simulated: bool) -> CheckResult | None:
    """Return what our test says of a claim about one; None for a claim about anything else."""
    told = read_significance(claim.published)
    if claim.kind != "p_value" and told is None:
        return None
    level, p_value = level_of(claim), estimate.p_value
    values = {"level": level} if p_value is None else {"level": level, "estimate": p_value}
    numbers: dict[str, Any] = {"recomputed": p_value, "base": claim.n, "found_in": estimate.found_in}
    if estimate.design == "cannot_carry" and not simulated:
        return found(claim.id, "reproduction_significance_not_carried", values=values, **numbers)
    if p_value is None or estimate.kind != "effect":
        return found(claim.id, "reproduction_no_estimate", values=values)
    if simulated:
        return found(claim.id, "reproduction_simulated_test", values=values, **numbers)
    if told is not None:
        return found(claim.id, _word_code(estimate, p_value, level, told=told), values=values, **numbers)
    published = claim.printed.value
    if published is not None:
        values |= {"published": float(published), "difference": float(published) - p_value}
        numbers["difference"] = values["difference"]
    return found(claim.id, _p_code(claim, p_value, level), values=values, **numbers)


def _word_code(estimate: Estimate, p_value: float, level: float, *, told: bool) -> str:
    if not told:
        return "reproduction_insignificant" if p_value >= level else "reproduction_insignificant_differs"
    if p_value >= level:
        return "reproduction_not_significant"
    return "reproduction_significant" if estimate.design == "carries" else "reproduction_significant_limited"


def _p_code(claim: Claim, p_value: float, level: float) -> str:
    bounds = bounds_of(claim)
    if bounds is None:
        return "reproduction_no_estimate"
    if bounds.low <= exactly(p_value).low <= bounds.high:
        return "reproduction_p_exact"
    return "reproduction_p_same_side" if (bounds.low < level) == (p_value < level) else "reproduction_p_other_side"
