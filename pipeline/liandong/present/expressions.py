"""Conditions of the definitions as a reader understands them: titles and labels in place of names and codes."""

from __future__ import annotations

import re
from typing import Final

from liandong.present.facts import Facts
from liandong.present.words import word

_TOKEN: Final = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\s*(?P<sign>==|!=|>=|<=|>|<)\s*(?P<value>-?\d+(?:\.\d+)?)"  # a name held against a code
    r"|(?P<word>[A-Za-z_]\w*)"
)
_SIGNS: Final = {"==": "=", "!=": "≠", ">=": "≥", "<=": "≤", ">": ">", "<": "<"}
_LOGIC: Final = ("and", "or", "not")


def readable(facts: Facts, text: str) -> str:
    """Return an expression with titles for names, and labels for the codes of categories; the rest as it stands."""
    return _TOKEN.sub(lambda match: _token(facts, match), text)


def _token(facts: Facts, match: re.Match[str]) -> str:
    name = match["name"]
    if name is None:
        return _word(facts, match["word"])
    sign, value = _SIGNS[match["sign"]], match["value"]
    label = facts.level(name, value)
    shown = word(facts.lang, "quoted", text=label) if label != value else value
    return f"{_word(facts, name)} {sign} {shown}"


def _word(facts: Facts, name: str) -> str:
    if name in _LOGIC:
        return word(facts.lang, f"logic_{name}")
    title = facts.title(name)
    return word(facts.lang, "quoted", text=title) if title != name else name
