"""Expressions of an XLSForm in the language of the codebook.

An XLSForm writes XPath 1.0 with ``${question}`` for answers and ``.`` for the answer at hand
(https://xlsform.org, "Relevant", "Constraints"; the functions are those of the ODK XForms specification). What the
codebook's language can say is translated; of the rest the reason is given, so that a person can decide.

In a form an unanswered question is the empty text; in a codebook it is missing, and a comparison with it unknown.
Unknown passes every rule and leaves open whether a question was to be asked, so translations agree with the form
wherever all answers are there; comparisons with the empty text become ``missing`` and ``answered``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from liandong.scaffold.form_tokens import UntranslatableError, tokens

_COMPARISONS: Mapping[str, str] = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ARITHMETIC: Mapping[str, str] = {"+": "+", "-": "-", "*": "*", "div": "/"}
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expression may refer to under a question's name.

    Attributes
    ----------
    name
        The field that holds it; empty where no single field does.
    options
        Of a question that takes several answers: name of the option → field.
    is_text, is_whole
        Whether the field holds text, or whole numbers.
    missing
        Choices that stand for a missing answer: the field does not hold them.
    """

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    is_text: bool = False
    is_whole: bool = False
    missing: frozenset[str] = frozenset()


def translate(text: str, answers: Mapping[str, Answer], here: Answer | None = None) -> str:
    """Return the expression `text` of a form as one of the codebook.

    Parameters
    ----------
    text
        As it stands in ``relevant``, ``constraint`` or ``required``.
    answers
        Question → what holds its answer.
    here
        What ``.`` refers to.

    Raises
    ------
    UntranslatableError
        For functions and paths that the codebook's language has no words for, unknown questions, and texts that are no
        expression at all.
    """
    parser = _Parser([*tokens(text)], answers, here)
    found = parser.expression(0)
    if parser.peek() is not None:
        raise UntranslatableError(f"{parser.peek()[1]!r} was not expected here")  # type: ignore[index]
    return found.condition()


@dataclass(frozen=True, slots=True)
class _Part:
    """A translated part: its text, what kind of thing it is, and how loosely its outermost sign binds.

    `kind` is answer, number, text, condition, or several (a question with several answers).
    """

    text: str
    kind: str
    strength: int = 9
    answer: Answer | None = None

    def inside(self, strength: int) -> str:
        return self.text if self.strength > strength else f"({self.text})"

    def condition(self) -> str:
        if self.kind == "condition":
            return self.text
        if self.kind == "answer":
            raise UntranslatableError(f"{self.text} alone is no condition; say what it is compared with")
        raise UntranslatableError(f"{self.text} is no condition")


_OR, _AND, _COMPARE, _SUM, _PRODUCT, _SIGN = 1, 2, 3, 4, 5, 6
_STRENGTHS: Mapping[str, int] = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(_COMPARISONS, _COMPARE),
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "div": _PRODUCT,
    "mod": _PRODUCT,
}


@dataclass(slots=True)
class _Parser:
    """Reads tokens from left to right by the strength of the signs between them."""

    tokens: Sequence[tuple[str, str]]
    answers: Mapping[str, Answer]
    here: Answer | None
    at: int = 0
    depth: int = 0

    def peek(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def expression(self, strength: int) -> _Part:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UntranslatableError("is nested too deeply")
        left = self._first()
        while (token := self.peek()) is not None and _STRENGTHS.get(token[1], 0) > strength and token[0] != "text":
            self.at += 1
            left = _joined(left, token[1], self.expression(_STRENGTHS[token[1]]))
        self.depth -= 1
        return left

    def _first(self) -> _Part:
        token = self.peek()
        if token is None:
            raise UntranslatableError("ends where something is missing")
        self.at += 1
        kind, text = token
        if kind == "minus":
            inner = self.expression(_SIGN)
            return _Part(f"-{inner.inside(_SIGN)}", "number", _SIGN)
        if text == "(":
            found = self.expression(0)
            self._expect(")")
            return found
        reader = _READERS.get(kind)
        if reader is None:
            raise UntranslatableError(f"{text!r} was not expected here")
        return reader(self, text)

    def _expect(self, sign: str) -> None:
        token = self.peek()
        if token is None or token[1] != sign:
            raise UntranslatableError(f"{sign!r} is missing")
        self.at += 1

    def call(self, name: str) -> _Part:
        if self.peek() != ("sign", "("):
            raise UntranslatableError(f"{name!r} is neither a question nor a function")
        self.at += 1
        arguments: list[_Part] = []
        while self.peek() not in {("sign", ")"), None}:
            if arguments:
                self._expect(",")
            arguments.append(self.expression(0))
        self._expect(")")
        function = _FUNCTIONS.get((name, len(arguments)))
        if function is None:
            raise UntranslatableError(f"the function {name}() has no counterpart in a codebook")
        return function(*arguments)

    def answer(self, name: str) -> _Part:
        found = self.answers.get(name)
        if found is None:
            raise UntranslatableError(f"there is no question {name!r}")
        return _answer(found)

    def own(self) -> _Part:
        if self.here is None:
            raise UntranslatableError("'.' stands for no answer here")
        return _answer(self.here)


def _answer(found: Answer) -> _Part:
    if found.options:
        return _Part("", "several", answer=found)
    if not found.name:
        raise UntranslatableError("refers to a question that no field holds")
    return _Part(found.name, "answer", answer=found)


def _joined(left: _Part, sign: str, right: _Part) -> _Part:
    if sign in {"and", "or"}:
        strength = _STRENGTHS[sign]
        parts = (part.condition() and part.inside(strength - 1) for part in (left, right))
        return _Part(f" {sign} ".join(parts), "condition", strength)
    if sign in _COMPARISONS:
        return _compared(left, sign, right)
    if sign not in _ARITHMETIC:
        raise UntranslatableError(f"{sign!r} has no counterpart in a codebook")
    strength = _STRENGTHS[sign]
    if {left.kind, right.kind} - {"answer", "number"}:
        raise UntranslatableError(f"{sign!r} stands between things that are no numbers")
    return _Part(f"{left.inside(strength - 1)} {_ARITHMETIC[sign]} {right.inside(strength)}", "number", strength)


def _compared(left: _Part, sign: str, right: _Part) -> _Part:
    for one, other in ((left, right), (right, left)):
        if other.kind == "text" and other.text == "''":
            return _emptiness(one, sign)
    if "several" in {left.kind, right.kind}:
        raise UntranslatableError("a question with several answers is compared as a whole; use selected()")
    for one, other in ((left, right), (right, left)):
        if one.answer is not None and other.text.strip("'") in one.answer.missing:
            raise UntranslatableError(f"{other.text} stands for a missing answer of {one.text}")
    left, right = _alike(left, right), _alike(right, left)
    if "condition" in {left.kind, right.kind}:
        raise UntranslatableError("a condition is compared with something")
    text = f"{left.inside(_COMPARE)} {_COMPARISONS[sign]} {right.inside(_COMPARE)}"
    return _Part(text, "condition", _COMPARE)


def _emptiness(part: _Part, sign: str) -> _Part:
    if part.kind == "several" and part.answer is not None:
        first = next(iter(part.answer.options.values()))
        part = _Part(first, "answer")
    if part.kind != "answer" or sign not in {"=", "!="}:
        raise UntranslatableError("only an answer can be compared with the empty text")
    return _Part(f"{'missing' if sign == '=' else 'answered'}({part.text})", "condition")


def _alike(part: _Part, other: _Part) -> _Part:
    """Return a literal in the kind of the answer that it is compared with: ``'1'`` beside a number is 1."""
    if other.kind != "answer" or other.answer is None:
        return part
    if other.answer.is_text and part.kind == "number" and re.fullmatch(r"\d+", part.text):
        return _Part(f"'{part.text}'", "text")
    if not other.answer.is_text and part.kind == "text":
        if not re.fullmatch(r"'-?\d+(\.\d+)?'", part.text):
            raise UntranslatableError(f"{part.text} is compared with {other.text}, which holds numbers")
        return _Part(part.text.strip("'"), "number")
    return part


def _literal(_parser: _Parser, text: str) -> _Part:
    inside = text[1:-1]
    if "'" in inside or "\\" in inside:
        raise UntranslatableError("a text with a quotation mark or a backslash inside")
    return _Part(f"'{inside}'", "text")


def _word(parser: _Parser, text: str) -> _Part:
    return parser.call(text)


def _no_path(_parser: _Parser, text: str) -> _Part:
    raise UntranslatableError(f"the path {text!r} leads to no field")


_READERS: Mapping[str, Callable[[_Parser, str], _Part]] = {
    "name": lambda parser, text: parser.answer(text),
    "number": lambda _parser, text: _Part(text, "number"),
    "text": _literal,
    "here": lambda parser, _text: parser.own(),
    "word": _word,
    "parent": _no_path,
    "path": _no_path,
}


def _selected(asked: _Part, option: _Part) -> _Part:
    if option.kind != "text":
        raise UntranslatableError("selected() of an option that is not written out")
    name = option.text.strip("'")
    if asked.kind == "several" and asked.answer is not None:
        held = asked.answer.options.get(name)
        if held is None:
            raise UntranslatableError(f"there is no option {name!r} to be selected")
        return _Part(f"{held} == 1", "condition", _COMPARE)
    return _compared(asked, "=", option)


def _count(asked: _Part) -> _Part:
    if asked.kind != "several" or asked.answer is None:
        raise UntranslatableError("count-selected() of a question that takes one answer")
    return _Part(" + ".join(asked.answer.options.values()), "number", _SUM)


def _number(part: _Part) -> _Part:
    """Return what is a number already; from text nothing can be made one."""
    if part.kind == "text" and re.fullmatch(r"'-?\d+(\.\d+)?'", part.text):
        return _Part(part.text.strip("'"), "number")
    if part.kind == "number" or (part.kind == "answer" and part.answer is not None and not part.answer.is_text):
        return part
    raise UntranslatableError(f"number() of {part.text or 'several answers'}, which is no number")


def _whole(part: _Part) -> _Part:
    """Return what is a whole number already; nothing can be cut or rounded."""
    found = _number(part)
    if re.fullmatch(r"-?\d+", found.text) or (found.answer is not None and found.answer.is_whole):
        return found
    raise UntranslatableError(f"{part.text} would have to be cut to a whole number")


def _not(condition: _Part) -> _Part:
    condition.condition()
    return _Part(f"not {condition.inside(_COMPARE)}", "condition", _AND)


def _length(asked: _Part) -> _Part:
    raise UntranslatableError(f"the length of {asked.text or 'an answer'} is for minLength and maxLength of its field")


_FUNCTIONS: Mapping[tuple[str, int], Callable[..., _Part]] = {
    ("selected", 2): _selected,
    ("count-selected", 1): _count,
    ("not", 1): _not,
    ("number", 1): _number,
    ("int", 1): _whole,
    ("round", 1): _whole,
    ("string-length", 1): _length,
    ("true", 0): lambda: _Part("1 == 1", "condition", _COMPARE),
    ("false", 0): lambda: _Part("1 == 0", "condition", _COMPARE),
}
