"""SPSS portable files (.por), read byte by byte: `parse_portable`; runs in the child process only.

The usual library puts a question mark in the place of every byte beyond ASCII, so that two Chinese names of one length
become the same name. Here every text stays the bytes that the file holds.

Layout after the PSPP developers' guide, "Portable File Format". The characters come from
`liandong.ingest.headers.por`, which counts the cases of small files a second time, in the parent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from liandong.ingest.base30 import number_of
from liandong.ingest.headers.cursor import DamagedFileError
from liandong.ingest.headers.por import START, portable_characters

_LONGEST_NUMBER = 400  # characters; the smallest double takes all of them when it is written out
_END = ord("Z")
_END_OF_FILE = b"Z \x00\x1a"
_SYSTEM_MISSING = b"*."
_TITLE = slice(60, 80)  # behind "ASCII SPSS PORT FILE", where some programs put the title of the file
_HEADLESS = frozenset(b"123")  # product, author, further product: of no use to a reader of the answers
# How the numbers of the format name the display formats of SPSS; for dates SPSS itself writes them 82 higher.
_SHIFT = 82
_FORMATS = {
    **dict(enumerate(("A", "AHEX", "COMMA", "DOLLAR", "F", "IB", "PIBHEX", "P", "PIB", "PK", "RB", "RBHEX"), start=1)),
    **dict(enumerate(("Z", "N", "E"), start=15)),
    **dict(enumerate(("DATE", "TIME", "DATETIME", "ADATE", "JDATE", "DTIME", "WKDAY", "MONTH", "MOYR"), start=20)),
    **dict(enumerate(("QYR", "WKYR", "PCT", "DOT", "CCA", "CCB", "CCC", "CCD", "CCE"), start=29)),
    **dict(enumerate(("EDATE", "SDATE", "MTIME", "YMDHMS"), start=38)),
}


@dataclass(slots=True)
class PortableVariable:
    """One variable of the dictionary.

    Attributes
    ----------
    name, width
        As stored; the width in bytes, 0 for a number.
    display
        Its print format, such as ``F8.2``.
    label
        Its text, None when it has none.
    missing, ranges
        Codes declared missing: single ones, and closed intervals.
    labels
        Code → label.
    """

    name: bytes
    width: int
    display: str
    label: bytes | None = None
    missing: list[float | bytes] = field(default_factory=list)
    ranges: list[tuple[float, float]] = field(default_factory=list)
    labels: dict[float | bytes, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Portable:
    """A portable file; `cells` holds one list per variable: numbers, None where they are missing, or bytes."""

    variables: list[PortableVariable] = field(default_factory=list)
    cells: list[list[float | bytes | None]] = field(default_factory=list)
    title: bytes = b""
    weight: bytes | None = None
    documents: list[bytes] = field(default_factory=list)
    unknown: list[bytes] = field(default_factory=list)

    def named(self, name: bytes) -> PortableVariable | None:
        """Return the variable called `name`, in whatever case."""
        alike = (variable for variable in self.variables if variable.name.upper() == name.upper())
        return next(alike, None)


def parse_portable(content: bytes) -> Portable:
    """Return what the bytes of a portable file hold.

    Raises
    ------
    DamagedFileError
        When they end early, go on after their end, or are not of the format.
    """
    characters = portable_characters(content)
    reader = _Reader(characters, START)
    reader.skip(1)
    for _ in ("date", "time"):
        reader.text()
    found = Portable(title=characters[_TITLE].strip(b" "))
    while (tag := reader.tag()) != ord("F"):
        if tag not in _RECORDS:
            raise DamagedFileError(f"has an unknown record {chr(tag)!r}")
        _RECORDS[tag](reader, found)
    if not found.variables:
        raise DamagedFileError("has no variables")
    found.cells = reader.cases([variable.width > 0 for variable in found.variables])
    return found


class _Reader:
    """A place in the characters of the file."""

    def __init__(self, content: bytes, position: int) -> None:
        self.content = content
        self.position = position
        self.known: dict[bytes, float] = {}

    def skip(self, count: int) -> None:
        self.position += count

    def tag(self) -> int:
        """Return the letter that says what follows."""
        if self.position >= len(self.content):
            raise DamagedFileError("is cut short: it ends before its last value")
        self.position += 1
        return self.content[self.position - 1]

    def number(self) -> float | None:
        """Return the next number, None where it is system-missing."""
        start = self.position
        if self.content.startswith(_SYSTEM_MISSING, start):
            self.position += len(_SYSTEM_MISSING)
            return None
        end = self.content.find(b"/", start, start + _LONGEST_NUMBER)
        if end < 0:
            raise DamagedFileError("is cut short or damaged: a number has no end")
        self.position = end + 1
        digits = self.content[start:end]
        value = self.known.get(digits)
        if value is None:
            value = self.known[digits] = number_of(digits)
        return value

    def needed(self) -> float:
        """Return a number that must be there."""
        value = self.number()
        if value is None:
            raise DamagedFileError("holds a missing value where a number should stand")
        return value

    def count(self) -> int:
        """Return a whole number that must be there and cannot be negative."""
        value = self.needed()
        if value < 0 or value != int(value):
            raise DamagedFileError(f"holds {value:g} where a count should stand")
        return int(value)

    def text(self) -> bytes:
        """Return a text, which stands behind its length, without the blanks that fill it up."""
        length = self.count()
        start = self.position
        if length > len(self.content) - start:
            raise DamagedFileError(f"is cut short or damaged: a text of {length:,} characters is announced")
        self.position += length
        return self.content[start : start + length].rstrip(b" ")

    def cases(self, is_text: Sequence[bool]) -> list[list[float | bytes | None]]:
        """Return the columns; nothing but the end mark may stand behind the last case."""
        columns: list[list[float | bytes | None]] = [[] for _ in is_text]
        readers: list[Callable[[], float | bytes | None]] = [self.text if text else self.number for text in is_text]
        steps = [(column.append, read) for column, read in zip(columns, readers, strict=True)]
        while self.tag() != _END:
            self.position -= 1
            for append, read in steps:
                append(read())
        if self.content[self.position :].strip(_END_OF_FILE):
            raise DamagedFileError("is damaged: it goes on behind its end mark")
        return columns


def _variable(reader: _Reader, found: Portable) -> None:
    width, name = reader.count(), reader.text()
    kind, shown, decimals = reader.count(), reader.count(), reader.count()
    for _ in ("type", "width", "decimals"):  # of the format for writing
        reader.count()
    known = _FORMATS.get(kind if kind < _SHIFT else kind - _SHIFT, "A" if width else "F")
    tail = f".{decimals}" if decimals or known == "F" else ""
    found.variables.append(PortableVariable(name, width, f"{known}{shown}{tail}"))


def _last(found: Portable) -> PortableVariable:
    if not found.variables:
        raise DamagedFileError("describes a variable before it names one")
    return found.variables[-1]


def _label(reader: _Reader, found: Portable) -> None:
    _last(found).label = reader.text()


def _missing(reader: _Reader, found: Portable) -> None:
    variable = _last(found)
    variable.missing.append(reader.text() if variable.width else reader.needed())


def _missing_range(reader: _Reader, found: Portable, *, low: bool, high: bool) -> None:
    variable = _last(found)
    if variable.width:
        raise DamagedFileError("declares a range of texts missing")
    variable.ranges.append((reader.needed() if low else -math.inf, reader.needed() if high else math.inf))


def _value_labels(reader: _Reader, found: Portable) -> None:
    names = [reader.text() for _ in range(reader.count())]
    variables = [variable for name in names if (variable := found.named(name)) is not None]
    found.unknown += [name for name in names if found.named(name) is None]
    is_text = any(variable.width for variable in variables)
    for _ in range(reader.count()):
        code: float | bytes = reader.text() if is_text else reader.needed()
        label = reader.text()
        for variable in variables:
            variable.labels[code] = label


def _weight(reader: _Reader, found: Portable) -> None:
    found.weight = reader.text() or None


def _documents(reader: _Reader, found: Portable) -> None:
    found.documents += [reader.text() for _ in range(reader.count())]


def _passed_over(reader: _Reader, _found: Portable) -> None:
    reader.text()


def _counted(reader: _Reader, _found: Portable) -> None:
    reader.needed()


_RECORDS: dict[int, Callable[[_Reader, Portable], None]] = {
    **dict.fromkeys(_HEADLESS, _passed_over),
    **dict.fromkeys(b"45", _counted),  # number of variables, precision
    ord("6"): _weight,
    ord("7"): _variable,
    ord("8"): _missing,
    ord("9"): lambda reader, found: _missing_range(reader, found, low=False, high=True),
    ord("A"): lambda reader, found: _missing_range(reader, found, low=True, high=False),
    ord("B"): lambda reader, found: _missing_range(reader, found, low=True, high=True),
    ord("C"): _label,
    ord("D"): _value_labels,
    ord("E"): _documents,
}
