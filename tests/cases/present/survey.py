"""A small observational survey with everything: the manifest and the tables of its bundle."""

from __future__ import annotations

from typing import Any

from tests.cases.present.rows import MANIFEST, Rows, both, estimate, label, share, treatment


def survey_manifest() -> dict[str, Any]:
    steps = [
        {"name": "M1", "title": both("仅社区固定效应", "Community effects only"), "add": []},
        {"name": "M2", "title": both("加个人特征", "With personal characteristics"), "add": ["age", "job"]},
    ]
    effect = {
        "id": "social_work", "title": both("社工服务与归属感、信任度", "Social work, belonging and trust"),
        "note": None, "assignment": None, "role": "primary", "outcomes": ["belonging", "trust"],
        "treatment": "served", "absorb": ["community"], "cluster": ["community"], "steps": steps,
    }  # fmt: skip
    study = {
        "id": "survey", "title": both("社区服务评估", "Community services evaluated"), "subtitle": None,
        "simulated": True, "notice": both("数据为模拟。", "The data are simulated."),
        "assignment": {"kind": "observational", "note": None},
        "sampling": {"frame": both("名单", "Lists"), "method": both("面访", "Face to face"), "invited": 700,
                     "period": both("2021年6月", "June 2021")},
        "cluster": "community", "weight": None, "disclosure": {"minimum_cell": 10, "reason": None},
        "report": {"unit": both("某单位", "A unit"), "date": "2026-11-22", "sources": ["某刊，2021"],
                   "programme": both("项目自2020年起， 在社区开展。", "The programme began in 2020.")},
        "instrument": {"title": both("居民问卷", "Resident questionnaire"), "version": "1.0", "fields": 89},
    }  # fmt: skip
    indicators = {
        "reached": {"numerator": "served == 1", "universe": None, "need": None},
        "content": {"numerator": "satisfied >= 4", "universe": "served == 1", "need": None},
        "sex": {"numerator": "gender", "universe": None, "need": None},
        "less_anxious": {"numerator": "improved == 1", "universe": None, "need": "needed == 1"},
    }
    return {**MANIFEST, "study": study, "effects": [effect], "groups": {}, "indicators": indicators}


def survey_indicators() -> Rows:
    rows = [
        share("reached", "coverage", 611, 618),
        share("reached_by_group", "coverage", 274, 618),
        share("reached_by_others", "coverage", 192, 618),
        share("content", "coverage", 478, 600),
        share("content_hidden", "coverage", 0, 1, suppressed=True, numerator_n=None, denominator_n=None, estimate=None),
        {**share("providers", "coverage", 0, 1), "kind": "mean", "unit": "count", "numerator_n": None,
         "denominator_n": 596, "estimate": 3.553, "conf_low": 3.441, "conf_high": 3.665},
        *(share("sex", "profile", n, 618, kind="distribution", category=c) for c, n in (("1", 245), ("2", 373))),
        share("joined", "participation", 290, 617),
        share("needs_sleep", "needs", 342, 618),
        share("less_anxious", "wellbeing", 192, 618),
        share("less_anxious", "wellbeing", 192, 361, universe="in_need"),
        share("sleeps", "wellbeing", 187, 618),
        share("sleeps", "wellbeing", 187, 342, universe="in_need"),
        share("eats", "wellbeing", 26, 618),
        share("integrated", "relations", 102, 618),
        share("integrated", "relations", 102, 232, universe="in_need"),
        share("trusting", "outcomes", 318, 600),
    ]  # fmt: skip
    levels = [("1", 70, 245), ("2", 122, 373)]
    return [
        *rows,
        *(share("less_anxious", "wellbeing", n, of, subgroup="gender", level=level) for level, n, of in levels),
        *(share("reached", "coverage", n, of, subgroup="gender", level=level) for level, n, of in levels),
    ]


def survey_labels() -> Rows:
    fields = {
        "served": ("得到社工服务", "Served by social workers"), "community": ("社区编号", "Community code"),
        "age": ("年龄", "Age"), "job": ("工作", "Job"), "gender": ("性别", "Gender"),
        "belong_1": ("归属一", "Belonging one"), "belong_2": ("归属二", "Belonging two"),
    }  # fmt: skip
    indicators = {
        "reached": ("得到社工服务", "Reached by social workers"), "reached_by_group": ("得到组织服务", "By groups"),
        "reached_by_others": ("得到其他服务", "By others"),
        "content": ("满意（得到过服务者）", "Content (of those served)"), "content_hidden": ("很满意", "Very content"),
        "providers": ("平均几类主体", "Mean number of providers"),
        "sex": ("性别", "Gender"), "joined": ("参加过活动", "Took part"),
        "needs_sleep": ("需要：睡眠", "Needed: sleep"),
        "less_anxious": ("不那么焦虑了", "Less anxious"), "sleeps": ("睡得更好了", "Sleeps better"),
        "eats": ("胃口更好了", "Eats better"), "integrated": ("更融入社区了", "Better integrated"),
        "trusting": ("信任区政府", "Trusts the district"),
    }  # fmt: skip
    return [
        *(label("field", name, *titles) for name, titles in fields.items()),
        *(label("indicator", name, *titles, source="某刊，2021") for name, titles in indicators.items()),
        label("scale", "belonging", "社区归属感", "Sense of belonging", source="某量表"),
        label("scale", "trust", "政府信任度", "Trust in government", source="某量表"),
        label("scale_definition", "belonging", "两题均值", "mean of two items", source="某量表"),
        label("scale_definition", "trust", "两题均值", "mean of two items", source="某量表"),
        label("level", "gender", "男", "Male", "1"),
        label("level", "gender", "女", "Female", "2"),
        label("level", "job", "退休", "Retired", "3"),
        label("step", "social_work", "仅社区固定效应", "Community effects only", "M1"),
        label("step", "social_work", "加个人特征", "With personal characteristics", "M2"),
    ]


def survey_models() -> dict[str, Rows]:
    flag = "few_clusters+few_untreated_clusters+varies_in_few_clusters"
    estimates = [
        *treatment("social_work", "belonging", "M1", "served", 0.0406, 0.0642, 0.191, flag=flag),
        *treatment("social_work", "belonging", "M2", "served", 0.0200, 0.0703, 0.191, flag=flag),
        *treatment("social_work", "trust", "M1", "served", 0.0383, 0.0533, 0.188, flag=flag),
        *treatment("social_work", "trust", "M2", "served", 0.0180, 0.0615, 0.188, flag=flag),
    ]
    for outcome in ("belonging", "trust"):
        estimates.append(estimate("social_work", outcome, "M2", "age", -0.00004, 0.00055))
        estimates.append(estimate("social_work", outcome, "M2", "job=3", None, None, flag="dropped_collinear"))
    design = {
        "effect": "social_work", "n_obs": 525, "n_clusters": 32, "cluster_size_min": 7, "cluster_size_median": 15.5,
        "cluster_size_max": 31, "treatment_is_binary": True, "n_treated": 518, "n_untreated": 7,
        "clusters_with_treated": 32, "clusters_with_untreated": 6, "clusters_with_both": 6, "outcome_mean": 0.627,
        "outcome_sd": 0.191, "outcome_low": 0.0, "outcome_high": 1.0,
    }  # fmt: skip
    check = {"effect": "social_work", "engine": "linearmodels.PanelOLS", "n_obs": 525, "n_terms": 1, "agrees": True,
             "max_difference_estimate": 1.2e-12, "max_difference_std_error": 0.0}  # fmt: skip
    stages = [("outcome_known", 617, ""), ("complete_cases", 525, "age+job"), ("estimation_sample", 525, "")]
    flow: Rows = [
        {"stage": "invited", "rows": 700}, {"stage": "received", "rows": 627}, {"stage": "rejected", "rows": 9},
        {"stage": "accepted", "rows": 618, "clusters": 32},
    ]  # fmt: skip
    flow += [
        {"stage": stage, "rows": n, "clusters": 32, "effect": "social_work", "outcome": outcome, "detail": detail}
        for outcome in ("belonging", "trust")
        for stage, n, detail in stages
    ]
    return {
        "estimates": estimates,
        "design": [{**design, "outcome": outcome} for outcome in ("belonging", "trust")],
        "crosscheck": [{**check, "outcome": o, "step": s} for o in ("belonging", "trust") for s in ("M1", "M2")],
        "sample_flow": [{"order": order, **row} for order, row in enumerate(flow, 1)],
    }


def survey_tables() -> dict[str, Rows]:
    scale = {"n_items": 2, "n_obs": 606, "n_complete": 531, "mean": 0.693, "sd": 0.184, "alpha": 0.64,
             "alpha_low": 0.6, "alpha_high": 0.68, "omega": None, "score_low": 0.0, "score_high": 1.0}  # fmt: skip
    item = {"scale": "belonging", "n_obs": 600, "mean": 3.4, "sd": 1.1, "item_rest": 0.6, "alpha_if_dropped": None}
    rule = {
        "kind": "range",
        "n_checked": 627,
        "title_zh": "「年龄」应不小于 18",
        "title_en": "“Age” should be at least 18",
    }
    return {
        **survey_models(),
        "indicators": survey_indicators(),
        "suppressions": [
            {"table": "indicators", "row": "indicator=content_hidden; universe=all", "reason": "threshold+secondary",
             "columns": "numerator_n+denominator_n+estimate"},
        ],
        "labels": survey_labels(),
        "scales": [{**scale, "scale": "belonging"}, {**scale, "scale": "trust", "alpha": 0.84}],
        "items": [{**item, "item": "belong_1"}, {**item, "item": "belong_2", "reversed": True}],
        "validation": [
            {**rule, "rule": "age.range", "field": "age", "action": "reject", "n_failed": 2, "n_rows_rejected": 2},
            {**rule, "rule": "job.enum", "field": "job", "action": "blank", "n_failed": 0, "n_rows_rejected": 0},
        ],
        "missingness": [
            {"field": "age", "kind": "answered", "n": 600, "n_rows": 618, "share": 0.97},
            {"field": "age", "kind": "refused", "n": 18, "n_rows": 618, "share": 0.03},
            {"field": "job", "kind": "answered", "n": 618, "n_rows": 618, "share": 1.0},
        ],
        "distributions": [
            {"variable": name, "level": f"{low:g}–{low + 0.5:g}", "lower": low, "upper": low + 0.5, "n": 300,
             "share": 0.5}
            for name in ("belonging", "trust") for low in (0.0, 0.5)
        ],
    }  # fmt: skip
