"""Comparisons ("higher than", "most", "relatively few") against the order of our estimates.

Two estimates count as apart when their 95 % intervals do not overlap. Shares of the same people move together in a way
that the tables do not hold; since SE(a - b) <= SE(a) + SE(b) whatever the covariance, intervals that lie apart mean a
difference at the 5 % level or better in any case. Intervals that overlap leave it open: they do not mean that the two
are equal. Where the table overlap has every combination, the people who said only the one or only the other are told;
they make no test of their own, because the tables do not hold how such people gather in clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from liandong.claims.estimates import Estimate, estimate_of
from liandong.claims.evidence_rows import Evidence
from liandong.claims.findings import CheckResult, found
from liandong.claims.paired import discordant
from liandong.definitions import Claim

Compared = tuple[Claim, Claim]
Pair = tuple[Estimate, Estimate]
_UPWARDS: Final = frozenset({"higher", "at_least", "doubled", "at_least_doubled", "tripled"})
_DOWNWARDS: Final = frozenset({"lower", "at_most", "halved"})


def order_in_data(claim: Claim, claims: Mapping[str, Claim], evidence: Evidence | None) -> CheckResult | None:
    """Return whether our estimates stand in the order that is claimed; None for a claim of no order, or without data.

    Parameters
    ----------
    claim
        With ``order`` (highest first, or groups of figures each of which is above all of the next group), or with
        ``relation`` between ``from`` and ``to``.
    claims
        All claims by id: those that are compared say what they are about by their own ``quantity``.
    evidence
        The published tables.
    """
    pairs = list(_ordered(claim, claims))
    if evidence is None or not pairs:
        return None
    compared = {one.id: one for pair in pairs for one in pair}
    found_of = {name: estimate_of(one, evidence) for name, one in compared.items()}
    both = [(pair, (found_of[pair[0].id], found_of[pair[1].id])) for pair in pairs]
    read = [(pair, (high, low)) for pair, (high, low) in both if not isinstance(high, str) and not isinstance(low, str)]
    if not read:
        return _lacking(claim, {one for one in found_of.values() if isinstance(one, str)}, evidence)
    return _judged(claim, read, len(pairs) - len(read), evidence)


def _ordered(claim: Claim, claims: Mapping[str, Claim]) -> Iterator[Compared]:
    """Yield every pair of claims of which the first is said to be the higher one."""
    if claim.order is not None:
        groups = [(one,) if isinstance(one, str) else one for one in claim.order]
        for upper, lower in pairwise(groups):
            yield from ((claims[high], claims[low]) for high in upper for low in lower)
    elif isinstance(claim.start, str) and isinstance(claim.end, str):
        start, end = claims[claim.start], claims[claim.end]
        if claim.relation in _UPWARDS:
            yield end, start
        elif claim.relation in _DOWNWARDS:
            yield start, end


def _lacking(claim: Claim, lacking: set[str], evidence: Evidence) -> CheckResult | None:
    if lacking == {"no_quantity"}:
        return None
    if "hidden" in lacking:
        return found(claim.id, "order_data_hidden", values={"minimum_cell": float(evidence.minimum_cell)})
    return found(claim.id, "order_data_no_row")


def _judged(claim: Claim, read: list[tuple[Compared, Pair]], unseen: int, evidence: Evidence) -> CheckResult:
    pairs = [estimates for _, estimates in read]
    named, closest = min(read, key=lambda one: one[1][0].value - one[1][1].value)
    values = {
        "n_compared": float(len(pairs)),
        "n_clear": float(sum(_is_apart(higher, lower) for higher, lower in pairs)),
        "n_reversed": float(sum(higher.value < lower.value for higher, lower in pairs)),
        "n_reversed_clearly": float(sum(_is_apart(lower, higher) for higher, lower in pairs)),
        "n_unseen": float(unseen),
        "smallest_gap_found": closest[0].value - closest[1].value,
    }
    alone = discordant(named[0].quantity, named[1].quantity, evidence)
    if alone is not None:
        values |= {
            "only_higher": float(alone.only_first),
            "only_lower": float(alone.only_second),
            "n_both_known": float(alone.people),
        }
    is_same = not unseen and all(_is_same_sample(*one) for one in read)
    return found(
        claim.id,
        _code(values, is_same=is_same, is_simulated=evidence.simulated),
        values=values,
        found_in=f"{closest[0].found_in} | {closest[1].found_in}",
    )


def _code(values: Mapping[str, float], *, is_same: bool, is_simulated: bool) -> str:
    if is_simulated:
        return "order_data_simulated_differs" if values["n_reversed"] else "order_data_simulated"
    if values["n_reversed"]:
        return "order_data_reversed" if values["n_reversed_clearly"] and is_same else "order_data_unclear"
    if values["n_unseen"]:
        return "order_data_partly"
    if not is_same:
        return "order_data_elsewhere"
    return "order_data_clear" if values["n_clear"] == values["n_compared"] else "order_data_sample"


def _is_same_sample(claims: Compared, estimates: Pair) -> bool:
    return all(
        claim.n is not None and claim.n == estimate.people for claim, estimate in zip(claims, estimates, strict=True)
    )


def _is_apart(higher: Estimate, lower: Estimate) -> bool:
    return higher.low is not None and lower.high is not None and higher.low > lower.high
