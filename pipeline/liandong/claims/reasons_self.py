"""The reasons of checks that need nothing but the published figures.

None of them is "supported": figures that agree with each other may still be wrong together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from liandong.claims.reason_type import Reason, reason

SELF_REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        # grim: can the figure come from whole numbers? chance: that an arbitrary figure with these decimals passes.
        # count_low, count_high: the whole numbers (or sums of answers) that print as the figure.
        "grim_possible": reason("grim", "consistent", "n decimals count_low count_high attainable printable"),
        "grim_possible_weak": reason("grim", "consistent", "n decimals count_low count_high attainable printable"),
        # Only when it was cut off and not rounded; chance is that of passing in either way.
        "grim_possible_truncated": reason("grim", "consistent", "n decimals count_low count_high attainable printable"),
        "grim_cannot_fail": reason("grim", "not_checkable", "n decimals count_low count_high"),
        "grim_impossible": reason("grim", "contradicted", "n decimals nearest_below nearest_above n_smallest"),
        # No whole number of n people gives the figure, but one of n_possible people (the next smaller base that does)
        # would; chance_smaller: that an arbitrary figure passes for any base from n_smallest to n.
        "grim_smaller_base": reason(
            "grim", "doubtful", "n decimals nearest_below nearest_above n_possible n_smallest chance_smaller"
        ),
        "grim_no_base": reason("grim", "not_checkable"),
        "grim_no_items": reason("grim", "not_checkable"),  # a mean whose answers are not said to be whole numbers
        "grim_weighted": reason("grim", "not_checkable"),  # a weighted figure does not come from whole numbers
        "grim_range_only": reason("grim", "not_checkable", "low high"),  # "30–50"; with n also count_low, count_high
        "grim_no_figure": reason("grim", "not_checkable"),  # words only
        "grim_out_of_range": reason("grim", "contradicted", "lowest highest"),  # outside 0–100 %, outside the scale
        "grim_above_base": reason("grim", "contradicted", "n"),  # a count above the number of people
        "grim_not_whole": reason("grim", "contradicted"),  # a count of people that is no whole number
        "grim_negative": reason("grim", "contradicted"),  # a count of people below 0
        # The standard deviation of whole answers, given n and the mean. sd_truncated: 1 where it was cut off instead of
        # rounded.
        "grimmer_possible": reason("grim", "consistent", "n sd sum_squares_low sum_squares_high"),
        "grimmer_impossible": reason("grim", "contradicted", "n sd sd_below sd_above"),
        "grimmer_beyond_scale": reason("grim", "contradicted", "n sd sd_largest"),
        # Whatever the answers are, whole or not: the ends of the scale alone exclude it.
        "grim_spread_beyond_scale": reason("grim", "contradicted", "sd sd_largest lowest highest"),
        # parts: sum_low, sum_high: what the parts can add up to within their rounding; whole_low, whole_high likewise.
        "parts_add_up": reason("parts", "consistent", "sum_low sum_high whole_low whole_high"),
        "parts_do_not_add_up": reason("parts", "contradicted", "sum_low sum_high whole_low whole_high"),
        "parts_fit": reason("parts", "consistent", "sum_low sum_high whole_low whole_high"),  # "of which": not above
        "parts_exceed": reason("parts", "contradicted", "sum_low sum_high whole_low whole_high"),
        "parts_other_base": reason("parts", "doubtful", "n part_n"),  # they add up, and must not be added
        "parts_other_base_open": reason("parts", "not_checkable", "n part_n"),  # a part has another denominator
        "parts_unpublished": reason("parts", "not_checkable", "sum_low sum_high"),  # the whole has no figure
        "parts_no_figure": reason("parts", "not_checkable"),  # a part, or the whole, has no number
        # An open end ("over 10,000") is infinite in these values and empty in recomputed, conf_low and conf_high.
        # arithmetic: recomputed, conf_low and conf_high are what the other figures give within their rounding.
        "arithmetic_agrees": reason("arithmetic", "consistent", "published_low published_high"),
        "arithmetic_disagrees": reason("arithmetic", "contradicted", "published_low published_high"),
        # The published word ("doubled", "about") has no exact meaning; the figures lie outside what it is taken for.
        "arithmetic_loose": reason("arithmetic", "doubtful", "published_low published_high"),
        "arithmetic_no_figure": reason("arithmetic", "not_checkable"),  # a figure that would be needed has no number
        # The figures disagree, but they are not exactly what the published one is made of (`operands_differ`). missing,
        # missing_low, missing_high: what the second figure would have to be.
        "arithmetic_other_definition": reason("arithmetic", "doubtful", "published_low published_high"),
        "arithmetic_unpublished": reason(
            "arithmetic", "not_checkable"
        ),  # recomputed is new; there is no figure to hold it to
        # One figure is missing; this is what it must have been. missing_low, missing_high: within the rounding.
        "arithmetic_implies": reason("arithmetic", "not_checkable", "missing missing_low missing_high"),
        # test: statistic_low, statistic_high: |coefficient / SE| within the rounding; df, where it is known.
        "test_p_follows": reason("test", "consistent", "statistic_low statistic_high p_low p_high"),
        # Not with the t distribution and the published df, but with the normal one.
        "test_p_follows_normal": reason("test", "consistent", "statistic_low statistic_high p_low p_high df"),
        # Without published df: with t and df_needed, five or more, or one less than there are clusters.
        "test_p_follows_t": reason("test", "consistent", "statistic_low statistic_high p_low p_high df_needed"),
        # Without published df: only with as few as df_needed, which nobody said.
        "test_p_needs_few_df": reason("test", "doubtful", "statistic_low statistic_high p_low p_high df_needed"),
        "test_p_one_sided": reason("test", "doubtful", "statistic_low statistic_high p_low p_high"),
        "test_p_does_not_follow": reason("test", "contradicted", "statistic_low statistic_high p_low p_high"),
        "test_p_out_of_range": reason("test", "contradicted"),
        # So few digits that nearly every p-value would follow.
        "test_too_coarse": reason("test", "not_checkable", "statistic_low statistic_high p_low p_high"),
        # Of a mean, or a ratio of amounts: what it was tested against is not published.
        "test_other_null": reason("test", "not_checkable"),
        # A statistic (t, z) beside estimate and SE: stated_low, stated_high are as printed.
        "test_statistic_follows": reason("test", "consistent", "statistic_low statistic_high stated_low stated_high"),
        "test_statistic_does_not_follow": reason(
            "test", "contradicted", "statistic_low statistic_high stated_low stated_high"
        ),
        # se_low, se_high: the SE that the published p-value or statistic implies.
        "test_error_implied": reason("test", "not_checkable", "se_low se_high"),
        # Of a mean: its SD over the root of n; another one under clustering.
        "test_mean_error_agrees": reason("test", "consistent", "se_low se_high n"),
        "test_mean_error_differs": reason("test", "doubtful", "se_low se_high n"),
        # stars: as printed; stars_low, stars_high: what the p-value gives under the stated or the customary levels.
        "test_stars_agree": reason("test", "consistent", "stars stars_low stars_high"),
        "test_stars_agree_t": reason("test", "consistent", "stars stars_low stars_high df_needed"),
        "test_stars_few_df": reason("test", "doubtful", "stars stars_low stars_high df_needed"),
        "test_stars_one_sided": reason("test", "doubtful", "stars stars_low stars_high"),
        "test_stars_disagree": reason("test", "contradicted", "stars stars_low stars_high"),
        # level: as stated, else 5 %. "weak": only at 10 %, which was not said.
        "test_significance_follows": reason("test", "consistent", "level p_low p_high"),
        # Within its rounding p lies on both sides of the level, so that either word is possible.
        "test_significance_open": reason("test", "consistent", "level p_low p_high"),
        "test_insignificance_follows": reason("test", "consistent", "level p_low p_high"),
        "test_insignificance_t": reason("test", "consistent", "level p_low p_high df_needed"),
        "test_insignificance_few_df": reason("test", "doubtful", "level p_low p_high df_needed"),
        "test_insignificance_strict": reason(
            "test", "doubtful", "level p_low p_high"
        ),  # only at 1 %, which was not said
        "test_insignificance_does_not_follow": reason("test", "contradicted", "level p_low p_high"),
        "test_significance_weak": reason("test", "doubtful", "level p_low p_high"),
        "test_significance_one_sided": reason("test", "doubtful", "level p_low p_high"),
        "test_significance_does_not_follow": reason("test", "contradicted", "level p_low p_high"),
        "test_interval_follows": reason("test", "consistent", "level interval_low interval_high"),
        # It contains the estimate; there is no SE to hold its width to.
        "test_interval_contains": reason("test", "consistent", "level interval_low interval_high"),
        "test_interval_does_not_follow": reason("test", "contradicted", "level interval_low interval_high"),
        "test_interval_follows_t": reason("test", "consistent", "level interval_low interval_high df_needed"),
        "test_interval_few_df": reason("test", "doubtful", "level interval_low interval_high df_needed"),
        "test_interval_other_level": reason("test", "doubtful", "level interval_low interval_high level_needed"),
        # Not even around the estimate, as bootstrap and profile intervals need not be.
        "test_interval_lopsided": reason("test", "doubtful", "level interval_low interval_high"),
        "test_interval_lopsided_ratio": reason("test", "not_checkable", "level interval_low interval_high"),
        "test_interval_without_estimate": reason("test", "contradicted", "level interval_low interval_high"),
        "test_beyond_scale": reason("test", "contradicted", "scale_range"),  # no difference of means can be that large
        # Called significant (or given stars or p) without SE: the SE must have been at most se_largest.
        "test_no_standard_error": reason("test", "not_checkable", "level se_largest"),
        "test_no_numbers": reason("test", "not_checkable"),  # a coefficient alone, or "significant" without a figure
        # order: between published figures. `order_*` against data are in reasons_data.
        "order_follows": reason("order", "consistent", "smallest_gap"),
        "order_hidden": reason("order", "doubtful", "smallest_gap"),  # rounding, or a range, can turn it round
        "order_contradicted": reason("order", "contradicted", "smallest_gap"),
        "order_as_printed": reason("order", "consistent"),  # the same figure twice, called equal or no less
        "order_no_figures": reason("order", "not_checkable"),  # without_figure: how many lack one, where that is known
        # detectability without data. mde_sd: communities and controls ignored. "below": a true effect of that size
        # would be missed more often than found; power_at: with what probability it is found. Further values, where they
        # are known: mde_sd_clusters, clusters, coefficient, sd_largest (the outcome's SD must not be larger than this
        # for the coefficient to be detectable), scale_range, sd_share (sd_largest as a share of the scale's range),
        # published_sd (the coefficient in SD).
        "detectability_only_large": reason("detectability", "doubtful", "treated untreated mde_sd power alpha"),
        "detectability_below": reason("detectability", "doubtful", "treated untreated mde_sd power alpha published_sd"),
        "detectability_within": reason(
            "detectability", "consistent", "treated untreated mde_sd power alpha published_sd"
        ),
        "detectability_moderate": reason("detectability", "not_checkable", "treated untreated mde_sd power alpha"),
        # By the published SE, which knows of clusters and controls; mde_error: the smallest detectable effect.
        "detectability_error_within": reason("detectability", "consistent", "se_low se_high mde_error power_at"),
        "detectability_error_below": reason("detectability", "doubtful", "se_low se_high mde_error power_at"),
        "detectability_error_open": reason("detectability", "not_checkable", "se_low se_high mde_error power_at"),
        "detectability_no_arms": reason("detectability", "not_checkable"),
        # denominator: the source says that not all had the need, and gives no share of those in need. It is at least
        # the published one, provided that all who report the change had the need: conf_low, conf_high.
        "denominator_unpublished": reason("denominator", "not_checkable", "n"),
    }
)
