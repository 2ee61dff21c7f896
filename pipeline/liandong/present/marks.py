"""Marks inside plain text: where a number of the bundle, a literal or a name begins and ends, and what is behind it.

They are private-use characters of plane 15, which no survey file holds, so that a sentence can be formatted, joined and
trimmed like any other before it becomes Markdown. What is behind a number is written in such characters too, a byte
each: a text loses all of its marks when these characters go, even if it was cut in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, Generic, Literal, TypeVar

OPEN_NUMBER: Final = "\U000f0000"
OPEN_LITERAL: Final = "\U000f0001"
OPEN_NAME: Final = "\U000f0002"
BEGIN: Final = "\U000f0003"  # stands between what is behind a number and its text
CLOSE: Final = "\U000f0004"
_BYTES: Final = 0xF0100
_FIELD: Final = "\x1f"
_PACKED_FIELD: Final = chr(_BYTES + ord(_FIELD))
_ANY = re.compile("[\U000f0000-\U000f01ff]+")
_TOKEN = re.compile(f"({OPEN_NUMBER}[\U000f0100-\U000f01ff]*{BEGIN}|{OPEN_LITERAL}|{OPEN_NAME}|{CLOSE})")
_NUMERAL = re.compile(r"[A-Za-z]*\d(?:[\dA-Za-z.,:/–−-]*[\dA-Za-z])?%?")

Said = TypeVar("Said")
Kind = Literal["text", "number", "literal", "name", "close"]
_KINDS: Final[dict[str, Kind]] = {
    OPEN_NUMBER: "number",
    OPEN_LITERAL: "literal",
    OPEN_NAME: "name",
    CLOSE: "close",
}


def unmarked(text: str) -> str:
    """Return `text` without marks: what a reader sees, and what equal sentences are equal in."""
    return _ANY.sub("", text)


def number_mark(text: str, fields: tuple[str, ...]) -> str:
    """Return `text` marked as a number with what is behind it."""
    return f"{OPEN_NUMBER}{_PACKED_FIELD.join(map(_packed, fields))}{BEGIN}{text}{CLOSE}"


def literal(text: str) -> str:
    """Return `text` marked as a number that stands in the wording itself: a convention, a threshold of a rule."""
    return f"{OPEN_LITERAL}{text}{CLOSE}"


def named(text: str) -> str:
    """Return the name of a thing, or words of the study itself, with the numbers in it marked as part of the name."""
    return text if _ANY.search(text) else _NUMERAL.sub(rf"{OPEN_NAME}\g<0>{CLOSE}", text)


def unrepeated(texts: Iterable[str]) -> list[str]:
    """Return texts without those that read like an earlier one, wherever their numbers come from."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(unmarked(text), text)
    return [*found.values()]


class Alike(Generic[Said]):
    """What was said of which things: those of which the same words are true, wherever the numbers come from."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._found: dict[tuple[str, ...], tuple[Said, list[str]]] = {}

    def say(self, said: Said, texts: Iterable[str], thing: str) -> None:
        """Note that `said`, which reads as `texts`, is true of `thing`."""
        things = self._found.setdefault(tuple(map(unmarked, texts)), (said, []))[1]
        things += [thing] * (thing not in things)

    def __iter__(self) -> Iterator[tuple[Said, list[str]]]:
        """Yield what was said first, with all things of which the same is true."""
        return iter(self._found.values())


def with_literals(text: str) -> str:
    """Return words of a catalogue with ``⟦95%⟧`` marked as literals."""
    return text.replace("⟦", OPEN_LITERAL).replace("⟧", CLOSE)


def tokens(text: str) -> Iterator[tuple[Kind, str, tuple[str, ...]]]:
    """Yield the pieces of a marked text: kind, visible text of a ``text``, and what is behind a ``number``.

    Every opening has its ``close``, and the other way round, also where the text was cut.
    """
    depth = 0
    for piece in _TOKEN.split(text):
        kind = _KINDS.get(piece[:1], "text")
        if kind == "text":
            if seen := unmarked(piece):
                yield kind, seen, ()
        elif kind == "close":
            if depth:
                depth -= 1
                yield kind, "", ()
        else:
            depth += 1
            yield kind, "", _unpacked(piece[1:-1]) if kind == "number" else ()
    for _ in range(depth):
        yield "close", "", ()


@lru_cache(maxsize=4096)
def _packed(field: str) -> str:
    return "".join(chr(_BYTES + byte) for byte in field.encode("utf-8", "replace"))


def _unpacked(packed: str) -> tuple[str, ...]:
    data = bytes(ord(character) - _BYTES for character in packed)
    return tuple(data.decode("utf-8", "replace").split(_FIELD))
