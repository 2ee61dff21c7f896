"""Reading binary headers: a place in a file, and what a header says."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO


class DamagedFileError(ValueError):
    """Bytes that are not what the format asks for; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a file says about its table.

    Attributes
    ----------
    rows
        Number of rows, None where the format does not say.
    names
        Column names as bytes, in order; None where the format's header is not read that far.
    is_text
        Per column, whether it holds text; None as above.
    """

    rows: int | None = None
    names: tuple[bytes, ...] | None = None
    is_text: tuple[bool, ...] | None = None


class Cursor:
    """A place in a binary file that never reads beyond its end.

    Parameters
    ----------
    file
        Opened for reading bytes.
    size
        Its length in bytes.
    order
        Byte order as `struct` writes it: ``<`` or ``>``.
    """

    def __init__(self, file: BinaryIO, size: int, order: str = "<") -> None:
        self.file = file
        self.size = size
        self.order = order

    @property
    def position(self) -> int:
        """Bytes from the start of the file."""
        return self.file.tell()

    @property
    def left(self) -> int:
        """Bytes to the end of the file."""
        return self.size - self.position

    def seek(self, position: int) -> None:
        """Go to a byte; DamagedFileError when it lies outside the file."""
        if not 0 <= position <= self.size:
            raise DamagedFileError(f"points to byte {position:,}, but the file has {self.size:,}")
        self.file.seek(position)

    def skip(self, count: int) -> None:
        """Go `count` bytes on."""
        if count < 0:
            raise DamagedFileError(f"holds a negative length ({count:,}) near byte {self.position:,}")
        self.seek(self.position + count)

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes; DamagedFileError when there are fewer."""
        if count < 0 or count > self.left:
            raise DamagedFileError(
                f"is cut short: {count:,} bytes expected at byte {self.position:,}, {self.left:,} are left"
            )
        return self.file.read(count)

    def expect(self, literal: bytes) -> None:
        """Read `literal` or raise DamagedFileError."""
        found = self.take(len(literal))
        if found != literal:
            raise DamagedFileError(f"should hold {literal!r} at byte {self.position - len(literal):,}, not {found!r}")

    def unpack(self, code: str) -> tuple[Any, ...]:
        """Return the numbers of `code` (`struct` letters, without the byte order)."""
        return struct.unpack(self.order + code, self.take(struct.calcsize(self.order + code)))

    def number(self, code: str) -> int:
        """Return one whole number."""
        return int(self.unpack(code)[0])
