"""Indicators: shares, means and distributions of a survey, with design-based intervals, and plain distributions."""

from liandong.indicators.distributions import BINS, Variable, distribution_table
from liandong.indicators.levels import level_text
from liandong.indicators.table import indicator_table

__all__ = ["BINS", "Variable", "distribution_table", "indicator_table", "level_text"]
