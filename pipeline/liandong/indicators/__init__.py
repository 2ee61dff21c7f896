"""Indicators: shares, means and distributions of a survey, with design-based intervals, and plain distributions."""

from liandong.indicators.design import SampleDesign, sample_design
from liandong.indicators.distributions import BINS, Variable, distribution_table
from liandong.indicators.levels import level_text
from liandong.indicators.lines import Line, lines_of
from liandong.indicators.overlap import overlap_members, overlap_table
from liandong.indicators.table import indicator_table, without_zero_weights

__all__ = [
    "BINS",
    "Line",
    "SampleDesign",
    "Variable",
    "distribution_table",
    "indicator_table",
    "level_text",
    "lines_of",
    "overlap_members",
    "overlap_table",
    "sample_design",
    "without_zero_weights",
]
