"""Words in two languages, kept beside each other in toml files: tables and figures, sentences, audit, supervision."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from liandong.definitions import Language
from liandong.present.marks import OPEN_LITERAL, OPEN_NAME, named, unmarked, with_literals

_CATALOGUES = (
    *("words.toml", "phrases.toml", "audit.toml", "supervision.toml"),
    *("claims.toml", "first.toml", "figures.toml", "sheets.toml", "numbers.toml"),
)


def word(lang: Language, key: str, /, **values: str) -> str:
    """Return the words behind `key` in `lang`, with `values` in their places; KeyError for an unknown key.

    A number of the wording itself, between ⟦ and ⟧ in the catalogue, comes marked as a literal.
    """
    return catalogue()[key][lang].format(**values)


def known(key: str) -> bool:
    """Whether there are words behind `key`."""
    return key in catalogue()


def coded(lang: Language, prefix: str, code: str, otherwise: str | None = None) -> str:
    """Return the words of a code of a table, such as the stage of a sample; without words, `otherwise` or the code."""
    if known(f"{prefix}_{code}"):
        return word(lang, f"{prefix}_{code}")
    return code if otherwise is None else otherwise


def method_name(lang: Language, code: str) -> str:
    """Return the name of a kind of inference in a sentence."""
    return coded(lang, "method", code)


def joined(lang: Language, texts: Sequence[str]) -> str:
    """Return an enumeration: "a、b和c", "a, b and c"."""
    if len(texts) <= 1:
        return "".join(texts)
    comma, last = ("、", "和") if lang == "zh" else (", ", " and ")
    return comma.join(texts[:-1]) + last + texts[-1]


def lowered(text: str) -> str:
    """Return a title for the middle of a sentence: without its capital, unless it begins with an abbreviation."""
    if text.startswith((OPEN_NAME, OPEN_LITERAL)):
        return text[0] + lowered(text[1:])
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def plural(lang: Language, noun: str) -> str:
    """Return the regular English plural (communities, villages); Chinese has none."""
    if lang == "zh":
        return noun
    if (bare := unmarked(noun)) != noun:
        return named(plural(lang, bare))
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def sentences(lang: Language, parts: Sequence[str]) -> str:
    """Return finished sentences one after the other, empty ones left out."""
    return ("" if lang == "zh" else " ").join(part.strip() for part in parts if part)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return key → language → words."""
    found: dict[str, Mapping[str, str]] = {}
    for name in _CATALOGUES:
        with files("liandong.present").joinpath(name).open("rb") as stream:
            entries = tomllib.load(stream)
        repeated = found.keys() & entries.keys()
        if repeated:
            raise ValueError(f"{name}: {sorted(repeated)} have words already")
        found |= {key: {lang: with_literals(text) for lang, text in both.items()} for key, both in entries.items()}
    return MappingProxyType(found)
