"""The tables of survey, indicators and models."""

from __future__ import annotations

from liandong.evidence.spec import COUNT, FLAG, REAL, TEXT, spec

DECLARED = (
    spec(
        "sample_flow", "order",
        order=COUNT, stage=TEXT, effect=TEXT, outcome=TEXT, rows=COUNT, clusters=COUNT, detail=TEXT,
    ),
    spec(
        "validation", "rule",
        rule=TEXT, field=TEXT, kind=TEXT, action=TEXT, n_checked=COUNT, n_failed=COUNT,
        n_rows_rejected=COUNT, title_zh=TEXT, title_en=TEXT, suppressed=FLAG,
    ),
    spec(
        "missingness", "field kind",
        field=TEXT, kind=TEXT, n=COUNT, n_rows=COUNT, share=REAL, suppressed=FLAG,
    ),
    spec(
        "distributions", "variable level",
        variable=TEXT, level=TEXT, lower=REAL, upper=REAL, n=COUNT, share=REAL, suppressed=FLAG,
    ),
    spec(
        "scales", "scale",
        scale=TEXT, n_items=COUNT, n_obs=COUNT, mean=REAL, sd=REAL, alpha=REAL, alpha_low=REAL,
        alpha_high=REAL, omega=REAL, omega_low=REAL, omega_high=REAL, score_low=REAL, score_high=REAL,
        n_complete=COUNT,
    ),
    spec(
        "items", "scale item",
        scale=TEXT, item=TEXT, reversed=FLAG, n_obs=COUNT, mean=REAL, sd=REAL, item_rest=REAL,
        alpha_if_dropped=REAL,
    ),
    spec(
        "indicators", "indicator category universe subgroup level",
        indicator=TEXT, category=TEXT, universe=TEXT, subgroup=TEXT, level=TEXT, numerator_n=COUNT,
        denominator_n=COUNT, estimate=REAL, conf_low=REAL, conf_high=REAL, design_effect=REAL,
        n_clusters=COUNT, suppressed=FLAG, group=TEXT, kind=TEXT, unit=TEXT,
    ),
    spec(
        "estimates", "effect outcome step term vcov metric sample",
        effect=TEXT, role=TEXT, outcome=TEXT, step=TEXT, term=TEXT, is_treatment=FLAG, metric=TEXT,
        estimate=REAL, std_error=REAL, df=REAL, statistic=REAL, p_value=REAL, conf_low=REAL,
        conf_high=REAL, vcov=TEXT, ci_method=TEXT, n_obs=COUNT, n_clusters=COUNT, absorbed=TEXT,
        weights=TEXT, sample=TEXT, r2_within=REAL, flag=TEXT,
    ),
    spec(
        "design", "effect outcome",
        effect=TEXT, outcome=TEXT, n_obs=COUNT, n_clusters=COUNT, cluster_size_min=COUNT,
        cluster_size_median=REAL, cluster_size_max=COUNT, treatment_is_binary=FLAG, n_treated=COUNT,
        n_untreated=COUNT, clusters_with_treated=COUNT, clusters_with_untreated=COUNT,
        clusters_with_both=COUNT, outcome_mean=REAL, outcome_sd=REAL, outcome_low=REAL, outcome_high=REAL,
        suppressed=FLAG,
    ),
    spec(
        "crosscheck", "effect outcome step engine",
        effect=TEXT, outcome=TEXT, step=TEXT, engine=TEXT, n_obs=COUNT, n_terms=COUNT,
        max_difference_estimate=REAL, max_difference_std_error=REAL, agrees=FLAG,
    ),
    spec(
        "labels", "kind name level",
        kind=TEXT, name=TEXT, level=TEXT, zh=TEXT, en=TEXT, source=TEXT,
    ),
)  # fmt: skip
