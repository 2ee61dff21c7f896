"""The outside of an .xlsx file, which is a ZIP archive; its inside is checked by the child that reads it."""

from __future__ import annotations

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_xlsx(cursor: Cursor) -> Header:
    """Check that the file is a ZIP archive."""
    magic = cursor.take(4)
    if magic == _OLE:
        raise DamagedFileError("is an old .xls workbook or is protected by a password; save it as .xlsx without one")
    if magic != _ZIP:
        raise DamagedFileError(f"is not an .xlsx workbook: it starts with {magic!r}")
    return Header()
