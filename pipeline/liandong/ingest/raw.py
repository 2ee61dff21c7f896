"""What a file holds, before the codebook has a say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

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
class Part:
    """One of the files that make up a table, and where its rows stand.

    Attributes
    ----------
    path, format, sha256, encoding
        As in :class:`RawTable`.
    name
        The file's name, with as much of its folder as tells it from the other files.
    first_row, rows
        The rows ``first_row`` … ``first_row + rows - 1`` of the table, counted from 0, are those of the file.
    """

    path: Path
    name: str
    format: Format
    sha256: str
    encoding: str | None
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as its file stores it, or several files of one table below one another.

    Attributes
    ----------
    path, format, sha256, encoding
        The file, its format, the hash of its bytes (hexadecimal), and the encoding that its text was read in. Of
        several files: the first one, its format, one hash over all hashes, and the encoding if it is the same.
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
    sheets
        Of a workbook, the names of all its sheets.
    stacked
        The files that were stacked, empty for a single one: see `parts`.
    differences
        How stacked files differ: ``column``, ``kind`` (of `DIFFERENCE_KINDS`), ``file``, ``detail``.
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
    sheets: tuple[str, ...] = ()
    stacked: tuple[Part, ...] = ()
    differences: pl.DataFrame = field(default_factory=lambda: NO_DIFFERENCES)

    @property
    def name(self) -> str:
        """The name of the file, or of all files."""
        return " + ".join(part.name for part in self.stacked) if self.stacked else self.path.name

    @property
    def parts(self) -> tuple[Part, ...]:
        """The files that the rows come from, at least one, in the order of the rows."""
        alone = Part(self.path, self.path.name, self.format, self.sha256, self.encoding, 0, self.row_count)
        return self.stacked or (alone,)

    def places(self, rows: pl.Series) -> pl.DataFrame:
        """Return where rows are to be found: ``file``, and ``file_row``, the data row within it, counted from 1.

        Parameters
        ----------
        rows
            Numbers as in ``_row``: rows of the whole table, counted from 1.
        """
        firsts = pl.Series([part.first_row for part in self.parts], dtype=pl.Int64)
        names = pl.Series([part.name for part in self.parts], dtype=pl.String)
        numbers = rows.cast(pl.Int64)
        which = firsts.search_sorted(numbers - 1, side="right").cast(pl.Int64) - 1
        return pl.DataFrame([names.gather(which).alias("file"), (numbers - firsts.gather(which)).alias("file_row")])

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in file order."""
        return tuple(self.schema.names())

    @property
    def frame(self) -> pl.DataFrame:
        """All rows in memory. A large CSV or Parquet file is read anew at each call: prefer `data`."""
        return self.data.collect()


DifferenceKind = Literal["absent", "name", "type", "label", "value_label", "missing", "order"]
DIFFERENCE_KINDS: tuple[DifferenceKind, ...] = get_args(DifferenceKind)
NO_DIFFERENCES: pl.DataFrame = pl.DataFrame(schema=dict.fromkeys(("column", "kind", "file", "detail"), pl.String))
NO_TAGS = pl.DataFrame(schema={"row": pl.Int64, "column": pl.String, "tag": pl.String})
