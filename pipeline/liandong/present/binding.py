"""Numbers that remember which cell of the bundle they come from, and rows that hand them out.

A row of :class:`~liandong.present.facts.Facts` gives its numbers as :class:`Real` and :class:`Whole`: a float and an
int in every respect, until a formatter of :mod:`liandong.present.numbers` prints them and marks the text with their
origin. Arithmetic forgets the origin, so that nobody prints a number of their own as one of the bundle. What a sentence
may do to a number all the same has a function here: drop its sign, count rows, divide one number by another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol, Self

from liandong.present.marks import number_mark, unmarked

COUNTED: Final = "counted"
ABSOLUTE: Final = "absolute"
RATIO: Final = "ratio"
PERCENT: Final = "percent"
BOUND: Final = "bound"
DATE: Final = "date"
FORMS: Final = MappingProxyType(
    {
        PERCENT: "the value times 100",
        ABSOLUTE: "without its sign, because the words name the direction",
        RATIO: "the first value divided by the second",
        COUNTED: "how many rows agree with the condition",
        BOUND: "a bound that the value is below",
        DATE: "an ISO date, written out",
    }
)
"""What may have been done to a value before it was printed, other than rounding."""
_SIZES: Final = ("denominator_n", "n_obs", "n_rows", "n_checked", "n")
_ALSO: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"sample_flow": ("stage",)})
"""Columns that say more than the key of a table that only numbers its rows."""
_METHODS: Final = ("vcov", "ci_method", "method")


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


class BoundRow(Mapping[str, Any]):
    """A row of a table, whose numbers remember it. It is read like a dict.

    Texts come without marks: data must not pass for numbers of the bundle.
    """

    __slots__ = ("_n", "_place", "_values", "index", "key", "table")

    def __init__(self, table: str, index: int, values: Mapping[str, Any], key: tuple[str, ...], n: int | None) -> None:
        """Keep `values` of the row at `index` of `table`, which `key` identifies; `n` if no column tells it."""
        self.table, self.index, self.key = table, index, key
        self._values, self._n = values, n
        self._place: Place | None = None

    def __getitem__(self, column: str) -> Any:
        """Return a value; a number remembers the row and `column`."""
        value = self._values[column]
        kind = type(value)
        if kind is float:
            return Real(value, self, column)
        if kind is int:
            return Whole(value, self, column)
        return unmarked(value) if kind is str and not value.isascii() else value

    def __iter__(self) -> Iterator[str]:
        """Return the columns."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._values)

    @property
    def place(self) -> Place:
        """Where the row stands."""
        if self._place is None:
            values = self._values
            sizes = (values[name] for name in _SIZES if values.get(name) is not None)
            size = next(sizes, self._n)
            row = described({name: values[name] for name in (*self.key, *_ALSO.get(self.table, ()))})
            self._place = Place(self.table, row, "" if size is None else str(size), _model(values))
        return self._place


def _model(values: Mapping[str, Any]) -> str:
    if not values.get("effect"):
        return ""
    method = next((values[name] for name in _METHODS if values.get(name)), "")
    return ", ".join(str(part) for part in (values.get("step"), method) if part)


def described(key: Mapping[str, Any]) -> str:
    """Return a key in words, ``effect=social_work; outcome=trust``; semicolons and percent signs inside as %3B, %25.

    Columns that are empty are left out.
    """
    written = ((name, _written(value)) for name, value in key.items())
    return "; ".join(f"{name}={value}" for name, value in written if value)


def _written(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return unmarked(text).replace("%", "%25").replace(";", "%3B")


@dataclass(frozen=True, slots=True)
class Fixed:
    """A holder whose place is known from the start."""

    place: Place


def bound_mapping(values: Any, path: tuple[str, ...] = ()) -> Any:
    """Return the manifest, or a part of it, with numbers that remember their path and texts without marks."""
    if isinstance(values, Mapping):
        return _bound_items(values, path)
    if isinstance(values, (list, tuple)):
        return [
            bound_mapping(value, (*path[:-1], f"{path[-1]}[{_label(value, at)}]")) for at, value in enumerate(values)
        ]
    return unmarked(values) if isinstance(values, str) else values


def _bound_items(values: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    holder = Fixed(Place("manifest", ".".join(path)))
    found: dict[str, Any] = {}
    for key, value in values.items():
        kind = type(value)
        if kind is int:
            found[key] = Whole(value, holder, key)
        elif kind is float:
            found[key] = Real(value, holder, key)
        else:
            found[key] = bound_mapping(value, (*path, key))
    return found


def _label(value: Any, at: int) -> str:
    own = value.get("id", value.get("name")) if isinstance(value, Mapping) else None
    return str(at if own is None else own)


def counted(
    table: str, rows: Sequence[Any] | int, where: str, key: Mapping[str, Any], distinct: Sequence[str]
) -> Whole:
    """Return how many of the rows of `table` were found, as a number that remembers how.

    Parameters
    ----------
    table
        Name of the table.
    rows
        The rows, as :meth:`Facts.rows` gave them, or their number where `where` or `key` tells which they are.
    where
        The condition as SQL, such as ``abs(std_difference) > 0.1``; without it and `key` the lines of the table are
        named, from 1 on without the header.
    key
        Columns and values that the rows share.
    distinct
        Columns whose different values are counted; without any, the rows are.
    """
    number = how_many(rows, distinct)
    parts = [described(key)] if key else []
    if where:
        parts.append(where)
    if not parts and not isinstance(rows, int):
        lines = _ranges(row.index + 1 for row in rows if isinstance(row, BoundRow))
        parts.append(f"lines {lines}" if lines else "no lines")
    return Whole(number, Fixed(Place(table, "; ".join(parts))), ", ".join(distinct) or "rows", forms=(COUNTED,))


def how_many(rows: Sequence[Any] | int, distinct: Sequence[str]) -> int:
    """Return the number of rows, or of different values of the columns `distinct` in them."""
    if isinstance(rows, int):
        return int(rows)
    return len({tuple(row[name] for name in distinct) for row in rows}) if distinct else len(rows)


def _ranges(numbers: Iterable[int]) -> str:
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    return ", ".join("-".join(map(str, part)) for part in found)


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


def bind_text(text: str, row: Mapping[str, Any], column: str, form: str) -> str:
    """Return `text`, which writes out what stands in `column` of `row`, marked with its origin."""
    if not isinstance(row, BoundRow):
        return text
    return number_mark(text, (*Origin(row.place, (column,), (str(row[column]),), (form,)).fields(),))


def bind(text: str, *values: float | None, form: str = "") -> str:
    """Return `text`, which prints `values`, marked with their origin; as it is where they have none.

    `form` is what was done to them, of :data:`FORMS`.
    """
    origin = origin_of(*values)
    if origin is None:
        return text
    table, row, column, value, n, model, forms = origin.fields()
    return number_mark(text, (table, row, column, value, n, model, f"{form} {forms}".strip()))
