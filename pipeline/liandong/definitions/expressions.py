"""A small safe language for rules, numerators and derived columns.

It looks like Python's comparisons, but nothing is ever evaluated by Python: the text is parsed, every node is checked
against a short list, and the tree is translated to a Polars expression. Missing answers follow Kleene's three-valued
logic: a comparison with a missing value is unknown, ``False and unknown`` is False, ``True and unknown`` is unknown.

Four functions: ``missing(x)``, ``answered(x)``, ``hour(x)`` of a date with time, ``minutes(x - y)`` between two such
(whole minutes, towards zero).
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

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
    "hour": lambda value: value.dt.hour(),
    "minutes": lambda value: value.dt.total_minutes(),
}
_GRAMMAR = (
    "names, numbers, text, comparisons, and/or/not, in [..], + - * /, missing(x), answered(x), hour(x), minutes(x - y)"
)
_LONGEST = 2_000


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
        The columns that it reads, sorted.
    """

    text: str
    names: tuple[str, ...]

    def polars(self) -> pl.Expr:
        """Return the equivalent Polars expression; null stands for unknown."""
        return _translate(ast.parse(self.text.strip(), mode="eval").body)


def parse_expression(text: str) -> Expression:
    """Parse `text`, or raise :class:`ExpressionError` with the part that the language does not have."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"an expression of {len(text)} characters; at most {_LONGEST} are read")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        _translate(tree.body)
    except SyntaxError as error:
        raise ExpressionError(f"cannot be read at column {error.offset}: {text!r}") from error
    except RecursionError as error:
        raise ExpressionError("nested too deeply") from error
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(_FUNCTIONS)
    return Expression(text=text.strip(), names=tuple(sorted(names)))


def _translate(node: ast.AST) -> pl.Expr:
    translator = _NODES.get(type(node))
    if translator is None:
        raise ExpressionError(f"{ast.unparse(node)!r} is not part of the language ({_GRAMMAR})")
    return translator(node)


def _name(node: ast.Name) -> pl.Expr:
    return pl.col(node.id)


def _constant(node: ast.Constant) -> pl.Expr:
    if not isinstance(node.value, int | float | str | bool):
        raise ExpressionError(f"{node.value!r} is not a number or a text")
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
    raise ExpressionError(f"{ast.unparse(node)!r}: only 'not' and '-' may stand before a value")


def _arithmetic(node: ast.BinOp) -> pl.Expr:
    combine = _ARITHMETIC.get(type(node.op))
    if combine is None:
        raise ExpressionError(f"{ast.unparse(node)!r}: only + - * / are known")
    result: pl.Expr = combine(_number(node.left), _number(node.right))
    return result


def _number(node: ast.expr) -> pl.Expr:
    """Translate an operand of arithmetic; a condition counts 1 where it is true and 0 where it is false."""
    is_condition = isinstance(node, ast.Compare | ast.BoolOp | ast.Call) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
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
        member = _translate(left).is_in(_literals(right))
        return ~member if isinstance(comparison, ast.NotIn) else member
    combine = _COMPARISONS.get(type(comparison))
    if combine is None:
        raise ExpressionError(
            f"{ast.unparse(left)} … {ast.unparse(right)}: this comparison is not known; use == != < <= > >= in"
        )
    result: pl.Expr = combine(_translate(left), _translate(right))
    return result


def _literals(node: ast.expr) -> list[Any]:
    if not isinstance(node, ast.List | ast.Tuple):
        raise ExpressionError(f"{ast.unparse(node)!r}: after 'in' a list of values is expected, such as [1, 2]")
    values = []
    for element in node.elts:
        try:
            value = ast.literal_eval(element)
        except ValueError as error:
            raise ExpressionError(f"{ast.unparse(element)!r}: only plain values may stand in a list") from error
        values.append(value)
    return values


def _call(node: ast.Call) -> pl.Expr:
    function = _FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if function is None or len(node.args) != 1 or node.keywords:
        raise ExpressionError(
            f"{ast.unparse(node)!r}: the only functions are missing(x), answered(x), hour(x) and minutes(x - y)"
        )
    return function(_translate(node.args[0]))


_NODES: Mapping[type[ast.AST], Callable[[Any], pl.Expr]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary,
    ast.BinOp: _arithmetic,
    ast.Compare: _compare,
    ast.Call: _call,
}
