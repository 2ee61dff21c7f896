"""Rows, counts and the manifest of a bundle as holders of numbers that remember where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from liandong.present.binding import COUNTED, Fixed, Origin, Place, Real, Whole
from liandong.present.marks import number_mark, unmarked

_SIZES: Final = ("denominator_n", "n_obs", "n_rows", "n_checked", "n")
_ALSO: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"sample_flow": ("stage",)})
"""Columns that say more than the key of a table that only numbers its rows."""
_METHODS: Final = ("vcov", "ci_method", "method")


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


def bind_text(text: str, row: Mapping[str, Any], column: str, form: str) -> str:
    """Return `text`, which writes out what stands in `column` of `row`, marked with its origin."""
    if not isinstance(row, BoundRow):
        return text
    return number_mark(text, (*Origin(row.place, (column,), (str(row[column]),), (form,)).fields(),))
