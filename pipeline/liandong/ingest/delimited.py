"""Text tables (.csv, .tsv): encoding and separator found, every field a string, read lazily."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import polars as pl

from liandong.errors import IngestError
from liandong.ingest.encodings import check_is_text, find_encoding, first_not_utf8
from liandong.ingest.heading import clean_names, title_note, title_rows, unnamed_column
from liandong.ingest.lenient import IrregularRecord, Repaired, first_records, inspect, rewrite
from liandong.ingest.records import Shape, drop_blank_lines, measure

_BLOCK = 4 * 1024 * 1024
_HEAD = 256 * 1024
_SEPARATORS = ",\t;|"
_RECORDS_TO_JUDGE = 50
_HEADER_AND_A_ROW = 2
_UTF_8 = frozenset({"utf-8", "utf8", "utf-8-sig"})
_SHOWN_AS = {"UTF-8-SIG": "UTF-8", "UTF8": "UTF-8", "CP950": "Big5"}
_DECLARED_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_WIDE_SEPARATORS = "，；｜"
_END_OF_FILE = b"\x1a"  # of DOS


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text table: its lazy rows (all strings), names, number of rows, encoding and what is to be known about it."""

    data: pl.LazyFrame
    names: tuple[str, ...]
    rows: int
    encoding: str
    notes: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(slots=True)
class _Text:
    """UTF-8 text, in the file itself or, where it had to be changed, in memory; `skipped` lines are cut off."""

    path: Path
    content: bytes | None
    skipped: int = 0
    notes: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[bytes]:
        """Yield the text in pieces, without a byte order mark."""
        line = 1 + self.skipped
        with self._open() as stream:
            block = stream.read(_BLOCK).removeprefix(codecs.BOM_UTF8)
            while block:
                if b"\0" in block:
                    raise self._with_nothing(line + block.count(b"\n", 0, block.index(b"\0")))
                yield block
                line += block.count(b"\n")
                block = stream.read(_BLOCK)

    def lines(self) -> Iterator[str]:
        """Yield its lines, with their ends."""
        with io.TextIOWrapper(self._open(), encoding="utf-8-sig", newline="") as stream:
            yield from stream

    def skip(self, lines: int) -> None:
        """Cut off the first `lines` lines."""
        kept = "".join(line for number, line in enumerate(self.lines()) if number >= lines)
        self.content, self.skipped = kept.encode(), self.skipped + lines

    def _open(self) -> BinaryIO:
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)

    def _with_nothing(self, line: int) -> IngestError:
        return IngestError(
            f"line {line:,} holds a byte zero, which no text has: the file is damaged, or no text",
            where=self.path.name,
            hint="Export it again. If it is UTF-16, name its `encoding` under `data` in study.yaml.",
            zh=f"“{self.path.name}”第 {line:,} 行含有空字节，文件已损坏或不是文本。",
        )


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
        When the file is no text, the encoding is not found, columns share a name, or a record has more or fewer fields
        than the header.
    """
    check_is_text(path)
    found = encoding or find_encoding(path)
    text = _as_utf8(path, found)
    separator, titles = _layout(text, file_format)
    header = next((record for _, record in first_records(text.lines(), separator, 1)), [])
    names, notes = clean_names(header, "the header")
    check_names(path, names)
    shape = _regular(text, separator)
    label = _SHOWN_AS.get(found.upper(), found.upper())
    if label != "UTF-8":
        notes.append(f"The text was read as {label}.")
    data, names, rows, more = _filled(path, _scan(text, separator, names), names, shape.records - 1)
    return Delimited(data, tuple(names), rows, label, (*text.notes, *notes, *more), tuple(titles))


def _as_utf8(path: Path, encoding: str) -> _Text:
    """Return the text as it is when it is UTF-8 with usual line ends, else rewritten."""
    with path.open("rb") as file:
        start = file.read(_HEAD)
        file.seek(max(file.seek(0, io.SEEK_END) - 1, 0))
        ends_as_in_dos = file.read() == _END_OF_FILE
    is_utf8 = encoding.lower() in _UTF_8 and first_not_utf8(path) is None
    if is_utf8 and not ends_as_in_dos and (b"\n" in start or b"\r" not in start):
        return _Text(path, None)
    try:
        text = path.read_bytes().removesuffix(_END_OF_FILE).decode(encoding)
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


def _layout(text: _Text, file_format: str) -> tuple[str, list[str]]:
    """Return the separator and the titles above the header, which are cut off, as is Excel's own line ``sep=``."""
    head = _head(text)
    declared = _DECLARED_SEPARATOR.fullmatch(head.partition("\n")[0])
    if declared:
        text.skip(1)
        return declared.group(1), []
    separator = _find_separator(head, file_format)
    records = first_records(io.StringIO(head, newline=""), separator, _RECORDS_TO_JUDGE)
    count = title_rows([fields for _, fields in records])
    titles = [next(cell.strip() for cell in fields if cell.strip()) for _, fields in records[:count]]
    if titles:
        text.notes.append(title_note(count, "line"))
        text.skip(records[count][0] - 1)
    elif records and len(records[0][1]) == 1:
        _check_no_wide_separator(text.path, [fields[0] for _, fields in records])
    return separator, titles


def _head(text: _Text) -> str:
    taken: list[str] = []
    length = 0
    for line in text.lines():
        taken.append(line)
        length += len(line)
        if length > _HEAD:
            break
    return "".join(taken)


def _find_separator(head: str, file_format: str) -> str:
    """Return the separator that cuts the first records into the most fields of equal number, titles apart."""
    best, best_score = "\t" if file_format == "tsv" else ",", (False, 1)
    for separator in _SEPARATORS:
        records = first_records(io.StringIO(head, newline=""), separator, _RECORDS_TO_JUDGE)
        counts = [len(fields) for _, fields in records]
        # The head may end in the middle of a record, so its last one is no evidence.
        if _HEADER_AND_A_ROW < len(counts) < _RECORDS_TO_JUDGE and len(head) > _HEAD:
            counts.pop()
        counts = counts[title_rows([fields for _, fields in records]) :]
        if not counts or counts[0] == 1:
            continue
        score = (len(set(counts)) == 1, counts[0])
        if score > best_score:
            best, best_score = separator, score
    return best


def _check_no_wide_separator(path: Path, lines: Sequence[str]) -> None:
    """Raise an IngestError when a table of one column is one of several, with full-width commas between them."""
    for wide in _WIDE_SEPARATORS:
        counts = {line.count(wide) for line in lines}
        if len(counts) == 1 and counts != {0} and len(lines) > 1:
            raise IngestError(
                f"the columns are separated by the full-width {wide!r}, which is a mark of Chinese text",
                where=path.name,
                hint="Save it with plain commas between the columns.",
                zh=f"“{path.name}”以全角“{wide}”分隔各列，请改用半角逗号。",
            )


def _regular(text: _Text, separator: str) -> Shape | Repaired:
    """Return the shape of the text, after rewriting it in memory where its blank lines or quotation marks need it."""
    shape: Shape | Repaired | None = measure(text.blocks(), separator)
    if shape is None:
        found = inspect(text.lines(), separator)
        if isinstance(found, IrregularRecord):
            line = found.line + text.skipped
            raise IngestError(
                f"the record on line {line:,} {found.problem}",
                where=text.path.name,
                hint="Look for a separator inside an unquoted text, a cut line, or a single quotation mark.",
                zh=f"“{text.path.name}”第 {line:,} 行的列数或引号有误。",
            )
        text.notes.append(_repair_note(found, text.skipped))
        text.content = rewrite(text.lines(), separator)
        shape = found
    elif shape.blank_lines:
        text.content = drop_blank_lines(b"".join(text.blocks()))
    if shape.blank_lines:
        text.notes.append(f"Blank lines that were skipped: {shape.blank_lines:,}.")
    return shape


def _repair_note(found: Repaired, skipped: int) -> str:
    if not found.stray:
        return "Line ends of several kinds, or blanks before quotation marks, were put in order."
    where = (
        f"in {found.stray:,} record{'s' if found.stray > 1 else ''}, the first on line {found.first_stray + skipped:,}"
    )
    return f"Quotation marks inside fields were not doubled ({where}); each was taken for a part of the text."


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


def _filled(
    path: Path, data: pl.LazyFrame, names: list[str], expected: int
) -> tuple[pl.LazyFrame, list[str], int, list[str]]:
    """Read every row once, keeping none: what is collected later cannot fail, and must have as many rows as counted.

    Rows without anything in them, and columns with neither name nor content, are left out.
    """
    unnamed = [name for i, name in enumerate(names, start=1) if name == unnamed_column(i)]
    is_empty = pl.all_horizontal(pl.col(name) == "" for name in names)
    found = empty = 0
    try:
        for batch in data.collect_batches(maintain_order=False) if expected else ():
            found += batch.height
            empty += batch.filter(pl.col(names[0]) == "").select(is_empty.sum()).item() or 0
            unnamed = [name for name in unnamed if (batch[name] == "").all()]
    except pl.exceptions.PolarsError as error:
        raise IngestError(
            f"the text cannot be read as a table: {error}",
            where=path.name,
            hint="Export it again as UTF-8, with every text in quotation marks.",
            zh=f"“{path.name}”无法读成表格。",
        ) from error
    if found != expected:
        raise IngestError(
            f"{expected:,} records were counted, but {found:,} can be read; look for a quotation mark inside a text",
            where=path.name,
            hint="Double every quotation mark inside a text and put the text in quotation marks.",
            zh=f"“{path.name}”中的引号使各行无法分清。",
        )
    notes = []
    if empty:
        data = data.filter(~is_empty)
        notes.append(f"Rows without any content that were skipped: {empty:,}.")
    if unnamed and found and len(unnamed) < len(names):
        data = data.drop(unnamed)
        notes.append(f"Of the columns without a name, {len(unnamed):,} without content were left out.")
    return data, [name for name in names if name not in unnamed or not found], found - empty, notes
