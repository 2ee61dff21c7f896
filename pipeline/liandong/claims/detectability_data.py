"""Detectability: whether the design of the data at hand could have found the published effect.

The smallest effect that it detects stands in `verdicts`, for a two-sided 5 % test and the power that the study asks
for. It follows from the arms, the clusters and the spread within them. A somewhat smaller effect is still found more
often than not, so that only one is doubted that would more likely be missed: a two-sided test at level a has even odds
of finding z(1 - a/2) standard errors, and power p of finding z(1 - a/2) + z(p) of them. Of simulated data neither arms
nor spread are those of the published study, so that they say nothing; what the published arms say is for
:mod:`liandong.claims.arms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, Final

from liandong.claims.arms import LARGE
from liandong.claims.estimates import judgement, points_factor
from liandong.claims.evidence_rows import Evidence, Row, place
from liandong.claims.findings import CheckResult, found
from liandong.claims.significance_data import claimed_significance
from liandong.definitions import Claim

_KINDS: Final = frozenset({"coefficient", "difference", "p_value"})


def detectability_in_data(claim: Claim, claims: Mapping[str, Claim], evidence: Evidence | None) -> CheckResult | None:
    """Return whether the design could have found what is claimed; None for a claim about no effect, or without data.

    A claim that something is *not* significant is none: what a design cannot find may still be there.
    """
    quantity = claim.quantity
    if evidence is None or quantity is None or quantity.effect is None or claim.kind not in _KINDS:
        return None
    if claimed_significance(claim) is False:
        return None
    judged = judgement(quantity, evidence)
    if judged is None or not judged["mde"] or not judged["mde_sd"]:
        return found(claim.id, "detectability_data_unknown")
    values = {
        "mde_points": float(judged["mde"]),
        "mde_sd_data": float(judged["mde_sd"]),
        "power": float(judged["power"]),
        "level": 1 - float(judged["level"]),
        **{name: float(judged[name]) for name in _COUNTS if judged[name] is not None},
    }
    values["mde_even"] = values["mde_points"] * _even(values["power"], values["level"])
    sized = _coefficient(claim, claims)
    if sized is not None:
        values |= _sizes(sized, values["mde_points"], values["mde_sd_data"])
    code = _code(values, judged, simulated=evidence.simulated)
    return found(claim.id, code, values=values, **_read_from(claim, judged))


def _even(power: float, level: float) -> float:
    """Return which part of the smallest effect that is found with `power` is found as often as it is missed."""
    test, found_with = NormalDist().inv_cdf(1 - level / 2), NormalDist().inv_cdf(power)
    return test / (test + found_with) if found_with > 0 else 1.0


_COUNTS: Final = ("n_treated", "n_untreated", "clusters_with_treated", "clusters_with_untreated", "n_clusters")


def _coefficient(claim: Claim, claims: Mapping[str, Claim]) -> tuple[float, bool] | None:
    """Return the published effect, and whether it is in standard deviations; None where no number is published."""
    owner = claim
    if claim.kind == "p_value":
        if claim.coefficient is None:
            return None
        owner = claims[claim.coefficient]
    value = owner.printed.value
    if value is None or not value:
        return None
    in_sd = (owner.quantity is not None and owner.quantity.metric == "sd") or (owner.unit or "").lower() == "sd"
    return abs(float(value)) / (1.0 if in_sd else points_factor(owner)), in_sd


def _sizes(sized: tuple[float, bool], mde: float, mde_sd: float) -> dict[str, float]:
    effect, in_sd = sized
    in_points, in_deviations = (effect * mde / mde_sd, effect) if in_sd else (effect, effect * mde_sd / mde)
    return {"coefficient": in_points, "coefficient_sd": in_deviations, "times": mde / in_points}


def _code(values: Mapping[str, float], judged: Row, *, simulated: bool) -> str:
    suffix = "_simulated" if simulated else ""
    if "coefficient" not in values:
        large = values["mde_sd_data"] >= LARGE
        return f"detectability_data_only_large{suffix}" if large else "detectability_data_moderate"
    if values["coefficient"] < values["mde_even"]:
        return f"detectability_data_below{suffix}"
    if judged["verdict"] == "cannot_carry" and not simulated:
        return "detectability_data_not_carried"
    if values["coefficient"] < values["mde_points"] and not simulated:
        return "detectability_data_even"
    return f"detectability_data_within{suffix}"


def _read_from(claim: Claim, judged: Row) -> dict[str, Any]:
    """Return the smallest detectable effect in the unit of the claim, and where it stands."""
    in_sd = claim.quantity is not None and claim.quantity.metric == "sd"
    size = judged["mde_sd"] if in_sd else judged["mde"] * points_factor(claim)
    shown = None if claim.kind == "p_value" else size
    return {"recomputed": shown, "found_in": place("verdicts", judged)}
