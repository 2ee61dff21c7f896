"""What a file holds, before the codebook has a say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

Format = Literal["sav", "zsav", "por", "dta", "sas7bdat", "xpt", "csv", "tsv", "xlsx", "parquet"]
TemporalKind = Literal["date", "datetime", "time"]
TemporalUnit = Literal["days", "seconds", "milliseconds", "weeks", "months", "quarters", "halves", "years"]


@dataclass(frozen=True, slots=True)
class DeclaredMissing:
    """The codes of a column that the file itself declares missing.

    Attributes
    ----------
    values
        Single codes: numbers, or texts in a text column.
    ranges
        Closed intervals (low, high); an open end is minus or plus infinity.
    tags
        Extended missing values of Stata and SAS that occur in the column, as ``.a``. They have no number: in the
        frame such cells are null, and `RawTable.tags` says which tag each one carries.
    """

    values: tuple[float | str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Temporal:
    """How a numeric column counts time: `unit` s since midnight of `origin_year`-`origin_month`-`origin_day`."""

    kind: TemporalKind
    unit: TemporalUnit
    origin: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class RawResponseSet:
    """A question with several answers, as an SPSS file declares it (MRSETS).

    Attributes
    ----------
    name
        Without the dollar sign that SPSS writes before it.
    label
        Its text; empty when the file gives none.
    columns
        The columns that hold the answers, in the order of the set.
    counted
        The code that says yes in each column (multiple dichotomies); None when each column holds one of the answers
        (multiple categories).
    """

    name: str
    label: str
    columns: tuple[str, ...]
    counted: float | str | None


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as its file stores it.

    Attributes
    ----------
    path, format, sha256, encoding
        The file, its format, the hash of its bytes (hexadecimal), and the encoding that its text was read in.
    data
        The rows, lazily: a CSV or Parquet file is read when (and as far as) it is collected. Numbers, dates and
        texts are as stored: user-missing codes stand as values, texts of a CSV are all strings, and columns named
        in `temporal` count time as numbers.
    row_count
        Rows of `data`; checked against the header of the file where the format has one.
    labels
        Column → label text, for columns that have one.
    value_labels
        Column → code → label. Codes are numbers or texts; tags stand as ``.a``.
    user_missing
        Column → codes that the file declares missing.
    tags
        One row per cell with an extended missing value: ``row`` (0-based), ``column``, ``tag`` (as ``.a``).
    formats
        Column → display format of the source, such as ``F8.2``, ``%td`` or ``DATETIME20``.
    temporal
        Column → how its numbers count time, for columns whose format says so.
    documentation
        The file's own description, its label first.
    notes
        What a careful reader should know about how the file was read.
    response_sets
        Name → set, for the multiple-response sets that the file declares.
    weight
        The column by which the file weights its cases, None when it does not.
    """

    path: Path
    format: Format
    sha256: str
    encoding: str | None
    data: pl.LazyFrame
    schema: pl.Schema
    row_count: int
    labels: Mapping[str, str]
    value_labels: Mapping[str, Mapping[float | str, str]]
    user_missing: Mapping[str, DeclaredMissing]
    tags: pl.DataFrame
    formats: Mapping[str, str]
    temporal: Mapping[str, Temporal]
    documentation: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    response_sets: Mapping[str, RawResponseSet] = field(default_factory=dict)
    weight: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in file order."""
        return tuple(self.schema.names())

    @property
    def frame(self) -> pl.DataFrame:
        """All rows in memory. A large CSV or Parquet file is read anew at each call: prefer `data`."""
        return self.data.collect()


NO_TAGS = pl.DataFrame(schema={"row": pl.Int64, "column": pl.String, "tag": pl.String})
