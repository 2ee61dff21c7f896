"""The tables of the bundle: their columns are declared once, and enforced wherever a table is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from liandong.evidence.declared import DECLARED
from liandong.evidence.declared_audit import DECLARED_AUDIT
from liandong.evidence.declared_claims import DECLARED_CLAIMS, MIXED_UNITS
from liandong.evidence.declared_comparison import DECLARED_COMPARISON
from liandong.evidence.declared_disclosure import DECLARED_DISCLOSURE
from liandong.evidence.declared_quality import DECLARED_CHECKS, DECLARED_QUALITY
from liandong.evidence.spec import REAL, TableSpec

SIGNIFICANT_DIGITS = 12
_NEGLIGIBLE = 1e-13

TABLES: Mapping[str, TableSpec] = MappingProxyType(
    {
        table.name: table
        for table in (
            *(*DECLARED, *DECLARED_COMPARISON, *DECLARED_AUDIT),
            *(*DECLARED_CHECKS, *DECLARED_DISCLOSURE, *DECLARED_CLAIMS),
        )
    }
)
# Tables that name rows and people: they are written below restricted/ and never published.
RESTRICTED_TABLES: Mapping[str, TableSpec] = MappingProxyType({table.name: table for table in DECLARED_QUALITY})


def conform(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with exactly the declared columns, types and order of table `name`, its numbers rounded to write.

    Reals carry 12 significant digits, and zero where they are below 1e-13 of the largest value in their column
    (streaming sums differ in the last bits from run to run), save in `MIXED_UNITS`. Empty text stands for a text that
    does not apply.

    Raises
    ------
    ValueError
        When a column is missing or undeclared, or the key does not identify a row: a defect of the program, not of
        the data.
    """
    spec = TABLES.get(name) or RESTRICTED_TABLES[name]
    missing, extra = set(spec.columns) - set(frame.columns), set(frame.columns) - set(spec.columns)
    if missing or extra:
        raise ValueError(f"table {name}: columns missing {sorted(missing)}, undeclared {sorted(extra)}")
    table = frame.select(pl.col(column).cast(dtype) for column, dtype in spec.columns.items())
    table = table.with_columns(pl.col(pl.String).fill_null(""))
    if table.select(pl.struct(spec.key).is_duplicated().any()).item():
        raise ValueError(f"table {name}: {spec.key} does not identify a row")
    reals = [column for column, dtype in spec.columns.items() if dtype == REAL]
    return table.with_columns(_rounded(table[column], is_mixed=name in MIXED_UNITS) for column in reals)


def _rounded(column: pl.Series, *, is_mixed: bool) -> pl.Series:
    """Round by way of decimal text: the binary rounding of dataframe engines leaves 1.0000000000000002e-12."""
    values = () if is_mixed else column
    scale = max((abs(value) for value in values if value is not None and math.isfinite(value)), default=0.0)
    return pl.Series(column.name, [_round(value, scale) for value in column], dtype=pl.Float64)


def _round(value: float | None, scale: float) -> float | None:
    if value is None or not math.isfinite(value):
        return value
    return 0.0 if abs(value) < _NEGLIGIBLE * scale else float(f"{value:.{SIGNIFICANT_DIGITS}g}")
