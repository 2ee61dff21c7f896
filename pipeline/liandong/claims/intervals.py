"""Whether a published interval is the estimate plus and minus its standard error times the critical value.

Intervals of the bootstrap or of a profile likelihood need not lie evenly around the estimate, and t has its own width
for every number of degrees of freedom, which are seldom published: neither makes an interval wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import Bounds, bounds_of, bounds_of_figure
from liandong.claims.ladder import Freedom, way_with
from liandong.claims.t_tests import NORMAL, critical
from liandong.claims.tested import Tested, as_it_stands, scales
from liandong.definitions import Claim

_OTHER_LEVELS: Final = (0.9, 0.99)  # that the interval may have where claims.yaml does not say
_REASONS: Final = {
    "follows": "test_interval_follows", "follows_normal": "test_interval_follows", "few_df": "test_interval_few_df",
    "follows_t": "test_interval_follows_t", "not": "test_interval_does_not_follow",
}  # fmt: skip


def intervals(claim: Claim, freedom: Freedom) -> Iterator[CheckResult]:
    """Yield what the published interval says beside the estimate and its standard error."""
    own, interval = bounds_of(claim), claim.interval
    if interval is None or own is None:
        return
    low, high = bounds_of_figure(interval.low), bounds_of_figure(interval.high)
    if low.middle is None or high.middle is None:
        return
    stated = {"level": interval.level, "interval_low": low.middle, "interval_high": high.middle}
    with_error = [one for one in scales(claim) or [as_it_stands(claim, own)] if one.error is not None and one.ends]
    if own.high < low.low or own.low > high.high:
        yield found(claim.id, "test_interval_without_estimate", values=stated, base=claim.n)
    elif not with_error:
        yield found(claim.id, "test_interval_contains", values=stated, base=claim.n)
    else:
        yield _judged(claim, with_error, freedom, stated)


def _judged(claim: Claim, tested: Sequence[Tested], freedom: Freedom, stated: dict[str, float]) -> CheckResult:
    values = stated | _expected(_shown(claim, tested), freedom)
    if any(_side(one, freedom.df or NORMAL) == 0 for one in tested):
        return found(claim.id, "test_interval_follows", values=values, base=claim.n)
    even = [one for one in tested if one.is_even]
    if not even:
        reason = "test_interval_lopsided_ratio" if claim.kind == "ratio" else "test_interval_lopsided"
        return found(claim.id, reason, values=values, base=claim.n)
    ways = [way_with(lambda df, one=one: _side(one, df), freedom) for one in even]  # type: ignore[misc]
    how, df = min(ways, key=lambda way: list(_REASONS).index(way[0]))
    if how in {"follows_t", "few_df"} and df is not None:
        values["df_needed"] = df
    other = _other_level(claim, even)
    if how in {"few_df", "not"} and other is not None:
        return found(claim.id, "test_interval_other_level", values=values | {"level_needed": other}, base=claim.n)
    return found(claim.id, _REASONS[how], values=values, base=claim.n)


def _shown(claim: Claim, tested: Sequence[Tested]) -> Tested | None:
    """Return the scale in whose unit the figures are printed; None for a logarithm."""
    return None if claim.kind == "ratio" else tested[0]


def _other_level(claim: Claim, tested: Sequence[Tested]) -> float | None:
    if claim.interval is None or "level" in claim.interval.model_fields_set:
        return None
    return next((level for level in _OTHER_LEVELS if any(_side(one, NORMAL, level) == 0 for one in tested)), None)


def _side(tested: Tested, df: float, level: float | None = None) -> int:
    """Return 0 where both ends fit, else -1 where the interval that follows is narrower than printed, 1 where wider."""
    reach = _reach(tested, df, level)
    if tested.ends is None:
        return 1
    low, high = tested.ends
    if (tested.centre - reach).overlaps(low) and (tested.centre + reach).overlaps(high):
        return 0
    return -1 if 2 * (reach.low + reach.high) < (high.low + high.high) - (low.low + low.high) else 1


def _reach(tested: Tested, df: float, level: float | None = None) -> Bounds:
    error = tested.error or Bounds(0.0, 0.0)
    times = critical(1 - (level or tested.level), df)
    return Bounds(float(error.low) * times, float(error.high) * times)


def _expected(tested: Tested | None, freedom: Freedom) -> dict[str, float]:
    if tested is None:
        return {}
    own, reach = tested.centre, _reach(tested, freedom.df or NORMAL)
    return {
        "expected_low_from": float(own.low) - float(reach.high),
        "expected_low_to": float(own.high) - float(reach.low),
        "expected_high_from": float(own.low) + float(reach.low),
        "expected_high_to": float(own.high) + float(reach.high),
    }
