"""Frozen models of studies and instruments; loading reports every error with its path."""

from liandong.definitions.claims import Claim, ClaimKind, ClaimQuantity, ClaimSource
from liandong.definitions.codebook import Action, Category, Codebook, Field, FieldType, ForeignKey, OnFailure, Rule
from liandong.definitions.expressions import Expression, ExpressionError, parse_expression
from liandong.definitions.load import load_instrument, load_study
from liandong.definitions.measures import GroupId, Indicator, IndicatorFile, Scale, ScaleFile, Source
from liandong.definitions.study import (
    Analysis,
    Assignment,
    Derived,
    Design,
    Disclosure,
    Effect,
    Instrument,
    Report,
    Sampling,
    Step,
    Study,
    StudyFile,
)
from liandong.definitions.text import Language, Text

__all__ = [
    "Action",
    "Analysis",
    "Assignment",
    "Category",
    "Claim",
    "ClaimKind",
    "ClaimQuantity",
    "ClaimSource",
    "Codebook",
    "Derived",
    "Design",
    "Disclosure",
    "Effect",
    "Expression",
    "ExpressionError",
    "Field",
    "FieldType",
    "ForeignKey",
    "GroupId",
    "Indicator",
    "IndicatorFile",
    "Instrument",
    "Language",
    "OnFailure",
    "Report",
    "Rule",
    "Sampling",
    "Scale",
    "ScaleFile",
    "Source",
    "Step",
    "Study",
    "StudyFile",
    "Text",
    "load_instrument",
    "load_study",
    "parse_expression",
]
