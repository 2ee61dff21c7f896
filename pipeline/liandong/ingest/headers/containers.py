"""The outside of .xlsx (a ZIP archive) and .parquet files; their insides are checked by the child that reads them."""

from __future__ import annotations

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"


def read_xlsx(cursor: Cursor) -> Header:
    """Check that the file is a ZIP archive."""
    magic = cursor.take(4)
    if magic == _OLE:
        raise DamagedFileError("is an old .xls workbook or is protected by a password; save it as .xlsx without one")
    if magic != _ZIP:
        raise DamagedFileError(f"is not an .xlsx workbook: it starts with {magic!r}")
    return Header()


def read_parquet(cursor: Cursor) -> Header:
    """Check both ends of the file and the length of its footer."""
    cursor.expect(_PARQUET)
    cursor.seek(max(cursor.size - 8, 4))
    footer = cursor.number("I")
    cursor.expect(_PARQUET)
    if footer + 12 > cursor.size:
        raise DamagedFileError(f"claims a footer of {footer:,} bytes, more than it holds")
    return Header()
