"""Finished documents read back, so that those of two renderers can be held against each other.

What is compared is what a reader gets: text, headings with their numbers, captions, references, cells, alternative
texts, bound numbers, callouts, tabs, title block.  What renderers may do in their own way (frames, scripts, classes, a
table around a figure, the header of a page) is left out.
"""

from __future__ import annotations

import difflib
import json
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree, html

_BLOCKS = re.compile(
    r"address|article|aside|blockquote|body|caption|d[dlt]|details|div|fig(caption|ure)|footer|h[1-6]|header|hr|li|main"
    r"|[ou]l|p|pre|section|summary|table|t[drh]|tbody|tfoot|thead"
)
_UNREAD = (
    ".//script|.//style|.//nav|.//*[@id='title-block-header']|.//*[contains(@class,'screen-reader-only')]"
    "|.//ul[contains(@class,'nav-tabs')]|.//*[contains(@class,'ld-panel-title')]"
    "|.//a[@role='doc-backlink']|.//section[@id='footnotes']/hr"
)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TITLE_BLOCK = {"Title": "title", "Subtitle": "subtitle", "Author": "author", "Date": "date"}
_FRONT = re.compile(r"^(toc|tocheading|runningnote)", re.IGNORECASE)
_CAPTIONS = frozenset({"ImageCaption", "TableCaption", "Caption"})
_PAGE_NUMBER = re.compile(r"^\s*\d+ / \d+\s*$")
_LENGTH = 0.03
"""How much longer one PDF may be than another: heads of tables that go on are repeated where the pages end."""


@dataclass(frozen=True)
class Finished:
    """A document as named lists of lines, and for PDF all its characters without blanks."""

    form: str
    parts: Mapping[str, Sequence[str]]
    stream: str = ""


def read_finished(file: Path) -> Finished:
    readers = {".html": _read_html, ".docx": _read_docx, ".pdf": _read_pdf}
    return readers[file.suffix](file)


def differences(one: Finished, other: Finished, units: Sequence[str] = ()) -> str:
    """Return what differs, part by part, readably; an empty text where nothing does.

    `units` are lines of text that both PDFs should hold: lines break elsewhere there, so they are looked for.
    """
    found: list[str] = []
    for name in dict.fromkeys([*one.parts, *other.parts]):
        first, second = one.parts.get(name, ()), other.parts.get(name, ())
        if list(first) != list(second):
            lines = list(difflib.unified_diff(first, second, "one", "other", lineterm="", n=1))[2:]
            shown = [line if len(line) < 400 else f"{line[:400]}…" for line in lines[:40]]
            found.append(f"{one.form}, {name}: {len(first)} and {len(second)}\n  " + "\n  ".join(shown))
    if one.stream or other.stream:
        found.extend(_stream_differences(one, other, units))
    return "\n".join(found)


def text_units(document: Finished) -> list[str]:
    """Return the lines of a document that its PDF should hold as well."""
    parts = document.parts
    return list(dict.fromkeys(parts.get("text", ())))


def _stream_differences(one: Finished, other: Finished, units: Sequence[str]) -> Iterator[str]:
    for first, second, where in ((one, other, "other"), (other, one, "one")):
        gone = [
            unit for unit in units if (squeezed := _squeezed(unit)) in first.stream and squeezed not in second.stream
        ]
        if gone:
            yield f"pdf, text that the {where} lacks: {len(gone)}\n  " + "\n  ".join(gone[:40])
    longer = max(len(one.stream), len(other.stream), 1)
    if abs(len(one.stream) - len(other.stream)) > max(_LENGTH * longer, 200):
        yield f"pdf, characters: {len(one.stream)} and {len(other.stream)}"


def _plain(text: str) -> str:
    kept = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(kept.replace("’", "'").replace("‘", "'").split())


def _squeezed(text: str) -> str:
    """Return the text without blanks and hyphens, of which a PDF has others at the ends of its lines."""
    return re.sub(r"[\s‐‑-]", "", unicodedata.normalize("NFKC", _plain(text)))


# HTML -------------------------------------------------------------------------------------


def _read_html(file: Path) -> Finished:
    page = html.fromstring(file.read_text(encoding="utf-8"))
    main = page.find(".//main")
    sources = page.xpath(".//script[@id='ld-sources']/text()")
    title = page.xpath(".//*[@id='title-block-header']//*[self::h1 or self::p]")
    tabs = page.xpath(".//main//a[@role='tab']|.//main//*[contains(@class,'ld-panel-title')]")
    parts: dict[str, list[str]] = {
        "language": [page.get("lang", "")],
        "title block": sorted(
            filter(None, (_words(line) for line in title if "running-note" not in line.get("class", "")))
        ),
        "sources": [json.dumps(json.loads(source), sort_keys=True, ensure_ascii=False) for source in sources],
        "tabs": [_words(tab) for tab in tabs],
    }
    for unread in main.xpath(_UNREAD):
        unread.drop_tree()
    numbers = main.xpath(".//span[contains(concat(' ', @class, ' '), ' ld-number ')]")
    floats = main.xpath(".//*[starts-with(@id,'fig-') or starts-with(@id,'tbl-')][.//figcaption]")
    callouts = main.xpath(".//div[contains(concat(' ', @class, ' '), ' callout ')]")
    parts |= {
        "headings": [_words(head) for head in main.xpath(".//h1|.//h2|.//h3|.//h4|.//h5|.//h6")],
        "captions": [f"{part.get('id')}: {_words(part.find('.//figcaption'))}" for part in floats],
        "references": [
            f"{_words(link)} → {link.get('href')}" for link in main.xpath(".//a[contains(@class,'quarto-xref')]")
        ],
        "links": [
            link.get("href") for link in main.xpath(".//a[starts-with(@href,'http') or starts-with(@href,'mailto')]")
        ],
        "dead references": [
            link.get("href") for link in main.xpath(".//a[starts-with(@href,'#')]") if not _has_target(page, link)
        ],
        "figures": [_alternative(image) for image in main.xpath(".//img|.//svg[@role='img' or @aria-label]")],
        "cells": [line for table in main.xpath(".//table[not(.//table)]") for line in _html_rows(table)],
        "callouts": [f"{_kind(callout)}: {_words(callout)}" for callout in callouts],
        "numbers": [_number(span) for span in numbers],
        "text": list(_html_lines(main)),
    }
    return Finished("html", parts)


def _words(element: html.HtmlElement) -> str:
    return _plain(element.text_content())


def _has_target(page: html.HtmlElement, link: html.HtmlElement) -> bool:
    return bool(page.xpath(".//*[@id=$wanted]", wanted=link.get("href")[1:]))


def _kind(callout: html.HtmlElement) -> str:
    kinds = re.findall(r"callout-(note|tip|warning|important|caution)\b", callout.get("class"))
    return kinds[0] if kinds else "?"


def _alternative(image: html.HtmlElement) -> str:
    return _plain(image.get("alt") or image.get("aria-label") or "")


def _number(span: html.HtmlElement) -> str:
    attributes = "; ".join(f"{name}={value}" for name, value in sorted(span.attrib.items()) if name.startswith("data-"))
    return f"{_words(span)} [{attributes}]"


def _html_rows(table: html.HtmlElement) -> Iterator[str]:
    yield "table"
    for row in table.iter("tr"):
        yield " | ".join(_words(cell) for cell in row if cell.tag in {"td", "th"})


def _html_lines(main: html.HtmlElement) -> Iterator[str]:
    """Yield the text of every block; a block inside another one ends the line of the outer one."""
    line: list[str] = []

    def ended() -> Iterator[str]:
        text = _plain("".join(line))
        line.clear()
        if text:
            yield text

    def read(element: html.HtmlElement) -> Iterator[str]:
        if not isinstance(element.tag, str):
            return
        block = bool(_BLOCKS.fullmatch(element.tag))
        if block or element.tag == "br":
            yield from ended()
        line.append(element.text or "")
        for child in element:
            yield from read(child)
            line.append(child.tail or "")
        if block:
            yield from ended()

    yield from read(main)


# Word -------------------------------------------------------------------------------------


def _read_docx(file: Path) -> Finished:
    with zipfile.ZipFile(file) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
        core = etree.fromstring(archive.read("docProps/core.xml"))
        custom = archive.read("docProps/custom.xml").decode() if "docProps/custom.xml" in archive.namelist() else ""
    for contents in body.iter(f"{_WORD}sdt"):
        contents.getparent().remove(contents)
    paragraphs = [
        (style, _runs(part), part) for part in body.iter(f"{_WORD}p") if not _FRONT.match(style := _style(part))
    ]
    bookmarks = {mark.get(f"{_WORD}name") for mark in body.iter(f"{_WORD}bookmarkStart")}
    links = [link for _, _, part in paragraphs for link in part.iter(f"{_WORD}hyperlink") if link.get(f"{_WORD}anchor")]
    pictures = [picture.get("descr") or "" for picture in body.iter() if str(picture.tag).endswith("}docPr")]
    parts: dict[str, list[str]] = {
        "language and title": [
            _plain("".join(one.itertext())) for one in core if str(one.tag).endswith(("}title", "}language"))
        ],
        "running note": [
            _plain(note)
            for note in re.findall(r'name="running-note".*?<vt:lpwstr>(.*?)</vt:lpwstr>', custom, re.DOTALL)
        ],
        "title block": sorted(
            f"{_TITLE_BLOCK[style]}: {text}" for style, text, _ in paragraphs if style in _TITLE_BLOCK
        ),
        "headings": [f"{style[-1]} {text}" for style, text, _ in paragraphs if style.startswith("Heading")],
        "captions": [text for style, text, _ in paragraphs if style in _CAPTIONS],
        "references": [_runs(link) for link in links],
        "dead references": [_runs(link) for link in links if link.get(f"{_WORD}anchor") not in bookmarks],
        "figures": [_plain(alternative) for alternative in pictures if alternative],
        "cells": [line for table in body.iter(f"{_WORD}tbl") for line in _docx_rows(table)],
        "text": [text for style, text, _ in paragraphs if text and style not in _TITLE_BLOCK],
    }
    return Finished("docx", parts)


def _style(paragraph: etree._Element) -> str:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    return "" if style is None else str(style.get(f"{_WORD}val"))


def _runs(element: etree._Element) -> str:
    """Return the element's own text, without that of paragraphs inside a text box of it."""
    inner = {text for part in element.iter(f"{_WORD}p") if part is not element for text in part.iter()}
    parts = element.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br")
    return _plain("".join((part.text or "") if part.tag == f"{_WORD}t" else " " for part in parts if part not in inner))


def _docx_rows(table: etree._Element) -> Iterator[str]:
    """Yield the rows of a table of several columns; frames around figures and callouts have one."""
    rows = [list(row.iter(f"{_WORD}tc")) for row in table.iter(f"{_WORD}tr")]
    if len(list(table.iter(f"{_WORD}tbl"))) > 1 or max(map(len, rows), default=0) < 2:
        return
    yield "table"
    for row in rows:
        yield " | ".join(" ".join(filter(None, (_runs(part) for part in cell.iter(f"{_WORD}p")))) for cell in row)


# PDF --------------------------------------------------------------------------------------


def _read_pdf(file: Path) -> Finished:
    printed = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, check=True, text=True).stdout
    about = subprocess.run(["pdfinfo", str(file)], capture_output=True, check=True, text=True).stdout
    pages = [page.splitlines() for page in printed.split("\f") if page.strip()]
    everywhere = set.intersection(*(set(page) for page in pages)) if len(pages) > 2 else set()
    kept = [line for page in pages for line in page if line not in everywhere and not _PAGE_NUMBER.match(line)]
    title = [line.partition(":")[2].strip() for line in about.splitlines() if line.startswith("Title:")]
    return Finished("pdf", {"title": title}, _squeezed("\n".join(kept)))
