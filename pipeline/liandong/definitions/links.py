"""What the expressions of one table may read of the others, by the foreign keys between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liandong.definitions.codebook import Codebook, Field, ForeignKey
from liandong.definitions.expression_types import Kind, kind_of_field
from liandong.definitions.expressions import Expression
from liandong.definitions.linked_names import Aggregate, LinkedName, parse_linked_name

RESPONSES = "responses"
Schemas = Mapping[str, Codebook]

_SUMMED: frozenset[Kind] = frozenset({"number", "truth"})
_ORDERED: frozenset[Kind] = frozenset({"number", "date", "datetime", "time"})


@dataclass(frozen=True, slots=True)
class Link:
    """One column that another table lends.

    Attributes
    ----------
    name
        What is lent; its text names the column.
    on, key
        The columns of this table and of the other that have to agree, pair by pair.
    field
        The field that is read; None for ``count(table)``.
    kind
        What the column holds.
    personal
        Whether the key is personal, so that no message may show it.
    """

    name: LinkedName
    on: tuple[str, ...]
    key: tuple[str, ...]
    field: Field | None
    kind: Kind
    personal: bool = False

    @property
    def column(self) -> str:
        """The name of the joined column."""
        return self.name.text


def linkable(name: str, schemas: Schemas) -> dict[str, Link]:
    """Return every column that other tables lend to the table `name`, by its text.

    Parameters
    ----------
    name
        A table of `schemas`.
    schemas
        The codebook of every table that has one, ``responses`` among them.

    Returns
    -------
    dict
        ``table.column`` for each table that exactly one foreign key of `name` points to; ``count``, ``sum``, ``mean``,
        ``min`` and ``max`` for each table of which exactly one foreign key points to `name`. With two such keys nobody
        could tell which one is meant.
    """
    links = [
        link
        for other, codebook in schemas.items()
        if other != name
        for link in (
            *_of_one_row(other, codebook, keys_to(other, schemas[name])),
            *_of_many_rows(other, codebook, keys_to(name, codebook)),
        )
    ]
    return {link.column: link for link in links}


def keys_to(table: str, codebook: Codebook) -> list[ForeignKey]:
    """Return the foreign keys of `codebook` that point to `table`."""
    return [key for key in codebook.foreign_keys if key.reference.resource == table]


def _of_one_row(table: str, codebook: Codebook, keys: list[ForeignKey]) -> Iterator[Link]:
    if len(keys) != 1:
        return
    on, key = keys[0].columns, keys[0].referenced
    personal = any(field.liandong.pii for field in codebook.fields if field.name in key)
    for field in codebook.fields:
        yield Link(LinkedName(table, field.name), on, key, field, kind_of_field(field), personal)


def _of_many_rows(table: str, codebook: Codebook, keys: list[ForeignKey]) -> Iterator[Link]:
    if len(keys) != 1:
        return
    on, key = keys[0].referenced, keys[0].columns
    yield Link(LinkedName(table, aggregate="count"), on, key, None, "number")
    for field in codebook.fields:
        for aggregate, (suits, gives) in _AGGREGATES.items():
            kind = kind_of_field(field)
            if suits(kind):
                yield Link(LinkedName(table, field.name, aggregate), on, key, field, gives(kind))


_Suits = Callable[[Kind], bool]
_Gives = Callable[[Kind], Kind]
_AGGREGATES: Mapping[Aggregate, tuple[_Suits, _Gives]] = {
    "count": (lambda _: True, lambda _: "number"),
    "sum": (lambda kind: kind in _SUMMED, lambda _: "number"),
    "mean": (lambda kind: kind in _SUMMED, lambda _: "number"),
    "min": (lambda kind: kind in _ORDERED, lambda kind: kind),
    "max": (lambda kind: kind in _ORDERED, lambda kind: kind),
}


def expressions_of(codebook: Codebook) -> Iterator[Expression]:
    """Yield the expressions of a codebook: skip logic, then rules."""
    for field in codebook.fields:
        if field.liandong.asked_if is not None:
            yield field.liandong.asked_if
    yield from (rule.check for rule in codebook.liandong.rules)


def expressions_in(definition: Any) -> Iterator[Expression]:
    """Yield every expression inside a definition, at whatever depth."""
    if isinstance(definition, Expression):
        yield definition
    elif isinstance(definition, Mapping):
        for value in definition.values():
            yield from expressions_in(value)
    elif isinstance(definition, list | tuple):
        for value in definition:
            yield from expressions_in(value)
    elif hasattr(type(definition), "model_fields"):
        for name in type(definition).model_fields:
            yield from expressions_in(getattr(definition, name))


def needed_links(expressions: Iterable[Expression], links: Mapping[str, Link]) -> tuple[Link, ...]:
    """Return the links among `links` that `expressions` read, in their order."""
    read = {name for expression in expressions for name in expression.names}
    return tuple(link for column, link in links.items() if column in read)


def linked_tables(names: Iterable[str]) -> set[str]:
    """Return the tables that linked names among `names` read."""
    return {linked.table for name in names if (linked := parse_linked_name(name)) is not None}


def explain_link(linked: LinkedName, lent: Collection[str]) -> str | None:
    """Say why a linked name that is not among those `lent` cannot be read; None where it may be a slip of the pen."""
    place = f"{linked.table}.{linked.column}"
    counted = f"count({place})" in lent
    if linked.aggregate is not None and place in lent:
        return f"{linked.text!r}: one row here has one row of {linked.table!r}; write {place}"
    if linked.aggregate is None and counted:
        return f"{place!r}: one row here may have many of {linked.table!r}; write count, sum, mean, min or max of it"
    if counted:
        return f"{linked.text!r}: the type of {place} has no {linked.aggregate}"
    return None
