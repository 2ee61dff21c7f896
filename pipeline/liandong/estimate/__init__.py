"""Nested fixed-effects models of a study: planned, fitted from moments, checked against linearmodels."""

from liandong.estimate.crosscheck import compare_fits, crosscheck_plan
from liandong.estimate.effects import Estimates, estimate_effects, plan_effects
from liandong.estimate.inputs import nominal_columns, outcome_ranges
from liandong.estimate.plan import ModelPlan, PlannedStep, Term, plan_models

__all__ = [
    "Estimates",
    "ModelPlan",
    "PlannedStep",
    "Term",
    "compare_fits",
    "crosscheck_plan",
    "estimate_effects",
    "nominal_columns",
    "outcome_ranges",
    "plan_effects",
    "plan_models",
]
