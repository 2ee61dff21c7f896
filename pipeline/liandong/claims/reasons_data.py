"""The reasons of checks that need the tables of a bundle, and those of the verdict on a claim as a whole.

Simulated data never support a figure and never speak against one: what was made to agree agrees, and what was not made
to agree says nothing. So no reason that was read from them is more than not checkable.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from liandong.claims.reason_type import Reason, reason

# In the claim's unit, throughout: published, estimate, difference (published minus estimate), low and high (the 95 %
# interval). n: people behind our estimate. claim_n: people behind the published figure, where it says so.
_FIGURES = "published estimate difference"
_EFFECT = f"{_FIGURES} low high"
# The smallest detectable effect: mde_points in the outcome's points, mde_sd_data in standard deviations of the data
# (checks without data have an mde_sd of their own). level: of the two-sided test. coefficient: as published;
# coefficient_sd: over the SD of the data; times: how many times the published figure the smallest detectable one is.
# mde_even: the effect that is found as often as it is missed.
_DESIGN = "coefficient coefficient_sd mde_points mde_even mde_sd_data times power level"
_DESIGN_ALONE = "mde_points mde_even mde_sd_data power level"

DATA_REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        # reproduction of what was counted or averaged; "same sample": the claim's n is the number of people here.
        "reproduction_exact": reason("reproduction", "supported", f"{_FIGURES} n"),  # same sample, to its decimals
        "reproduction_exact_elsewhere": reason("reproduction", "consistent", _FIGURES),  # n differs, or is not stated
        # Same sample: cut off instead of rounded, or what one person more or less makes.
        "reproduction_last_digit": reason("reproduction", "consistent", f"{_FIGURES} n"),
        "reproduction_differs": reason("reproduction", "doubtful", f"{_EFFECT} n"),  # same sample; inside the interval
        "reproduction_differs_plainly": reason("reproduction", "doubtful", f"{_FIGURES} n"),  # same, no interval known
        "reproduction_exact_count": reason("reproduction", "supported", _FIGURES),  # people or clusters of the data
        # The same, but nobody says that the figure is one of these very people.
        "reproduction_differs_count_unstated": reason("reproduction", "doubtful", _FIGURES),
        "reproduction_differs_count": reason("reproduction", "contradicted", _FIGURES),  # a count that nothing blurs
        "reproduction_within": reason("reproduction", "consistent", _EFFECT),  # another sample; inside the interval
        "reproduction_outside": reason("reproduction", "contradicted", f"{_EFFECT} n"),  # same sample
        "reproduction_outside_elsewhere": reason("reproduction", "doubtful", _EFFECT),
        "reproduction_no_interval": reason("reproduction", "not_checkable", _FIGURES),  # another sample, no error known
        # A published range ("three to five in ten"): range_low and range_high, one of the two for a limit ("over 10").
        "reproduction_in_range": reason("reproduction", "supported", "estimate n"),
        "reproduction_in_range_elsewhere": reason("reproduction", "consistent", "estimate"),
        "reproduction_in_range_loosely": reason("reproduction", "consistent", "estimate"),  # by its round ends
        "reproduction_near_range": reason("reproduction", "doubtful", "estimate"),
        "reproduction_out_of_range": reason("reproduction", "contradicted", "estimate"),
        # reproduction of a coefficient, by the inference that `verdicts` recommends.
        "reproduction_effect": reason("reproduction", "supported", f"{_EFFECT} n"),  # same sample, to its decimals
        "reproduction_effect_again": reason("reproduction", "consistent", f"{_EFFECT} n"),  # so, in a weak design
        # Same sample, to its decimals, but no inference gives the published standard error: ours from low to high.
        "reproduction_effect_other_error": reason(
            "reproduction", "doubtful", f"{_FIGURES} published_se error_low error_high"
        ),
        "reproduction_effect_differs": reason("reproduction", "doubtful", f"{_EFFECT} n"),  # same sample; inside
        "reproduction_effect_within": reason("reproduction", "consistent", _EFFECT),  # inside; excludes zero
        "reproduction_effect_imprecise": reason("reproduction", "consistent", _EFFECT),  # inside, and zero as well
        "reproduction_effect_limited": reason("reproduction", "consistent", _EFFECT),  # the design carries it with care
        "reproduction_effect_not_carried": reason("reproduction", "consistent", _FIGURES),  # no interval to lean on
        "reproduction_effect_uncarried_differs": reason("reproduction", "not_checkable", _FIGURES),
        "reproduction_effect_outside": reason("reproduction", "contradicted", f"{_EFFECT} n"),  # same sample
        "reproduction_effect_outside_elsewhere": reason("reproduction", "doubtful", _EFFECT),
        "reproduction_other_sign": reason("reproduction", "doubtful", _EFFECT),
        # reproduction of a p-value or of the word "significant"; estimate is our p-value, level the one it is held to.
        "reproduction_significant": reason("reproduction", "supported", "estimate level"),
        "reproduction_significant_limited": reason("reproduction", "consistent", "estimate level"),
        "reproduction_not_significant": reason("reproduction", "doubtful", "estimate level"),
        "reproduction_significance_not_carried": reason("reproduction", "doubtful", "level"),  # no test keeps its size
        "reproduction_insignificant": reason("reproduction", "consistent", "estimate level"),  # and called so
        "reproduction_insignificant_differs": reason("reproduction", "doubtful", "estimate level"),  # it is not
        "reproduction_p_exact": reason("reproduction", "consistent", "estimate level"),
        "reproduction_p_same_side": reason("reproduction", "consistent", "estimate level"),
        "reproduction_p_other_side": reason("reproduction", "doubtful", "estimate level"),
        # reproduction that says nothing
        "reproduction_simulated": reason("reproduction", "not_checkable", _FIGURES),  # made to agree, and does
        "reproduction_simulated_range": reason("reproduction", "not_checkable", "estimate"),
        "reproduction_simulated_differs": reason("reproduction", "not_checkable", _FIGURES),
        "reproduction_simulated_range_differs": reason("reproduction", "not_checkable", "estimate"),
        "reproduction_simulated_no_figure": reason("reproduction", "not_checkable", "estimate"),
        "reproduction_simulated_test": reason("reproduction", "not_checkable", "estimate"),  # a p-value of made-up data
        "reproduction_coarse": reason("reproduction", "consistent", f"{_FIGURES} resolution"),  # shown rounded only
        "reproduction_coarse_differs": reason("reproduction", "doubtful", f"{_FIGURES} resolution"),
        "reproduction_hidden": reason("reproduction", "not_checkable", "minimum_cell"),  # by disclosure control
        "reproduction_no_data": reason("reproduction", "not_checkable"),  # figures alone
        "reproduction_no_quantity": reason("reproduction", "not_checkable"),  # the claim names nothing in the data
        "reproduction_no_row": reason("reproduction", "not_checkable"),  # the study has not estimated it
        "reproduction_no_estimate": reason("reproduction", "not_checkable"),  # nobody in the denominator, no error
        "reproduction_no_figure": reason("reproduction", "not_checkable", "estimate"),  # words only; this is ours
        # order of estimates. n_compared: with how many others; n_clear: for how many the intervals lie apart, which
        # holds whatever the covariance of shares of the same people; n_reversed: how many stand the other way round.
        "order_data_clear": reason("order", "supported", "n_compared n_clear"),
        "order_data_sample": reason("order", "consistent", "n_compared n_clear"),  # holds here; cannot be told apart
        "order_data_elsewhere": reason("order", "consistent", "n_compared n_clear"),  # holds; n differs or is unknown
        "order_data_partly": reason("order", "consistent", "n_compared n_clear n_unseen"),  # some pairs are hidden
        "order_data_unclear": reason("order", "doubtful", "n_compared n_reversed"),  # reversed; intervals overlap
        "order_data_reversed": reason("order", "contradicted", "n_compared n_reversed"),  # reversed, and clearly
        "order_data_simulated": reason("order", "not_checkable", "n_compared n_clear"),
        "order_data_simulated_differs": reason("order", "not_checkable", "n_compared n_reversed"),
        "order_data_hidden": reason("order", "not_checkable", "minimum_cell"),
        "order_data_no_row": reason("order", "not_checkable"),  # one of the two is not in the tables
        # detectability in the design of the data
        "detectability_data_below": reason("detectability", "doubtful", _DESIGN),
        "detectability_data_below_simulated": reason("detectability", "not_checkable", _DESIGN),
        "detectability_data_only_large": reason("detectability", "doubtful", _DESIGN_ALONE),  # no figure
        "detectability_data_only_large_simulated": reason("detectability", "not_checkable", _DESIGN_ALONE),
        "detectability_data_moderate": reason("detectability", "not_checkable", _DESIGN_ALONE),  # no figure
        "detectability_data_not_carried": reason("detectability", "doubtful", _DESIGN),  # large enough, yet no test is
        "detectability_data_even": reason("detectability", "consistent", _DESIGN),  # below, with better odds
        "detectability_data_within": reason("detectability", "consistent", _DESIGN),
        "detectability_data_within_simulated": reason("detectability", "not_checkable", _DESIGN),
        "detectability_data_unknown": reason("detectability", "not_checkable"),  # no smallest effect, or it is hidden
        # denominator: all and in_need are shares of everybody and of those in need, in percent; ratio: in_need / all.
        "denominator_both": reason("denominator", "consistent", "all in_need n_all n_need ratio"),
        "denominator_both_coarse": reason("denominator", "consistent", "all in_need ratio"),  # sizes not to be known
        "denominator_simulated": reason("denominator", "not_checkable", "all in_need ratio"),  # the need is made up
        "denominator_exchanged": reason("denominator", "doubtful", "published all in_need"),  # it is the other one's
        "denominator_no_need": reason("denominator", "not_checkable"),  # nobody was asked whether there was a need
        "denominator_hidden": reason("denominator", "not_checkable", "minimum_cell"),
        # The claim as a whole. `found_in` names the row of this table that decides; its sentence is the argument.
        "overall_contradicted": reason("overall", "contradicted", "checks against"),
        "overall_doubtful": reason("overall", "doubtful", "checks against"),
        "overall_supported": reason("overall", "supported", "checks in_favour"),
        "overall_consistent": reason("overall", "consistent", "checks in_favour"),
        "overall_consistent_simulated": reason("overall", "consistent", "checks in_favour"),
        "overall_not_checkable": reason("overall", "not_checkable", "checks"),
        "overall_derived": reason("overall", "not_checkable", "checks"),  # never published
    }
)  # fmt: skip
