"""The names that definitions may use, and the check that nothing else is used.

Names are collected from raw mappings as well as from validated models, so that a file with mistakes of shape still gets
its mistakes of reference reported in the same run, and does not cause false ones elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from liandong.definitions.expression_types import Kind, misfit
from liandong.definitions.expressions import Expression, ExpressionError, parse_expression
from liandong.definitions.linked_names import parse_linked_name
from liandong.definitions.links import explain_link
from liandong.definitions.shape import nearest
from liandong.errors import Problem


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What an instrument defines.

    Attributes
    ----------
    fields
        Field → the kind of value that it holds, None where its definition does not say so properly.
    scales
        Ids of scales; their scores are numbers.
    linked
        What expressions may read of other tables, such as ``communities.residents``, with its kind; of a table whose
        definition is not sound, ``communities.*``.
    """

    fields: Mapping[str, Kind | None]
    scales: frozenset[str]
    linked: Mapping[str, Kind | None] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Kind | None]:
        """Fields and scales with their kinds."""
        return {**self.fields, **dict.fromkeys(self.scales, "number")}

    @property
    def readable(self) -> dict[str, Kind | None]:
        """All that an expression may read: fields, scales, and values of other tables."""
        return {**self.columns, **self.linked}


@dataclass(frozen=True, slots=True)
class Use:
    """A name used at a path, and the names that it may be."""

    where: str
    name: Any
    kind: str
    valid: Iterable[str]


def unknown_names(uses: Iterable[Use]) -> list[Problem]:
    """Return the names that are used and not defined, each with the nearest one that is."""
    return [
        Problem(use.where, f"{use.name!r} is not {_article(use.kind)} {use.kind}", nearest(use.name, use.valid))
        for use in uses
        if isinstance(use.name, str) and use.name not in use.valid
    ]


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def repeated_names(where: str, names: Iterable[Any]) -> list[Problem]:
    """Return the names that are defined more than once."""
    counts = Counter(name for name in names if isinstance(name, str))
    return [Problem(where, f"{name!r} is defined {count} times") for name, count in counts.items() if count > 1]


def check_expression(
    where: str, expression: Expression, columns: Mapping[str, Kind | None], kind: str, wanted: Kind | None
) -> list[Problem]:
    """Return the unknown names of `expression`, or else what in it does not fit together."""
    unknown = [problem for name in expression.names for problem in _unreadable(Use(where, name, kind, columns))]
    if unknown:
        return unknown
    message = misfit(expression, {name: held for name, held in columns.items() if held is not None}, wanted=wanted)
    return [Problem(where, message)] if message else []


def anything_of(table: str) -> str:
    """Return the name that stands for whatever `table` may hold, because its definition is not sound."""
    return f"{table}.*"


def _unreadable(use: Use) -> list[Problem]:
    """Return why an expression cannot read a name, with what would be right where it is a value of another table."""
    linked = parse_linked_name(use.name)
    if use.name in use.valid or linked is None:
        return unknown_names([use])
    if anything_of(linked.table) in use.valid:
        return []
    lent = [name for name in use.valid if parse_linked_name(name) is not None]
    explained = explain_link(linked, lent)
    if explained is not None:
        return [Problem(use.where, explained)]
    hint = nearest(use.name, lent) or (
        "expressions read tables that liandong.tables of codebook.yaml describes and one foreign key leads to or from"
    )
    return [Problem(use.where, f"{use.name!r} is no value of another table that can be read here", hint)]


def expression_at(node: Any, key: str) -> Expression | None:
    """Return the expression that stands under `key` of a raw mapping; None where the shape check has to speak first."""
    text = at(node, key)
    if isinstance(text, bool | int | float):
        text = str(text)
    try:
        return parse_expression(text) if isinstance(text, str) else None
    except ExpressionError:
        return None


def at(node: Any, *keys: str) -> Any:
    """Follow `keys` into nested raw mappings; None where the way ends."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def items(node: Any) -> list[Any]:
    """Return a raw list, empty where there is none."""
    return node if isinstance(node, list) else []


def names_in(node: Any) -> list[str]:
    """Return the texts of a raw list; what else stands there is for the shape check."""
    return [name for name in items(node) if isinstance(name, str)]


def column_list(where: str, names: Any, columns: Mapping[str, Kind | None]) -> Iterator[Problem]:
    """Yield the names in a raw list that are no columns, or stand there twice."""
    yield from unknown_names(Use(f"{where}[{j}]", name, "column", columns) for j, name in enumerate(items(names)))
    yield from repeated_names(where, items(names))


def check_condition(where: str, node: Any, key: str, columns: Mapping[str, Kind | None]) -> Iterator[Problem]:
    """Yield what is wrong with the condition under `key` of a raw mapping."""
    expression = expression_at(node, key)
    if expression is not None:
        yield from check_expression(where, expression, columns, "column", "truth")


def texts(nodes: Iterable[Any], key: str) -> Iterator[str]:
    """Yield the texts that stand under `key` of raw mappings."""
    for node in nodes:
        value = at(node, key)
        if isinstance(value, str):
            yield value
