"""The tables of the bundle: their columns are declared here, once, and enforced wherever a table is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

SIGNIFICANT_DIGITS = 12
_NEGLIGIBLE = 1e-13

_TEXT, _COUNT, _REAL, _FLAG = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its columns in order with their types, and the columns that identify a row."""

    name: str
    columns: Mapping[str, pl.DataType]
    key: tuple[str, ...]

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema=dict(self.columns))


def _spec(name: str, key: str, /, **columns: pl.DataType) -> TableSpec:
    return TableSpec(name, MappingProxyType(columns), tuple(key.split()))


TABLES: Mapping[str, TableSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _spec(
                "sample_flow", "order",
                order=_COUNT, stage=_TEXT, effect=_TEXT, outcome=_TEXT, rows=_COUNT, clusters=_COUNT, detail=_TEXT,
            ),
            _spec(
                "validation", "rule",
                rule=_TEXT, field=_TEXT, kind=_TEXT, action=_TEXT, n_checked=_COUNT, n_failed=_COUNT,
                n_rows_rejected=_COUNT, title_zh=_TEXT, title_en=_TEXT,
            ),
            _spec(
                "missingness", "field kind",
                field=_TEXT, kind=_TEXT, n=_COUNT, n_rows=_COUNT, share=_REAL, suppressed=_FLAG,
            ),
            _spec(
                "distributions", "variable level",
                variable=_TEXT, level=_TEXT, lower=_REAL, upper=_REAL, n=_COUNT, share=_REAL, suppressed=_FLAG,
            ),
            _spec(
                "scales", "scale",
                scale=_TEXT, n_items=_COUNT, n_obs=_COUNT, mean=_REAL, sd=_REAL, alpha=_REAL, alpha_low=_REAL,
                alpha_high=_REAL, omega=_REAL, omega_low=_REAL, omega_high=_REAL, score_low=_REAL, score_high=_REAL,
                n_complete=_COUNT,
            ),
            _spec(
                "items", "scale item",
                scale=_TEXT, item=_TEXT, reversed=_FLAG, n_obs=_COUNT, mean=_REAL, sd=_REAL, item_rest=_REAL,
                alpha_if_dropped=_REAL,
            ),
            _spec(
                "indicators", "indicator category universe subgroup level",
                indicator=_TEXT, category=_TEXT, universe=_TEXT, subgroup=_TEXT, level=_TEXT, numerator_n=_COUNT,
                denominator_n=_COUNT, estimate=_REAL, conf_low=_REAL, conf_high=_REAL, design_effect=_REAL,
                n_clusters=_COUNT, suppressed=_FLAG, group=_TEXT, kind=_TEXT, unit=_TEXT,
            ),
            _spec(
                "estimates", "effect outcome step term vcov metric sample",
                effect=_TEXT, role=_TEXT, outcome=_TEXT, step=_TEXT, term=_TEXT, is_treatment=_FLAG, metric=_TEXT,
                estimate=_REAL, std_error=_REAL, df=_REAL, statistic=_REAL, p_value=_REAL, conf_low=_REAL,
                conf_high=_REAL, vcov=_TEXT, ci_method=_TEXT, n_obs=_COUNT, n_clusters=_COUNT, absorbed=_TEXT,
                weights=_TEXT, sample=_TEXT, r2_within=_REAL, flag=_TEXT,
            ),
            _spec(
                "design", "effect outcome",
                effect=_TEXT, outcome=_TEXT, n_obs=_COUNT, n_clusters=_COUNT, cluster_size_min=_COUNT,
                cluster_size_median=_REAL, cluster_size_max=_COUNT, treatment_is_binary=_FLAG, n_treated=_COUNT,
                n_untreated=_COUNT, clusters_with_treated=_COUNT, clusters_with_untreated=_COUNT,
                clusters_with_both=_COUNT, outcome_mean=_REAL, outcome_sd=_REAL, outcome_low=_REAL, outcome_high=_REAL,
                suppressed=_FLAG,
            ),
            _spec(
                "crosscheck", "effect outcome step engine",
                effect=_TEXT, outcome=_TEXT, step=_TEXT, engine=_TEXT, n_obs=_COUNT, n_terms=_COUNT,
                max_difference_estimate=_REAL, max_difference_std_error=_REAL, agrees=_FLAG,
            ),
            _spec(
                "labels", "kind name level",
                kind=_TEXT, name=_TEXT, level=_TEXT, zh=_TEXT, en=_TEXT, source=_TEXT,
            ),
        )
    }
)  # fmt: skip


def conform(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with exactly the declared columns, types and order of table `name`, numbers rounded for writing.

    Reals carry 12 significant digits, and zero where they are below 1e-13 of the largest value in their column
    (streaming sums differ in the last bits from run to run). Empty text stands for a text that does not apply.

    Raises
    ------
    ValueError
        When a column is missing or undeclared, or the key does not identify a row: a defect of the program, not of
        the data.
    """
    spec = TABLES[name]
    missing, extra = set(spec.columns) - set(frame.columns), set(frame.columns) - set(spec.columns)
    if missing or extra:
        raise ValueError(f"table {name}: columns missing {sorted(missing)}, undeclared {sorted(extra)}")
    table = frame.select(pl.col(column).cast(dtype) for column, dtype in spec.columns.items())
    table = table.with_columns(pl.col(pl.String).fill_null(""))
    if table.select(pl.struct(spec.key).is_duplicated().any()).item():
        raise ValueError(f"table {name}: {spec.key} does not identify a row")
    reals = [column for column, dtype in spec.columns.items() if dtype == _REAL]
    return table.with_columns(_rounded(table[column]) for column in reals)


def _rounded(column: pl.Series) -> pl.Series:
    """Round by way of decimal text: the binary rounding of dataframe engines leaves 1.0000000000000002e-12."""
    scale = max((abs(value) for value in column if value is not None and math.isfinite(value)), default=0.0)
    return pl.Series(column.name, [_round(value, scale) for value in column], dtype=pl.Float64)


def _round(value: float | None, scale: float) -> float | None:
    if value is None or not math.isfinite(value):
        return value
    return 0.0 if abs(value) < _NEGLIGIBLE * scale else float(f"{value:.{SIGNIFICANT_DIGITS}g}")
