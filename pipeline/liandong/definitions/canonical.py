"""Definitions as canonical JSON: the same text for the same decision, however it is worded or laid out."""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from liandong.definitions.expressions import Expression
from liandong.definitions.linked_names import linked_name

# "undecided" is who has looked at a decision, not the decision.
_WORDING = frozenset({"title", "note", "source", "higher_means", "categories", "group", "undecided"})


def plain(value: Any) -> Any:
    """Return a definition as plain JSON values: wording left out, and defaults, so that a new key changes no hash."""
    if isinstance(value, Expression):
        return _tree(ast.parse(value.text, mode="eval").body)
    if isinstance(value, BaseModel):
        return {name: plain(own) for name, own in _decisions(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(own) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return [plain(own) for own in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _decisions(model: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        default = field.get_default(call_default_factory=True)
        if name not in _WORDING and (default is PydanticUndefined or value != default):
            yield name, value


def _tree(node: ast.AST) -> Any:
    """Return an expression's meaning, the same whatever its spaces and brackets, and in every version of Python."""
    linked = linked_name(node)
    if linked is not None:
        return linked.text
    match node:
        case ast.Constant():
            return {"value": plain(node.value)}
        case ast.Name():
            return node.id
        case ast.Call(func=ast.Name(id=name)):
            parts: list[Any] = [name, *map(_tree, node.args)]
        case ast.BoolOp():
            parts = [_word(node.op), *map(_tree, node.values)]
        case ast.UnaryOp():
            parts = [_word(node.op), _tree(node.operand)]
        case ast.BinOp():
            parts = [_word(node.op), _tree(node.left), _tree(node.right)]
        case ast.Compare():
            parts = [[*map(_word, node.ops)], _tree(node.left), *map(_tree, node.comparators)]
        case ast.List() | ast.Tuple():
            parts = ["list", *map(_tree, node.elts)]
        case _:
            raise TypeError(f"{type(node).__name__} is not part of the language of expressions")
    return parts


def _word(operator: ast.AST) -> str:
    return type(operator).__name__.lower()


def texts_in(content: Any) -> Iterator[str]:
    """Yield every text among plain values, the names of columns among them."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from texts_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts_in(value)


def canonical_json(content: Any) -> str:
    """Return plain values as JSON, on one line, keys sorted."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
