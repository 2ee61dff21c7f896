"""What was seen in a data file: the facts that a draft is made of. The workflow fills them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Stored = Literal["whole", "number", "text", "truth", "date", "datetime", "time", "other"]
Reading = Literal["integer", "number", "date", "datetime", "time"]
Cell = int | float | str | bool

MOST_VALUES = 60
MOST_STRANGERS = 20
SEVERAL = "┋"


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """One column of a data file.

    Attributes
    ----------
    header, label
        As they stand in the file; the label is empty where it has none.
    stored
        How the file holds it; ``other`` is what no field can take, such as lists.
    filled
        Cells that hold anything: neither null nor blank. Codes declared missing count.
    distinct
        Different values among them.
    low, high, mean
        Of the numbers among them that the file does not declare missing; None where there are none. Of a text column:
        of the cells that can be read so. Dates and times are text in ISO 8601.
    longest
        Characters of its longest text, 0 for other columns.
    values
        Every distinct value with its count, ascending; empty when there are more than ``MOST_VALUES``. Whole numbers
        are int, whatever their type in the file; of texts that can nearly all be read as numbers, these are the
        numbers, and `strangers` has the rest.
    extremes
        The lowest and highest few numbers where `values` is empty.
    reads_as
        Of a text column: how many filled cells can be read as each type.
    strangers
        Of a text column that can mostly be read as numbers or dates: the texts that cannot, with their counts.
    unit
        The word that stands behind the number in every filled cell, such as 秒; empty without one.
    has_leading_zeros
        Whether a text is a number written with zeros before it, which a number would lose.
    has_decimal_commas
        Whether nearly all texts are numbers such as 1,5 and 1.234,5.
    several
        Of a text column in whose cells several answers stand, with ┋ between them: the distinct cells, some thousands
        at most.
    value_labels
        Code → label; extended missing values stand as ``.a``.
    missing_values, missing_ranges, missing_tags
        What the file itself declares missing.
    is_unique_within_files
        Whether no value occurs twice in any one of the files.
    holds, announces
        The kind of personal data that was found in the cells, and that the header or label announces; empty when there
        is none, or nobody looked.
    """

    header: str
    stored: Stored
    filled: int
    distinct: int
    label: str = ""
    low: Any = None
    high: Any = None
    mean: float | None = None
    longest: int = 0
    values: tuple[tuple[Cell, int], ...] = ()
    extremes: tuple[Cell, ...] = ()
    reads_as: Mapping[Reading, int] = field(default_factory=dict)
    strangers: tuple[tuple[str, int], ...] = ()
    unit: str = ""
    has_leading_zeros: bool = False
    has_decimal_commas: bool = False
    several: tuple[str, ...] = ()
    value_labels: Mapping[float | str, str] = field(default_factory=dict)
    missing_values: tuple[float | str, ...] = ()
    missing_ranges: tuple[tuple[float, float], ...] = ()
    missing_tags: tuple[str, ...] = ()
    is_unique_within_files: bool = False
    holds: str = ""
    announces: str = ""


@dataclass(frozen=True, slots=True)
class SeenSet:
    """A multiple-response set that the file declares."""

    name: str
    label: str
    columns: tuple[str, ...]
    counted: float | str | None


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A data file, or several of one table.

    Attributes
    ----------
    files
        Their names, without folders.
    title
        The file's own label; empty without one.
    rows
        Of all files together.
    columns
        In the order of the file.
    sets, weight
        What the file declares: multiple-response sets, and the column that weights its cases.
    origin
        The column that tells which file a row is from, where there are several.
    notes
        What a careful reader should know about how the files were read.
    """

    files: tuple[str, ...]
    title: str
    rows: int
    columns: tuple[SeenColumn, ...]
    sets: tuple[SeenSet, ...] = ()
    weight: str | None = None
    origin: str | None = None
    notes: tuple[str, ...] = ()
