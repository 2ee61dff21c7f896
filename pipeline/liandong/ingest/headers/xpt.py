"""The header of a SAS transport file (.xpt), versions 5 and 8.

Layout after SAS technical note TS-140 ("Record layout of a SAS version 5 or 6 data set in SAS transport format")
and its version 8 supplement.
"""

from __future__ import annotations

from typing import NamedTuple

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_RECORD = 80
_MARK = b"HEADER RECORD*******"
_COUNT = slice(54, 58)
_CHARACTER = 2


class _Column(NamedTuple):
    name: bytes
    is_text: bool
    width: int


def read_header(cursor: Cursor) -> Header:
    """Return what the header says; rows are counted from the length of the data, which must come out even."""
    first = cursor.take(_RECORD)
    kind = first[len(_MARK) : len(_MARK) + 8].strip()
    if not first.startswith(_MARK) or kind not in {b"LIBRARY", b"LIBV8"}:
        raise DamagedFileError(f"is not a SAS transport file: it starts with {first[:28]!r}")
    if cursor.size % _RECORD:
        raise DamagedFileError(f"is cut short: {cursor.size:,} bytes are not whole records of {_RECORD}")
    version_8 = kind == b"LIBV8"
    cursor.skip(2 * _RECORD)
    member = _record(cursor, b"MEMBV8" if version_8 else b"MEMBER")
    namestr = _number(member[74:78])
    _record(cursor, b"DSCPTV8" if version_8 else b"DSCRPTR")
    cursor.skip(2 * _RECORD)
    count = _record(cursor, b"NAMSTV8" if version_8 else b"NAMESTR")
    n_columns = _number(count[_COUNT])
    columns = [_column(cursor.take(namestr), version_8) for _ in range(n_columns)]
    cursor.skip(-(n_columns * namestr) % _RECORD)
    announced = _skip_to_data(cursor)
    rows = _count_rows(cursor, sum(column.width for column in columns), announced)
    return Header(rows, tuple(column.name for column in columns), tuple(column.is_text for column in columns))


def _record(cursor: Cursor, kind: bytes) -> bytes:
    record = cursor.take(_RECORD)
    if not record.startswith(_MARK + kind):
        raise DamagedFileError(f"should hold the {kind.decode()} record at byte {cursor.position - _RECORD:,}")
    return record


def _number(text: bytes) -> int:
    if not text.strip().isdigit():
        raise DamagedFileError(f"holds {text!r} where a number should stand")
    return int(text)


def _column(entry: bytes, version_8: bool) -> _Column:  # noqa: FBT001 (the two layouts of the format)
    if len(entry) < 136:  # noqa: PLR2004 (the shorter of the two entry lengths)
        raise DamagedFileError("describes its columns too briefly")
    kind = int.from_bytes(entry[0:2], "big")
    if kind not in {1, _CHARACTER}:
        raise DamagedFileError(f"has a column of the unknown type {kind}")
    name = entry[88:120] if version_8 else entry[8:16]
    return _Column(name.rstrip(b" \0"), kind == _CHARACTER, int.from_bytes(entry[4:6], "big"))


def _skip_to_data(cursor: Cursor) -> int | None:
    """Pass the label records of version 8 and the data record; return the number of rows if it states one."""
    while True:
        record = cursor.take(_RECORD)
        if not record.startswith(_MARK):
            continue
        if record[20:28].startswith(b"OBSV8"):
            rows = record[48:63].strip()
            return int(rows) if rows.isdigit() and int(rows) else None
        if record[20:28].strip() == b"OBS":
            return None


def _count_rows(cursor: Cursor, width: int, announced: int | None) -> int | None:
    if width <= 0:
        raise DamagedFileError("has rows of no length")
    tail_start = max(cursor.position, cursor.size - _RECORD)
    rows, rest = divmod(cursor.left, width)
    cursor.seek(tail_start)
    tail = cursor.take(cursor.left)
    padding = len(tail) - len(tail.rstrip(b" "))
    if rest > padding:
        raise DamagedFileError(f"is cut short: after {rows:,} rows of {width:,} bytes, {rest:,} bytes are left")
    # Blank padding to the next record may look like further rows where these are shorter than a record.
    fewest = rows - (padding - rest) // width
    if announced is not None:
        if not fewest <= announced <= rows:
            raise DamagedFileError(f"is cut short or damaged: {announced:,} rows announced, {rows:,} are there")
        return announced
    return rows if fewest == rows else None
