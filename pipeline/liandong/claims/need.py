"""What a share of everybody says about the share of those in need, when only the first is published."""

from __future__ import annotations

from collections.abc import Iterator

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import bounds_of
from liandong.definitions import Claim


def need(claim: Claim) -> Iterator[CheckResult]:
    """Yield that the share of those in need is at least the published one, which is all that can be said without data.

    It holds when everybody who reports the change had the need; the fewer had it, the higher the share of them is.
    """
    bounds = bounds_of(claim)
    if claim.kind != "percent" or claim.need is None or claim.n is None or bounds is None:
        return
    value = claim.printed.value
    low = min(max(float(bounds.low if value is None else value), 0.0), 100.0)
    yield found(claim.id, "denominator_unpublished", values={"n": claim.n}, base=claim.n, conf_low=low, conf_high=100.0)
