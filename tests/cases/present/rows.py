"""Rows of bundle tables that name only what matters in a test."""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def label(kind: str, name: str, zh: str, en: str, level: str = "", source: str = "") -> dict[str, str]:
    return {"kind": kind, "name": name, "level": level, "zh": zh, "en": en, "source": source}


def share(indicator: str, group: str, true: int, of: int, **own: Any) -> dict[str, Any]:
    estimate = true / of if of else None
    return {
        "indicator": indicator, "group": group, "kind": "share", "unit": "percent", "universe": "all", "category": "",
        "subgroup": "", "level": "", "numerator_n": true, "denominator_n": of, "estimate": estimate,
        "conf_low": estimate and estimate * 0.9, "conf_high": estimate and 1 - (1 - estimate) * 0.9, "n_clusters": 32,
        **own,
    }  # fmt: skip


def estimate(
    effect: str, outcome: str, step: str, term: str, value: float | None, error: float | None, **own: Any
) -> dict[str, Any]:
    known = {} if value is None or error is None else _inference(value, error)
    return {
        "effect": effect, "role": "primary", "outcome": outcome, "step": step, "term": term, "metric": "points",
        "estimate": value, "std_error": error, **known,
        "vcov": "CR1", "ci_method": "t", "n_obs": 525, "n_clusters": 32, "absorbed": "community", "weights": "",
        "sample": "common", "r2_within": 0.0678, "flag": "", **own,
    }  # fmt: skip


def _inference(value: float, error: float) -> dict[str, float]:
    low, high = value - 2.04 * error, value + 2.04 * error
    return {"df": 31.0, "statistic": value / error, "p_value": 0.5, "conf_low": low, "conf_high": high}


def treatment(
    effect: str, outcome: str, step: str, term: str, value: float, error: float, sd: float, **own: Any
) -> Rows:
    divisors = {"points": 1.0, "sd": sd, "range_share": 1.0}
    return [
        estimate(effect, outcome, step, term, value / by, error / by, is_treatment=True, metric=metric, **own)
        for metric, by in divisors.items()
    ]


MANIFEST: dict[str, Any] = {
    "complete": True,
    "rows": {"received": 627, "accepted": 618, "rejected": 9},
    "versions": {"liandong": "0.1.0", "polars": "2.1.0"},
    "inputs": {"responses": "0123456789abcdef" * 4},
    "definitions": {"study.yaml": "fedcba9876543210" * 4},
    "notes": [],
}
