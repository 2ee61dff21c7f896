"""Drafts of studies and instruments: from what was seen in a data file to YAML that a person can go on with."""

from liandong.scaffold.draft import (
    Draft,
    DraftCategory,
    DraftDesign,
    DraftField,
    DraftMissing,
    DraftOrigin,
    DraftReading,
    DraftRule,
    DraftScale,
    DraftSet,
    DraftTable,
    DraftText,
)
from liandong.scaffold.files import files_of
from liandong.scaffold.from_table import draft_from_table
from liandong.scaffold.naming import field_names, slug, unique
from liandong.scaffold.seen import MOST_STRANGERS, MOST_VALUES, SEVERAL, Cell, Reading, SeenColumn, SeenSet, SeenTable
from liandong.scaffold.seen import Stored as StoredAs

__all__ = [
    "MOST_STRANGERS",
    "MOST_VALUES",
    "SEVERAL",
    "Cell",
    "Draft",
    "DraftCategory",
    "DraftDesign",
    "DraftField",
    "DraftMissing",
    "DraftOrigin",
    "DraftReading",
    "DraftRule",
    "DraftScale",
    "DraftSet",
    "DraftTable",
    "DraftText",
    "Reading",
    "SeenColumn",
    "SeenSet",
    "SeenTable",
    "StoredAs",
    "draft_from_table",
    "field_names",
    "files_of",
    "slug",
    "unique",
]
