"""Models before and after they are fitted: the columns, rows and clusters that make one up, and the fit."""

from liandong.models.coding import find_levels, plan_effects, with_terms
from liandong.models.design import Design, describe_design, require_identified
from liandong.models.fitted import FittedModel, headline_models, plan_moments
from liandong.models.inputs import nominal_columns, outcome_ranges
from liandong.models.plan import Level, ModelPlan, PlannedStep, Term, plan_models, reference_levels
from liandong.models.sample import FLOW_COLUMNS, Sample, complete_cases, positive_weights, without_singletons

__all__ = [
    "FLOW_COLUMNS",
    "Design",
    "FittedModel",
    "Level",
    "ModelPlan",
    "PlannedStep",
    "Sample",
    "Term",
    "complete_cases",
    "describe_design",
    "find_levels",
    "headline_models",
    "nominal_columns",
    "outcome_ranges",
    "plan_effects",
    "plan_models",
    "plan_moments",
    "positive_weights",
    "reference_levels",
    "require_identified",
    "with_terms",
    "without_singletons",
]
