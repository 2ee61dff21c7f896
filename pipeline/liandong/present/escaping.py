"""Data text made harmless for each format: whatever a label holds, it is printed as it is."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

NO_BREAK = "\u00a0"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn"})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#$@~^|!\"'+\-:=&().])")
_JOINT = re.compile(r"(?<=\w)([_/+])(?=\w)")
_TYPST = {"\\": "\\\\", '"': '\\"', "`": "\\u{60}", "{": "\\u{7b}"}


def plain(text: str) -> str:
    """Return `text` on one line, without what XML forbids and no reader sees; a no-break space stays.

    What no reader sees includes marks of direction, which would show a text in another order than it is read.
    """
    kept = visible("".join(" " if c.isspace() and c != NO_BREAK else c for c in text))
    return " ".join(word for word in kept.split(" ") if word)


def visible(text: str) -> str:
    """Return the characters of `text` that a reader sees, and its line breaks."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN)


def markdown_text(text: str) -> str:
    """Return Markdown that prints `text`: no emphasis, no HTML, no shortcode, no reference."""
    return _MARKDOWN.sub(r"\\\1", plain(text))


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
