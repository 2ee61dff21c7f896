"""What every column of every table tells of people, in one place; what is not classified is not published.

``label``
    Names, texts, conditions of the study and marks; nothing that was counted.
``people``
    A number of people, or what is as good as one (the mean size of a cluster).
``units``
    A number of clusters, rules, terms, draws, specifications: of nobody.
``share``
    A number of people over another: given the one it is the other.
``statistic``
    Computed from people, but no count: means, coefficients, p-values.
``setting``
    Chosen or given, not found in the data: bounds of scales and bins, levels of power.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["label", "people", "units", "share", "statistic", "setting"]
Columns = Mapping[str, Kind]


def column_kinds(table: str) -> Columns:
    """Return what each column of a table of the bundle tells.

    Raises
    ------
    ValueError
        For a table that nobody has classified: a defect of the program.
    """
    if table not in COLUMNS:
        raise ValueError(f"table {table}: its columns are not classified, so it cannot be published")
    return COLUMNS[table]


def people_counts(table: str) -> tuple[str, ...]:
    """Return the columns of `table` that hold numbers of people."""
    return tuple(name for name, kind in column_kinds(table).items() if kind == "people")


def _columns(**kinds: str) -> Columns:
    allowed: dict[str, Kind] = {
        "label": "label",
        "people": "people",
        "units": "units",
        "share": "share",
        "statistic": "statistic",
        "setting": "setting",
    }
    return MappingProxyType({name: allowed[kind] for kind, names in kinds.items() for name in names.split()})


COLUMNS: Final[Mapping[str, Columns]] = {
    "arms": _columns(
        label="effect outcome stage arm suppressed",
        people="rows",
        units="clusters",
        share="share",
    ),
    "balance": _columns(
        label="effect covariate level suppressed",
        people="n_treated n_untreated",
        statistic=(
            "mean_treated mean_untreated difference std_difference within_difference within_std_error "
            "within_df within_p_value"
        ),
    ),
    "balance_tests": _columns(
        label="effect method note",
        people="n_obs",
        units="n_covariates n_clusters",
        statistic="statistic df_numerator df_denominator p_value",
    ),
    "benchmarks": _columns(
        label="effect outcome covariates",
        statistic=(
            "r2_treatment r2_outcome adjusted_estimate adjusted_std_error adjusted_statistic adjusted_low adjusted_high"
        ),
        setting="multiple",
    ),
    "checks": _columns(
        label="check title_zh title_en unit state lacking suppressed rule_zh rule_en source",
        people="n_checked n_flagged",
        share="share",
    ),
    # Made of what is published, after the disclosure rules have been applied.
    "claim_values": _columns(label="claim check name", setting="value"),
    "claims": _columns(
        label="claim kind published unit check verdict reason found_in",
        setting="recomputed conf_low conf_high difference chance base",
    ),
    "communities": _columns(
        label="measure kind universe cluster standing suppressed",
        people="n_obs",
        statistic=(
            "estimate conf_low conf_high shrunk shrunk_low shrunk_high reliability rest rest_low rest_high "
            "difference difference_low difference_high band_low band_high"
        ),
    ),
    "community_spread": _columns(
        label="measure kind universe",
        people="n_obs",
        units="n_clusters",
        statistic=(
            "mean centre sd_within sd_between sd_between_low sd_between_high icc icc_low icc_high "
            "statistic df df_within p_value"
        ),
    ),
    "contours": _columns(
        label="effect outcome",
        statistic="adjusted_estimate adjusted_statistic",
        setting="r2_treatment r2_outcome",
    ),
    "crosscheck": _columns(
        label="effect outcome step engine agrees",
        people="n_obs",
        units="n_terms",
        statistic="max_difference_estimate max_difference_std_error",
    ),
    "design": _columns(
        label="effect outcome treatment_is_binary suppressed",
        people="n_obs cluster_size_min cluster_size_median cluster_size_max n_treated n_untreated",
        units="n_clusters clusters_with_treated clusters_with_untreated clusters_with_both",
        statistic="outcome_mean outcome_sd",
        setting="outcome_low outcome_high",
    ),
    "distributions": _columns(
        label="variable level suppressed",
        people="n",
        share="share",
        setting="lower upper",
    ),
    "dose": _columns(
        label="effect outcome is_reference vcov flag suppressed",
        people="n_obs",
        units="n_clusters",
        statistic="estimate std_error df p_value conf_low conf_high",
        setting="level",
    ),
    "dose_tests": _columns(
        label="effect outcome test method flag",
        statistic="statistic df_numerator df_denominator p_value",
    ),
    "estimates": _columns(
        label="effect role outcome step term is_treatment metric vcov ci_method absorbed weights sample flag",
        people="n_obs",
        units="n_clusters",
        statistic="estimate std_error df statistic p_value conf_low conf_high r2_within",
    ),
    "explanations": _columns(
        label="effect outcome step term convention software distribution formula held_against is_ours",
        units="parameters",
        statistic="estimate std_error df statistic p_value conf_low conf_high factor",
    ),
    "heterogeneity": _columns(
        label="effect outcome subgroup level step vcov flag suppressed",
        people="n_obs n_treated n_untreated",
        units="n_clusters",
        statistic="estimate std_error df p_value conf_low conf_high",
    ),
    "indicators": _columns(
        label="indicator category universe subgroup level suppressed group kind unit",
        people="numerator_n denominator_n",
        units="n_clusters",
        statistic="estimate conf_low conf_high design_effect",
    ),
    "influence": _columns(
        label="effect outcome step cluster suppressed",
        people="n_obs n_treated n_untreated",
        statistic="leverage partial_leverage estimate_without",
    ),
    "interactions": _columns(
        label="effect role outcome subgroup method flag",
        people="n_obs",
        units="n_levels n_clusters",
        statistic="statistic df_numerator df_denominator p_value holm",
    ),
    "items": _columns(
        label="scale item reversed",
        people="n_obs",
        statistic="mean sd item_rest alpha_if_dropped",
    ),
    "labels": _columns(
        label="kind name level zh en source",
    ),
    "mediation": _columns(
        label="mediation role outcome path treatment mediator method flag suppressed",
        people="n_obs n_treated n_untreated",
        units="draws n_clusters",
        statistic="estimate std_error conf_low conf_high p_value",
    ),
    "missing_by_arm": _columns(
        label="effect field arm suppressed",
        people="n n_rows",
        share="share",
    ),
    "missingness": _columns(
        label="field kind suppressed",
        people="n n_rows",
        share="share",
    ),
    "multiplicity": _columns(
        label="family effect role outcome step term vcov",
        units="n_hypotheses draws",
        statistic="estimate statistic p_value holm benjamini_hochberg romano_wolf",
    ),
    "multiverse": _columns(
        label="effect outcome",
        units="n_specifications n_failed",
        statistic=(
            "headline headline_sd median_sd low_sd high_sd share_same_sign share_positive_clear "
            "share_negative_clear share_agrees"
        ),
    ),
    "ordinal": _columns(
        label="effect item fixed_effects same_sign flag",
        people="n_obs",
        units="n_levels n_clusters",
        statistic="log_odds std_error odds_ratio odds_low odds_high p_value linear_estimate linear_p_value",
    ),
    "overlap": _columns(
        label="group members suppressed",
        people="n n_rows",
        units="n_members",
        share="share",
        statistic="conf_low conf_high",
    ),
    "plan": _columns(
        label="kind item role status locked_on",
    ),
    "power": _columns(
        label="effect outcome assignment is_actual",
        people="cluster_size",
        units="n_clusters",
        share="share_treated",
        statistic="icc mde_sd mde",
        setting="power level",
    ),
    "sample_flow": _columns(
        label="stage effect outcome detail",
        people="rows",
        units="clusters",
        setting="order",
    ),
    "scales": _columns(
        label="scale",
        people="n_obs n_complete",
        units="n_items",
        statistic="mean sd alpha alpha_low alpha_high omega omega_low omega_high",
        setting="score_low score_high",
    ),
    "sensitivity": _columns(
        label="effect outcome step term note",
        statistic=(
            "estimate std_error df partial_r2 robustness_value robustness_value_alpha estimate_uncontrolled "
            "r2_uncontrolled r2_controlled r2_max oster_delta oster_bound_low oster_bound_high "
            "robustness_value_iid"
        ),
    ),
    "specifications": _columns(
        label="effect outcome scoring controls sample absorbed vcov is_headline agrees flag",
        people="n_obs",
        units="n_clusters",
        statistic="estimate estimate_sd std_error df p_value conf_low conf_high",
        setting="specification",
    ),
    "unanswered": _columns(
        label="question item role zh en",
    ),
    "validation": _columns(
        label="rule field kind action title_zh title_en suppressed",
        people="n_checked n_failed n_rows_rejected",
    ),
    "verdicts": _columns(
        label="effect role outcome step term verdict recommended reasons ci_method suppressed",
        people="n_obs n_treated n_untreated",
        units="n_clusters clusters_with_treated clusters_with_untreated effective_clusters",
        statistic=(
            "estimate std_error df p_value conf_low conf_high leverage_ratio partial_leverage_max "
            "without_one_low without_one_high mde mde_sd estimate_sd"
        ),
        setting="level power",
    ),
    "weights": _columns(
        label="margin level suppressed",
        people="n",
        share="before after",
        setting="target",
    ),
    "suppressions": _columns(label="table row columns reason"),
}
