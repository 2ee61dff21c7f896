"""The words that a renderer adds to a page, as Quarto has them for Chinese and English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from liandong.render.dialect import CROSSREF, Language

WORDS: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        "zh": MappingProxyType(
            {
                "fig-title": "图",
                "tbl-title": "表",
                "fig-prefix": "图",
                "tbl-prefix": "表",
                "sec-prefix": "小节",
                "title-delim": ":",
                "ref-delim": ",",
                "toc-title": "目录",
                "authors": "作者",
                "published": "发布于",
                "skip": "跳到正文",
                "callout-note": "注记",
                "callout-tip": "提示",
                "callout-warning": "警告",
                "callout-important": "重要",
                "callout-caution": "注意",
            }
        ),
        "en": MappingProxyType(
            {
                "fig-title": "Figure",
                "tbl-title": "Table",
                "fig-prefix": "Figure",
                "tbl-prefix": "Table",
                "sec-prefix": "Section",
                "title-delim": ":",
                "ref-delim": ",",
                "toc-title": "Table of contents",
                "authors": "Author",
                "published": "Published",
                "skip": "Skip to the text",
                "callout-note": "Note",
                "callout-tip": "Tip",
                "callout-warning": "Warning",
                "callout-important": "Important",
                "callout-caution": "Caution",
            }
        ),
    }
)

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def words_of(lang: Language, crossref: Mapping[str, Any]) -> dict[str, str]:
    """Return the words of a language with the page's `crossref:` options applied."""
    return {**WORDS[lang], **{key: str(crossref[key]) for key in CROSSREF if key in crossref}}


def long_date(value: Any, lang: Language) -> str:
    """Return an ISO date in the long form of the language, anything else as it is."""
    try:
        date = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if lang == "zh":
        return f"{date.year}年{date.month}月{date.day}日"
    # Not strftime: that speaks the language of the machine.
    return f"{_MONTHS[date.month - 1]} {date.day}, {date.year}"
