"""Which columns carry personal values on: derived columns, scores and other tables are followed to their fields.

A condition has two values, whatever it is about, and so ends the way; arithmetic, copies and sums go on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from liandong.definitions import Expression, Field, Study
from liandong.definitions.linked_names import linked_name, parse_linked_name

_CONDITIONS = frozenset({"missing", "answered"})


def fields_behind(study: Study, column: str) -> tuple[Field, ...]:
    """Return the fields whose values `column` carries: its own, or those behind a derived column or a score.

    ``sum``, ``mean``, ``min`` and ``max`` of another table carry on the values of their column (of a single row they
    are the value); ``count`` does not.
    """
    return tuple(_behind(study, column, frozenset(), in_conditions=False))


def reads_personal(study: Study, column: str) -> bool:
    """Whether a field marked as personal is read for `column` anywhere, in a condition, too."""
    return any(field.liandong.pii for field in _behind(study, column, frozenset(), in_conditions=True))


def carried_names(expression: Expression) -> tuple[str, ...]:
    """Return the names whose values `expression` carries on: those that it reads outside of conditions."""
    return tuple(dict.fromkeys(_outside_conditions(ast.parse(expression.text, mode="eval").body)))


def _behind(study: Study, column: str, seen: frozenset[str], *, in_conditions: bool) -> Iterator[Field]:
    if column in seen:
        return
    seen |= {column}
    derived = study.derived(column)
    scale = study.instrument.scale(column) if study.instrument else None
    if derived is not None:
        names = derived.expression.names if in_conditions else carried_names(derived.expression)
    elif scale is not None:
        names = scale.items
    else:
        field = _field(study, column, counted=in_conditions)
        yield from () if field is None else (field,)
        return
    for name in names:
        yield from _behind(study, name, seen, in_conditions=in_conditions)


def _field(study: Study, column: str, *, counted: bool) -> Field | None:
    """Return the field called `column`, or the one of another table that a linked name reads."""
    if study.instrument is None:
        return None
    linked = parse_linked_name(column)
    if linked is None or linked.aggregate is None:
        return study.instrument.field(column)
    if linked.column is None or (linked.aggregate == "count" and not counted):
        return None
    return study.instrument.field(f"{linked.table}.{linked.column}")


def _outside_conditions(node: ast.AST) -> Iterator[str]:
    linked = linked_name(node)
    if linked is not None:
        yield linked.text
    elif isinstance(node, ast.Name):
        yield node.id
    elif not _is_condition(node):
        inside = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
        for child in inside:
            yield from _outside_conditions(child)


def _is_condition(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Compare | ast.BoolOp)
        or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CONDITIONS)
    )
