"""Walk the text of a rendered report: which digits stand outside numbers, literals and names, and what numbers say.

Not walked: tables with their notes, headings, captions, references, code, the title block and the list of publications.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl

from liandong.evidence import TABLES, read_bundle
from liandong.present.marks import unmarked

_BLOCKS = frozenset({"p", "li", "div", "section", "td", "blockquote", "dd", "dt", "summary", "figure"})
_APART = frozenset(
    {"table", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "script", "style", "code", "pre", "svg"}
    | {"head", "header", "nav", "math", "button"}
)
_APART_CLASSES = frozenset({"ld-table", "quarto-xref", "ld-citation", "footnote-ref"})
_APART_SECTIONS = frozenset({"sec-sources"})
_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "wbr", "source"})
_MARKED = {"ld-number": "number", "ld-literal": "literal", "ld-name": "name"}
_PRINTED = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?|[−-]?∞")


@dataclass(frozen=True)
class Number:
    """A bound number as it is printed, with its attributes."""

    text: str
    said: Mapping[str, str]


@dataclass
class Walk(HTMLParser):
    """What was found; `loose` are the paragraphs that hold digits of no known origin, with those digits."""

    numbers: list[Number] = field(default_factory=list)
    loose: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._stack: list[tuple[str, str, dict[str, str]]] = []
        self._paragraph = ""
        self._digits: list[str] = []
        self._number = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        named = {name: value or "" for name, value in attrs}
        classes = set(named.get("class", "").split())
        if tag in _BLOCKS:
            self._end_paragraph()
        apart = tag in _APART or classes & _APART_CLASSES or named.get("id") in _APART_SECTIONS
        kind = "apart" if apart else next((_MARKED[name] for name in classes if name in _MARKED), "")
        if kind == "number":
            self._number = ""
        self._stack.append((tag, kind, named))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or all(opened != tag for opened, _, _ in self._stack):
            return
        while self._stack:
            opened, kind, named = self._stack.pop()
            if kind == "number":
                said = {name.removeprefix("data-"): value for name, value in named.items() if name.startswith("data-")}
                self.numbers.append(Number(self._number, said))
            if opened == tag:
                break
        if tag in _BLOCKS:
            self._end_paragraph()

    def handle_data(self, data: str) -> None:
        kinds = {kind for _, kind, _ in self._stack}
        if "apart" in kinds:
            return
        self._paragraph += data
        if "number" in kinds:
            self._number += data
        if not kinds & {"number", "literal", "name"}:
            self._digits += re.findall(r"[\w.]*\d[\w.%]*", data)

    def _end_paragraph(self) -> None:
        if self._digits:
            self.loose.append((" ".join(self._digits), " ".join(self._paragraph.split())))
        self._paragraph, self._digits = "", []


def walked(html: str) -> Walk:
    """Return what a walk through a rendered page finds."""
    walk = Walk()
    walk.feed(html)
    walk.close()
    return walk


@dataclass(frozen=True)
class Books:
    """The tables and the manifest of a bundle, to look numbers up."""

    tables: Mapping[str, pl.DataFrame]
    manifest: Mapping[str, Any]

    @classmethod
    def of(cls, path: Path) -> Books:
        bundle = read_bundle(path)
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        return cls({name: bundle.table(name) for name in TABLES}, manifest)

    def fault(self, number: Number) -> str:
        """Return what is wrong with a number, empty if it is what the bundle says."""
        said = number.said
        forms = said.get("form", "").split()
        if "date" in forms:
            return self._date_fault(number)
        values = self._values(said, forms)
        if isinstance(values, str):
            return f"{number.text} of {dict(said)}: {values}"
        if "ratio" in forms:
            values = [values[0] / values[1]]
        printed = _PRINTED.findall(number.text)
        if len(printed) != len(values):
            return f"{number.text}: prints {len(printed)} numbers, names {len(values)} values ({dict(said)})"
        for text, value in zip(printed, values, strict=True):
            if not _agrees(text, value, forms):
                return f"{number.text}: {text} is printed, {value} stands in {dict(said)}"
        return ""

    def _values(self, said: Mapping[str, str], forms: list[str]) -> list[float] | str:
        if said["table"] == "manifest":
            return self._from_manifest(said)
        if said["table"] not in self.tables:
            return "no such table"
        table, spec = self.tables[said["table"]], TABLES[said["table"]]
        if "counted" in forms:
            return [float(_counted(table, said.get("row", ""), said["column"]))]
        rows = _keyed(table, spec.key, said["row"])
        if rows.height != 1:
            return f"{rows.height} rows agree"
        stands = [rows[column][0] for column in said["column"].split(", ")]
        written = ", ".join(str(v) if isinstance(v, int) else f"{v:.12g}" for v in stands)
        return [float(v) for v in stands] if written == said["value"] else f"{written} stands there"

    def _date_fault(self, number: Number) -> str:
        said = number.said
        rows = _keyed(self.tables[said["table"]], TABLES[said["table"]].key, said["row"])
        if rows.height != 1 or rows[said["column"]][0] != said["value"]:
            return f"{number.text}: not the date of one row ({dict(said)})"
        parts = {int(part) for part in said["value"].split("-")}
        printed = {int(part) for part in re.findall(r"\d+", number.text)}
        return "" if printed <= parts and len(printed) > 1 else f"{number.text}: {said['value']} stands there"

    def _from_manifest(self, said: Mapping[str, str]) -> list[float] | str:
        found = []
        for column in said["column"].split(", "):
            value: Any = self.manifest
            for step in [*filter(None, said.get("row", "").split(".")), *column.split(".")]:
                name, _, item = step.partition("[")
                value = value[name]
                if item:
                    own = item.rstrip("]")
                    value = next(v for at, v in enumerate(value) if _own_name(v, at) == own)
            found.append(float(value))
        return found


def _own_name(value: Any, at: int) -> str:
    return str(value.get("id", value.get("name", at)) if isinstance(value, dict) else at)


def _agreeing(name: str, text: str, table: pl.DataFrame) -> pl.Expr:
    value = text.replace("%3B", ";").replace("%25", "%")
    column = pl.col(name)
    if table.schema[name] == pl.String:
        return column.str.replace_all(r"\s+", " ").str.strip_chars() == value
    return (column.is_null() if not value else column.cast(pl.String) == value) | (column.cast(pl.String) == value)


def _keyed(table: pl.DataFrame, key: tuple[str, ...], row: str) -> pl.DataFrame:
    named = dict(part.split("=", 1) for part in row.split("; "))
    return table.filter(_agreeing(name, named.get(name, ""), table) for name in key)


def _counted(table: pl.DataFrame, row: str, column: str) -> int:
    found = _meant(table, row)
    return found.height if column == "rows" else found.select(column.split(", ")).n_unique()


def _meant(table: pl.DataFrame, row: str) -> pl.DataFrame:
    if row == "no lines":
        return table.clear()
    if row.startswith("lines "):
        spans = [part.split("-") for part in row.removeprefix("lines ").split(", ") if part]
        lines = [line for ends in spans for line in range(int(ends[0]), int(ends[-1]) + 1)]
        assert all(1 <= line <= table.height for line in lines)
        return table[[line - 1 for line in sorted(set(lines))]]
    found = table
    for part in filter(None, row.split("; ")):
        name, sign, value = part.partition("=")
        if sign and name in table.columns:
            found = found.filter(_agreeing(name, value, table))
        else:
            found = found.filter(pl.sql_expr(part))
    return found


def _agrees(text: str, value: float, forms: list[str]) -> bool:
    if "percent" in forms:
        value *= 100
    if "singles" in forms:  # written out, so that zeros at the end may be rounded ones
        plain = text.replace(",", "").replace("−", "-")
        zeros = 0 if "." in plain else len(plain) - len(plain.rstrip("0"))
        return abs(float(plain) - value * 10_000) <= 0.5 * 10**zeros * (1 + 1e-9)
    if "millions" in forms:
        value /= 100
    if "absolute" in forms:
        value = abs(value)
    if "∞" in text:
        return value == float(text.replace("−", "-").replace("∞", "inf"))
    plain = text.replace(",", "").replace("−", "-")
    if "bound" in forms:
        return value < float(plain)
    if "e" in plain:
        return f"{value:.0e}" == f"{float(plain):.0e}"
    decimals = len(plain.partition(".")[2])
    # Half a unit of the last decimal, and what two ways of rounding a half may differ by.
    return abs(float(plain) - value) <= 0.5 * 10**-decimals * (1 + 1e-9) + 1e-12


def same_text(text: str) -> str:
    """Return a text without blanks and invisible breaks: what a line of a printed page may have changed."""
    return re.sub(r"[\s\u200b\u00ad]+", "", text)


def listed_in_word(path: Path) -> list[list[str]]:
    """Return the rows of the list of numbers at the end of a Word file, without its header."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = ET.fromstring(zipfile.ZipFile(path).read("word/document.xml"))  # noqa: S314 — made by this test
    tables = []
    for table in root.iter(f"{space}tbl"):
        rows = [
            ["".join(text.text or "" for text in cell.iter(f"{space}t")) for cell in row.iter(f"{space}tc")]
            for row in table.iter(f"{space}tr")
        ]
        if rows and rows[0][-1] == "n" and rows[0][0] in {"数字", "Number"}:
            tables.append(rows[1:])
    assert len(tables) == 1, "one list of numbers"
    return tables[0]


def listing_in_pdf(path: Path) -> str:
    """Return the pages of a PDF on which the list of numbers stands, as :func:`same_text`."""
    from pypdf import PdfReader

    found: list[str] = []
    for page in reversed(PdfReader(path).pages):
        text = same_text(page.extract_text())
        if "精确值n" in text or "Exactvaluen" in text:  # the header, which every page of the list repeats
            found.insert(0, text)
        elif found:
            break
    return "".join(found)


def unbound(bundle: Path, page: str, lang: str) -> list[str]:
    """Return what is wrong with the numbers of a finished page: loose, not what the bundle says, marked, not listed."""
    report, books = bundle / "report", Books.of(bundle)
    html = (report / f"{page}.{lang}.html").read_text(encoding="utf-8")
    walk = walked(html)
    wrong = [f"{digits} in: {text}" for digits, text in walk.loose]
    wrong += filter(None, map(books.fault, walk.numbers))
    listed = listed_in_word(report / f"{page}.{lang}.docx")
    in_word = {(same_text(row[0]), same_text(row[3]).partition("(")[0]) for row in listed}
    in_html = {(same_text(number.text), same_text(number.said["value"])) for number in walk.numbers}
    wrong += [f"{found}: in HTML or in Word only" for found in in_word ^ in_html]
    printed = listing_in_pdf(report / f"{page}.{lang}.pdf")
    wrong += [f"{row}: not in the PDF" for row in listed if same_text("".join(row)) not in printed]
    word = zipfile.ZipFile(report / f"{page}.{lang}.docx").read("word/document.xml").decode("utf-8")
    return wrong + ["marks are left"] * any(unmarked(text) != text for text in (html, word, printed))
