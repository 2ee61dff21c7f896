"""Whether an order of published figures ("higher than", "most … second") follows from the figures themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

from liandong.claims.findings import CheckResult, found
from liandong.claims.form import Bounds, Number, bounds_of, exactly, last_digit
from liandong.definitions import Claim
from liandong.definitions.claims import Operand

_ORDERS = frozenset({"higher", "lower", "at_least", "at_most", "equal"})
_UP = frozenset({"higher", "at_least"})  # `to` stands above `from`


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with the values that it may stand for; figures printed alike were rounded alike."""

    bounds: Bounds
    value: Fraction | None
    printed: tuple[object, ...]


def figure_order(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[CheckResult]:
    """Yield whether the claimed order follows from the printed figures.

    "Hidden" are orders that the rounding, or a published range, could turn round. Two figures that were rounded to the
    same digit it cannot: rounding keeps an order, so that a printed 31.2 stands for more than a printed 31.1. Among
    entries of `order` that stand in one list no order is claimed.
    """
    if claim.order is not None:
        groups: list[Sequence[Operand]] = [(group,) if isinstance(group, str) else group for group in claim.order]
        yield _all_of(claim, list(pairwise(groups)), claims, strict=True)
    elif claim.relation == "equal":
        yield _equal(claim, claims)
    elif claim.relation in _ORDERS:
        pair = (claim.end, claim.start) if claim.relation in _UP else (claim.start, claim.end)
        strict = claim.relation in {"higher", "lower"}
        yield _all_of(claim, [((pair[0],), (pair[1],))], claims, strict=strict)
    elif claim.kind == "comparison" and claim.relation is None and bounds_of(claim) is None:
        yield found(claim.id, "order_no_figures", base=claim.n)


def _all_of(
    claim: Claim,
    groups: Sequence[tuple[Sequence[Operand], Sequence[Operand]]],
    claims: Mapping[str, Claim],
    *,
    strict: bool,
) -> CheckResult:
    """Return the verdict on every pair of an upper and a lower figure: the worst one decides."""
    pairs: list[tuple[_Figure, _Figure]] = []
    for above, below in groups:
        upper = _ends((one for name in above if (one := _figure(name, claims))), min)
        pairs += product(upper, _ends((one for name in below if (one := _figure(name, claims))), max))
    named = {name for above, below in groups for name in (*above, *below)}
    lacking = sum(_figure(name, claims) is None for name in named)
    gaps = [_gaps(high, low) for high, low in pairs]
    if not gaps or (lacking and not any(widest < 0 for _, widest in gaps)):
        return found(claim.id, "order_no_figures", values={"without_figure": max(lacking, 1)}, base=claim.n)
    surest, widest = min(low for low, _ in gaps), min(high for _, high in gaps)
    reason = "order_follows"
    if widest < 0 or (strict and widest == 0):
        reason = "order_contradicted"
    elif not all(_is_sure(high, low, strict=strict) for high, low in pairs):
        alike = not strict and all(_is_sure(*pair, strict=False) or _is_alike(*pair) for pair in pairs)
        reason = "order_as_printed" if alike else "order_hidden"
    gap = float(widest if reason == "order_contradicted" else surest)
    return found(claim.id, reason, values={"smallest_gap": gap if math.isfinite(gap) else 0.0}, base=claim.n)


def _figure(operand: Operand, claims: Mapping[str, Claim]) -> _Figure | None:
    if operand is None:
        return None
    if not isinstance(operand, str):
        exact = exactly(operand)
        return _Figure(exact, Fraction(exact.low), ("exact",))
    claim = claims[operand]
    bounds, value = bounds_of(claim), claim.printed.value
    if bounds is None:
        return None
    alike = (claim.printed.form, last_digit(claim), claim.rounding, claim.kind)
    is_number = claim.printed.form == "number" and value is not None
    return _Figure(bounds, Fraction(value) if is_number and value is not None else None, alike)


def _ends(figures: Iterable[_Figure], end: Callable[..., _Figure]) -> list[_Figure]:
    """Return, of the figures that were printed alike, those at the end that matters: no other pair can be closer."""
    alike: dict[tuple[object, ...], list[_Figure]] = {}
    for one in figures:
        alike.setdefault(one.printed, []).append(one)
    return [
        found_end
        for some in alike.values()
        for found_end in {end(some, key=lambda one: one.bounds.low), end(some, key=lambda one: one.bounds.high)}
    ]


def _gaps(high: _Figure, low: _Figure) -> tuple[Number, Number]:
    """Return by how much the figure that should be higher exceeds the other, at least and at most."""
    return high.bounds.low - low.bounds.high, high.bounds.high - low.bounds.low


def _is_sure(high: _Figure, low: _Figure, *, strict: bool) -> bool:
    """Return whether neither rounding nor a range can turn the two round."""
    surest, _ = _gaps(high, low)
    if surest > 0 or (surest == 0 and not strict):
        return True
    if high.value is None or low.value is None or high.printed != low.printed:
        return False
    return high.value > low.value


def _is_alike(first: _Figure, second: _Figure) -> bool:
    return first.value is not None and first.value == second.value and first.printed == second.printed


def _equal(claim: Claim, claims: Mapping[str, Claim]) -> CheckResult:
    first, second = _figure(claim.end, claims), _figure(claim.start, claims)
    if first is None or second is None:
        values = {"without_figure": (first is None) + (second is None)}
        return found(claim.id, "order_no_figures", values=values, base=claim.n)
    low, high = _gaps(first, second)
    gap = float(max(low, -high))
    reason = "order_contradicted" if gap > 0 else "order_follows" if low == high else "order_hidden"
    if reason == "order_hidden" and _is_alike(first, second):
        reason = "order_as_printed"
    return found(claim.id, reason, values={"smallest_gap": gap}, base=claim.n)
