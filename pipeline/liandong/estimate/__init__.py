"""Nested fixed-effects models of a study: fitted from moments, under every inference, checked against linearmodels."""

from liandong.estimate.crosscheck import compare_fits, crosscheck_plan
from liandong.estimate.effects import Estimates, estimate_effects
from liandong.estimate.randomised import randomised_answers
from liandong.estimate.robust import Robust, method_table, robust_answers
from liandong.estimate.rows import Answer

__all__ = [
    "Answer",
    "Estimates",
    "Robust",
    "compare_fits",
    "crosscheck_plan",
    "estimate_effects",
    "method_table",
    "randomised_answers",
    "robust_answers",
]
