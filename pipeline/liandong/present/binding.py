"""Numbers that remember which cell of the bundle they come from, and rows that hand them out.

A row of :class:`~liandong.present.facts.Facts` gives its numbers as :class:`Real` and :class:`Whole`: a float and an
int in every respect, until a formatter of :mod:`liandong.present.numbers` prints them and marks the text with their
origin. Arithmetic forgets the origin, so that nobody prints a number of their own as one of the bundle. What a sentence
may do to a number all the same has a function here: drop its sign, count rows, divide one number by another.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol, Self

from liandong.present.marks import number_mark

COUNTED: Final = "counted"
ABSOLUTE: Final = "absolute"
RATIO: Final = "ratio"
PERCENT: Final = "percent"
BOUND: Final = "bound"
SINGLES: Final = "singles"
MILLIONS: Final = "millions"
DATE: Final = "date"
FORMS: Final = MappingProxyType(
    {
        PERCENT: "the value times 100",
        ABSOLUTE: "without its sign, because the words name the direction",
        RATIO: "the first value divided by the second",
        COUNTED: "how many rows agree with the condition",
        SINGLES: "the value, in units of 10,000, in single ones",
        MILLIONS: "the value, in units of 10,000, in millions",
        BOUND: "a bound that the value is below",
        DATE: "an ISO date, written out",
    }
)
"""What may have been done to a value before it was printed, other than rounding."""


@dataclass(frozen=True, slots=True)
class Place:
    """One row of one table: the table's name, the row's key in words, rows behind it, model and inference."""

    table: str
    row: str
    n: str = ""
    model: str = ""


class Holder(Protocol):
    """What numbers are taken from."""

    @property
    def place(self) -> Place:
        """Where they stand."""
        ...


class Real(float):
    """A real number of the bundle."""

    __slots__ = ("column", "exact", "forms", "holder")
    holder: Holder
    column: str
    exact: str
    forms: tuple[str, ...]

    def __new__(cls, value: float, holder: Holder, column: str, exact: str = "", forms: tuple[str, ...] = ()) -> Self:
        """Return `value` as the number in `column` of `holder`; `exact` is what stands there, where it differs."""
        self = super().__new__(cls, value)
        self.holder, self.column, self.exact, self.forms = holder, column, exact, forms
        return self

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        """Let copies and pickles be plain numbers: an origin belongs to one opening of a bundle."""
        return float, (float(self),)


class Whole(int):
    """A whole number of the bundle."""

    holder: Holder
    column: str
    exact: str
    forms: tuple[str, ...]

    def __new__(cls, value: int, holder: Holder, column: str, exact: str = "", forms: tuple[str, ...] = ()) -> Self:
        """Return `value` as the number in `column` of `holder`; `exact` is what stands there, where it differs."""
        self = super().__new__(cls, value)
        self.holder, self.column, self.exact, self.forms = holder, column, exact, forms
        return self

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        """Let copies and pickles be plain numbers: an origin belongs to one opening of a bundle."""
        return int, (int(self),)


Bound = Real | Whole


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a printed number comes from.

    Attributes
    ----------
    place
        Table and row.
    columns, values
        The column and what stands in it with up to 12 significant digits; two of each for an interval.
    forms
        What was done to the value before it was printed, of :data:`FORMS`.
    """

    place: Place
    columns: tuple[str, ...]
    values: tuple[str, ...]
    forms: tuple[str, ...] = ()

    def fields(self) -> tuple[str, ...]:
        """Return it as the fields of a mark, in the order of :data:`FIELDS`."""
        place = self.place
        columns, values = ", ".join(self.columns), ", ".join(self.values)
        return place.table, place.row, columns, values, place.n, place.model, " ".join(self.forms)


FIELDS: Final = ("table", "row", "column", "value", "n", "model", "form")
"""Fields of a mark, and attributes ``data-…`` of the span that becomes of it; empty ones are left out."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A holder whose place is known from the start."""

    place: Place


def unsigned(value: float | None) -> Any:
    """Return a number without its sign that remembers its origin."""
    if isinstance(value, (Real, Whole)):
        kind = type(value)
        forms = value.forms if ABSOLUTE in value.forms else (*value.forms, ABSOLUTE)
        return kind(abs(value), value.holder, value.column, exact_text(value), forms)  # type: ignore[arg-type]
    return None if value is None else abs(value)


def ratio(part: float, whole: float) -> float:
    """Return `part` divided by `whole`; where both stand in the bundle, the quotient remembers both."""
    quotient = float(part) / float(whole)
    if not (isinstance(part, (Real, Whole)) and isinstance(whole, (Real, Whole))):
        return quotient
    places = part.holder.place, whole.holder.place
    if places[0].table != places[1].table:
        return quotient
    columns = [_path(place.row, number.column) for place, number in zip(places, (part, whole), strict=True)]
    holder = Fixed(Place(places[0].table, ""))
    return Real(quotient, holder, ", ".join(columns), f"{exact_text(part)}, {exact_text(whole)}", (RATIO,))


def _path(row: str, column: str) -> str:
    return f"{row}.{column}" if row else column


def exact_text(value: float) -> str:
    """Return a number as it stands in the bundle, with up to 12 significant digits."""
    if isinstance(value, (Real, Whole)) and value.exact:
        return value.exact
    return str(int(value)) if isinstance(value, int) else f"{float(value):.12g}"


def origin_of(*values: float | None) -> Origin | None:
    """Return where numbers of one row come from; None where one of them has no origin, or they have several."""
    bound = [value for value in values if isinstance(value, (Real, Whole))]
    if not bound or len(bound) < len(values):
        return None
    place = bound[0].holder.place
    if any(value.holder.place != place for value in bound):
        return None
    forms = dict.fromkeys(form for value in bound for form in value.forms)
    return Origin(place, tuple(v.column for v in bound), tuple(exact_text(v) for v in bound), tuple(forms))


def bind(text: str, *values: float | None, form: str = "") -> str:
    """Return `text`, which prints `values`, marked with their origin; as it is where they have none.

    `form` is what was done to them, of :data:`FORMS`.
    """
    origin = origin_of(*values)
    if origin is None:
        return text
    table, row, column, value, n, model, forms = origin.fields()
    return number_mark(text, (table, row, column, value, n, model, f"{form} {forms}".strip()))
