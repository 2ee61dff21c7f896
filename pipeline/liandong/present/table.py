"""One table value, whatever the format: header with spans, rows with cells, groups and indents, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from liandong.present.marks import unmarked

Align = Literal["left", "center", "right", "decimal"]
Tone = Literal["", "good", "weak", "open", "doubt", "bad"]
TONES: Final[Mapping[Tone, str]] = MappingProxyType(
    {"good": "#1f6b3f", "weak": "#17565c", "open": "#56656b", "doubt": "#8a5a00", "bad": "#a23b3b"}
)
"""What a judgement in a cell looks like on paper: at least 4.5 to 1 against white. Colour never says it alone."""
RowKind = Literal["body", "group", "detail"]


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of the header; an empty text leaves the place blank, a span above 1 gets a rule below."""

    text: str
    span: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is aligned otherwise than its column, or whose text is a judgement and has the colour of one."""

    text: str
    align: Align
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the body.

    Attributes
    ----------
    cells
        One per column; a ``group`` row has one cell that spans them all.
    kind
        ``body``; ``group``, the heading of the rows below it; ``detail``, which belongs to the row above and follows it
        closely, as a standard error follows its coefficient.
    indent
        Steps by which the first cell is set in.
    rule
        Whether a thin rule stands above the row.
    """

    cells: tuple[str | Cell, ...]
    kind: RowKind = "body"
    indent: int = 0
    rule: bool = False

    def text(self, column: int) -> str:
        """Return the text in `column`."""
        cell = self.cells[column]
        return cell.text if isinstance(cell, Cell) else cell


@dataclass(frozen=True, slots=True)
class Table:
    """A finished table, ready for any writer; marks of numbers go, because a table says itself where it is from.

    Attributes
    ----------
    id
        Without the prefix ``tbl-``: lower case, digits and hyphens.
    caption
        What the table shows; the renderer numbers it.
    columns
        Alignment of each column; the first one holds the names of the rows.
    header
        Lines of the header, from the top.
    rows, notes
        Body, and the paragraphs below the table: universe, n, method.
    sortable
        Whether the order of the rows of a group, or above the first rule, says nothing, so that readers may sort them
        even in a shorter table.

    Raises
    ------
    ValueError
        When a line does not fill the columns: a defect of the program.
    """

    id: str
    caption: str
    columns: tuple[Align, ...]
    header: tuple[tuple[Head, ...], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    sortable: bool = False

    def __post_init__(self) -> None:
        self._drop_marks()
        width = len(self.columns)
        for line in self.header:
            if sum(head.span for head in line) != width:
                raise ValueError(f"table {self.id}: a header line spans {sum(h.span for h in line)} of {width} columns")
        for row in self.rows:
            if len(row.cells) != (1 if row.kind == "group" else width):
                raise ValueError(f"table {self.id}: a {row.kind} row of {len(row.cells)} cells, {width} columns")

    def _drop_marks(self) -> None:
        object.__setattr__(self, "caption", unmarked(self.caption))
        object.__setattr__(self, "notes", tuple(map(unmarked, self.notes)))
        header = tuple(tuple(replace(head, text=unmarked(head.text)) for head in line) for line in self.header)
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "rows", tuple(replace(row, cells=tuple(map(_bare, row.cells))) for row in self.rows))

    @property
    def label(self) -> str:
        """The identifier for cross-references."""
        return f"tbl-{self.id}"

    def align(self, row: Row, column: int) -> Align:
        """Return how the cell in `column` of `row` is aligned."""
        cell = row.cells[column]
        return cell.align if isinstance(cell, Cell) else self.columns[column]

    def tone(self, row: Row, column: int) -> Tone:
        """Return the judgement that the cell in `column` of `row` carries, usually none."""
        cell = row.cells[column]
        return cell.tone if isinstance(cell, Cell) else ""


def _bare(cell: str | Cell) -> str | Cell:
    return replace(cell, text=unmarked(cell.text)) if isinstance(cell, Cell) else unmarked(cell)


def heads(*texts: str | tuple[str, int]) -> tuple[Head, ...]:
    """Return a header line; a pair gives text and span."""
    return tuple(Head(*text) if isinstance(text, tuple) else Head(text) for text in texts)


def group(text: str) -> Row:
    """Return a row that heads those below it."""
    return Row((text,), kind="group")


def aligned(first: Align, others: Align, count: int) -> tuple[Align, ...]:
    """Return the alignment of a first column and of `count` others."""
    return (first, *([others] * count))
