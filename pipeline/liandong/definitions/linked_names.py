"""Names of values in other tables: ``communities.residents``, ``sum(service_log.hours)``, ``count(service_log)``.

They are names like those of columns: joining the tables is done elsewhere, under these very names.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal, get_args

Aggregate = Literal["count", "sum", "mean", "min", "max"]

AGGREGATES: tuple[Aggregate, ...] = get_args(Aggregate)
_WITHOUT_COLUMN: Aggregate = "count"


@dataclass(frozen=True, slots=True)
class LinkedName:
    """A value of another table, as an expression names it.

    Attributes
    ----------
    table, column
        Where the value stands; only ``count(table)`` has no column.
    aggregate
        How many rows become one value; None where one row is meant.
    """

    table: str
    column: str | None = None
    aggregate: Aggregate | None = None

    @property
    def text(self) -> str:
        """The name in its one spelling, also that of the joined column."""
        inner = self.table if self.column is None else f"{self.table}.{self.column}"
        return inner if self.aggregate is None else f"{self.aggregate}({inner})"


def linked_name(node: ast.AST) -> LinkedName | None:
    """Return the linked name that `node` is, None where it is something else (or nothing that the language has)."""
    if isinstance(node, ast.Attribute):
        return LinkedName(node.value.id, node.attr) if isinstance(node.value, ast.Name) else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or len(node.args) != 1 or node.keywords:
        return None
    aggregate = next((name for name in AGGREGATES if name == node.func.id), None)
    if aggregate is None:
        return None
    argument = node.args[0]
    if isinstance(argument, ast.Name):
        return LinkedName(argument.id, aggregate=aggregate) if aggregate == _WITHOUT_COLUMN else None
    inner = linked_name(argument)
    return LinkedName(inner.table, inner.column, aggregate) if inner and inner.aggregate is None else None


def parse_linked_name(text: str) -> LinkedName | None:
    """Return the linked name that `text` spells, None where it is a plain name."""
    if "." not in text and "(" not in text:
        return None
    try:
        return linked_name(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
