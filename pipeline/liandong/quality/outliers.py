"""Numbers far from the rest.

Distances in robust standard deviations: |x − median| / (1.4826 · MAD), the modified z-score with the bound 3.5 of
Iglewicz & Hoaglin (1993), How to detect and handle outliers. Where more than half of the answers are the same number,
the MAD is zero and the quartiles take its place (IQR / 1.349); where that is zero as well, nothing can be said.
Amounts with a long upper tail are looked at on the log scale, zeros aside: skewness is read off the octiles (Hinkley
1975), which no outlier can move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Codebook
from liandong.definitions.quality import Quality
from liandong.evidence.typed_rows import ROW
from liandong.quality.outcome import FINDING, Outcome, made, not_made
from liandong.quality.received import Received, is_personal, questions

Floats = NDArray[np.float64]

FEWEST = 20
_SKEWED = 0.2
_MOST_ZEROS = 0.25
_TOO_MANY = 0.05
_MAD_TO_SD = 1.4826022185056018
_IQR_TO_SD = 1 / 1.3489795003921634


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where outliers begin: below `low` or above `high`; infinite where nothing can be said.

    On the scale ``log`` zeros are no outliers.
    """

    low: float
    high: float
    scale: Literal["linear", "log"]
    method: Literal["mad", "iqr", "none"]
    median: float
    spread: float

    def distance(self, values: Floats) -> Floats:
        """Return the distances from the median in robust standard deviations."""
        if self.method == "none":
            return np.zeros_like(values)
        if self.scale == "log":
            # Below the median a whole number stands for all that rounds to it: 1 may be 1.4, which is far in logs.
            wide = np.log(np.maximum(values, 1e-300) + np.where(values == np.floor(values), 0.5, 0.0))
            below = np.minimum(wide, self.median)
            logs = np.where(values > 0, np.maximum(np.log(np.maximum(values, 1e-300)), below), self.median)
            return np.asarray(np.abs(logs - self.median) / self.spread)
        return np.asarray(np.abs(values - self.median) / self.spread)


@dataclass(frozen=True, slots=True, eq=False)
class Outliers:
    """`table`: field, n_outliers and the columns outlier_… of the table questions; `rows`: rows that have one."""

    outcome: Outcome
    table: pl.DataFrame
    rows: pl.Series


def number_fields(spec: Quality, codebook: Codebook, columns: frozenset[str]) -> list[str]:
    """Return the fields that hold numbers: those the study names, or every number without categories."""
    if spec.numbers:
        return [name for name in spec.numbers if name in columns]
    return [
        field.name
        for field in questions(codebook, columns)
        if field.type in {"integer", "number"} and field.allowed is None and not field.liandong.pii
    ]


def outliers(received: Received, names: Sequence[str], codebook: Codebook, distance: float) -> Outliers:
    """Look for outliers in each of the fields, which need at least 20 answers; size: distance from the median."""
    lines, found, checked = [], [], 0
    for name in names:
        frame = received.pick([name]).drop_nulls(name)
        values = frame[name].cast(pl.Float64).to_numpy()
        bounds = bounds_of(values, distance)
        checked += values.size if bounds.method != "none" else 0
        far = np.flatnonzero(bounds.distance(values) > distance)
        lines.append((name, far.size, *_finite(bounds), bounds.scale, bounds.method))
        shown = frame[name].gather(far).cast(pl.String)
        found.append(
            pl.DataFrame(
                {
                    "row": frame[ROW].gather(far).cast(pl.Int64),
                    "field": [name] * far.size,
                    "value": ["" if is_personal(codebook, name) else value for value in shown],
                    "size": bounds.distance(values[far]),
                },
                schema={column: FINDING[column] for column in ("row", "field", "value", "size")},
            )
        )
    table = pl.DataFrame(
        lines,
        schema={
            "field": pl.String,
            "n_outliers": pl.Int64,
            "outlier_low": pl.Float64,
            "outlier_high": pl.Float64,
            "outlier_scale": pl.String,
            "outlier_method": pl.String,
        },
        orient="row",
    )
    if not names:
        return Outliers(not_made("outliers", "quality.numbers"), table, pl.Series("row", [], dtype=pl.Int64))
    every = pl.concat(found)
    return Outliers(made("outliers", checked, every), table, every["row"].unique().sort())


def bounds_of(values: Floats, distance: float) -> Bounds:
    """Return where outliers begin among `values`, which have no gaps.

    Method ``none`` where there are too few or too like ones, or where more than one in twenty would be an outlier: that
    is how such answers are spread, and no list of errors.
    """
    finite = values[np.isfinite(values)]
    if finite.size < FEWEST:
        return Bounds(-np.inf, np.inf, "linear", "none", np.nan, np.nan)
    positive = finite[finite > 0]
    is_amount = finite.min() >= 0 and positive.size > (1 - _MOST_ZEROS) * finite.size
    scale: Literal["linear", "log"] = "log" if is_amount and _octile_skewness(positive) > _SKEWED else "linear"
    on_scale = np.log(positive) if scale == "log" else finite
    median = float(np.median(on_scale))
    mad = float(np.median(np.abs(on_scale - median)))
    low, high = np.quantile(on_scale, [0.25, 0.75])
    method: Literal["mad", "iqr", "none"] = "mad" if mad > 0 else "iqr" if high > low else "none"
    if method == "none":
        return Bounds(-np.inf, np.inf, scale, method, median, np.nan)
    spread = _MAD_TO_SD * mad if method == "mad" else float(high - low) * _IQR_TO_SD
    ends = (median - distance * spread, median + distance * spread)
    if scale == "log":
        ends = (float(np.exp(ends[0])), float(np.exp(min(ends[1], 700.0))))
    bounds = Bounds(*ends, scale, method, median, spread)
    if (bounds.distance(finite) > distance).mean() > _TOO_MANY:
        return Bounds(-np.inf, np.inf, scale, "none", median, np.nan)
    return bounds


def _octile_skewness(values: Floats) -> float:
    low, middle, high = np.quantile(values, [0.125, 0.5, 0.875])
    return float((high - middle - (middle - low)) / (high - low)) if high > low else 0.0


def _finite(bounds: Bounds) -> tuple[float | None, float | None]:
    return tuple(end if np.isfinite(end) else None for end in (bounds.low, bounds.high))  # type: ignore[return-value]
