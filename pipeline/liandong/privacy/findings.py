"""What the scanner is given and what it gives back: columns, and hits that hold no value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from liandong.definitions import Field
from liandong.privacy.kinds import Kind

_CODED_TYPES: Final = frozenset({"boolean", "date", "datetime", "time", "year"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its name there, its field in the codebook if it has one, and the labels of the file."""

    name: str
    field: Field | None = None
    labels: tuple[str, ...] = ()

    @property
    def is_decided(self) -> bool:
        """Whether the codebook says that the field is personal, or that it is not."""
        return self.field is not None and self.field.liandong.pii is not None

    @property
    def is_coded(self) -> bool:
        """Whether the field takes declared values, a truth value or a moment: its title then announces nothing."""
        known = self.field
        return known is not None and (known.allowed is not None or known.type in _CODED_TYPES)

    @property
    def codes(self) -> tuple[str, ...]:
        """The declared values of the field and their labels, as texts: what they say would be published."""
        known = self.field
        if known is None or known.type in _CODED_TYPES:
            return ()
        words = [*(known.allowed or ()), *known.category_labels("zh").values(), *known.category_labels("en").values()]
        return tuple(dict.fromkeys(str(word) for word in words if not isinstance(word, bool)))

    @property
    def titles(self) -> tuple[str, ...]:
        """Every text that says what the column is."""
        known = self.field
        return self.labels if known is None else (*self.labels, known.title, known.liandong.title_en)


@dataclass(frozen=True, slots=True)
class Hit:
    """Personal data of one kind in one column. It holds no value, so that it can be shown to anybody.

    Attributes
    ----------
    column, field
        Name in the file, and in the codebook (None for a column that the codebook does not know).
    kind
        What was found.
    cells, share
        How many cells hold it, and their share of the filled ones; 0 when only the heading or the codes say so.
    rows
        The first rows (1-based data rows of the file) that hold it, three at most.
    in_codes
        Whether the declared values of the field, or their labels, say so.
    """

    column: str
    field: str | None
    kind: Kind
    cells: int
    share: float
    rows: tuple[int, ...] = ()
    in_codes: bool = False
