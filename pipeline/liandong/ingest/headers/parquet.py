"""The footer of a Parquet file: the names of its columns and the number of its rows.

Layout after the specification of Apache Parquet ("File format", parquet.thrift) and of Thrift's compact protocol.
"""

from __future__ import annotations

from collections.abc import Iterator

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_MAGIC = b"PAR1"
_SCHEMA, _ROWS = 2, 3  # fields of FileMetaData
_NAME, _CHILDREN = 4, 5  # fields of SchemaElement
_STOP, _BYTE, _DOUBLE, _BINARY, _STRUCT = 0, 3, 7, 8, 12  # types of values
_TRUTHS = frozenset((1, 2))  # true and false: in a structure the type is the value
_INTEGERS, _LISTS = frozenset((4, 5, 6)), frozenset((9, 10))
_LONGEST_INTEGER = 70  # bits that a number of the protocol may take, seven to a byte
_DEEPEST = 20


class _Footer:
    """The bytes of the footer, read in Thrift's compact protocol."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def byte(self) -> int:
        if self.position >= len(self.content):
            raise DamagedFileError("has a footer that ends too early")
        self.position += 1
        return self.content[self.position - 1]

    def unsigned(self) -> int:
        """Return a number in seven bits a byte."""
        value = 0
        for shift in range(0, _LONGEST_INTEGER, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 (the last byte has no high bit)
                return value
        raise DamagedFileError("has a footer with a number that does not end")

    def signed(self) -> int:
        """Return a number written zigzag, as 0, -1, 1, -2 and so on."""
        value = self.unsigned()
        return (value >> 1) ^ -(value & 1)

    def binary(self) -> bytes:
        """Return bytes that stand behind their length."""
        length = self.unsigned()
        if length > len(self.content) - self.position:
            raise DamagedFileError("has a footer that ends too early")
        self.position += length
        return self.content[self.position - length : self.position]

    def fields(self) -> Iterator[tuple[int, int]]:
        """Yield number and type of each field of a structure; its value is to be read or skipped before the next."""
        number = 0
        while (head := self.byte()) != _STOP:
            number = number + (head >> 4) if head >> 4 else self.signed()
            yield number, head & 0x0F

    def list_head(self) -> tuple[int, int]:
        """Return length and type of a list."""
        head = self.byte()
        length = head >> 4
        return (self.unsigned() if length == 0x0F else length), head & 0x0F  # noqa: PLR2004 (longer ones say so)

    def skip(self, kind: int, depth: int = 0) -> None:
        """Pass over one value."""
        if depth > _DEEPEST:
            raise DamagedFileError("has a footer nested too deep to be real")
        if kind in _LISTS:
            length, inner = self.list_head()
            for _ in range(length):
                self.byte() if inner in _TRUTHS else self.skip(inner, depth + 1)
        elif kind == _STRUCT:
            for _, inner in self.fields():
                self.skip(inner, depth + 1)
        else:
            self.skip_plain(kind)

    def skip_plain(self, kind: int) -> None:
        """Pass over a value without parts."""
        if kind in _INTEGERS:
            self.unsigned()
        elif kind == _BYTE:
            self.byte()
        elif kind == _DOUBLE:
            self.position += 8
        elif kind == _BINARY:
            self.binary()
        elif kind not in _TRUTHS:
            raise DamagedFileError(f"has a footer with a value of the unknown type {kind}")


def read_header(cursor: Cursor) -> Header:
    """Return what the footer says, after a look at both ends of the file."""
    cursor.expect(_MAGIC)
    cursor.seek(max(cursor.size - 8, 4))
    length = cursor.number("I")
    cursor.expect(_MAGIC)
    if length + 12 > cursor.size:
        raise DamagedFileError(f"claims a footer of {length:,} bytes, more than it holds")
    cursor.seek(cursor.size - 8 - length)
    footer = _Footer(cursor.take(length))
    names: tuple[bytes, ...] | None = None
    rows: int | None = None
    for number, kind in footer.fields():
        if number == _SCHEMA and kind in _LISTS:
            names = _columns(footer)
        elif number == _ROWS and kind in _INTEGERS:
            rows = footer.signed()
        else:
            footer.skip(kind)
        if names is not None and rows is not None:
            break
    if names is None or rows is None or rows < 0:
        raise DamagedFileError("does not describe its table in full")
    return Header(rows=rows, names=names)


def _columns(footer: _Footer) -> tuple[bytes, ...]:
    """Return the names that stand directly below the root of the schema."""
    elements = [_element(footer) for _ in range(footer.list_head()[0])]
    names: list[bytes] = []
    open_parents: list[int] = []  # how many children each one still expects
    for name, children in elements:
        if len(open_parents) == 1:
            names.append(name)
        if open_parents:
            open_parents[-1] -= 1
        if children or not open_parents:
            open_parents.append(children)
        while len(open_parents) > 1 and open_parents[-1] <= 0:
            open_parents.pop()
    if not elements or open_parents != [0]:
        raise DamagedFileError("describes its columns in a way that makes no sense")
    return tuple(names)


def _element(footer: _Footer) -> tuple[bytes, int]:
    name, children = b"", 0
    for number, kind in footer.fields():
        if number == _NAME and kind == _BINARY:
            name = footer.binary()
        elif number == _CHILDREN and kind in _INTEGERS:
            children = footer.signed()
        else:
            footer.skip(kind)
    return name, children
