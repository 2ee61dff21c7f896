"""Frozen models of studies and instruments; loading reports every error with its path."""

from liandong.definitions.analysis import (
    MOST_SPECIFICATIONS,
    Analysis,
    Assignment,
    Derived,
    Effect,
    Family,
    Inference,
    Mediation,
    Multiverse,
    Role,
    SampleRule,
    Scoring,
    Step,
)
from liandong.definitions.claims import Claim, ClaimKind, ClaimQuantity, ClaimSource
from liandong.definitions.codebook import (
    Action,
    Category,
    Codebook,
    Field,
    FieldType,
    ForeignKey,
    OnFailure,
    ResponseSet,
    Rule,
)
from liandong.definitions.disclosure import Disclosure, Dominance
from liandong.definitions.expressions import Expression, ExpressionError, parse_expression
from liandong.definitions.load import load_instrument, load_study
from liandong.definitions.measures import GroupId, Indicator, IndicatorFile, Scale, ScaleFile, Source
from liandong.definitions.plan_hash import PlanItem, plan_hash, plan_items
from liandong.definitions.quality import Quality
from liandong.definitions.sources import DataSource, Origin
from liandong.definitions.study import (
    Design,
    Instrument,
    Margin,
    Report,
    Sampling,
    Study,
    StudyFile,
    Weighting,
)
from liandong.definitions.text import Language, Text
from liandong.definitions.undecided import Undecided, refuse_open_questions, undecided

__all__ = [
    "MOST_SPECIFICATIONS",
    "Action",
    "Analysis",
    "Assignment",
    "Category",
    "Claim",
    "ClaimKind",
    "ClaimQuantity",
    "ClaimSource",
    "Codebook",
    "DataSource",
    "Derived",
    "Design",
    "Disclosure",
    "Dominance",
    "Effect",
    "Expression",
    "ExpressionError",
    "Family",
    "Field",
    "FieldType",
    "ForeignKey",
    "GroupId",
    "Indicator",
    "IndicatorFile",
    "Inference",
    "Instrument",
    "Language",
    "Margin",
    "Mediation",
    "Multiverse",
    "OnFailure",
    "Origin",
    "PlanItem",
    "Quality",
    "Report",
    "ResponseSet",
    "Role",
    "Rule",
    "SampleRule",
    "Sampling",
    "Scale",
    "ScaleFile",
    "Scoring",
    "Source",
    "Step",
    "Study",
    "StudyFile",
    "Text",
    "Undecided",
    "Weighting",
    "load_instrument",
    "load_study",
    "parse_expression",
    "plan_hash",
    "plan_items",
    "refuse_open_questions",
    "undecided",
]
