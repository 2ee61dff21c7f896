"""Whether an order of published figures ("higher than", "most … second") follows from the figures themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import Bounds, Number, bounds_of, operand_bounds
from liandong.definitions import Claim
from liandong.definitions.claims import Operand

_ORDERS = frozenset({"higher", "lower", "at_least", "at_most", "equal"})
_UP = frozenset({"higher", "at_least"})  # `to` stands above `from`


def figure_order(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield whether the claimed order follows from the printed figures.

    "Hidden" are orders that the rounding, or a published range, could turn round. Among entries of `order` that stand
    in one list no order is claimed.
    """
    if claim.order is not None:
        groups = [(group,) if isinstance(group, str) else group for group in claim.order]
        pairs = [(upper, lower) for above, below in pairwise(groups) for upper in above for lower in below]
        yield _all_of(claim, pairs, claims, strict=True)
    elif claim.relation == "equal":
        yield _equal(claim, claims)
    elif claim.relation in _ORDERS:
        pair = (claim.end, claim.start) if claim.relation in _UP else (claim.start, claim.end)
        yield _all_of(claim, [pair], claims, strict=claim.relation in {"higher", "lower"})
    elif claim.kind == "comparison" and claim.relation is None and bounds_of(claim) is None:
        yield found(claim.id, "order_no_figures", values={"without_figure": 1}, base=claim.n)


def _all_of(
    claim: Claim, pairs: Sequence[tuple[Operand, Operand]], claims: Mapping[str, Claim], *, strict: bool
) -> CheckResult:
    """Return the verdict on every pair (higher, lower): the worst one decides; pairs without a figure are counted."""
    bounds = [(operand_bounds(high, claims), operand_bounds(low, claims)) for high, low in pairs]
    known = [(high, low) for high, low in bounds if high is not None and low is not None]
    lacking = len(bounds) - len(known)
    if lacking and not any(_gaps(high, low)[1] < 0 for high, low in known):
        return found(claim.id, "order_no_figures", values={"without_figure": lacking}, base=claim.n)
    gaps = [_gaps(high, low) for high, low in known]
    surest, widest = min(low for low, _ in gaps), min(high for _, high in gaps)
    reason = "order_follows"
    if widest < 0 or (strict and widest == 0):
        reason = "order_contradicted"
    elif surest < 0 or (strict and surest == 0):
        reason = "order_hidden"
    gap = float(widest if reason == "order_contradicted" else surest)
    return found(claim.id, reason, values={"smallest_gap": gap if math.isfinite(gap) else 0.0}, base=claim.n)


def _gaps(high: Bounds, low: Bounds) -> tuple[Number, Number]:
    """Return by how much the figure that should be higher exceeds the other, at least and at most."""
    return high.low - low.high, high.high - low.low


def _equal(claim: Claim, claims: Mapping[str, Claim]) -> CheckResult:
    first, second = operand_bounds(claim.end, claims), operand_bounds(claim.start, claims)
    if first is None or second is None:
        return found(claim.id, "order_no_figures", values={"without_figure": 1}, base=claim.n)
    low, high = _gaps(first, second)
    gap = float(max(low, -high))
    reason = "order_contradicted" if gap > 0 else "order_follows" if low == high else "order_hidden"
    return found(claim.id, reason, values={"smallest_gap": gap}, base=claim.n)
