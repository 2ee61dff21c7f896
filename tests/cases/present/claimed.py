"""Published figures with their checks, by hand: a small audit, and one claim for every reason that a check can give."""

from __future__ import annotations

from typing import Any

from tests.cases.present.rows import Rows, both

from liandong.claims.reasons import REASONS

SOURCE = {"title": "某课题组，《某刊》，2021-10-26", "page": "58", "url": "https://example.org/a?b=1"}
# A plausible number for every value that a sentence may name.
NUMBERS = {
    "n": 618, "decimals": 1, "count_low": 192, "count_high": 192, "attainable": 619, "printable": 1001,
    "nearest_below": 30.97, "nearest_above": 31.13, "n_smallest": 557, "n_possible": 615, "chance_smaller": 0.97,
    "low": 27.3, "high": 34.9, "lowest": 0, "highest": 100, "sd": 1.2, "sum_squares_low": 5200,
    "sum_squares_high": 5214, "sd_below": 1.14, "sd_above": 1.23, "sd_largest": 2.0, "sum_low": 99.85,
    "sum_high": 100.15, "whole_low": 100, "whole_high": 100, "part_n": 361, "published_low": 31.05,
    "published_high": 31.15, "missing": 2450.4, "missing_low": 2400, "missing_high": 2500, "statistic_low": 1.98,
    "statistic_high": 2.05, "p_low": 0.041, "p_high": 0.048, "df": 31, "df_needed": 4, "stars": 2, "stars_low": 1,
    "stars_high": 1, "level": 0.05, "interval_low": 0.001, "interval_high": 0.039, "scale_range": 4,
    "se_largest": 0.0102, "smallest_gap": 0.8, "without_figure": 3, "treated": 611, "untreated": 7, "mde_sd": 1.0678,
    "power": 0.8, "alpha": 0.05, "published_sd": 0.027, "published": 31.1, "estimate": 30.906, "difference": 0.194,
    "range_low": 30, "range_high": 50, "resolution": 0.5, "minimum_cell": 10, "n_compared": 3, "n_clear": 2,
    "n_reversed": 1, "n_unseen": 1, "coefficient": 0.02, "coefficient_sd": 0.027, "mde_points": 0.82, "mde_even": 0.57,
    "stated_low": 1.995, "stated_high": 2.005, "level_needed": 0.9, "power_at": 0.42, "mde_error": 0.028,
    "se_low": 0.0098, "se_high": 0.0102, "published_se": 0.002,
    "error_low": 0.031, "error_high": 0.036,
    "mde_sd_data": 1.12, "times": 41.0, "all": 31.1, "in_need": 53.2, "n_all": 618, "n_need": 361, "ratio": 1.71,
    "checks": 4, "against": 1, "in_favour": 3,
}  # fmt: skip
_KIND_OF_CHECK = {"test": "coefficient", "detectability": "coefficient", "arithmetic": "growth"}


def claim_row(claim: str, check: str, reason: str, **own: Any) -> dict[str, Any]:
    return {
        "claim": claim, "kind": "percent", "published": "31.1", "unit": "percent", "check": check,
        "verdict": REASONS[reason].verdict, "reason": reason, "found_in": "", **own,
    }  # fmt: skip


def value_rows(claim: str, check: str, values: dict[str, float]) -> Rows:
    return [{"claim": claim, "check": check, "name": name, "value": float(value)} for name, value in values.items()]


def about(claim: str, zh: str, en: str, **own: Any) -> dict[str, Any]:
    return {
        "id": claim, "kind": "percent", "wording": both(zh, en), "published": "31.1", "unit": "percent", "n": 618,
        "universe": "all respondents", "source": SOURCE, "quantity": None,
        "section": both("改善", "Improvement"), **own,
    }  # fmt: skip


def overall_row(claim: str, reason: str, deciding: str, **own: Any) -> dict[str, Any]:
    return claim_row(claim, "overall", reason, found_in=f"claims: claim={claim}; check={deciding}", **own)


def audit_tables() -> dict[str, Rows]:
    """Return five claims, one for each verdict."""
    ours = {"recomputed": 30.9061, "conf_low": 27.31, "conf_high": 34.88, "difference": 0.1939}
    coefficient = {"kind": "coefficient", "published": "0.020", "unit": "points"}
    exactly = dict.fromkeys(("recomputed", "conf_low", "conf_high"), 31.067961165)
    claims = [
        claim_row("anxiety", "grim", "grim_possible_weak", chance=0.6183816, base=618, **exactly),
        claim_row("anxiety", "reproduction", "reproduction_within", found_in="indicators: indicator=a", **ours),
        claim_row("anxiety", "denominator", "denominator_both"),
        overall_row("anxiety", "overall_consistent", "reproduction", **ours),
        claim_row("sleep", "grim", "grim_impossible", published="30.35", chance=0.06, base=618),
        overall_row("sleep", "overall_contradicted", "grim", published="30.35"),
        claim_row("served", "reproduction", "reproduction_exact", published="98.87", recomputed=98.867),
        overall_row("served", "overall_supported", "reproduction", published="98.87", recomputed=98.867),
        claim_row("belonging", "test", "test_no_standard_error", **coefficient),
        claim_row("belonging", "detectability", "detectability_only_large", **coefficient),
        overall_row("belonging", "overall_doubtful", "detectability", **coefficient),
        claim_row("family", "reproduction", "reproduction_no_data", kind="comparison", published="few", unit=None),
        overall_row("family", "overall_not_checkable", "reproduction", kind="comparison", published="few", unit=None),
    ]
    return {"claims": claims, "claim_values": [row for one in claims for row in needed_values(one)]}


def audit_claims() -> list[dict[str, Any]]:
    """Return what the manifest says of them, in another order than the table."""
    effects = both("效果", "Effects")
    return [
        about("served", "得到社工服务的占98.87%", "98.87% were served by social workers", published="98.87"),
        about("anxiety", "焦虑减轻的占31.1%", "31.1% felt less anxious", quantity={"indicator": "improvement_anxiety"}),
        about("sleep", "睡眠改善的占30.35%", "30.35% slept better", published="30.35"),
        about("family", "家庭关系改善的较少", "few had better family relations", published="few"),
        about("belonging", "归属感高0.020", "belonging is 0.020 higher", published="0.020", n=None, section=effects),
    ]


def needed_values(row: dict[str, Any]) -> Rows:
    return value_rows(row["claim"], row["check"], {name: NUMBERS[name] for name in REASONS[row["reason"]].values})


def every_reason() -> tuple[list[dict[str, Any]], dict[str, Rows]]:
    """Return a claim for every reason of the registry: what the manifest says, and the tables."""
    rows: Rows = []
    told = []
    for code, reason in REASONS.items():
        if reason.check == "overall":
            continue
        kind = _KIND_OF_CHECK.get(reason.check, "percent")
        figure = {"published": "0.020", "unit": "points"} if kind == "coefficient" else {}
        ours = {"recomputed": 31.0, "conf_low": 27.3, "conf_high": 34.9, "difference": 0.1, "chance": 0.6, "base": 618}
        rows += [
            claim_row(code, reason.check, code, kind=kind, **figure, **ours),
            overall_row(code, f"overall_{reason.verdict}", reason.check, kind=kind, **figure, **ours),
        ]
        told.append(about(code, f"说法{code}", f"Claim {code}", section=both(reason.check, reason.check), **figure))
    return told, {"claims": rows, "claim_values": [value for row in rows for value in needed_values(row)]}
