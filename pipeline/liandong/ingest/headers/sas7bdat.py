"""The header of a SAS data file (.sas7bdat).

SAS has not published the format; the layout follows Shotwell (2011), "SAS7BDAT database binary format".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_DATA_MAGIC = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")
_CATALOGUE_MAGIC = bytes.fromhex("000000000000000000000000c2ea8163b31411cfbd92080009c7318c181f1011")
_YES = 0x33  # how the format writes "is so" for alignment and word size
_TYPE_MASK, _DATA = 0x0F00, 0x0100
_TRUNCATED, _CHARACTER = 1, 2
_ROW_SIZE, _COLUMN_SIZE = b"\xf7\xf7\xf7\xf7", b"\xf6\xf6\xf6\xf6"
_TEXT, _NAME, _ATTRIBUTES = b"\xfd\xff\xff\xff", b"\xff\xff\xff\xff", b"\xfc\xff\xff\xff"
_LARGEST_PAGE = 64 * 1024 * 1024


@dataclass(slots=True)
class _Metadata:
    rows: int | None = None
    n_columns: int | None = None
    texts: list[bytes] = field(default_factory=list)
    pointers: list[tuple[int, int, int]] = field(default_factory=list)
    types: list[int] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything that a header has to say was found."""
        counts = {len(self.pointers), len(self.types)}
        return self.rows is not None and self.n_columns is not None and counts == {self.n_columns}


@dataclass(frozen=True, slots=True)
class _Page:
    content: bytes
    order: str
    word: int

    def number(self, position: int, width: int) -> int:
        """Return the whole number at `position`."""
        found = self.content[position : position + width]
        if len(found) < width:
            raise DamagedFileError("points outside one of its pages")
        return int.from_bytes(found, "little" if self.order == "<" else "big")

    def subheaders(self) -> Iterator[bytes]:
        """Yield the parts of the page that describe the table."""
        start = 16 if self.word == 4 else 32  # noqa: PLR2004 (bytes of a word)
        kind, count = self.number(start, 2), self.number(start + 4, 2)
        if kind & _TYPE_MASK == _DATA:
            return
        size = 12 if self.word == 4 else 24  # noqa: PLR2004
        for index in range(count):
            pointer = start + 8 + index * size
            offset, length = self.number(pointer, self.word), self.number(pointer + self.word, self.word)
            compression = self.number(pointer + 2 * self.word, 1)
            if length and compression != _TRUNCATED:
                yield self.content[offset : offset + length]


def read_header(cursor: Cursor) -> Header:
    """Return rows, names and types, after comparing the number of pages with the length of the file."""
    word, page_size, pages = _read_start(cursor, _DATA_MAGIC, "data file")
    found = _Metadata()
    for _ in range(pages):
        page = _Page(cursor.take(page_size), cursor.order, word)
        for part in page.subheaders():
            _read_part(part, page, found)
        if found.complete:
            break
    if not found.complete:
        raise DamagedFileError("does not describe its table in full")
    return Header(
        rows=found.rows,
        names=tuple(_name(pointer, found.texts) for pointer in found.pointers),
        is_text=tuple(kind == _CHARACTER for kind in found.types),
    )


def read_catalogue(cursor: Cursor) -> Header:
    """Check that a file is a SAS catalogue (.sas7bcat) and whole; it has no table of which a header could tell."""
    _read_start(cursor, _CATALOGUE_MAGIC, "catalogue")
    return Header()


def _read_start(cursor: Cursor, magic: bytes, what: str) -> tuple[int, int, int]:
    """Return the bytes of a word, the size of a page and the number of pages; leave the cursor at the first page."""
    start = cursor.take(164)
    if start[:32] != magic:
        raise DamagedFileError(f"is not a SAS {what}: its first 32 bytes are not those of the format")
    word = 8 if start[32] == _YES else 4
    shift = 4 if start[35] == _YES else 0
    cursor.order = "<" if start[37] == 1 else ">"
    cursor.seek(196 + shift)
    header_size, page_size = cursor.unpack("2I")
    pages = cursor.number("Q" if word == 8 else "I")  # noqa: PLR2004 (bytes of a word)
    if not 0 < page_size <= _LARGEST_PAGE:
        raise DamagedFileError(f"claims pages of {page_size:,} bytes")
    if header_size + pages * page_size > cursor.size:
        raise DamagedFileError(
            f"is cut short: {pages:,} pages of {page_size:,} bytes announced, it has {cursor.size:,} bytes"
        )
    cursor.seek(header_size)
    return word, page_size, pages


def _read_part(part: bytes, page: _Page, found: _Metadata) -> None:
    """Take from one subheader what it says; its first word tells which kind it is."""
    inner = _Page(part, page.order, page.word)
    word = page.word
    # Written big-endian in eight bytes, the telling four bytes of all but the two size records stand last.
    kind = part[:4] if page.order == "<" or word == 4 or part[:1] in {b"\xf7", b"\xf6"} else part[4:8]  # noqa: PLR2004
    kind = kind if page.order == "<" else kind[::-1]
    if kind == _ROW_SIZE:
        found.rows = inner.number(6 * word, word)
    elif kind == _COLUMN_SIZE:
        found.n_columns = inner.number(word, word)
    elif kind == _TEXT:
        found.texts.append(part[word:])
    elif kind == _NAME:
        for position in range(word + 8, len(part) - word - 4, 8):
            found.pointers.append(
                (inner.number(position, 2), inner.number(position + 2, 2), inner.number(position + 4, 2))
            )
        del found.pointers[found.n_columns :]
    elif kind == _ATTRIBUTES:
        size = word + 8
        found.types += [
            inner.number(position + word + 6, 1) for position in range(word + 8, len(part) - size - 3, size)
        ]
        del found.types[found.n_columns :]


def _name(pointer: tuple[int, int, int], texts: list[bytes]) -> bytes:
    index, offset, length = pointer
    if index >= len(texts):
        raise DamagedFileError("names a column in a text block that is not there")
    return texts[index][offset : offset + length].rstrip(b" \0")
