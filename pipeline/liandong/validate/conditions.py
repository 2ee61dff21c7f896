"""Expressions of the codebook in words that a field supervisor reads: titles for names, labels for codes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liandong.definitions import Codebook, Expression, Field, Language
from liandong.definitions.link_titles import NOTHING_LENT, Lent
from liandong.definitions.linked_names import linked_name

_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "×",
    ast.Div: "÷",
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What names mean to people: the fields of a codebook, and what other tables lend."""

    codebook: Codebook
    lent: Mapping[str, Lent]

    def field(self, node: ast.AST) -> Field | None:
        """Return the field that `node` names, here or in another table; None for anything else."""
        linked = linked_name(node)
        if linked is not None:
            found = self.lent.get(linked.text)
            return found.link.field if found is not None and linked.aggregate is None else None
        known = isinstance(node, ast.Name) and node.id in self.codebook.names
        return self.codebook.field(node.id) if known and isinstance(node, ast.Name) else None

    def is_personal(self, node: ast.AST) -> bool:
        """Return whether `node` names a personal field, of another table or of all rows of one, too."""
        linked = linked_name(node)
        found = None if linked is None else self.lent.get(linked.text)
        field = self.field(node) if found is None else found.link.field
        return field is not None and bool(field.liandong.pii)

    def title(self, node: ast.AST, lang: Language) -> str | None:
        """Return the words for a value of another table, None for anything else."""
        linked = linked_name(node)
        found = None if linked is None else self.lent.get(linked.text)
        return None if found is None else found.title.in_language(lang)


@dataclass(frozen=True, slots=True)
class _Reader:
    """The names and the language in which an expression is told."""

    names: Vocabulary
    lang: Language

    def words(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en


def describe(expression: Expression, codebook: Codebook, lang: Language) -> str:
    """Return `expression` in words, such as ``「社工服务」为“是”，且「年龄」≥60``."""
    return tell(expression, Vocabulary(codebook, NOTHING_LENT), lang)


def tell(expression: Expression, names: Vocabulary, lang: Language) -> str:
    """Return `expression` in words, with the titles of other tables, too."""
    return _tell(ast.parse(expression.text, mode="eval").body, _Reader(names, lang))


def _tell(node: ast.AST, reader: _Reader) -> str:
    title = reader.names.title(node, reader.lang)
    if title is not None:
        return title
    teller = _TELLERS.get(type(node))
    return ast.unparse(node) if teller is None else teller(node, reader)


def _name(node: ast.Name, reader: _Reader) -> str:
    field = reader.names.field(node)
    if field is None:
        return node.id
    title = field.label(reader.lang)
    return reader.words(f"「{title}」", f"“{title}”")


def _constant(node: ast.Constant, reader: _Reader) -> str:
    if isinstance(node.value, bool):
        return reader.words("是" if node.value else "否", "yes" if node.value else "no")
    return str(node.value)


def _bool_op(node: ast.BoolOp, reader: _Reader) -> str:
    parts = [
        reader.words(f"（{_tell(part, reader)}）", f"({_tell(part, reader)})")
        if isinstance(part, ast.BoolOp)
        else _tell(part, reader)
        for part in node.values
    ]
    word = reader.words("，且", " and ") if isinstance(node.op, ast.And) else reader.words("，或", " or ")
    return word.join(parts)


def _unary(node: ast.UnaryOp, reader: _Reader) -> str:
    inner = _tell(node.operand, reader)
    if isinstance(node.op, ast.USub):
        return f"−{inner}"
    return reader.words(f"并非（{inner}）", f"not ({inner})")


def _arithmetic(node: ast.BinOp, reader: _Reader) -> str:
    left, right = (
        f"({_tell(side, reader)})" if isinstance(side, ast.BinOp) else _tell(side, reader)
        for side in (node.left, node.right)
    )
    sign = _SIGNS[type(node.op)]
    return reader.words(f"{left}{sign}{right}", f"{left} {sign} {right}")


def _compare(node: ast.Compare, reader: _Reader) -> str:
    named = list(_named(node))
    if any(reader.names.is_personal(part) for part in named):
        return _withheld(named, reader)
    text, left = _tell(node.left, reader), node.left
    for comparison, right in zip(node.ops, node.comparators, strict=True):
        labels = _labels(left, reader)
        if isinstance(comparison, ast.In | ast.NotIn):
            text += _membership(comparison, right, labels, reader)
        elif isinstance(comparison, ast.Eq | ast.NotEq) and reader.lang == "zh" and labels:
            text += ("为" if isinstance(comparison, ast.Eq) else "不为") + _answer(right, labels, reader)
        else:
            sign = _SIGNS[type(comparison)]
            text += reader.words(sign, f" {sign} ") + _answer(right, labels, reader)
        left = right
    return text


def _withheld(named: Iterable[ast.AST], reader: _Reader) -> str:
    """Tell a comparison with a personal field without the values that it is held against: titles are published."""
    titles = dict.fromkeys(_tell(node, reader) for node in named)
    names = reader.words("、", " and ").join(titles)
    return reader.words(
        f"{names}符合规定的条件", f"{names} {'meets' if len(titles) == 1 else 'meet'} the agreed condition"
    )


def _named(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of an expression that name a column, here or in another table."""
    if isinstance(node, ast.Name) or linked_name(node) is not None:
        yield node
        return
    for child in node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node):
        yield from _named(child)


def _membership(comparison: ast.cmpop, right: ast.expr, labels: Mapping[Any, str], reader: _Reader) -> str:
    elements = right.elts if isinstance(right, ast.List | ast.Tuple) else [right]
    listed = reader.words("、", ", ").join(_answer(element, labels, reader) for element in elements)
    if isinstance(comparison, ast.In):
        return reader.words(f"为{listed}之一", f" one of {listed}")
    return reader.words(f"不为{listed}之一", f" none of {listed}")


def _labels(node: ast.AST, reader: _Reader) -> Mapping[Any, str]:
    """Return the value labels of the field that stands on the left of a comparison."""
    field = reader.names.field(node)
    return {} if field is None else field.category_labels(reader.lang)


def _answer(node: ast.AST, labels: Mapping[Any, str], reader: _Reader) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    if value is None or value not in labels:
        return _tell(node, reader)
    return reader.words(f"“{labels[value]}”", labels[value])


def _call(node: ast.Call, reader: _Reader) -> str:
    inner = _tell(node.args[0], reader)
    wording = _FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
    return ast.unparse(node) if wording is None else reader.words(*wording).format(inner)


_FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "missing": ("{}未作答", "{} is unanswered"),
    "answered": ("{}已作答", "{} is answered"),
    "hour": ("{}的钟点", "the hour of {}"),
    "minutes": ("{}的分钟数", "the minutes of {}"),
}
_TELLERS: Mapping[type[ast.AST], Callable[[Any, _Reader], str]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary,
    ast.BinOp: _arithmetic,
    ast.Compare: _compare,
    ast.Call: _call,
}
