"""Figures rounded so that they do not give back a number of people: to three digits, or to the percent.

A share of 0.118314424635 says 73 of 617; 12 % says neither number. A share is rounded to a unit of at least two people,
so that every number of people near the true one has a share that rounds the same; other statistics keep three
significant digits, too few to work the sample size out of a ratio of standard errors or a quantile of t. What is known
to depend on the residual degrees of freedom keeps two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

Row = dict[str, Any]

_UNITS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_FEWEST: Final = 2.0  # people that one unit of a share stands for
_DIGITS: Final = 3
_FEW_DIGITS: Final = 2
_OF_SHARES: Final[Mapping[str, frozenset[str]]] = {
    "indicators": frozenset({"estimate", "conf_low", "conf_high"}),
    "distributions": frozenset({"share"}),
    "weights": frozenset({"before", "after"}),
    "missingness": frozenset({"share"}),
    "overlap": frozenset({"share", "conf_low", "conf_high"}),
    "scales": frozenset({"mean", "sd"}),
    "items": frozenset({"mean", "sd"}),
    "design": frozenset({"outcome_mean", "outcome_sd"}),
    "power": frozenset({"share_treated"}),
}
_RESIDUAL: Final = frozenset({"sensitivity", "benchmarks", "contours"})


def coarse(table: str, column: str, value: float, people: int) -> float:
    """Return a figure of `table`, computed from `people`, as precisely as it may be known."""
    if column in _OF_SHARES.get(table, ()):
        return to_unit(value, share_unit(people) * 10.0 ** max(0, _exponent(value)))
    return significant(value, _FEW_DIGITS if table in _RESIDUAL else _DIGITS)


def share_unit(people: float) -> float:
    """Return the unit to which a share of `people` is rounded: the smallest of 1, 2, 5, 10 … % that stands for two."""
    return next((unit for unit in _UNITS if unit * people >= _FEWEST), 1.0)


def significant(value: float, digits: int) -> float:
    """Return `value` with so many significant digits."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value


def to_unit(value: float, unit: float) -> float:
    """Return the multiple of `unit` nearest to `value`, as its decimals are written."""
    return float(f"{round(value / unit) * unit:.12g}") if math.isfinite(value) else value


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0
