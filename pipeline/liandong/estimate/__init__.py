"""Nested fixed-effects models of a study: fitted from moments, checked against linearmodels."""

from liandong.estimate.crosscheck import compare_fits, crosscheck_plan
from liandong.estimate.effects import Estimates, estimate_effects

__all__ = [
    "Estimates",
    "compare_fits",
    "crosscheck_plan",
    "estimate_effects",
]
