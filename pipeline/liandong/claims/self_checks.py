"""Every check that needs nothing but the published figures: what an auditor can say on the first day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from liandong.claims.arithmetic import arithmetic
from liandong.claims.arms import arms
from liandong.claims.figure_order import figure_order
from liandong.claims.findings import CheckResult, one_per_check
from liandong.claims.grim import grim
from liandong.claims.grimmer import grimmer
from liandong.claims.joint import with_joint_chance
from liandong.claims.need import need
from liandong.claims.parts import parts
from liandong.claims.published_tests import tests
from liandong.definitions import Claim


def self_checks(claims: Sequence[Claim]) -> list[CheckResult]:
    """Return at most one result per claim and check, in the order of the claims.

    None is "supported": that is for data to say. A claim that nothing can be said about has no result.
    """
    by_id = {claim.id: claim for claim in claims}
    return with_joint_chance(one_per_check(result for claim in claims for result in _of(claim, by_id)), by_id)


def _of(claim: Claim, claims: dict[str, Claim]) -> Iterator[CheckResult]:
    yield from grim(claim)
    yield from grimmer(claim)
    yield from parts(claim, claims)
    yield from arithmetic(claim, claims)
    yield from tests(claim, claims)
    yield from figure_order(claim, claims)
    yield from arms(claim, claims)
    yield from need(claim)
