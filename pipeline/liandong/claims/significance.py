"""Whether the word "significant", or that something is not, follows from the p-values that the figures give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from liandong.claims.findings import CheckResult, found
from liandong.claims.ladder import Fit, Freedom, fitting
from liandong.claims.t_tests import PRange
from liandong.claims.tested import Tested
from liandong.definitions import Claim

USUAL: Final = 0.05
LENIENT, STRICT = 0.1, 0.01  # levels that a source that names none may have meant


def significance(
    claim: Claim, known: Sequence[Tested] | PRange, freedom: Freedom, *, significant: bool
) -> CheckResult | None:
    """Return whether what is said of a test follows; None where no p-value can be had."""
    level = claim.level or USUAL

    def side(p: PRange) -> int:
        return (0 if p.low <= level else 1) if significant else (0 if p.high > level else -1)

    if isinstance(known, PRange):
        fit: Fit | None = Fit("not" if side(known) else "follows", known)
    else:
        fit = fitting(known, freedom, side)
    if fit is None:
        return None
    if fit.is_coarse and fit.how == "follows" and not isinstance(known, PRange):
        return found(claim.id, "test_too_coarse", values=fit.p.values(), base=claim.n)
    reason = _called(claim, fit, level) if significant else _denied(claim, fit, level)
    values = {"level": level, "p_low": fit.p.low, "p_high": fit.p.high}
    if fit.how in {"follows_t", "few_df"} and fit.df is not None:
        values["df_needed"] = fit.df
    return found(claim.id, reason, values=values, base=claim.n, conf_low=fit.p.low, conf_high=fit.p.high)


def _called(claim: Claim, fit: Fit, level: float) -> str:
    if fit.how in {"follows", "follows_normal", "follows_t"}:
        return "test_significance_follows" if fit.p.high <= level else "test_significance_open"
    if claim.level is None and fit.p.low <= LENIENT:
        return "test_significance_weak"
    return "test_significance_one_sided" if fit.how == "one_sided" else "test_significance_does_not_follow"


def _denied(claim: Claim, fit: Fit, level: float) -> str:
    if fit.how in {"follows", "follows_normal"}:
        return "test_insignificance_follows" if fit.p.low > level else "test_significance_open"
    if fit.how in {"follows_t", "few_df"}:
        return "test_insignificance_t" if fit.how == "follows_t" else "test_insignificance_few_df"
    if claim.level is None and fit.p.high > STRICT:
        return "test_insignificance_strict"
    return "test_insignificance_does_not_follow"
