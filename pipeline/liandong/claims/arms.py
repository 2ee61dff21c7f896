"""What the design, or the published standard error, says about the effects that a study could find.

With n1 and n2 people, the standard error of a difference of means is sd · √(1/n1 + 1/n2); the smallest effect that a
two-sided 5 % test finds with 80 % power follows from the noncentral t distribution with n1 + n2 - 2 degrees of freedom
(:mod:`liandong.inference.power`). This takes people for independent: clustering makes it larger, and controls that
explain the outcome make it smaller. A published standard error knows of both, so it comes first, and the arms are asked
only where there is none. A published effect is doubted where a true one of its size would be missed more often than
found, and only where nobody says that it is *not* significant: what a design cannot find may still be there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import Bounds, bounds_of, bounds_of_figure, last_digit
from liandong.claims.granularity import wholes_printing
from liandong.claims.ladder import freedom_of
from liandong.claims.said import is_called_significant
from liandong.claims.t_tests import magnitude
from liandong.claims.tested import scales
from liandong.definitions import Claim
from liandong.inference.power import detectable_effect, power_of

# Cohen (1988, Statistical Power Analysis for the Behavioral Sciences, 2nd ed.) calls 0.8 standard deviations large.
LARGE: Final = 0.8
POWER, ALPHA = 0.8, 0.05
EVEN: Final = 0.5  # power below which an effect is missed more often than found
_TESTED: Final = frozenset({"coefficient", "difference", "p_value"})
_MANY: Final = 1e6  # degrees of freedom that count as infinite


def arms(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield whether a design with such groups could have found the published effect.

    A claim of kind p_value is judged by its coefficient, and takes the arms from it when it has none of its own.
    """
    own = claims.get(claim.coefficient or "", claim)
    if claim.kind not in _TESTED or is_called_significant(claim, claims) is False:
        return
    by_error = _by_error(claim, own, claims)
    if by_error is not None:
        yield by_error
        return
    stated = claim.arms or own.arms
    if stated is None and claim.kind == "difference" and claim.se is None and claim.p_value is None:
        return  # of two counts, say: nobody tests it
    if stated is None:
        yield found(claim.id, "detectability_no_arms", base=claim.n)
        return
    sizes = _sizes(claim, own, claims)
    if sizes is None:
        yield found(claim.id, "detectability_no_arms", base=claim.n)
        return
    yield _judged(claim, own, sizes, _clusters(stated.clusters, claims))


def _by_error(claim: Claim, own: Claim, claims: Mapping[str, Claim]) -> CheckResult | None:
    """Return what the published standard error says, None without one; "below" needs a claim of significance."""
    tested = scales(own)
    df = min(freedom_of(own, claim, claims).df or _MANY, _MANY)
    error = tested[0].error_with(df) if tested else None
    if own.kind not in _TESTED or error is None or error.low <= 0 or math.isinf(float(error.high)):
        return None
    size = magnitude(tested[0].centre)
    if math.isinf(size.high) or not size.high:
        return None
    likeliest = power_of(float(size.high), float(error.low), df, alpha=ALPHA)
    middle = Bounds(error.low, error.high).middle or float(error.high)
    values = {
        "se_low": float(error.low),
        "se_high": float(error.high),
        "mde_error": detectable_effect(middle, df, power=POWER, alpha=ALPHA).effect,
        "power_at": power_of(size.middle or 0.0, middle, df, alpha=ALPHA),
        "power": POWER,
        "alpha": ALPHA,
    }
    reason = "detectability_error_within"
    if likeliest < EVEN:
        called = is_called_significant(claim, claims)
        reason = "detectability_error_below" if called else "detectability_error_open"
    return found(claim.id, reason, values=values, base=claim.n)


def _sizes(claim: Claim, own: Claim, claims: Mapping[str, Claim]) -> tuple[int, int] | None:
    """Return the numbers of treated and untreated people.

    Of several numbers that print as the published percentage, the most even division is taken: it finds the smallest
    effects, so that the bound is not too high.
    """
    stated = claim.arms or own.arms
    if stated is None or (stated.treated is not None and stated.untreated is not None):
        return None if stated is None else (stated.treated or 0, stated.untreated or 0)
    share = claims[stated.coverage or ""]
    value, n = share.printed.value, share.n
    if value is None or n is None:
        return None
    digit = float(last_digit(share))
    figure, span = round(float(value) / digit), round(100 / digit)
    possible = [k for k in wholes_printing(figure, n, span) if 0 < k < n]
    treated = min(possible, key=lambda k: abs(2 * k - n), default=None)
    return None if treated is None else (treated, n - treated)


def _clusters(named: int | str | None, claims: Mapping[str, Claim]) -> int | None:
    if not isinstance(named, str):
        return named
    value = claims[named].printed.value
    return None if value is None else int(value)


def _judged(claim: Claim, own: Claim, sizes: tuple[int, int], clusters: int | None) -> CheckResult:
    treated, untreated = sizes
    if treated + untreated <= 2:  # noqa: PLR2004 (no degree of freedom is left)
        return found(claim.id, "detectability_no_arms", base=claim.n)
    error = math.sqrt(1 / treated + 1 / untreated)
    smallest = detectable_effect(error, treated + untreated - 2, power=POWER, alpha=ALPHA).effect
    values: dict[str, float] = {
        "treated": treated, "untreated": untreated, "mde_sd": smallest, "power": POWER, "alpha": ALPHA,
    }  # fmt: skip
    if clusters is not None and clusters > 1:
        by_clusters = detectable_effect(error, clusters - 1, power=POWER, alpha=ALPHA).effect
        values |= {"clusters": clusters, "mde_sd_clusters": by_clusters}
    values |= _of_coefficient(own, smallest)
    numbers = {"base": treated + untreated}
    if "published_sd" not in values:
        reason = "detectability_only_large" if smallest >= LARGE else "detectability_moderate"
        return found(claim.id, reason, values=values, **numbers)
    values["power_at"] = power_of(values["published_sd"], error, treated + untreated - 2, alpha=ALPHA)
    reason = "detectability_below" if values["power_at"] < EVEN else "detectability_within"
    return found(claim.id, reason, values=values, **numbers)


def _of_coefficient(own: Claim, smallest: float) -> dict[str, float]:
    """Return the coefficient in standard deviations, or how small a standard deviation would make it detectable."""
    bounds = bounds_of(own)
    if own.kind == "p_value" or bounds is None or bounds.middle is None:
        return {}
    size = float(magnitude(bounds).high)
    values = {"coefficient": bounds.middle}
    if own.unit == "sd" or (own.quantity is not None and own.quantity.metric == "sd"):
        return values | {"published_sd": size}
    values["sd_largest"] = size / smallest
    if own.scale_range is not None:
        width = own.scale_range[1] - own.scale_range[0]
        values |= {"scale_range": width, "sd_share": values["sd_largest"] / width}
    if own.sd is not None:
        spread = float(bounds_of_figure(own.sd).low)
        values |= {"published_sd": size / spread} if spread > 0 else {}
    return values
