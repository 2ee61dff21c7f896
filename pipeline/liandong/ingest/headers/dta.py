"""The header of a Stata file (.dta), releases 104 to 119.

Layout after Stata's own manual pages "help dta" of each release.
"""

from __future__ import annotations

from typing import NamedTuple

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_LETTER_WIDTHS = {ord("b"): 1, ord("i"): 2, ord("l"): 4, ord("f"): 4, ord("d"): 8}
_CODE_WIDTHS = {251: 1, 252: 2, 253: 4, 254: 4, 255: 8}
_NEW_WIDTHS = {65530: 1, 65529: 2, 65528: 4, 65527: 4, 65526: 8}
_LONGEST_TEXT = 2045
_LONG_TEXT, _LONG_TEXT_WIDTH = 32768, 8  # a strL: the row holds its address
_STRING_LETTER = 0x7F  # releases before 111: type 0x80 + width - 1


class _Layout(NamedTuple):
    """Lengths in bytes that differ between the old releases."""

    name: int
    data_label: int
    time_stamp: int
    format: int
    label: int
    expansion_length: str | None


def read_header(cursor: Cursor) -> Header:
    """Return what the header says, after comparing it with the length of the data."""
    first = cursor.take(1)[0]
    cursor.seek(0)
    if first == ord("<"):
        return _new(cursor)
    if 104 <= first <= 115:  # noqa: PLR2004 (the releases that exist)
        return _old(cursor)
    raise DamagedFileError(f"is not a Stata file that can be read: its first byte is {first}")


def _layout(release: int) -> _Layout:
    return _Layout(
        name=9 if release < 110 else 33,  # noqa: PLR2004 (releases, here and below)
        data_label=32 if release < 108 else 81,  # noqa: PLR2004
        time_stamp=0 if release < 105 else 18,  # noqa: PLR2004
        format=7 if release < 105 else 12 if release < 114 else 49,  # noqa: PLR2004
        label=32 if release < 108 else 81,  # noqa: PLR2004
        expansion_length=None if release < 105 else "H" if release < 110 else "I",  # noqa: PLR2004
    )


def _old(cursor: Cursor) -> Header:
    release, order = cursor.take(2)
    if order not in {1, 2}:
        raise DamagedFileError(f"does not say its byte order: {order} instead of 1 or 2")
    cursor.order = ">" if order == 1 else "<"
    cursor.skip(2)
    n_columns, rows = cursor.unpack("HI")
    layout = _layout(release)
    cursor.skip(layout.data_label + layout.time_stamp)
    types = list(cursor.take(n_columns))
    names = tuple(cursor.take(layout.name).split(b"\0")[0] for _ in types)
    cursor.skip(2 * (n_columns + 1) + n_columns * (layout.format + layout.name + layout.label))
    while layout.expansion_length is not None:
        kind, length = cursor.unpack("B" + layout.expansion_length)
        cursor.skip(length)
        if kind == 0 and length == 0:
            break
    widths = [_old_width(code, release) for code in types]
    cursor.skip(rows * sum(width for width, _ in widths))
    if release >= 108:  # noqa: PLR2004 (value labels of one layout since then)
        _walk_value_labels(cursor, layout.name)
    return Header(rows=rows, names=names, is_text=tuple(is_text for _, is_text in widths))


def _old_width(code: int, release: int) -> tuple[int, bool]:
    numbers = _LETTER_WIDTHS if release < 111 else _CODE_WIDTHS  # noqa: PLR2004 (release that changed the codes)
    if code in numbers:
        return numbers[code], False
    width = code - _STRING_LETTER if release < 111 else code  # noqa: PLR2004
    if width <= 0:
        raise DamagedFileError(f"has a column of the unknown type {code}")
    return width, True


def _walk_value_labels(cursor: Cursor, name: int) -> None:
    """Follow the value labels to the end of the file: a wrong number of rows would not lead there."""
    while cursor.left:
        length = cursor.number("i")
        cursor.skip(name + 3)
        cursor.skip(length)


def _new(cursor: Cursor) -> Header:
    cursor.expect(b"<stata_dta><header><release>")
    text = cursor.take(3)
    if text not in {b"117", b"118", b"119"}:
        raise DamagedFileError(f"is a Stata file of the unknown release {text!r}")
    release = int(text)
    cursor.expect(b"</release><byteorder>")
    cursor.order = {b"LSF": "<", b"MSF": ">"}.get(cursor.take(3), "?")
    if cursor.order == "?":
        raise DamagedFileError("does not say its byte order")
    cursor.expect(b"</byteorder><K>")
    n_columns = cursor.number("I" if release == 119 else "H")  # noqa: PLR2004 (wide files)
    cursor.expect(b"</K><N>")
    rows = cursor.number("I" if release == 117 else "Q")  # noqa: PLR2004
    cursor.expect(b"</N><label>")
    cursor.skip(cursor.number("B" if release == 117 else "H"))  # noqa: PLR2004
    cursor.expect(b"</label><timestamp>")
    cursor.skip(cursor.number("B"))
    cursor.expect(b"</timestamp></header><map>")
    places = cursor.unpack("14Q")
    if places[13] != cursor.size:
        raise DamagedFileError(f"is cut short or damaged: {places[13]:,} bytes announced, {cursor.size:,} are there")
    cursor.seek(places[2])
    cursor.expect(b"<variable_types>")
    types = cursor.unpack(f"{n_columns}H") if 2 * n_columns <= cursor.left else ()
    if len(types) != n_columns:
        raise DamagedFileError(f"claims {n_columns:,} columns, more than it has room for")
    cursor.seek(places[3])
    cursor.expect(b"<varnames>")
    name = 33 if release == 117 else 129  # noqa: PLR2004
    names = tuple(cursor.take(name).split(b"\0")[0] for _ in types)
    widths = [_new_width(code) for code in types]
    held = places[10] - places[9] - len(b"<data></data>")
    if held != rows * sum(width for width, _ in widths):
        raise DamagedFileError(f"is damaged: {rows:,} rows announced, but the data have {held:,} bytes")
    return Header(rows=rows, names=names, is_text=tuple(is_text for _, is_text in widths))


def _new_width(code: int) -> tuple[int, bool]:
    if code in _NEW_WIDTHS:
        return _NEW_WIDTHS[code], False
    if 1 <= code <= _LONGEST_TEXT:
        return code, True
    if code == _LONG_TEXT:
        return _LONG_TEXT_WIDTH, True
    raise DamagedFileError(f"has a column of the unknown type {code}")
