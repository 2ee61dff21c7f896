"""The tables of what a reader and an auditor ask of a result."""

from __future__ import annotations

from liandong.evidence.spec import COUNT, FLAG, REAL, TEXT, spec

DECLARED_AUDIT = (
    # What an audit asks of the headline models: the last step of every effect and outcome.
    spec(
        "verdicts", "effect outcome",
        effect=TEXT, role=TEXT, outcome=TEXT, step=TEXT, term=TEXT, verdict=TEXT, recommended=TEXT,
        reasons=TEXT, estimate=REAL, std_error=REAL, df=REAL, p_value=REAL, conf_low=REAL,
        conf_high=REAL, ci_method=TEXT, level=REAL, n_obs=COUNT, n_clusters=COUNT, n_treated=COUNT,
        n_untreated=COUNT, clusters_with_treated=COUNT, clusters_with_untreated=COUNT,
        effective_clusters=REAL, leverage_ratio=REAL, partial_leverage_max=REAL, without_one_low=REAL,
        without_one_high=REAL, power=REAL, mde=REAL, mde_sd=REAL, estimate_sd=REAL, suppressed=FLAG,
    ),
    spec(
        "influence", "effect outcome cluster",
        effect=TEXT, outcome=TEXT, step=TEXT, cluster=TEXT, n_obs=COUNT, leverage=REAL,
        partial_leverage=REAL, estimate_without=REAL, suppressed=FLAG, n_treated=COUNT, n_untreated=COUNT,
    ),
    spec(
        "explanations", "effect outcome step term convention",
        effect=TEXT, outcome=TEXT, step=TEXT, term=TEXT, convention=TEXT, software=TEXT, estimate=REAL,
        std_error=REAL, df=REAL, statistic=REAL, p_value=REAL, conf_low=REAL, conf_high=REAL,
        factor=REAL, parameters=COUNT, distribution=TEXT, formula=TEXT, held_against=TEXT, is_ours=FLAG,
    ),
    spec(
        "multiplicity", "family effect outcome",
        family=TEXT, effect=TEXT, role=TEXT, outcome=TEXT, step=TEXT, term=TEXT, n_hypotheses=COUNT,
        vcov=TEXT, estimate=REAL, statistic=REAL, p_value=REAL, holm=REAL, benjamini_hochberg=REAL,
        romano_wolf=REAL, draws=COUNT,
    ),
    spec(
        "sensitivity", "effect outcome",
        effect=TEXT, outcome=TEXT, step=TEXT, term=TEXT, estimate=REAL, std_error=REAL, df=REAL,
        partial_r2=REAL, robustness_value=REAL, robustness_value_alpha=REAL, estimate_uncontrolled=REAL,
        r2_uncontrolled=REAL, r2_controlled=REAL, r2_max=REAL, oster_delta=REAL, oster_bound_low=REAL,
        oster_bound_high=REAL, note=TEXT, robustness_value_iid=REAL,
    ),
    spec(
        "benchmarks", "effect outcome covariates multiple",
        effect=TEXT, outcome=TEXT, covariates=TEXT, multiple=REAL, r2_treatment=REAL, r2_outcome=REAL,
        adjusted_estimate=REAL, adjusted_std_error=REAL, adjusted_statistic=REAL, adjusted_low=REAL,
        adjusted_high=REAL,
    ),
    spec(
        "contours", "effect outcome r2_treatment r2_outcome",
        effect=TEXT, outcome=TEXT, r2_treatment=REAL, r2_outcome=REAL, adjusted_estimate=REAL,
        adjusted_statistic=REAL,
    ),
    # What a reader asks next.
    spec(
        "balance", "effect covariate level",
        effect=TEXT, covariate=TEXT, level=TEXT, n_treated=COUNT, n_untreated=COUNT, mean_treated=REAL,
        mean_untreated=REAL, difference=REAL, std_difference=REAL, within_difference=REAL,
        within_std_error=REAL, within_df=REAL, within_p_value=REAL, suppressed=FLAG,
    ),
    spec(
        "balance_tests", "effect method",
        effect=TEXT, method=TEXT, n_covariates=COUNT, n_obs=COUNT, n_clusters=COUNT, statistic=REAL,
        df_numerator=REAL, df_denominator=REAL, p_value=REAL, note=TEXT,
    ),
    spec(
        "arms", "effect outcome stage arm",
        effect=TEXT, outcome=TEXT, stage=TEXT, arm=TEXT, rows=COUNT, clusters=COUNT, share=REAL,
        suppressed=FLAG,
    ),
    spec(
        "missing_by_arm", "effect field arm",
        effect=TEXT, field=TEXT, arm=TEXT, n=COUNT, n_rows=COUNT, share=REAL, suppressed=FLAG,
    ),
    spec(
        "weights", "margin level",
        margin=TEXT, level=TEXT, target=REAL, before=REAL, after=REAL, n=COUNT, suppressed=FLAG,
    ),
    spec(
        "specifications", "effect outcome specification",
        effect=TEXT, outcome=TEXT, specification=COUNT, scoring=TEXT, controls=TEXT, sample=TEXT,
        absorbed=TEXT, vcov=TEXT, estimate=REAL, estimate_sd=REAL, std_error=REAL, df=REAL,
        p_value=REAL, conf_low=REAL, conf_high=REAL, n_obs=COUNT, n_clusters=COUNT, is_headline=FLAG,
        agrees=FLAG, flag=TEXT,
    ),
    spec(
        "multiverse", "effect outcome",
        effect=TEXT, outcome=TEXT, n_specifications=COUNT, n_failed=COUNT, headline=REAL,
        headline_sd=REAL, median_sd=REAL, low_sd=REAL, high_sd=REAL, share_same_sign=REAL,
        share_positive_clear=REAL, share_negative_clear=REAL, share_agrees=REAL,
    ),
    spec(
        "heterogeneity", "effect outcome subgroup level",
        effect=TEXT, outcome=TEXT, subgroup=TEXT, level=TEXT, step=TEXT, n_obs=COUNT, n_treated=COUNT,
        n_untreated=COUNT, n_clusters=COUNT, estimate=REAL, std_error=REAL, df=REAL, p_value=REAL,
        conf_low=REAL, conf_high=REAL, vcov=TEXT, flag=TEXT, suppressed=FLAG,
    ),
    spec(
        "interactions", "effect outcome subgroup",
        effect=TEXT, role=TEXT, outcome=TEXT, subgroup=TEXT, n_levels=COUNT, method=TEXT, statistic=REAL,
        df_numerator=REAL, df_denominator=REAL, p_value=REAL, holm=REAL, n_obs=COUNT, n_clusters=COUNT,
        flag=TEXT,
    ),
    spec(
        "dose", "effect outcome level",
        effect=TEXT, outcome=TEXT, level=REAL, n_obs=COUNT, n_clusters=COUNT, is_reference=FLAG,
        estimate=REAL, std_error=REAL, df=REAL, p_value=REAL, conf_low=REAL, conf_high=REAL, vcov=TEXT,
        flag=TEXT, suppressed=FLAG,
    ),
    spec(
        "dose_tests", "effect outcome test",
        effect=TEXT, outcome=TEXT, test=TEXT, method=TEXT, statistic=REAL, df_numerator=REAL,
        df_denominator=REAL, p_value=REAL, flag=TEXT,
    ),
    spec(
        "ordinal", "effect item",
        effect=TEXT, item=TEXT, n_levels=COUNT, n_obs=COUNT, n_clusters=COUNT, fixed_effects=FLAG,
        log_odds=REAL, std_error=REAL, odds_ratio=REAL, odds_low=REAL, odds_high=REAL, p_value=REAL,
        linear_estimate=REAL, linear_p_value=REAL, same_sign=FLAG, flag=TEXT,
    ),
    spec(
        "mediation", "mediation outcome path",
        mediation=TEXT, role=TEXT, outcome=TEXT, path=TEXT, treatment=TEXT, mediator=TEXT,
        estimate=REAL, std_error=REAL, conf_low=REAL, conf_high=REAL, p_value=REAL, method=TEXT,
        draws=COUNT, n_obs=COUNT, n_clusters=COUNT, n_treated=COUNT, n_untreated=COUNT, flag=TEXT,
        suppressed=FLAG,
    ),
    spec(
        "unanswered", "question item",
        question=TEXT, item=TEXT, role=TEXT, zh=TEXT, en=TEXT,
    ),
    spec(
        "power", "effect outcome n_clusters is_actual",
        effect=TEXT, outcome=TEXT, n_clusters=COUNT, cluster_size=REAL, icc=REAL, share_treated=REAL,
        assignment=TEXT, power=REAL, level=REAL, mde_sd=REAL, mde=REAL, is_actual=FLAG,
    ),
    spec(
        "plan", "kind item",
        kind=TEXT, item=TEXT, role=TEXT, status=TEXT, locked_on=TEXT,
    ),
)  # fmt: skip
