"""The headers of survey exports taken apart: question numbers of 问卷星, rows of matrices, options, groups of KoBo."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBERED = re.compile(r"(?:Q|第)?\s*(\d{1,3})\s*(?:题\s*[、:：.．]?|[、.．:：])\s*(.*)", re.DOTALL)
_BRACKETED = re.compile(r"(.*?)[（(]([^（）()]*(?:[（(][^（）()]*[)）][^（）()]*)*)[)）]", re.DOTALL)
_DASHED = re.compile(r"(.+?)\s*(?:—{1,2}|–|--|：|\|)\s*(.+)", re.DOTALL)
_PATH = re.compile(r"[A-Za-z_][\w.-]*(?:/[\w.-]+)+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Header:
    """A header, taken apart.

    Attributes
    ----------
    text
        As in the file, blanks evened out.
    number
        The question's number in the questionnaire; empty without one.
    stem
        The question: without number, part and group.
    part
        The row of a matrix or the option of a question with several answers; empty without one.
    path
        Groups, question and option of a header such as ``household/assets/radio``; empty for other headers.
    """

    text: str
    number: str = ""
    stem: str = ""
    part: str = ""
    path: tuple[str, ...] = ()


def take_apart(headers: Sequence[str]) -> tuple[Header, ...]:
    """Return every header taken apart. What is a part shows only beside its neighbours of the same number."""
    plain = [_SPACES.sub(" ", header).strip() for header in headers]
    numbers = Counter(found.group(1) for text in plain if (found := _NUMBERED.fullmatch(text)))
    return tuple(_one(text, numbers) for text in plain)


def _one(text: str, numbers: Counter[str]) -> Header:
    found = _NUMBERED.fullmatch(text)
    if found is not None:
        number, rest = found.groups()
        stem, part = _stem_and_part(rest) if numbers[number] > 1 else (rest, "")
        return Header(text, number, stem.strip(), part.strip())
    if _PATH.fullmatch(text):
        path = tuple(text.split("/"))
        return Header(text, "", path[-1], "", path)
    return Header(text, "", text)


def _stem_and_part(text: str) -> tuple[str, str]:
    """Split ``question(row)`` or ``question—row``; the whole is the part where the question is left out."""
    for pattern in (_BRACKETED, _DASHED):
        found = pattern.fullmatch(text)
        if found is not None:
            return found.group(1), found.group(2)
    return "", text
