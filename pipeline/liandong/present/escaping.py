"""Data text made harmless for each format: whatever a label holds, it is printed as it is."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from liandong.definitions import Language
from liandong.present.binding import FIELDS
from liandong.present.marks import tokens, unmarked

NO_BREAK = "\u00a0"
_CORNERS: Final = str.maketrans("「」", "“”")
_OPENING = re.compile(r"(?<!\w)'")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn"})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#$@~^|!\"'+\-:=&().])")
_JOINT = re.compile(r"(?<=\w)([_/+])(?=\w)")
_TYPST = {"\\": "\\\\", '"': '\\"', "`": "\\u{60}", "{": "\\u{7b}"}
# As references, because readers of attributes disagree on backslashes.
_ATTRIBUTE = re.compile(r"[^\w ,.;=%()/-]")


def plain(text: str) -> str:
    """Return `text` on one line, without marks, and what XML forbids and no reader sees; a no-break space stays.

    What no reader sees includes marks of direction, which would show a text in another order than it is read.
    """
    return _on_one_line(unmarked(text))


def typeset(text: str, lang: Language) -> str:
    """Return a label or a text of the study as :func:`plain` does, with the quotation marks of the reports.

    In Chinese 「…」 becomes “…”; in English the straight apostrophe of a word becomes ’. Where a straight mark also
    opens something, the text is no prose but a formula, and stays.
    """
    found = plain(text)
    if lang == "zh":
        return found.translate(_CORNERS)
    return found if _OPENING.search(found) else found.replace("'", "’")


def visible(text: str) -> str:
    """Return the characters of `text` that a reader sees, and its line breaks."""
    return _seen(unmarked(text))


def markdown_text(text: str) -> str:
    """Return Markdown that prints `text`: no emphasis, no HTML, no shortcode, no reference.

    Marked numbers, literals and names become spans of the classes ``ld-number``, ``ld-literal`` and ``ld-name``, the
    first with its origin in attributes.
    """
    return markdown_spans(_on_one_line(text), lambda seen: _MARKDOWN.sub(r"\\\1", seen))


def markdown_spans(text: str, written: Callable[[str], str]) -> str:
    """Return Markdown with the spans of :func:`markdown_text`, the text between their marks as `written` gives it."""
    parts: list[str] = []
    open_spans: list[str] = []
    for kind, seen, behind in tokens(text):
        if kind == "text":
            parts.append(written(seen))
        elif kind == "close":
            parts.append(open_spans.pop())
        else:
            parts.append("[")
            open_spans.append(f"]{{.ld-{kind}{_attributes(behind)}}}")
    return "".join(parts)


def html_text(text: str) -> str:
    """Return `text` for HTML content and attributes, inside a fenced raw block."""
    return html.escape(plain(text)).replace("`", "&#96;").replace("{", "&#123;")


def typst_string(text: str) -> str:
    """Return `text` as a string literal of Typst, in which nothing is markup; long names may break at underscores."""
    escaped = "".join(_TYPST.get(character, character) for character in plain(text))
    return '"' + _JOINT.sub(r"\1\\u{200b}", escaped) + '"'


def xml_text(text: str) -> str:
    """Return `text` for the content and attributes of OpenXML."""
    return html_text(text).replace("&#x27;", "&apos;")


def _on_one_line(text: str) -> str:
    if text.isprintable() and "  " not in text:
        return text.strip(" ")  # the usual case, for the sake of speed: every character is seen, and no blank is odd
    kept = _seen("".join(" " if c.isspace() and c != NO_BREAK else c for c in text))
    return " ".join(word for word in kept.split(" ") if word)


def _seen(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN)


def _attributes(fields: tuple[str, ...]) -> str:
    named = zip(FIELDS, fields, strict=False)
    return "".join(f' data-{name}="{_ATTRIBUTE.sub(_reference, plain(value))}"' for name, value in named if value)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
