"""Text tables (.csv, .tsv): encoding and separator found, every field a string, read lazily."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import polars as pl

from liandong.errors import IngestError
from liandong.ingest.records import IrregularRecord, Shape, drop_blank_lines, inspect, measure, rewrite
from liandong.ingest.text import looks_chinese

_BLOCK = 4 * 1024 * 1024
_HEAD = 256 * 1024
_SEPARATORS = ",\t;|"
_RECORDS_TO_JUDGE = 50
_HEADER_AND_A_ROW = 2
_UTF_8 = frozenset({"utf-8", "utf8", "utf-8-sig"})
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text table: its lazy rows (all strings), names, number of rows, encoding and what is to be known about it."""

    data: pl.LazyFrame
    names: tuple[str, ...]
    rows: int
    encoding: str
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Text:
    """UTF-8 text, in the file itself or, where it had to be rewritten, in memory."""

    path: Path
    content: bytes | None
    notes: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[bytes]:
        """Yield the text in pieces, without a byte order mark."""
        with self._open() as stream:
            block = stream.read(_BLOCK).removeprefix(codecs.BOM_UTF8)
            while block:
                yield block
                block = stream.read(_BLOCK)

    def lines(self) -> Iterator[str]:
        """Yield its lines."""
        with io.TextIOWrapper(self._open(), encoding="utf-8-sig", newline="") as stream:
            yield from stream

    def _open(self) -> BinaryIO:
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)


def read_delimited(
    path: Path, file_format: str, encoding: str | None, check_names: Callable[[Path, Sequence[str]], None]
) -> Delimited:
    """Return the table of a delimited text.

    Parameters
    ----------
    path, file_format
        The file; ``tsv`` prefers the tabulator as separator.
    encoding
        Its encoding; found when None.
    check_names
        Raises an IngestError when names cannot stand; called before the rows are looked at.

    Raises
    ------
    IngestError
        When the encoding is not found, columns share a name, or a record has more or fewer fields than the header.
    """
    found = encoding or _find_encoding(path)
    text = _as_utf8(path, found)
    head = "".join(_take(text.lines(), _HEAD))
    separator = _find_separator(head, file_format)
    names, notes = _names(_first_record(text, separator))
    check_names(path, names)
    shape = _regular(text, separator)
    label = "UTF-8" if found.lower() in _UTF_8 else found.upper()
    if label != "UTF-8":
        notes.append(f"The text was read as {label}.")
    data = _scan(text, separator, names)
    _try_out(path, data, shape.records - 1)
    return Delimited(data, tuple(names), shape.records - 1, label, (*text.notes, *notes))


def _find_encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
    if _is_utf8(path):
        return "utf-8"
    if looks_chinese(path.read_bytes()):
        return "gb18030"
    raise IngestError(
        "the text is not UTF-8, and read as GB18030 it is not Chinese",
        where=path.name,
        hint="Save it as UTF-8, or name its encoding.",
        zh=f"无法识别“{path.name}”的文字编码，请另存为 UTF-8。",
    )


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _as_utf8(path: Path, encoding: str) -> _Text:
    """Return the text as it is when it is UTF-8 with usual line ends, else rewritten."""
    if encoding.lower() in _UTF_8 and _is_utf8(path):
        with path.open("rb") as file:
            start = file.read(_HEAD)
        if b"\n" in start or b"\r" not in start:
            return _Text(path, None)
    try:
        text = path.read_bytes().decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise IngestError(
            f"the text cannot be read as {encoding}: {error}",
            where=path.name,
            hint="Leave the encoding out to have it found, or save the file as UTF-8.",
            zh=f"“{path.name}”不是 {encoding} 编码。",
        ) from error
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return _Text(path, text.removeprefix("\ufeff").encode("utf-8"))


def _take(lines: Iterator[str], length: int) -> Iterator[str]:
    taken = 0
    for line in lines:
        yield line
        taken += len(line)
        if taken > length:
            return


def _find_separator(head: str, file_format: str) -> str:
    """Return the separator that cuts the first records into the most fields of equal number."""
    best, best_score = "\t" if file_format == "tsv" else ",", (False, 1)
    for separator in _SEPARATORS:
        try:
            records = [record for record in csv.reader(io.StringIO(head, newline=""), delimiter=separator) if record]
        except csv.Error:
            continue
        # The head may end in the middle of a quoted record, so its last one is no evidence.
        counts = [len(record) for record in records[:_RECORDS_TO_JUDGE]]
        if _HEADER_AND_A_ROW < len(counts) == len(records):
            counts.pop()
        if not counts or counts[0] == 1:
            continue
        score = (len(set(counts)) == 1, counts[0])
        if score > best_score:
            best, best_score = separator, score
    return best


def _regular(text: _Text, separator: str) -> Shape:
    """Return the shape of the text, after rewriting it in memory where its blank lines or quotation marks need it."""
    shape = measure(text.blocks(), separator)
    if shape is None:
        found = inspect(text.lines(), separator)
        if isinstance(found, IrregularRecord):
            raise IngestError(
                f"the record on line {found.line:,} {found.problem}",
                where=text.path.name,
                hint="Look for a separator inside an unquoted text, a cut line, or a single quotation mark.",
                zh=f"“{text.path.name}”第 {found.line:,} 行的列数或引号有误。",
            )
        text.notes.append("Quotation marks inside fields were not doubled; each was taken for a part of the text.")
        text.content = rewrite(text.lines(), separator)
        shape = found
    elif shape.blank_lines:
        text.content = drop_blank_lines(b"".join(text.blocks()))
    if shape.blank_lines:
        text.notes.append(f"Blank lines that were skipped: {shape.blank_lines:,}.")
    return shape


def _first_record(text: _Text, separator: str) -> list[str]:
    try:
        return next((record for record in csv.reader(text.lines(), delimiter=separator) if record), [])
    except csv.Error as error:
        raise IngestError(
            f"the first row cannot be read: {error}",
            where=text.path.name,
            hint="The first row holds the names of the columns; look for a single quotation mark.",
            zh=f"“{text.path.name}”的表头无法读取。",
        ) from error


def _names(header: list[str]) -> tuple[list[str], list[str]]:
    names = [name.strip(" \t\ufeff\u3000\r\n") for name in header]
    unnamed = [position for position, name in enumerate(names, start=1) if not name]
    for position in unnamed:
        names[position - 1] = f"_unnamed_{position}"
    notes = [f"Columns without a name in the header: {', '.join(map(str, unnamed))}."] if unnamed else []
    return names, notes


def _scan(text: _Text, separator: str, names: list[str]) -> pl.LazyFrame:
    return pl.scan_csv(
        text.path if text.content is None else io.BytesIO(text.content),
        separator=separator,
        has_header=False,
        skip_rows=1,
        schema=dict.fromkeys(names, pl.String),
        empty_string_is_null=False,
        extra_columns="raise",
        glob=False,
    )


def _try_out(path: Path, data: pl.LazyFrame, expected: int) -> None:
    """Read every row once, keeping none: what is collected later cannot fail, and must have as many rows as counted."""
    if expected == 0:
        return
    try:
        found = sum(batch.height for batch in data.collect_batches(maintain_order=False))
    except pl.exceptions.PolarsError as error:
        raise IngestError(f"the text cannot be read as a table: {error}", where=path.name) from error
    if found != expected:
        raise IngestError(
            f"{expected:,} records were counted, but {found:,} can be read; look for a quotation mark inside a text",
            where=path.name,
            hint="Double every quotation mark inside a text and put the text in quotation marks.",
            zh=f"“{path.name}”中的引号使各行无法分清。",
        )
