"""Rows of people served by several providers, and of communities, made by hand: only relations matter."""

from __future__ import annotations

from tests.cases.present.rows import Rows

PROVIDERS = ("reached", "reached_by_group", "reached_by_others")


def overlap_rows() -> Rows:
    shares = {
        "reached": 0.4, "reached+reached_by_group": 0.3, "reached+reached_by_group+reached_by_others": 0.15, "": 0.05,
    }  # fmt: skip
    known: Rows = [
        {"members": members, "n_members": members.count("reached"), "n": round(600 * share), "share": share,
         "conf_low": share * 0.8, "conf_high": share * 1.2}
        for members, share in shares.items()
    ]  # fmt: skip
    hidden: Rows = [{"members": "reached_by_others", "n_members": 1, "suppressed": True}]
    return [{"group": "coverage", "n_rows": 600, **row} for row in [*known, *hidden]]


def community_rows(count: int, *, bands: bool = False) -> Rows:
    rows: Rows = []
    for at in range(count):
        middle = 0.5 + 0.3 * (at / max(count - 1, 1) - 0.5)
        standing = "higher" if at == count - 1 else "lower" if at == 0 else "similar"
        numbers = {
            "n_obs": 10 + at, "estimate": middle + 0.05, "conf_low": middle - 0.2, "conf_high": middle + 0.2,
            "shrunk": middle, "shrunk_low": middle - 0.1, "shrunk_high": middle + 0.1, "standing": standing,
        }  # fmt: skip
        if bands:
            numbers = {"band_low": middle - 0.1, "band_high": middle + 0.1, "standing": "similar", "suppressed": True}
        name = {"measure": "belonging", "kind": "scale", "universe": "all", "cluster": f"C{at:03}"}
        rows.append({**name, **numbers})
    return rows


def spread_rows() -> Rows:
    return [
        {"measure": "belonging", "kind": "scale", "universe": "all", "n_obs": 617, "n_clusters": 32, "mean": 0.52,
         "centre": 0.5, "sd_between": 0.07, "sd_between_low": 0.05, "sd_between_high": 0.103, "icc": 0.138,
         "p_value": 7e-9}
    ]  # fmt: skip
