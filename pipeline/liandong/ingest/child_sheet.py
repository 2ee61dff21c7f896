"""What the XML of a sheet says beyond its values: errors, formulas never computed, hidden rows; runs in the child only.

The reader of workbooks gives an error and a formula without a result as an empty cell. A person who opens the file sees
something there, so both are looked up in the XML. It is searched as bytes, part by part: building a tree of a large
sheet takes minutes.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from liandong.ingest.protocol import UnreadableError

_BLOCK = 4 * 1024 * 1024
_TOKEN = re.compile(
    rb"<(?:\w+:)?(?:(row)\b([^>]*)>|c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>))",
    re.DOTALL,
)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\shidden=\"(?:1|true)\"")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)/?>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_PERCENT_FORMATS = frozenset({"9", "10"})

Place = tuple[int, int]


@dataclass(slots=True)
class SheetFacts:
    """What is to be known about one sheet; rows and columns count from 0.

    Attributes
    ----------
    errors
        Place → the error that stands there, such as ``#N/A``.
    uncomputed
        Column → formulas without a result.
    hidden_rows, hidden_columns
        How many rows, and which columns, are hidden.
    percent, formulas
        Columns with a number that is shown in percent, and with a formula.
    row, column
        Where the search stands.
    """

    errors: dict[Place, str] = field(default_factory=dict)
    uncomputed: Counter[int] = field(default_factory=Counter)
    hidden_rows: int = 0
    hidden_columns: set[int] = field(default_factory=set)
    percent: set[int] = field(default_factory=set)
    formulas: set[int] = field(default_factory=set)
    row: int = -1
    column: int = -1


def sheet_facts(path: str, sheet: str) -> SheetFacts:
    """Return the facts of one sheet of a workbook; none where its part cannot be found under its name.

    Raises
    ------
    UnreadableError
        When a part of the workbook declares entities, which no program that writes workbooks does.
    """
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return SheetFacts()
        percent = _percent_styles(archive)
        facts = SheetFacts()
        with archive.open(part) as stream:
            for block in _whole_rows(stream):
                _look(block, percent, facts)
    return facts


def column_letters(column: int) -> str:
    """Return the name that Excel gives the column, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return None
    sheets = _elements(archive.read("xl/workbook.xml"), b"sheet")
    links = _elements(archive.read("xl/_rels/workbook.xml.rels"), b"Relationship")
    wanted = next((entry for entry in sheets if entry.get("name") == sheet), {})
    link = next((value for key, value in wanted.items() if key.endswith(":id")), None)
    target = next((entry.get("Target", "") for entry in links if link is not None and entry.get("Id") == link), "")
    part = target.removeprefix("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
    return part if part in names else None


def _elements(xml: bytes, name: bytes) -> list[dict[str, str]]:
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise UnreadableError("the workbook declares XML entities, which no spreadsheet program writes")
    return [_attributes(found) for found in re.findall(rb"<(?:\w+:)?" + name + rb"\b([^>]*)>", xml)]


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode("utf-8", "replace"): unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(text)
    }


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """Return the numbers of the cell styles that show a number in percent."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    xml = archive.read("xl/styles.xml")
    own = {entry["numFmtId"] for entry in _elements(xml, b"numFmt") if "%" in entry.get("formatCode", "")}
    styles = re.search(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.DOTALL)
    formats = [entry.get("numFmtId") for entry in _elements(styles.group(), b"xf")] if styles else []
    return frozenset(str(i).encode() for i, shown in enumerate(formats) if shown in own | _PERCENT_FORMATS)


def _whole_rows(stream: zipfile.ZipExtFile | Iterator[bytes]) -> Iterator[bytes]:
    """Yield the XML in pieces that end with a row, the last one apart."""
    pending = b""
    while block := stream.read(_BLOCK):  # type: ignore[union-attr]
        pending += block
        cut = pending.rfind(b"row>") + len(b"row>")
        if cut >= len(b"row>"):
            yield pending[:cut]
            pending = pending[cut:]
    yield pending


def _look(block: bytes, percent: frozenset[bytes], facts: SheetFacts) -> None:
    if b"hidden" in block:
        facts.hidden_rows += len(_HIDDEN_ROW.findall(block))
        for found in _COLUMN.findall(block):
            column = _attributes(found)
            if column.get("hidden") in {"1", "true"}:
                last = min(int(column.get("max", "0")), int(column.get("min", "1")) + 100)
                facts.hidden_columns.update(range(int(column.get("min", "1")) - 1, last))
    # Programs may leave the places of cells out; then every one has to be counted.
    if not (b't="e"' in block or percent or _FORMULA.search(block)) and b' r="' in block:
        return
    for is_row, row_start, start, content in _TOKEN.findall(block):
        if is_row:
            number = _attributes(row_start).get("r", "")
            facts.row = int(number) - 1 if number.isdecimal() else facts.row + 1
            facts.column = -1
        else:
            _look_at_cell(start, content, percent, facts)


def _look_at_cell(start: bytes, content: bytes, percent: frozenset[bytes], facts: SheetFacts) -> None:
    is_error = b't="e"' in start
    is_formula = _FORMULA.search(content) is not None
    in_percent = bool(percent) and any(b's="' + style + b'"' in start for style in percent)
    facts.column += 1
    if not (is_error or is_formula or in_percent) and b'r="' in start:
        return
    facts.row, facts.column = place = _place(_attributes(start).get("r", "")) or (facts.row, facts.column)
    value = _VALUE.search(content)
    if is_error and value is not None:
        facts.errors[place] = unescape(value.group(1).decode("utf-8", "replace"))
    if is_formula:
        facts.formulas.add(place[1])
        facts.uncomputed[place[1]] += value is None and b't="str"' not in start
    if in_percent and value is not None:
        facts.percent.add(place[1])


def _place(name: str) -> Place | None:
    found = _PLACE.fullmatch(name)
    if found is None:
        return None
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found.group(2)) - 1, column - 1
