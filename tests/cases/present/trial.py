"""A small randomised trial without scales, needs or improvement: the manifest and the tables of its bundle."""

from __future__ import annotations

from typing import Any

from tests.cases.present.rows import MANIFEST, Rows, both, label, share, treatment


def trial_manifest() -> dict[str, Any]:
    steps = [{"name": name, "title": None, "add": added} for name, added in (("A", []), ("B", ["age"]))]
    shared = {"note": None, "assignment": None, "absorb": ["village"], "cluster": ["address"], "steps": steps}
    effects = [
        {**shared, "id": "session", "title": both("说明会的影响", "Effect of the session"), "role": "primary",
         "outcomes": ["takeup"], "treatment": "intensive", "note": both("第二轮。", "Second round.")},
        {**shared, "id": "first_default", "title": both("默认选项的影响", "Effect of the default"), "role": "secondary",
         "outcomes": ["rate"], "treatment": "default"},
    ]  # fmt: skip
    study: dict[str, Any] = {
        "id": "trial", "title": both("说明会实验", "A trial of sessions"), "subtitle": None, "simulated": False,
        "notice": None, "assignment": {"kind": "randomised", "note": None}, "sampling": None, "cluster": "address",
        "weight": None, "disclosure": {"minimum_cell": 10, "reason": None},
        "report": {"unit": None, "date": None, "programme": None, "sources": []}, "instrument": None,
    }  # fmt: skip
    rows = {"received": 1410, "accepted": 1410, "rejected": 0}
    groups = {"participation": both("参保", "Insurance take-up")}
    return {**MANIFEST, "rows": rows, "study": study, "effects": effects, "groups": groups, "indicators": {}}


def trial_tables() -> dict[str, Rows]:
    own = {"n_obs": 1378, "n_clusters": 166, "df": 165.0, "absorbed": "village"}
    estimates = [
        *treatment("session", "takeup", "A", "intensive", 0.01, 0.03, 0.5, **own),
        *treatment("session", "takeup", "B", "intensive", 0.002, 0.028, 0.5, **own),
        *treatment("first_default", "rate", "A", "default", 0.12, 0.034, 0.25, **own),
        *treatment("first_default", "rate", "B", "default", 0.118, 0.034, 0.25, **own),
    ]
    design = {
        "n_obs": 1378, "n_clusters": 166, "cluster_size_min": 1, "cluster_size_median": 8.0, "cluster_size_max": 30,
        "treatment_is_binary": True, "n_treated": 680, "n_untreated": 698, "clusters_with_treated": 160,
        "clusters_with_untreated": 161, "clusters_with_both": 155, "outcome_mean": 0.46, "outcome_sd": 0.5,
        "outcome_low": 0.0, "outcome_high": 1.0,
    }  # fmt: skip
    titles = {
        "takeup": ("购买保险", "Bought the insurance"), "rate": ("参保率", "Take-up rate"),
        "intensive": ("强化说明会", "Intensive session"), "default": ("默认购买", "Default to buy"),
        "address": ("自然村", "Natural village"), "village": ("行政村", "Village"), "age": ("年龄", "Age"),
    }  # fmt: skip
    return {
        "estimates": estimates,
        "design": [
            {**design, "effect": e, "outcome": o} for e, o in (("session", "takeup"), ("first_default", "rate"))
        ],
        "indicators": [share("bought", "participation", 654, 1410, n_clusters=166)],
        "labels": [
            *(label("field", name, *text) for name, text in titles.items()),
            label("indicator", "bought", "购买了保险", "Bought the insurance"),
        ],
        "sample_flow": [{"order": 1, "stage": "accepted", "rows": 1410, "clusters": 166}],
    }
