"""A small safe language for rules, numerators and derived columns.

It looks like Python's comparisons, but nothing is ever evaluated by Python: the text is parsed, every node is checked
against a short list, and the tree is translated to a Polars expression. Missing answers follow Kleene's three-valued
logic: a comparison with a missing value is unknown, ``False and unknown`` is False, ``True and unknown`` is unknown.

Four functions: ``missing(x)``, ``answered(x)``, ``hour(x)`` of a date with time, ``minutes(x - y)`` between two such
(whole minutes, towards zero). A division by zero is unknown.

Other tables are read by ``table.column`` (the one row that a foreign key points to) and by ``count(table)``,
``count(table.column)``, ``sum``, ``mean``, ``min`` and ``max`` of a column (the rows that point here). Such a value is
read from a column that is called like its text.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from liandong.definitions.linked_names import AGGREGATES, linked_name

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "missing": lambda value: value.is_null(),
    "answered": lambda value: value.is_not_null(),
    "hour": lambda value: value.dt.hour().cast(pl.Int64),  # Polars has it in 8 bits: 3 * 60 would overflow
    "minutes": lambda value: value.dt.total_minutes(),
}
_CONDITIONS = frozenset({"missing", "answered"})
_GRAMMAR = (
    "names, numbers, text, comparisons, and/or/not, in [..], + - * /, missing(x), answered(x), hour(x), minutes(x - y) "
    "and, of other tables, table.column, count(table), sum(table.column)"
)
_LONGEST = 2_000
_DEEPEST = 100
_SHOWN = 120
_LARGEST = 2**63 - 1


class ExpressionError(ValueError):
    """A text that is not an expression of the language; the message says what was not understood."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    Attributes
    ----------
    text
        As it stands in the definitions.
    names
        The columns that it reads, sorted; of other tables by their text, such as ``sum(service_log.hours)``.
    """

    text: str
    names: tuple[str, ...]

    def polars(self) -> pl.Expr:
        """Return the equivalent Polars expression; null stands for unknown."""
        return _translate(_parse(self.text))


def parse_expression(text: str) -> Expression:
    """Parse `text`, or raise :class:`ExpressionError` with the part that the language does not have."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"an expression of {len(text)} characters; at most {_LONGEST} are read")
    if "\\" in text:
        raise ExpressionError("a backslash has no meaning in an expression")
    tree = _parse(text.strip())
    _translate(tree)
    return Expression(text=text.strip(), names=tuple(sorted(set(_names(tree)))))


def _names(node: ast.AST) -> Iterator[str]:
    linked = linked_name(node)
    if linked is not None:
        yield linked.text
    elif isinstance(node, ast.Name):
        yield node.id
    else:
        inside = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
        for child in inside:
            yield from _names(child)


def _parse(text: str) -> ast.expr:
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        raise ExpressionError(f"cannot be read at column {error.offset} ({error.msg}): {shown!r}") from error
    except (ValueError, RecursionError, MemoryError) as error:  # a null byte, or nesting that exhausts the parser
        raise ExpressionError(f"cannot be read: {error or type(error).__name__}") from error
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise ExpressionError(f"nested more than {_DEEPEST} levels deep")
    return tree


def _translate(node: ast.AST) -> pl.Expr:
    translator = _NODES.get(type(node))
    if translator is None:
        raise ExpressionError(f"{_shown(node)} is not part of the language ({_GRAMMAR})")
    return translator(node)


def _name(node: ast.Name) -> pl.Expr:
    return pl.col(node.id)


def _attribute(node: ast.Attribute) -> pl.Expr:
    linked = linked_name(node)
    if linked is None:
        raise ExpressionError(f"{_shown(node)} is not part of the language: a point stands between table and column")
    return pl.col(linked.text)


def _constant(node: ast.Constant) -> pl.Expr:
    if not isinstance(node.value, int | float | str | bool):
        raise ExpressionError(f"{node.value!r} is not a number or a text")
    if isinstance(node.value, int | float) and abs(node.value) > _LARGEST:
        raise ExpressionError(f"a number larger than {_LARGEST}")
    return pl.lit(node.value)


def _bool_op(node: ast.BoolOp) -> pl.Expr:
    combine = operator.and_ if isinstance(node.op, ast.And) else operator.or_
    return functools.reduce(combine, (_translate(value) for value in node.values))


def _unary(node: ast.UnaryOp) -> pl.Expr:
    operand = _translate(node.operand)
    if isinstance(node.op, ast.Not):
        return ~operand
    if isinstance(node.op, ast.USub):
        return -operand
    raise ExpressionError(f"{_shown(node)}: only 'not' and '-' may stand before a value")


def _arithmetic(node: ast.BinOp) -> pl.Expr:
    combine = _ARITHMETIC.get(type(node.op))
    if combine is None:
        raise ExpressionError(f"{_shown(node)}: only + - * / are known")
    right = _number(node.right)
    if isinstance(node.op, ast.Div):
        right = pl.when(right != 0).then(right)
    result: pl.Expr = combine(_number(node.left), right)
    return result


def _number(node: ast.expr) -> pl.Expr:
    """Translate an operand of arithmetic; a condition counts 1 where it is true and 0 where it is false."""
    is_condition = (
        isinstance(node, ast.Compare | ast.BoolOp)
        or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CONDITIONS)
    )
    return _translate(node).cast(pl.Int64) if is_condition else _translate(node)


def _compare(node: ast.Compare) -> pl.Expr:
    parts = []
    left = node.left
    for comparison, right in zip(node.ops, node.comparators, strict=True):
        parts.append(_one_comparison(left, comparison, right))
        left = right
    return functools.reduce(operator.and_, parts)


def _one_comparison(left: ast.expr, comparison: ast.cmpop, right: ast.expr) -> pl.Expr:
    if isinstance(comparison, ast.In | ast.NotIn):
        value = _translate(left)
        # Compared one by one: `is_in` refuses to hold whole numbers against a column of reals.
        member = pl.any_horizontal(value == literal for literal in _literals(right))
        return ~member if isinstance(comparison, ast.NotIn) else member
    combine = _COMPARISONS.get(type(comparison))
    if combine is None:
        raise ExpressionError(f"{_shown(left)} … {_shown(right)}: this comparison is not known; use == != < <= > >= in")
    result: pl.Expr = combine(_translate(left), _translate(right))
    return result


def _literals(node: ast.expr) -> list[pl.Expr]:
    if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
        raise ExpressionError(f"{_shown(node)}: after 'in' a list of values is expected, such as [1, 2]")
    for element in node.elts:
        negative = isinstance(element, ast.UnaryOp) and isinstance(element.op, ast.USub)
        plain = element.operand if isinstance(element, ast.UnaryOp) and negative else element
        if not isinstance(plain, ast.Constant) or (negative and isinstance(plain.value, str)):
            raise ExpressionError(f"{_shown(element)}: only plain values may stand in a list")
    return [_translate(element) for element in node.elts]


def _call(node: ast.Call) -> pl.Expr:
    linked = linked_name(node)
    if linked is not None:
        return pl.col(linked.text)
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if name in AGGREGATES:
        raise ExpressionError(f"{_shown(node)}: {name} is of the rows of another table, such as {name}(table.column)")
    function = _FUNCTIONS.get(name or "")
    if function is None or len(node.args) != 1 or node.keywords:
        raise ExpressionError(
            f"{_shown(node)}: the only functions are missing(x), answered(x), hour(x), minutes(x - y), and of other "
            f"tables {', '.join(AGGREGATES)}"
        )
    return function(_translate(node.args[0]))


def _shown(node: ast.AST) -> str:
    text = repr(ast.unparse(node))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


_NODES: Mapping[type[ast.AST], Callable[[Any], pl.Expr]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Constant: _constant,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary,
    ast.BinOp: _arithmetic,
    ast.Compare: _compare,
    ast.Call: _call,
}
