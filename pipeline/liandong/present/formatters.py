"""Formatters for pages of one's own: a number of the bundle becomes Markdown that says where it comes from."""

from __future__ import annotations

from liandong.present import numbers
from liandong.present.markdown import Prose, prose


def fixed(value: float | None, decimals: int) -> Prose:
    """Return `value` with `decimals` decimals and thousands separators, "—" for nothing."""
    return prose(numbers.fixed(value, decimals))


def count(value: int | None) -> Prose:
    """Return a number of people or rows with thousands separators."""
    return prose(numbers.count(value))


def percent(share: float | None, decimals: int = 1) -> Prose:
    """Return a share as a percentage with its sign."""
    return prose(numbers.percent(share, decimals))


def points(share: float | None, decimals: int = 1) -> Prose:
    """Return a share in percentage points, without a sign."""
    return prose(numbers.hundredths(share, decimals))


def p_value(value: float | None) -> Prose:
    """Return a p-value with three decimals, "<0.001" below that."""
    return prose(numbers.p_value(value))


def interval(low: float | None, high: float | None, decimals: int) -> Prose:
    """Return ``[low, high]``, with ∞ for an end that a test could not close."""
    return prose(numbers.interval(low, high, decimals))


def percent_interval(low: float | None, high: float | None, decimals: int = 1) -> Prose:
    """Return an interval of shares with a percent sign at either end."""
    return prose(numbers.percent_bounds(low, high, decimals))
