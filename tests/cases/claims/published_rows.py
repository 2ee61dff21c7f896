"""Claims and the published rows that they are held against, by hand; rows name only what matters in a test."""

from __future__ import annotations

from typing import Any

from liandong.claims import Evidence
from liandong.definitions import Claim

SOURCE = {"title": "A report"}


def claim(published: float | str, kind: str = "percent", **own: Any) -> Claim:
    return Claim.model_validate({"id": "c", "kind": kind, "published": published, "source": SOURCE, **own})


def share(true: int | None, of: int | None, low: float | None, high: float | None, **own: Any) -> dict[str, Any]:
    """A row of indicators; the share is 192 of 618 where nothing else is said."""
    return {
        "indicator": "a", "category": "", "universe": "all", "subgroup": "", "level": "", "numerator_n": true,
        "denominator_n": of, "estimate": true / of if true is not None and of else None, "conf_low": low,
        "conf_high": high, "suppressed": False, "kind": "share", **own,
    }  # fmt: skip


def effect(value: float, low: float | None, high: float | None, p: float | None, **own: Any) -> dict[str, Any]:
    """A row of estimates: the last step of the treatment, by CR2."""
    return {
        "effect": "e", "outcome": "y", "step": "M2", "term": "t", "is_treatment": True, "metric": "points",
        "estimate": value, "std_error": 0.01, "p_value": p, "conf_low": low, "conf_high": high, "vcov": "CR2",
        "sample": "common", "n_obs": 500, **own,
    }  # fmt: skip


def judged(verdict: str, **own: Any) -> dict[str, Any]:
    """A row of verdicts."""
    return {
        "effect": "e", "outcome": "y", "verdict": verdict, "recommended": "" if verdict == "cannot_carry" else "CR2",
        "ci_method": "CR2", "mde": 0.25, "mde_sd": 1.25, "power": 0.8, "level": 0.95, "n_treated": 493,
        "n_untreated": 7, "clusters_with_treated": 32, "clusters_with_untreated": 6, "n_clusters": 32, **own,
    }  # fmt: skip


def scale(**own: Any) -> dict[str, Any]:
    return {
        "scale": "s", "n_obs": 617, "mean": 0.627163405881, "sd": 0.189702497373, "alpha": 0.854528806377,
        "alpha_low": 0.835347455738, "alpha_high": 0.872259732191, "omega": None, "omega_low": None,
        "omega_high": None, **own,
    }  # fmt: skip


def flow(stage: str, rows: int | None, clusters: int | None = None, **own: Any) -> dict[str, Any]:
    return {"order": 1, "stage": stage, "effect": "", "outcome": "", "rows": rows, "clusters": clusters, **own}


def evidence(*, simulated: bool = False, **tables: Any) -> Evidence:
    """Return published tables; `needs` names the indicators with a need, the other rules are those of disclosure."""
    rules = {name: tables.pop(name) for name in ("minimum_cell", "rounding", "needs") if name in tables}
    return Evidence(tables, simulated=simulated, **rules)
