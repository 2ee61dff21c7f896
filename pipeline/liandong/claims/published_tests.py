"""Whether p-value, stars, interval and the word "significant" follow from a coefficient and its standard error."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import Bounds, bounds_of, bounds_of_figure
from liandong.claims.t_tests import (
    PRange,
    critical,
    df_that_gives,
    magnitude,
    p_range,
    published_p,
    standard_error,
)
from liandong.definitions import Claim
from liandong.definitions.printed import read_significance

# What the stars mean where the table does not say: both customs, one of which has to agree.
_CUSTOMS: tuple[tuple[float, ...], ...] = ((0.1, 0.05, 0.01), (0.05, 0.01, 0.001))
_USUAL, _LENIENT = 0.05, 0.1
_TESTED = frozenset({"mean", "difference", "coefficient", "ratio"})


def tests(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield what a published test says about itself.

    A claim of kind p_value belongs to the claim that `coefficient` names; a claim of another kind carries its own
    standard error, p-value, stars and interval.
    """
    if claim.kind == "p_value":
        own = claims.get(claim.coefficient or "")
        if _impossible(published_p(claim.published) if claim.printed.form != "words" else None):
            yield found(claim.id, "test_p_out_of_range")
        else:
            yield _p_claim(claim, own)
    elif claim.kind in _TESTED:
        yield from _of_estimate(claim, claims)


def _of_estimate(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    if claim.scale_range is not None and claim.kind in {"difference", "coefficient"}:
        yield from _beyond_scale(claim, claim.scale_range)
    yield from _interval(claim)
    computed = p_range(claim)
    if claim.p_value is not None:
        stated = published_p(claim.p_value)
        if _impossible(stated):
            yield found(claim.id, "test_p_out_of_range")
        elif computed is not None:
            yield _p_follows(claim, stated, computed, claim)
    yield from _stars(claim, computed)
    called = [other for other in claims.values() if other.kind == "p_value" and other.coefficient == claim.id]
    tested = claim.p_value is not None or claim.stars is not None or claim.level is not None or called
    if computed is None and claim.kind == "coefficient":
        yield (
            _without_error(claim, claim, called[0] if called else claim)
            if tested
            else found(claim.id, "test_no_numbers", base=claim.n)
        )


def _p_claim(claim: Claim, own: Claim | None) -> CheckResult:
    """Return whether a published p-value, or the word significant, follows from its coefficient."""
    computed = None if own is None else p_range(own)
    if own is not None and computed is None and bounds_of(own) is not None:
        return _without_error(claim, own, claim)
    if own is None or computed is None:
        return found(claim.id, "test_no_numbers", base=claim.n)
    if claim.printed.form == "words":
        significant = read_significance(claim.published)
        if significant is None:
            return found(claim.id, "test_no_numbers", base=claim.n)
        return _significance(claim, computed, significant=significant)
    return _p_follows(claim, published_p(claim.published), computed, own)


def _impossible(stated: Bounds | None) -> bool:
    return stated is not None and (stated.low > 1 or stated.high < 0)


def _p_follows(claim: Claim, stated: Bounds, computed: PRange, own: Claim) -> CheckResult:
    df = own.df or claim.df
    if df is not None and own.df is None:
        computed = p_range(own, df) or computed
    values = _p_values(computed) | ({} if df is None else {"df": df})
    if _meets(stated, computed):
        return _test(claim, "test_p_follows", values, computed)
    if df is not None:
        normal = p_range(own, math.inf)
        if normal is not None and _meets(stated, normal):
            return _test(claim, "test_p_follows_normal", _p_values(normal) | {"df": df}, normal)
    if _meets(stated, computed.one_sided()):
        return _test(claim, "test_p_one_sided", values, computed)
    needed = df_that_gives(computed.statistic_low, float(stated.low)) if df is None else None
    if needed is not None:
        return _test(claim, "test_p_needs_few_df", values | {"df_needed": needed}, computed)
    return _test(claim, "test_p_does_not_follow", values, computed)


def _meets(stated: Bounds, computed: PRange) -> bool:
    return stated.overlaps(Bounds(computed.low, computed.high))


def _p_values(computed: PRange) -> dict[str, float]:
    return {
        "statistic_low": computed.statistic_low,
        "statistic_high": computed.statistic_high,
        "p_low": computed.low,
        "p_high": computed.high,
    }


def _test(claim: Claim, reason: str, values: Mapping[str, float], computed: PRange) -> CheckResult:
    """Return a finding about p; the calculated one is shown in the claim's unit only where the claim is a p-value."""
    if claim.kind != "p_value":
        return found(claim.id, reason, values=values, base=claim.n)
    return found(claim.id, reason, values=values, base=claim.n, conf_low=computed.low, conf_high=computed.high)


def _significance(claim: Claim, computed: PRange, *, significant: bool) -> CheckResult:
    level = claim.level or _USUAL
    values = {"level": level, "p_low": computed.low, "p_high": computed.high}
    agrees = computed.low <= level if significant else computed.high > level
    if agrees:
        return _test(claim, "test_significance_follows", values, computed)
    if significant and claim.level is None and computed.low <= _LENIENT:
        return _test(claim, "test_significance_weak", values, computed)
    if significant and computed.low / 2 <= level:
        return _test(claim, "test_significance_one_sided", values, computed)
    return _test(claim, "test_significance_does_not_follow", values, computed)


def _without_error(claim: Claim, own: Claim, test: Claim) -> CheckResult:
    """Return how small the standard error must have been for the coefficient to be significant.

    |b| / SE above the critical value of t with the published df, or of the normal distribution: with fewer df the error
    must have been smaller still.
    """
    coefficient = bounds_of(own)
    if coefficient is None or read_significance(test.published) is False or test.stars == 0:
        return found(claim.id, "test_no_numbers", base=claim.n)
    level = test.level or _USUAL
    largest = float(magnitude(coefficient).high) / critical(level, own.df or math.inf)
    if not math.isfinite(largest):
        return found(claim.id, "test_no_numbers", base=claim.n)
    values = {"level": level, "se_largest": largest}
    return found(claim.id, "test_no_standard_error", values=values, base=claim.n)


def _stars(claim: Claim, computed: PRange | None) -> Iterator[CheckResult]:
    """Yield whether the stars are those of the calculated p-value, or of the published one where there is no SE."""
    if claim.stars is None:
        return
    if computed is not None:
        low, high = computed.low, computed.high
    elif claim.p_value is not None:
        stated = published_p(claim.p_value)
        low, high = float(stated.low), float(stated.high)
    else:
        return
    customs: Sequence[tuple[float, ...]] = _CUSTOMS if claim.levels is None else (claim.levels,)
    ranges = [(_count(high, levels), _count(low, levels)) for levels in customs]
    agrees = any(fewest <= claim.stars <= most for fewest, most in ranges)
    values = {
        "stars": claim.stars,
        "stars_low": min(fewest for fewest, _ in ranges),
        "stars_high": max(most for _, most in ranges),
        "p_low": low,
        "p_high": high,
    }
    yield found(claim.id, "test_stars_agree" if agrees else "test_stars_disagree", values=values, base=claim.n)


def _count(p: float, levels: Sequence[float]) -> int:
    """Return the number of stars that p has; p equal to a level may be printed with its star."""
    return sum(p <= level for level in levels)


def _interval(claim: Claim) -> Iterator[CheckResult]:
    """Yield whether the interval is the coefficient plus and minus its error times the critical value."""
    own, interval = bounds_of(claim), claim.interval
    if interval is None or own is None:
        return
    low, high = bounds_of_figure(interval.low), bounds_of_figure(interval.high)
    printed = {"level": interval.level, "interval_low": low.middle, "interval_high": high.middle}
    stated = {name: value for name, value in printed.items() if value is not None}
    if len(stated) < len(printed):
        return
    if own.high < low.low or own.low > high.high:
        yield found(claim.id, "test_interval_without_estimate", values=stated, base=claim.n)
    elif claim.se is None:
        yield found(claim.id, "test_interval_contains", values=stated, base=claim.n)
    else:
        fits = any(_fits(own, claim, low, high, df) for df in {claim.df or math.inf, math.inf})
        reason = "test_interval_follows" if fits else "test_interval_does_not_follow"
        yield found(claim.id, reason, values=stated | _expected(claim, own), base=claim.n)


def _reach(claim: Claim, df: float) -> Bounds:
    error = standard_error(claim) or Bounds(0.0, math.inf)
    times = critical(1 - claim.interval.level if claim.interval else _USUAL, df)
    return Bounds(float(error.low) * times, float(error.high) * times)


def _fits(own: Bounds, claim: Claim, low: Bounds, high: Bounds, df: float) -> bool:
    reach, centre = _reach(claim, df), Bounds(float(own.low), float(own.high))
    return (centre - reach).overlaps(low) and (centre + reach).overlaps(high)


def _expected(claim: Claim, own: Bounds) -> dict[str, float]:
    reach = _reach(claim, claim.df or math.inf)
    return {
        "expected_low_from": float(own.low) - float(reach.high),
        "expected_low_to": float(own.high) - float(reach.low),
        "expected_high_from": float(own.low) + float(reach.low),
        "expected_high_to": float(own.high) + float(reach.high),
    }


def _beyond_scale(claim: Claim, ends: tuple[float, float]) -> Iterator[CheckResult]:
    """Yield that a difference is larger than the whole scale."""
    own = bounds_of(claim)
    width = ends[1] - ends[0]
    if own is not None and claim.unit != "sd" and magnitude(own).low > width:
        yield found(claim.id, "test_beyond_scale", values={"scale_range": width}, base=claim.n)
