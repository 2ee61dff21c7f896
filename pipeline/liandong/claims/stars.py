"""Whether stars are those of the calculated p-value, or of the published one where there is no standard error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from liandong.claims.findings import CheckResult, found
from liandong.claims.ladder import Fit, Freedom, fitting
from liandong.claims.t_tests import PRange, published_p
from liandong.claims.tested import Tested
from liandong.definitions import Claim

# What the stars mean where the table does not say: both customs, one of which has to agree.
CUSTOMS: Final[tuple[tuple[float, ...], ...]] = ((0.1, 0.05, 0.01), (0.05, 0.01, 0.001))
_REASONS: Final = {
    "follows": "test_stars_agree", "follows_normal": "test_stars_agree", "follows_t": "test_stars_agree_t",
    "few_df": "test_stars_few_df", "one_sided": "test_stars_one_sided", "not": "test_stars_disagree",
}  # fmt: skip


def stars_of(claim: Claim, tested: Sequence[Tested], freedom: Freedom) -> CheckResult | None:
    """Return whether the stars follow; None where there are none, or nothing to hold them against."""
    if claim.stars is None:
        return None
    stars, customs = claim.stars, CUSTOMS if claim.levels is None else (claim.levels,)
    fit = fitting(tested, freedom, lambda p: _side(p, stars, customs))
    if fit is None and claim.p_value is not None:
        stated = published_p(claim.p_value)
        p = PRange(0.0, 0.0, float(stated.low), float(stated.high))
        fit = Fit("not" if _side(p, stars, customs) else "follows", p)
    return None if fit is None else _finding(claim, stars, customs, fit)


def p_of_stars(claim: Claim) -> PRange | None:
    """Return the p-values that the stars of a claim may stand for; None without stars."""
    if claim.stars is None:
        return None
    customs = CUSTOMS if claim.levels is None else (claim.levels,)
    low = min(levels[claim.stars] if claim.stars < len(levels) else 0.0 for levels in customs)
    high = max(levels[claim.stars - 1] if 0 < claim.stars <= len(levels) else 1.0 for levels in customs)
    return PRange(0.0, 0.0, math.nextafter(low, 1.0) if low else 0.0, high)


def _finding(claim: Claim, stars: int, customs: Sequence[Sequence[float]], fit: Fit) -> CheckResult:
    if fit.is_coarse and fit.how == "follows":
        return found(claim.id, "test_too_coarse", values=fit.p.values(), base=claim.n)
    ranges = [_earned(fit.p, levels) for levels in customs]
    values: dict[str, float] = {
        "stars": stars,
        "stars_low": min(fewest for fewest, _ in ranges),
        "stars_high": max(most for _, most in ranges),
        "p_low": fit.p.low,
        "p_high": fit.p.high,
    }
    if fit.how in {"follows_t", "few_df"} and fit.df is not None:
        values["df_needed"] = fit.df
    return found(claim.id, _REASONS[fit.how], values=values, base=claim.n)


def _side(p: PRange, stars: int, customs: Sequence[Sequence[float]]) -> int:
    ranges = [_earned(p, levels) for levels in customs]
    if any(fewest <= stars <= most for fewest, most in ranges):
        return 0
    return -1 if all(fewest > stars for fewest, _ in ranges) else 1


def _earned(p: PRange, levels: Sequence[float]) -> tuple[int, int]:
    """Return the fewest and the most stars; p equal to a level may be printed with its star."""
    return sum(p.high <= level for level in levels), sum(p.low <= level for level in levels)
