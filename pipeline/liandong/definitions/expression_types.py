"""Do the parts of an expression fit together? Found when definitions are loaded, not when the data are there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Literal

from liandong.definitions.codebook import Codebook, Field, FieldType
from liandong.definitions.expressions import Expression
from liandong.definitions.linked_names import linked_name, parse_linked_name

Kind = Literal["number", "text", "truth", "date", "datetime", "time", "duration"]
Kinds = Mapping[str, Kind]

_KIND_OF: Mapping[FieldType, Kind] = {
    "integer": "number",
    "number": "number",
    "year": "number",
    "string": "text",
    "boolean": "truth",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
}
_WORDS: Mapping[Kind, str] = {
    "number": "a number",
    "text": "text",
    "truth": "a condition",
    "date": "a date",
    "datetime": "a date with a time",
    "time": "a time of day",
    "duration": "a span of time",
}
# Kinds that can be compared with each other: a condition counts 0 or 1, a date is its midnight.
_FAMILY: Mapping[Kind, str] = {"number": "number", "truth": "number", "date": "date", "datetime": "date"}


class _MisfitError(ValueError):
    """Two parts that do not fit; the message names them."""


def kind_of_field(field: Field) -> Kind:
    """Return the kind of value that `field` holds."""
    return _KIND_OF[field.type]


def field_kinds(codebook: Codebook) -> dict[str, Kind]:
    """Return the kind of value that each field of `codebook` holds."""
    return {field.name: kind_of_field(field) for field in codebook.fields}


def kind_of(expression: Expression, kinds: Kinds) -> Kind | None:
    """Return what `expression` gives, or None where it reads a name that `kinds` does not have, or does not fit."""
    try:
        return _kind(ast.parse(expression.text, mode="eval").body, kinds)
    except _MisfitError:
        return None


def misfit(expression: Expression, kinds: Kinds, *, wanted: Kind | None = None) -> str | None:
    """Return what does not fit in `expression`, or None.

    Parameters
    ----------
    expression
        A parsed expression.
    kinds
        Column → kind. Names that are not there are left to the check of names.
    wanted
        The kind that the whole has to give; a condition may stand where a number is wanted.
    """
    try:
        kind = _kind(ast.parse(expression.text, mode="eval").body, kinds)
    except _MisfitError as error:
        return str(error)
    if wanted is None or kind is None or kind == wanted or (wanted == "number" and kind == "truth"):
        return None
    return f"{expression.text!r} is {_WORDS[kind]}, but {_WORDS[wanted]} is expected" + _remedy(expression.text, wanted)


def _remedy(text: str, wanted: Kind) -> str:
    return f" (such as {text} == 1)" if wanted == "truth" and (text.isidentifier() or parse_linked_name(text)) else ""


def _kind(node: ast.AST, kinds: Kinds) -> Kind | None:
    return _NODES[type(node)](node, kinds)


def _name(node: ast.Name, kinds: Kinds) -> Kind | None:
    return kinds.get(node.id)


def _linked(node: ast.AST, kinds: Kinds) -> Kind | None:
    linked = linked_name(node)
    return kinds.get(linked.text) if linked else None


def _constant(node: ast.Constant, _kinds: Kinds) -> Kind:
    if isinstance(node.value, bool):
        return "truth"
    return "text" if isinstance(node.value, str) else "number"


def _bool_op(node: ast.BoolOp, kinds: Kinds) -> Kind:
    for part in node.values:
        _need_truth(part, kinds)
    return "truth"


def _need_truth(node: ast.expr, kinds: Kinds) -> None:
    kind = _kind(node, kinds)
    if kind not in {"truth", None}:
        assert kind is not None
        text = ast.unparse(node)
        raise _MisfitError(f"{text!r} is {_WORDS[kind]}, but a condition is expected{_remedy(text, 'truth')}")


def _unary(node: ast.UnaryOp, kinds: Kinds) -> Kind:
    if isinstance(node.op, ast.Not):
        _need_truth(node.operand, kinds)
        return "truth"
    kind = _kind(node.operand, kinds)
    if kind not in {"number", None}:
        raise _MisfitError(f"{ast.unparse(node)!r}: only a number can have a minus sign")
    return "number"


def _arithmetic(node: ast.BinOp, kinds: Kinds) -> Kind:
    left, right = _kind(node.left, kinds), _kind(node.right, kinds)
    moments = {"date", "datetime", "time"}
    if left in moments or right in moments:
        if isinstance(node.op, ast.Sub) and _comparable(left, right):
            return "duration"
        raise _MisfitError(f"{ast.unparse(node)!r}: of dates and times only differences can be taken")
    flags = [_is_flag(side, kinds) for side in (node.left, node.right)]
    if {left, right} - {"number", "truth", None} or (isinstance(node.op, ast.Sub) and all(flags)):
        raise _MisfitError(f"{ast.unparse(node)!r}: arithmetic is for numbers")
    return "number"


def _is_flag(node: ast.expr, kinds: Kinds) -> bool:
    """Whether `node` reads a Boolean column, which Polars does not subtract from another."""
    is_column = isinstance(node, ast.Name) or linked_name(node) is not None
    return is_column and _kind(node, kinds) == "truth"


def _comparable(left: Kind | None, right: Kind | None) -> bool:
    return left is None or right is None or _FAMILY.get(left, left) == _FAMILY.get(right, right)


def _compare(node: ast.Compare, kinds: Kinds) -> Kind:
    left = node.left
    for right in node.comparators:
        others = right.elts if isinstance(right, ast.List | ast.Tuple) else [right]
        for other in others:
            _need_comparable(left, other, kinds)
        left = right
    return "truth"


def _need_comparable(left: ast.expr, right: ast.expr, kinds: Kinds) -> None:
    one, other = _kind(left, kinds), _kind(right, kinds)
    if one is None or other is None or _comparable(one, other):
        return
    hint = "; the span in minutes is minutes(x - y)" if "duration" in {one, other} else ""
    raise _MisfitError(
        f"{ast.unparse(left)!r} is {_WORDS[one]} and {ast.unparse(right)!r} is {_WORDS[other]}: "
        f"they cannot be compared{hint}"
    )


def _call(node: ast.Call, kinds: Kinds) -> Kind | None:
    if linked_name(node) is not None:
        return _linked(node, kinds)
    assert isinstance(node.func, ast.Name)
    takes, gives = _FUNCTIONS[node.func.id]
    kind = _kind(node.args[0], kinds)
    if takes and kind is not None and kind not in takes:
        expected = " or ".join(_WORDS[name] for name in takes)
        raise _MisfitError(f"{ast.unparse(node)!r}: {node.func.id} is of {expected}, not of {_WORDS[kind]}")
    return gives


_FUNCTIONS: Mapping[str, tuple[tuple[Kind, ...], Kind]] = {
    "missing": ((), "truth"),
    "answered": ((), "truth"),
    "hour": (("datetime", "time"), "number"),
    "minutes": (("duration",), "number"),
}
_NODES: Mapping[type[ast.AST], Callable[[Any, Kinds], Kind | None]] = {
    ast.Name: _name,
    ast.Attribute: _linked,
    ast.Constant: _constant,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary,
    ast.BinOp: _arithmetic,
    ast.Compare: _compare,
    ast.Call: _call,
}
