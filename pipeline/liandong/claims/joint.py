"""How weak evidence adds up: the chance that all percentages of one base pass GRIM when they are arbitrary."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from liandong.claims.findings import CheckResult
from liandong.definitions import Claim

_FEWEST = 2
_PASSED = frozenset({"grim_possible", "grim_possible_weak", "grim_possible_truncated"})
_FAILED = frozenset({"grim_impossible", "grim_smaller_base", "grim_out_of_range"})


def with_joint_chance(results: Sequence[CheckResult], claims: Mapping[str, Claim]) -> list[CheckResult]:
    """Return `results` with the values ``joint_chance`` and ``joint_figures`` at every percentage that passed GRIM.

    The chance is the product of the chances of all percentages of the same number of people in the same publication,
    which takes arbitrary figures to be independent. So figures that follow from others (a sum, the rest to 100 %) are
    left out, and so is a base of which a figure failed: not all passed.
    """
    tables: dict[tuple[int, str], list[CheckResult]] = {}
    for result in results:
        claim = claims[result.claim]
        if claim.kind == "percent" and claim.n is not None and result.check == "grim" and not _follows(claim):
            tables.setdefault(_table(claim), []).append(result)
    joint = {table: _chance(rows) for table, rows in tables.items()}
    return [
        _told(result, joint.get(_table(claims[result.claim])) if claims[result.claim].kind == "percent" else None)
        for result in results
    ]


def _table(claim: Claim) -> tuple[int, str]:
    return claim.n or 0, claim.source.title


def _follows(claim: Claim) -> bool:
    return claim.complements is not None or claim.parts is not None


def _chance(rows: Sequence[CheckResult]) -> tuple[float, int] | None:
    passed = [row.chance for row in rows if row.reason in _PASSED and row.chance is not None]
    if len(passed) < _FEWEST or any(row.reason in _FAILED for row in rows):
        return None
    return math.prod(passed), len(passed)


def _told(result: CheckResult, joint: tuple[float, int] | None) -> CheckResult:
    if joint is None or result.check != "grim" or result.reason not in _PASSED or result.base is None:
        return result
    chance, figures = joint
    values = {**result.values, "joint_chance": chance, "joint_figures": figures}
    return replace(result, values=MappingProxyType(values))
