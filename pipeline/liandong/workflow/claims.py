"""The published figures of a study in its bundle: the tables of their checks, and their list in the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from liandong.claims import check_claims, claim_frames, evidence_of
from liandong.definitions import Claim, Study


def claim_tables(study: Study, published: Mapping[str, pl.DataFrame] | None) -> dict[str, pl.DataFrame]:
    """Return the tables claims and claim_values.

    Parameters
    ----------
    study
        Whose claims are checked.
    published
        The tables of the bundle as they were written, after disclosure control: nothing else is looked at, so that a
        claim can give away nothing that is hidden. None without data.
    """
    evidence = None
    if published is not None:
        rules = study.spec.disclosure
        evidence = evidence_of(
            published,
            simulated=study.spec.simulated,
            minimum_cell=rules.minimum_cell,
            rounding=rules.rounding,
            needs=frozenset(indicator.id for indicator in study.indicators if indicator.need is not None),
        )
    return claim_frames(study.claims, check_claims(study.claims, evidence))


def describe_claims(study: Study) -> list[dict[str, Any]]:
    """Return what the manifest says of every claim, in the order of claims.yaml."""
    return [_describe(claim) for claim in study.claims]


def _describe(claim: Claim) -> dict[str, Any]:
    given = claim.model_dump(mode="json") | {"published": claim.published_text}
    named = ("id", "kind", "wording", "published", "unit", "n", "universe", "source", "quantity", "section")
    return {name: given.get(name) for name in named} | {
        name: value for name, value in given.items() if name not in named and value is not None
    }
