"""The report's pages as text: what a reader reads, in order, a sentence a line, cells of a table with bars between.

``PYTHONPATH=pipeline:. python -m tests.golden.present.page_text`` writes them anew from the small bundles by hand.
"""

from __future__ import annotations

import re
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import polars as pl
from tests.cases.present.audited import audited_manifest, audited_tables
from tests.cases.present.claimed import audit_claims, audit_tables
from tests.cases.present.in_process import html_of
from tests.cases.present.rows import Rows
from tests.cases.present.side_by_side import banded_tables, compared_manifest
from tests.cases.present.supervised import (
    case_rows,
    check_rows,
    community_rows,
    day_rows,
    interviewer_rows,
    label_rows,
    supervised_manifest,
)
from tests.cases.present.survey import survey_manifest, survey_tables

from liandong.definitions import Language
from liandong.evidence import RESTRICTED_TABLES, TABLES, writing_bundle

FOLDER: Final = Path(__file__).parent
PAGES: Final = ("evaluation", "audit", "data_quality", "community")
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
_BREAK: Final = "\n"
_BLOCKS: Final = frozenset(
    {
        "p",
        "li",
        "div",
        "section",
        "blockquote",
        "dd",
        "dt",
        "summary",
        "figure",
        "figcaption",
        "tr",
        "caption",
        "header",
    }
)
_HEADINGS: Final = {f"h{level}": "#" * level for level in range(1, 7)}
# The list of all numbers changes with every sentence, and holds hashes of files; tests of its own hold it.
_LISTS: Final = frozenset({"sec-numbers"})
_APART: Final = frozenset({"head", "script", "style", "nav", "svg", "button"})
_CASES: Final = [
    ("speeders", 5, "w2", "c1", "4.0"),
    ("speeders", 6, "w1", "c1", "3.5"),
    ("straight_lining", 20, "w3", "c2", "5"),
    ("target", None, "", "", "150/200"),
]


def golden_text(page: str, lang: Language, folder: Path) -> str:
    """Return the text of a page of `reports/`, rendered as HTML in `folder` from its bundle by hand."""
    more = {"community": "C1"} if page == "community" else {}
    manifest, tables = _content(page)
    bundle = folder / "bundle"
    if not bundle.exists():
        with writing_bundle(bundle) as writer:
            for name, rows in tables.items():
                write = writer.restricted_table if name in RESTRICTED_TABLES else writer.table
                write(name, _frame(rows, (RESTRICTED_TABLES if name in RESTRICTED_TABLES else TABLES)[name].columns))
            writer.manifest(manifest)
    place = folder / lang
    place.mkdir()
    return read_text(html_of(page, bundle, lang, place, **more))


def read_text(html: str) -> str:
    """Return the visible text of `html` and, in brackets, what blind readers hear of figures."""
    reader = _Reader()
    reader.feed(html)
    lines = (re.sub(r"\s+", " ", line).strip() for line in "".join(reader.parts).split(_BREAK))
    text = "\n".join(line.removesuffix(" |") for line in lines if line)
    text = re.sub(r"^(#+|-)\n", r"\1 ", text, flags=re.MULTILINE)  # the words stand in a block of their own
    return re.sub(r"^(#+ )", r"\n\1", text, flags=re.MULTILINE).lstrip("\n") + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._apart: list[str] = []
        self._in_table = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        listing = tag == "section" and dict(attrs).get("id") in _LISTS
        if tag in _APART or listing or (self._apart and tag == self._apart[-1]):
            self._apart.append(tag)
        elif tag == "img":
            self.parts.append(f"{_BREAK}[{dict(attrs).get('alt') or ''}]{_BREAK}")
        elif tag == "br":
            self.parts.append(" ")
        elif tag in _BLOCKS or tag in _HEADINGS:
            opening = _HEADINGS.get(tag, "-" if tag == "li" else "")
            self.parts.append(f"{_BREAK}{opening} " if not self._in_table or tag == "tr" else " ")
        self._in_table += tag == "table"

    def handle_endtag(self, tag: str) -> None:
        if self._apart:
            if tag == self._apart[-1]:
                self._apart.pop()
            return
        if tag in {"td", "th"}:
            self.parts.append(" | ")
        elif (tag in _BLOCKS and not self._in_table) or tag in _HEADINGS or tag == "table":
            self.parts.append(_BREAK)
        self._in_table -= tag == "table"

    def handle_data(self, data: str) -> None:
        if self._apart:
            return
        text = re.sub(r"\s+", " ", data)
        if not self._in_table:
            text = re.sub(r"(?<=[。！？])(?=[^”’）])|(?<=[a-z)\]%”][.!?]) (?=[A-Z“])", _BREAK, text)
        self.parts.append(text)


def _content(page: str) -> tuple[dict[str, Any], dict[str, Rows]]:
    """Return manifest and tables of the bundle by hand that shows most of a page."""
    if page == "evaluation":
        return audited_manifest(), audited_tables()
    if page == "audit":
        return {**survey_manifest(), "claims": audit_claims()}, {**survey_tables(), **audit_tables()}
    if page == "community":
        return compared_manifest(10), banded_tables()
    asked: dict[str, Rows] = {
        **case_rows(_CASES),
        "interviewers": interviewer_rows(3),
        "clusters": community_rows(2),
        "progress": day_rows(3),
    }
    return supervised_manifest(), {"checks": check_rows(), "labels": label_rows(), **asked}


def _frame(rows: Rows, columns: Any) -> pl.DataFrame:
    defaults = {name: False if kind == pl.Boolean else None for name, kind in columns.items()}
    return pl.DataFrame([{**defaults, **row} for row in rows], schema=dict(columns))


if __name__ == "__main__":
    for name in sys.argv[1:] or PAGES:
        with tempfile.TemporaryDirectory() as folder:
            for language in LANGUAGES:
                text = golden_text(name, language, Path(folder))
                (FOLDER / f"{name}.{language}.txt").write_text(text, encoding="utf-8", newline="\n")
