"""Denominator: what a share of everybody would be among those who had the need."""

from __future__ import annotations

from typing import Final

from liandong.claims.estimates import Estimate, Lack, estimate_of
from liandong.claims.evidence_rows import Evidence
from liandong.claims.findings import CheckResult, found
from liandong.claims.form import bounds_of
from liandong.claims.reproduction import holds
from liandong.definitions import Claim

_ALL: Final = "all"
_IN_NEED: Final = "in_need"


def denominator_in_data(claim: Claim, evidence: Evidence | None) -> CheckResult | None:
    """Return the claim's share among those in need; None for a claim about no share, or without data.

    That nobody was asked about a need is said of claims whose source names one (``need``).
    """
    quantity = claim.quantity
    if evidence is None or claim.kind != "percent" or quantity is None or quantity.indicator is None:
        return None
    if quantity.indicator not in evidence.needs:
        return None if claim.need is None else found(claim.id, "denominator_no_need")
    everybody, in_need = (_share(claim, universe, evidence) for universe in (_ALL, _IN_NEED))
    if isinstance(everybody, str) or isinstance(in_need, str):
        if "hidden" in (everybody, in_need):
            return found(claim.id, "denominator_hidden", values={"minimum_cell": float(evidence.minimum_cell)})
        return found(claim.id, "denominator_no_need")
    if everybody.value <= 0:  # nobody says so, with the need or without it
        return None
    ratio = in_need.value / everybody.value
    values = {"all": everybody.value, "in_need": in_need.value, "ratio": ratio}
    if everybody.people is not None and in_need.people is not None:
        values |= {"n_all": float(everybody.people), "n_need": float(in_need.people)}
    if claim.printed.value is not None:
        values["published"] = float(claim.printed.value)
    return found(
        claim.id,
        _code(claim, everybody, in_need, values, simulated=evidence.simulated),
        values=values,
        recomputed=in_need.value,
        conf_low=in_need.low,
        conf_high=in_need.high,
        found_in=in_need.found_in,
    )


def _share(claim: Claim, universe: str, evidence: Evidence) -> Estimate | Lack:
    if claim.quantity is None:
        return "no_quantity"
    quantity = claim.quantity.model_copy(update={"universe": universe, "minus": None})
    return estimate_of(claim.model_copy(update={"quantity": quantity}), evidence)


def _code(claim: Claim, everybody: Estimate, in_need: Estimate, values: dict[str, float], *, simulated: bool) -> str:
    if simulated:
        return "denominator_simulated"
    bounds = bounds_of(claim)
    stated, other = (in_need, everybody) if _universe(claim) == _IN_NEED else (everybody, in_need)
    is_figure = claim.printed.value is not None and not stated.resolution and not other.resolution
    if bounds is not None and is_figure and holds(bounds, other) and not holds(bounds, stated):
        return "denominator_exchanged"
    return "denominator_both" if "n_need" in values else "denominator_both_coarse"


def _universe(claim: Claim) -> str:
    return _ALL if claim.quantity is None else claim.quantity.universe or _ALL
