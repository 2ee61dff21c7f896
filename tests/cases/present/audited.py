"""The survey with the tables of an audit beside it. Every number is made up; only their relations matter."""

from __future__ import annotations

from typing import Any

from tests.cases.present.compared import community_rows, overlap_rows, spread_rows
from tests.cases.present.rows import Rows, both, estimate, label, treatment
from tests.cases.present.survey import survey_manifest, survey_tables

OUTCOMES = ("belonging", "trust")
SPAN = 2.5


def audited_manifest() -> dict[str, Any]:
    manifest = survey_manifest()
    first = manifest["effects"][0]
    second = {
        **first, "id": "linkage", "title": both("主体数", "Number of providers"), "role": "secondary",
        "treatment": "providers", "outcomes": ["belonging"],
    }  # fmt: skip
    third = {
        **first, "id": "contact", "title": both("上门频率", "Frequency of visits"), "role": "exploratory",
        "treatment": "visits", "outcomes": ["trust"],
    }  # fmt: skip
    family = {"id": "both", "title": both("两项结果", "Both outcomes"), "effects": ["social_work"]}
    mediation = {"id": "handover", "title": both("由谁送达", "Who hands it over"), "role": "exploratory",
                 "note": both("只比较一种帮助。", "One kind of help only.")}  # fmt: skip
    universe = {
        "effect": "social_work",
        "samples": [{"name": "in_person", "title": both("仅面访", "Face to face only")}],
    }
    return {
        **manifest, "effects": [third, first, second], "families": [family], "mediations": [mediation],
        "multiverses": [universe],
    }  # fmt: skip


def audited_tables() -> dict[str, Rows]:
    tables = survey_tables()
    others = [
        *treatment("linkage", "belonging", "M2", "providers", 0.031, 0.009, 0.191, role="secondary"),
        *treatment("contact", "trust", "M2", "visits", 0.012, 0.011, 0.188, role="exploratory"),
    ]
    own = {"n_obs": 525, "n_clusters": 32, "treatment_is_binary": False, "outcome_low": 0.0, "outcome_high": 1.0}
    designs = [{**own, "effect": "linkage", "outcome": "belonging"}, {**own, "effect": "contact", "outcome": "trust"}]
    labels = [
        label("field", "providers", "服务主体数", "Number of providers"),
        label("field", "visits", "上门频率", "Frequency of visits"),
        label("field", "satisfied", "满意度", "Satisfaction"),
        *(label("level", "visits", f"每月{n}次", f"{n} a month", str(n)) for n in range(1, 5)),
        *(label("level", "community", f"社区{n}", f"Community {n}", f"C{n}") for n in range(1, 5)),
    ]
    return {
        **tables,
        "estimates": [*tables["estimates"], *others, *_methods()],
        "design": [*tables["design"], *designs],
        "labels": [*tables["labels"], *labels],
        "verdicts": _verdicts(),
        "influence": _influence(),
        "explanations": _explanations(),
        "multiplicity": _multiplicity(),
        **_sensitivity(),
        **_comparison(),
        **_multiverse(),
        **_further(),
        "mediation": _mediation(),
        "power": _power(),
        "overlap": overlap_rows(),
        "communities": community_rows(4),
        "community_spread": spread_rows(),
        "plan": [
            {"kind": "effect", "item": "social_work", "role": "primary", "status": "locked",
             "locked_on": "2026-11-01"},
            {"kind": "effect", "item": "contact", "role": "exploratory", "status": "added", "locked_on": "2026-11-01"},
        ],
    }  # fmt: skip


def _methods() -> Rows:
    """The last step of the primary effect by other kinds of inference."""
    answers = {
        "CR2": (0.088, 4.6, 0.83, -0.212, 0.252), "CR3": (0.11, 31.0, 0.86, -0.204, 0.244),
        "WCR-R": (None, None, 0.78, -0.151, 0.187), "RI": (None, None, 0.8, None, None),
    }  # fmt: skip
    rows: Rows = []
    for outcome in OUTCOMES:
        for vcov, (error, df, p, low, high) in answers.items():
            for metric, by in (("points", 1.0), ("sd", 0.19)):
                ends = {"conf_low": low and low / by, "conf_high": high and high / by}
                inference = {"df": df, "p_value": p, **ends, "vcov": vcov}
                row = estimate("social_work", outcome, "M2", "served", 0.02 / by, None, is_treatment=True)
                rows.append({**row, **inference, "metric": metric, "std_error": error and error / by})
    return rows


def _verdicts() -> Rows:
    shared = {
        "step": "M2", "level": 0.95, "n_obs": 525, "n_clusters": 32, "effective_clusters": 5.4, "leverage_ratio": 2.2,
        "partial_leverage_max": 0.31, "without_one_low": -0.011, "without_one_high": 0.052, "power": 0.8,
    }  # fmt: skip
    few = {
        **shared, "effect": "social_work", "role": "primary", "term": "served", "verdict": "cannot_carry",
        "recommended": "", "ci_method": "CR2", "estimate": 0.02, "std_error": 0.088, "df": 4.6, "p_value": 0.83,
        "conf_low": -0.212, "conf_high": 0.252, "n_treated": 518, "n_untreated": 7, "clusters_with_treated": 32,
        "clusters_with_untreated": 6, "mde": 0.21, "mde_sd": 1.1,
        "reasons": "few_untreated+few_untreated_clusters+few_clusters",
    }  # fmt: skip
    return [
        *({**few, "outcome": outcome} for outcome in OUTCOMES),
        {**shared, "effect": "linkage", "role": "secondary", "outcome": "belonging", "term": "providers",
         "verdict": "carries", "recommended": "CR2", "ci_method": "CR2", "reasons": "few_clusters", "estimate": 0.031,
         "std_error": 0.0093, "df": 27.4, "p_value": 0.0024, "conf_low": 0.012, "conf_high": 0.05, "mde": 0.026,
         "mde_sd": 0.14},
        {**shared, "effect": "contact", "role": "exploratory", "outcome": "trust", "term": "visits",
         "verdict": "limited", "recommended": "CR2", "ci_method": "CR2", "reasons": "modest_df+few_clusters",
         "estimate": 0.012, "std_error": 0.012, "df": 8.1, "p_value": 0.35, "conf_low": -0.016, "conf_high": 0.04,
         "mde": 0.034, "mde_sd": 0.18},
    ]  # fmt: skip


def _influence() -> Rows:
    return [
        {"effect": "social_work", "outcome": outcome, "step": "M2", "cluster": f"C{n}", "n_obs": 10 + n,
         "leverage": 0.4 * n, "partial_leverage": 0.1 * n, "estimate_without": 0.02 + 0.01 * (n - SPAN)}
        for outcome in OUTCOMES for n in range(1, 5)
    ]  # fmt: skip


def _explanations() -> Rows:
    shared = {"effect": "social_work", "step": "M2", "term": "served", "estimate": 0.02}
    answers = (
        ("liandong_cr1", "liandong", "G/(G-1) (N-1)/(N-K), K = k + 1 = 19", 0.0703, 1.06, "t(31)", 0.78, True),
        ("statsmodels", "statsmodels OLS with dummies", "G/(G-1) (N-1)/(N-K), K = k + L = 50", 0.073, 1.14, "normal",
         0.785, False),
    )  # fmt: skip
    return [
        {**shared, "outcome": outcome, "convention": name, "software": software, "formula": formula,
         "std_error": error, "factor": factor, "distribution": distribution, "p_value": p, "is_ours": ours,
         "held_against": "documentation"}
        for outcome in OUTCOMES for name, software, formula, error, factor, distribution, p, ours in answers
    ]  # fmt: skip


def _multiplicity() -> Rows:
    shared = {"family": "both", "effect": "social_work", "role": "primary", "step": "M2", "term": "served",
              "n_hypotheses": 2, "vcov": "WCR-R", "estimate": 0.02, "draws": 9999}  # fmt: skip
    return [
        {**shared, "outcome": outcome, "p_value": 0.4 + n / 10, "holm": 0.8, "benjamini_hochberg": 0.5,
         "romano_wolf": 0.6}
        for n, outcome in enumerate(OUTCOMES)
    ]  # fmt: skip


def _sensitivity() -> dict[str, Rows]:
    model = {"effect": "linkage", "outcome": "belonging"}
    return {
        "sensitivity": [
            {**model, "step": "M2", "term": "providers", "estimate": 0.031, "std_error": 0.009, "df": 31.0,
             "partial_r2": 0.02, "robustness_value": 0.131, "robustness_value_alpha": 0.058, "r2_max": 0.09,
             "oster_delta": 2.4, "oster_bound_low": 0.02, "oster_bound_high": 0.031, "note": ""},
            {"effect": "contact", "outcome": "trust", "step": "M2", "term": "visits", "estimate": 0.012,
             "std_error": 0.011, "df": 31.0, "partial_r2": 0.001, "robustness_value": 0.03,
             "robustness_value_alpha": 0.0, "note": "no_controls"},
        ],
        "benchmarks": [
            {**model, "covariates": names, "multiple": times, "r2_treatment": 0.01 * times, "r2_outcome": 0.02 * times,
             "adjusted_estimate": 0.031 - 0.004 * times, "adjusted_std_error": 0.009, "adjusted_statistic": 3.0 - times,
             "adjusted_low": 0.012 - 0.004 * times, "adjusted_high": 0.05 - 0.004 * times}
            for names in ("age+job", "age") for times in (1.0, 2.0, 3.0)
        ],
        "contours": [
            {**model, "r2_treatment": x / 50, "r2_outcome": y / 50,
             "adjusted_estimate": 0.031 - 0.03 * ((x / 20) * (y / 20)) ** 0.5 * 1.5,
             "adjusted_statistic": 3.4 - 4.0 * ((x / 20) * (y / 20)) ** 0.5}
            for x in range(21) for y in range(21)
        ],
    }  # fmt: skip


def _comparison() -> dict[str, Rows]:
    arms = ("treated", "untreated")
    stages = (("accepted", 1.0), ("complete_cases", 0.85))
    balance: Rows = [
        {"effect": "social_work", "covariate": "age", "level": "", "n_treated": 518, "n_untreated": 7,
         "mean_treated": 48.1, "mean_untreated": 51.2, "std_difference": -0.2, "within_difference": -1.4,
         "within_std_error": 5.1, "within_p_value": 0.78},
        {"effect": "social_work", "covariate": "job", "level": "3", "n_treated": 518, "n_untreated": 7,
         "mean_treated": 0.31, "mean_untreated": 0.29, "std_difference": 0.04, "within_difference": 0.02,
         "within_std_error": 0.12, "within_p_value": 0.87},
    ]  # fmt: skip
    return {
        "balance": balance,
        "balance_tests": [{"effect": "social_work", "method": "wald_cr1", "n_covariates": 2, "n_obs": 525,
                           "n_clusters": 32, "statistic": 0.4, "df_numerator": 2.0, "df_denominator": 31.0,
                           "p_value": 0.67}],
        "arms": [
            {"effect": "social_work", "outcome": outcome, "stage": stage, "arm": arm, "rows": int(n * share),
             "clusters": 32 if arm == "treated" else 6, "share": share}
            for outcome in OUTCOMES for stage, share in stages for arm, n in zip(arms, (611, 7), strict=True)
        ],
        "missing_by_arm": [
            {"effect": "social_work", "field": "age", "arm": arm, "n": n, "n_rows": of, "share": n / of}
            for arm, n, of in (("treated", 18, 611), ("untreated", 1, 7))
        ],
        "weights": [
            {"margin": "gender", "level": level, "target": 0.5, "before": before, "after": 0.5, "n": n}
            for level, before, n in (("1", 0.4, 245), ("2", 0.6, 373))
        ],
    }  # fmt: skip


def _multiverse() -> dict[str, Rows]:
    rows: Rows = []
    for number in range(1, 49):
        kind, sample = ("CR1", "CR2")[number % 2], ("common", "complete", "in_person")[number % 3]
        size = 0.1 + 0.3 * ((number * 7) % 48) / 48 - 0.15
        rows.append(
            {"effect": "social_work", "outcome": "belonging", "specification": number,
             "scoring": ("belonging", "belong_1")[number % 4 == 0], "controls": ("", "M2")[number % 2],
             "sample": sample, "absorbed": ("community", "")[number % 5 == 0], "vcov": kind, "estimate": size * 0.19,
             "estimate_sd": size, "std_error": 0.07, "conf_low": (size - 0.3) * 0.19, "conf_high": (size + 0.3) * 0.19,
             "n_obs": 500, "n_clusters": 32, "is_headline": number == 1, "agrees": True, "flag": ""}
        )  # fmt: skip
    summary = {
        "effect": "social_work", "outcome": "belonging", "n_specifications": 48, "n_failed": 0, "headline": 0.02,
        "headline_sd": 0.105, "median_sd": 0.1, "low_sd": -0.05, "high_sd": 0.24, "share_same_sign": 0.83,
        "share_positive_clear": 0.0, "share_negative_clear": 0.0, "share_agrees": 1.0,
    }  # fmt: skip
    return {"specifications": rows, "multiverse": [summary]}


def _further() -> dict[str, Rows]:
    shared = {"effect": "linkage", "outcome": "belonging", "n_clusters": 32, "vcov": "CR2"}
    sizes = {"n_obs": 260, "std_error": 0.012, "df": 20.0, "p_value": 0.02}
    dose = {"effect": "contact", "outcome": "trust", "n_obs": 120, "n_clusters": 30, "vcov": "CR2"}
    return {
        "heterogeneity": [
            {**shared, **sizes, "subgroup": "gender", "level": level, "step": "M2", "estimate": value,
             "conf_low": value - 0.025, "conf_high": value + 0.025}
            for level, value in (("1", 0.02), ("2", 0.04))
        ],
        "interactions": [
            {"effect": "linkage", "outcome": "belonging", "role": "secondary", "subgroup": "gender", "n_levels": 2,
             "method": "wald_cr1", "statistic": 1.1, "df_numerator": 1.0, "df_denominator": 31.0, "p_value": 0.3,
             "holm": 0.3, "n_obs": 525, "n_clusters": 32}
        ],
        "dose": [
            {**dose, "level": 1.0, "is_reference": True, "estimate": 0.0},
            *({**dose, "level": float(n), "estimate": 0.01 * n, "std_error": 0.02, "df": 20.0, "p_value": 0.5,
               "conf_low": 0.01 * n - 0.042, "conf_high": 0.01 * n + 0.042} for n in range(2, 5)),
        ],
        "dose_tests": [{"effect": "contact", "outcome": "trust", "test": "linearity", "method": "wald_cr1",
                        "statistic": 0.2, "df_numerator": 2.0, "df_denominator": 31.0, "p_value": 0.82}],
        "ordinal": [
            {"effect": "social_work", "item": "belong_1", "n_levels": 5, "n_obs": 600, "n_clusters": 32,
             "fixed_effects": True, "log_odds": 0.2, "std_error": 0.5, "odds_ratio": 1.22, "odds_low": 0.46,
             "odds_high": 3.25, "p_value": 0.69, "linear_estimate": 0.08, "linear_p_value": 0.71, "same_sign": True},
        ],
    }  # fmt: skip


def _mediation() -> Rows:
    shared = {"mediation": "handover", "role": "exploratory", "treatment": "served", "mediator": "satisfied",
              "n_obs": 214, "n_clusters": 29, "draws": 9999, "method": "percentile"}  # fmt: skip
    paths = {"a": 0.31, "b": 0.05, "indirect": 0.0155, "direct": 0.01, "total": 0.0255}
    return [
        {**shared, "outcome": "trust", "path": path, "estimate": value, "std_error": 0.02, "conf_low": value - 0.04,
         "conf_high": value + 0.04, "p_value": 0.4}
        for path, value in paths.items()
    ] + [{**shared, "outcome": "trust", "path": "share", "estimate": None}]  # fmt: skip


def _power() -> Rows:
    shared = {"effect": "social_work", "cluster_size": 16.4, "icc": 0.05, "share_treated": 0.987,
              "assignment": "individual", "power": 0.8, "level": 0.95}  # fmt: skip
    return [
        {**shared, "outcome": outcome, "n_clusters": clusters, "mde_sd": 1.1 * (32 / clusters) ** 0.5,
         "mde": 0.21 * (32 / clusters) ** 0.5, "is_actual": clusters == 32}
        for outcome in OUTCOMES for clusters in (8, 16, 32, 64, 128)
    ]  # fmt: skip
