"""Whether p-value, statistic, stars, interval and the word "significant" follow from an estimate and its error."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import Bounds, bounds_of, bounds_of_figure
from liandong.claims.intervals import intervals
from liandong.claims.ladder import Fit, Freedom, fitting, freedom_of
from liandong.claims.said import numeric_p, published_range, said_of
from liandong.claims.significance import USUAL, significance
from liandong.claims.stars import stars_of
from liandong.claims.t_tests import PRange, critical, magnitude, p_of, published_p
from liandong.claims.tested import Tested, error_implied, scales
from liandong.definitions import Claim
from liandong.definitions.printed import read_significance

_TESTED: Final = frozenset({"mean", "difference", "coefficient", "ratio"})
_P_REASONS: Final = {
    "follows": "test_p_follows", "follows_normal": "test_p_follows_normal", "follows_t": "test_p_follows_t",
    "few_df": "test_p_needs_few_df", "one_sided": "test_p_one_sided", "not": "test_p_does_not_follow",
}  # fmt: skip


def tests(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield what a published test says about itself.

    A claim of kind p_value belongs to the claim that `coefficient` names; a claim of another kind carries its own
    standard error, statistic, p-value, stars and interval.
    """
    if claim.kind == "p_value":
        own = claims.get(claim.coefficient or "")
        if _impossible(published_p(claim.published) if claim.printed.form != "words" else None):
            yield found(claim.id, "test_p_out_of_range")
        else:
            yield _p_claim(claim, own, claims)
    elif claim.kind in _TESTED:
        yield from _of_estimate(claim, claims)


def _of_estimate(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    freedom, tested = freedom_of(claim, claim, claims), scales(claim)
    if claim.scale_range is not None and claim.kind in {"difference", "coefficient"}:
        yield from _beyond_scale(claim, claim.scale_range)
    yield from intervals(claim, freedom)
    yield from _error_of_mean(claim)
    yield from _statistic(claim, tested)
    stated = None if claim.p_value is None else published_p(claim.p_value)
    stars = stars_of(claim, tested, freedom)
    if _impossible(stated):
        yield found(claim.id, "test_p_out_of_range")
    elif stated is not None and (fit := _p_fit(stated, tested, freedom)) is not None:
        yield _p_follows(claim, fit)
    if stars is not None:
        yield stars
    if not tested and bounds_of(claim) is not None and (claim.p_value, claim.stars, claim.statistic) != (None,) * 3:
        yield found(claim.id, "test_other_null", base=claim.n)
    if claim.kind == "coefficient" and tested and tested[0].error_with(freedom.df or math.inf) is None:
        said = said_of(claim, claims)
        yield _without_error(claim, claim, said or claim, freedom, asked=said is not None)
    elif claim.statistic is not None and claim.se is None and tested and tested[0].error is not None:
        yield _error_told(claim, tested[0].error)


def _p_claim(claim: Claim, own: Claim | None, claims: Mapping[str, Claim]) -> CheckResult:
    """Return whether a published p-value, or the word significant, follows from its coefficient."""
    if own is None or bounds_of(own) is None:
        return found(claim.id, "test_no_numbers", base=claim.n)
    freedom, tested = freedom_of(own, claim, claims), scales(own)
    meant = read_significance(claim.published)
    if claim.printed.form == "words" and meant is None:
        return found(claim.id, "test_no_numbers", base=claim.n)
    result = None
    if meant is not None:
        result = significance(claim, tested, freedom, significant=meant)
        if result is None and (told := published_range(own, claims)) is not None:
            result = significance(claim, told, freedom, significant=meant)
    elif (fit := _p_fit(published_p(claim.published), tested, freedom)) is not None:
        result = _p_follows(claim, fit)
    if result is not None:
        return result
    if not tested:
        return found(claim.id, "test_other_null", base=claim.n)
    return _without_error(claim, own, claim, freedom)


def _impossible(stated: Bounds | None) -> bool:
    return stated is not None and (stated.low > 1 or stated.high < 0)


def _p_fit(stated: Bounds, tested: Sequence[Tested], freedom: Freedom) -> Fit | None:
    def side(p: PRange) -> int:
        return -1 if p.high < stated.low else 1 if p.low > stated.high else 0

    return fitting(tested, freedom, side)


def _p_follows(claim: Claim, fit: Fit) -> CheckResult:
    if fit.how == "follows" and fit.is_coarse:
        return found(claim.id, "test_too_coarse", values=fit.p.values(), base=claim.n)
    values = fit.p.values()
    if fit.df is not None:
        values["df_needed" if fit.how in {"follows_t", "few_df"} else "df"] = fit.df
    # The calculated p-value is shown in the claim's unit only where the claim is a p-value.
    shown = {"conf_low": fit.p.low, "conf_high": fit.p.high} if claim.kind == "p_value" else {}
    return found(claim.id, _P_REASONS[fit.how], values=values, base=claim.n, **shown)


def _without_error(claim: Claim, own: Claim, test: Claim, freedom: Freedom, *, asked: bool = True) -> CheckResult:
    """Return what the standard error must have been: that of a published p-value, or the largest that is significant.

    |b| / SE above the critical value of t with the published df, or of the normal distribution: with fewer df the error
    must have been smaller still.
    """
    coefficient, p = bounds_of(own), numeric_p(test) or numeric_p(own)
    implied = None if p is None or coefficient is None else error_implied(Tested(coefficient), p, freedom.df)
    if implied is not None:
        return _error_told(claim, implied)
    if not asked or coefficient is None or read_significance(test.published) is False or test.stars == 0:
        return found(claim.id, "test_no_numbers", base=claim.n)
    level = test.level or USUAL
    largest = float(magnitude(coefficient).high) / critical(level, freedom.df or math.inf)
    if not math.isfinite(largest):
        return found(claim.id, "test_no_numbers", base=claim.n)
    return found(claim.id, "test_no_standard_error", values={"level": level, "se_largest": largest}, base=claim.n)


def _error_told(claim: Claim, error: Bounds) -> CheckResult:
    values = {"se_low": float(error.low), "se_high": float(error.high)}
    return found(claim.id, "test_error_implied", values=values, base=claim.n)


def _statistic(claim: Claim, tested: Sequence[Tested]) -> Iterator[CheckResult]:
    """Yield whether the printed statistic is the estimate over the printed standard error."""
    if claim.statistic is None or claim.se is None or not tested:
        return
    stated = magnitude(bounds_of_figure(claim.statistic))
    found_ranges = [p for one in tested if (p := one.p_with(math.inf)) is not None]
    fits = any(stated.overlaps(Bounds(p.statistic_low, p.statistic_high)) for p in found_ranges)
    printed = p_of(stated, math.inf)
    values = {
        "statistic_low": found_ranges[0].statistic_low,
        "statistic_high": found_ranges[0].statistic_high,
        "stated_low": printed.statistic_low,
        "stated_high": printed.statistic_high,
    }
    yield found(
        claim.id, "test_statistic_follows" if fits else "test_statistic_does_not_follow", values=values, base=claim.n
    )


def _error_of_mean(claim: Claim) -> Iterator[CheckResult]:
    """Yield whether the standard error of a mean is its standard deviation over the root of n.

    Under clustering or a complex design it is another one, so that a difference casts doubt and no more.
    """
    if claim.kind != "mean" or claim.sd is None or claim.se is None or claim.n is None or claim.weighted:
        return
    spread, error, root = bounds_of_figure(claim.sd), bounds_of_figure(claim.se), math.sqrt(claim.n)
    low, high = max(float(spread.low), 0.0) / root, float(spread.high) / root
    values = {"se_low": low, "se_high": high, "n": claim.n}
    fits = error.overlaps(Bounds(low, high))
    yield found(claim.id, "test_mean_error_agrees" if fits else "test_mean_error_differs", values=values, base=claim.n)


def _beyond_scale(claim: Claim, ends: tuple[float, float]) -> Iterator[CheckResult]:
    """Yield that a difference is larger than the whole scale."""
    own = bounds_of(claim)
    width = ends[1] - ends[0]
    if own is not None and claim.unit != "sd" and magnitude(own).low > width:
        yield found(claim.id, "test_beyond_scale", values={"scale_range": width}, base=claim.n)
