"""All checks of all claims, and the tables that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from liandong.claims.denominator_data import denominator_in_data
from liandong.claims.detectability_data import detectability_in_data
from liandong.claims.evidence_rows import Evidence
from liandong.claims.findings import CheckResult, one_per_check
from liandong.claims.order_data import order_in_data
from liandong.claims.reproduction import reproduce
from liandong.claims.self_checks import self_checks
from liandong.claims.verdict import CHECKS, overall
from liandong.definitions import Claim
from liandong.evidence import TABLES


def check_claims(claims: Sequence[Claim], evidence: Evidence | None) -> list[CheckResult]:
    """Return every check of every claim, and each claim's verdict after them.

    Parameters
    ----------
    claims
        In the order of claims.yaml.
    evidence
        The published tables; None without data.

    Returns
    -------
    list of CheckResult
        Claims in their order; one result per check in the order of `CHECKS`, then ``overall``.
    """
    named = {claim.id: claim for claim in claims}
    alone: dict[str, list[CheckResult]] = {}
    for result in self_checks(claims):
        alone.setdefault(result.claim, []).append(result)
    results: list[CheckResult] = []
    for claim in claims:
        own = alone.get(claim.id, [])
        data = list(_in_data(claim, named, evidence))
        # Of two findings alike the first gives the argument: what was made up does not come before what was published.
        made_up = evidence is not None and evidence.simulated
        checks = one_per_check([*own, *data] if made_up else [*data, *own])
        checks.sort(key=lambda result: CHECKS.index(result.check))
        results += [*checks, overall(claim.id, checks)]
    return results


def claim_frames(claims: Sequence[Claim], results: Sequence[CheckResult]) -> dict[str, pl.DataFrame]:
    """Return the tables ``claims`` and ``claim_values`` of `results`."""
    named = {claim.id: claim for claim in claims}
    return {
        "claims": _frame("claims", [_row(named[result.claim], result) for result in results]),
        "claim_values": _frame(
            "claim_values",
            [
                {"claim": result.claim, "check": result.check, "name": name, "value": float(value)}
                for result in results
                for name, value in result.values.items()
            ],
        ),
    }


def _in_data(claim: Claim, named: Mapping[str, Claim], evidence: Evidence | None) -> Iterator[CheckResult]:
    yield reproduce(claim, evidence)
    for result in (
        order_in_data(claim, named, evidence),
        detectability_in_data(claim, named, evidence),
        denominator_in_data(claim, evidence),
    ):
        if result is not None:
            yield result


def _row(claim: Claim, result: CheckResult) -> dict[str, Any]:
    own = {"kind": claim.kind, "published": claim.published_text, "unit": claim.unit or ""}
    return {name: own[name] if name in own else getattr(result, name) for name in TABLES["claims"].columns}


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(TABLES[name].columns), orient="row")
