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
from liandong.ingest.records import RaggedRecord, Shape, drop_blank_lines, find_ragged, measure
from liandong.ingest.text import looks_chinese

_BLOCK = 4 * 1024 * 1024
_HEAD = 256 * 1024
_SEPARATORS = ",\t;|"
_RECORDS_TO_JUDGE = 50
_HEADER_AND_A_ROW = 2
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
    path: Path, file_format: str, encoding: str | None, check_names: Callable[[Path, Sequence[str]], object]
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
    shape = _check_shape(text, separator)
    if shape.blank_lines:
        text.notes.append(f"Blank lines that were skipped: {shape.blank_lines:,}.")
        content = b"".join(text.blocks()) if text.content is None else text.content
        text.content = drop_blank_lines(content)
    header = next(record for record in csv.reader(text.lines(), delimiter=separator) if record)
    names, notes = _names(header)
    check_names(path, names)
    label = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030"}.get(found.lower(), found)
    if label != "UTF-8":
        notes.append(f"The text was read as {label}.")
    data = _scan(text, separator, names)
    _check_rows(path, data, shape.records - 1)
    return Delimited(data, tuple(names), shape.records - 1, label, (*text.notes, *notes))


def _find_encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8"
    if looks_chinese(path.read_bytes()):
        return "gb18030"
    raise IngestError(
        "the text is not UTF-8, and read as GB18030 it is not Chinese",
        where=path.name,
        hint="Save it as UTF-8, or name its encoding.",
        zh=f"无法识别“{path.name}”的文字编码，请另存为 UTF-8。",
    )


def _as_utf8(path: Path, encoding: str) -> _Text:
    """Return the text as it is when it is UTF-8 with usual line ends, else rewritten."""
    if encoding.lower() in {"utf-8", "utf8", "utf-8-sig"}:
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
        records = [record for record in csv.reader(io.StringIO(head, newline=""), delimiter=separator) if record]
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


def _check_shape(text: _Text, separator: str) -> Shape:
    shape = measure(text.blocks(), separator) or find_ragged(text.lines(), separator)
    if isinstance(shape, RaggedRecord):
        raise IngestError(
            f"the record on line {shape.line:,} has {shape.found:,} fields, the header has {shape.expected:,}",
            where=text.path.name,
            hint="Look for a separator inside an unquoted text, a cut line, or a quotation mark that is never closed.",
            zh=f"“{text.path.name}”第 {shape.line:,} 行的列数与表头不一致。",
        )
    return shape


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


def _check_rows(path: Path, data: pl.LazyFrame, expected: int) -> None:
    """Compare the rows that the CSV reader finds with those that were counted."""
    if expected == 0:
        return
    try:
        found = data.select(pl.first().len()).collect().item()
    except pl.exceptions.PolarsError as error:
        raise IngestError(f"the text cannot be read as a table: {error}", where=path.name) from error
    if found != expected:
        raise IngestError(
            f"{expected:,} records were counted, but {found:,} can be read; look for a quotation mark inside a text",
            where=path.name,
            hint="Double every quotation mark inside a text and put the text in quotation marks.",
            zh=f"“{path.name}”中的引号使各行无法分清。",
        )
