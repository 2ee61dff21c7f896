"""The dictionary of an SPSS system file (.sav, .zsav), and how many cases its data hold.

Layout after the PSPP developers' guide, "System File Format".
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_VARIABLE, _LABELS, _LABELLED, _DOCUMENTS, _EXTENSION, _END = 2, 3, 4, 6, 7, 999
_LONG_NAMES, _LONG_STRINGS = 13, 14
_SETS = frozenset((7, 19))  # of before SPSS 14, and since
_SEGMENT = 252  # bytes of text that each part of a very long string carries
_VALUE = 8  # bytes of one number, or of one piece of text
_COUNT_UP_TO = 8 * 1024 * 1024  # bytes of compressed data: half a second of counting at most
_OPCODE_NOTHING, _OPCODE_END, _OPCODE_LITERAL = 0, 252, 253


@dataclass(slots=True)
class _Dictionary:
    names: list[bytes] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)  # from 1, the further parts of texts counted
    values_per_case: int = 0
    sets: list[bytes] = field(default_factory=list)
    long_names: dict[bytes, bytes] = field(default_factory=dict)
    long_strings: dict[bytes, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declarations:
    """What the file says about its variables together: names are the short ones, by which its parts know each other.

    Attributes
    ----------
    short_names
        The variables in order, without the further parts of very long strings.
    weight
        The variable that weights the cases, None when there is none.
    sets
        The records of multiple-response sets, for `liandong.ingest.headers.sav_sets`.
    """

    short_names: tuple[bytes, ...]
    weight: bytes | None
    sets: tuple[bytes, ...]


def read_header(cursor: Cursor) -> Header:
    """Return what the dictionary says; the number of cases is checked against the data where they are small enough."""
    compression, _, cases = _read_start(cursor)
    dictionary = _read_dictionary(cursor)
    columns = _columns(dictionary)
    names = tuple(dictionary.long_names.get(dictionary.names[i], dictionary.names[i]) for i in columns)
    rows = _count_rows(cursor, compression, cases, dictionary.values_per_case)
    return Header(rows=rows, names=names, is_text=tuple(dictionary.widths[i] > 0 for i in columns))


def read_declarations(cursor: Cursor) -> Declarations:
    """Return the weight and the multiple-response sets.

    Raises
    ------
    DamagedFileError
        When the dictionary is damaged, or weights the cases by something that is no number of the file.
    """
    _, weight, _ = _read_start(cursor)
    dictionary = _read_dictionary(cursor)
    weights = dict(zip(dictionary.positions, zip(dictionary.names, dictionary.widths, strict=True), strict=True))
    if weight and weights.get(weight, (b"", 1))[1]:
        raise DamagedFileError(f"weights its cases by its value {weight:,}, which is no number")
    return Declarations(
        short_names=tuple(dictionary.names[i] for i in _columns(dictionary)),
        weight=weights[weight][0] if weight else None,
        sets=tuple(dictionary.sets),
    )


def _read_start(cursor: Cursor) -> tuple[int, int, int]:
    """Return compression, place of the weight, and number of cases."""
    magic = cursor.take(4)
    if magic not in {b"$FL2", b"$FL3"}:
        raise DamagedFileError(f"is not an SPSS file: it starts with {magic!r} instead of $FL2 or $FL3")
    cursor.skip(60)
    layout = cursor.take(4)
    cursor.order = "<" if struct.unpack("<i", layout)[0] in {2, 3} else ">"
    _, compression, weight, cases = cursor.unpack("4i")
    cursor.skip(8 + 9 + 8 + 64 + 3)
    if compression not in {0, 1, 2} or cases < -1:
        raise DamagedFileError(f"claims compression {compression} and {cases:,} cases")
    return compression, weight, cases


def _read_dictionary(cursor: Cursor) -> _Dictionary:
    dictionary = _Dictionary()
    while (record := cursor.number("i")) != _END:
        if record == _VARIABLE:
            _variable(cursor, dictionary)
        elif record == _LABELS:
            for _ in range(cursor.number("i")):
                cursor.skip(_VALUE)
                length = cursor.take(1)[0]
                cursor.skip(_padded(length + 1, 8) - 1)
        elif record == _LABELLED:
            cursor.skip(4 * cursor.number("i"))
        elif record == _DOCUMENTS:
            cursor.skip(80 * cursor.number("i"))
        elif record == _EXTENSION:
            _extension(cursor, dictionary)
        else:
            raise DamagedFileError(f"has an unknown record {record} at byte {cursor.position - 4:,}")
    cursor.skip(4)
    if dictionary.values_per_case == 0:
        raise DamagedFileError("has no variables")
    return dictionary


def _variable(cursor: Cursor, dictionary: _Dictionary) -> None:
    width, has_label, n_missing, _, _ = cursor.unpack("5i")
    name = cursor.take(8).rstrip(b" \0")
    if has_label:
        cursor.skip(_padded(cursor.number("i"), 4))
    if abs(n_missing) > 3:  # noqa: PLR2004 (three values, or a range and a value)
        raise DamagedFileError(f"claims {n_missing} missing values for one variable")
    cursor.skip(_VALUE * abs(n_missing))
    dictionary.values_per_case += 1
    if width >= 0:
        dictionary.names.append(name)
        dictionary.widths.append(width)
        dictionary.positions.append(dictionary.values_per_case)


def _extension(cursor: Cursor, dictionary: _Dictionary) -> None:
    subtype, size, count = cursor.unpack("3i")
    if subtype == _LONG_NAMES:
        content = cursor.take(size * count)
        pairs = (pair.partition(b"=") for pair in content.split(b"\t"))
        dictionary.long_names = {short: long.rstrip(b" \0") for short, _, long in pairs if long}
    elif subtype == _LONG_STRINGS:
        entries = (entry.strip(b"\0").partition(b"=") for entry in cursor.take(size * count).split(b"\t"))
        lengths = {short: length.strip(b"\0 ") for short, _, length in entries}
        dictionary.long_strings = {short: int(length) for short, length in lengths.items() if length.isdigit()}
    elif subtype in _SETS:
        dictionary.sets.append(cursor.take(size * count))
    else:
        cursor.skip(size * count)


def _columns(dictionary: _Dictionary) -> list[int]:
    """Return which variables are columns: all but the further parts of very long strings."""
    columns: list[int] = []
    parts_to_skip = 0
    for i, (name, width) in enumerate(zip(dictionary.names, dictionary.widths, strict=True)):
        if parts_to_skip:
            parts_to_skip -= 1
            continue
        columns.append(i)
        if width:
            parts_to_skip = max(math.ceil(dictionary.long_strings.get(name, 0) / _SEGMENT) - 1, 0)
    return columns


def _padded(length: int, to: int) -> int:
    return -(-length // to) * to


def _count_rows(cursor: Cursor, compression: int, cases: int, values_per_case: int) -> int | None:
    """Return the number of cases, counted in the data where that is cheap."""
    if compression == 0:
        values: int | None = cursor.left // _VALUE
        if cursor.left % _VALUE:
            raise DamagedFileError(f"is cut short: its last {cursor.left % _VALUE} bytes are not a whole value")
    elif cursor.left > _COUNT_UP_TO:
        values = None
    elif compression == 1:
        values = _count_values([cursor.take(cursor.left)])
    else:
        blocks = _zlib_blocks(cursor)
        values = None if blocks is None else _count_values(blocks)
    if values is None:
        return None if cases == -1 else cases
    held, rest = divmod(values, values_per_case)
    if rest or cases not in {-1, held}:
        claimed = "" if cases == -1 else f"{cases:,} cases are announced, "
        raise DamagedFileError(
            f"is cut short or damaged: {claimed}{held:,} whole ones are there"
            + (f" and {rest:,} of {values_per_case:,} values of another" if rest else "")
        )
    return held


def _count_values(parts: list[bytes]) -> int:
    """Count the values of a byte-compressed stream: eight one-byte codes, then eight bytes for each code 253."""
    values = 0
    for block in _code_blocks(b"".join(parts)):
        end = block.find(_OPCODE_END)
        codes = block if end < 0 else block[:end]
        values += len(codes) - codes.count(_OPCODE_NOTHING)
        if end >= 0:
            break
    return values


def _code_blocks(stream: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(stream):
        block = stream[position : position + 8]
        end = block.find(_OPCODE_END)
        literals = (block if end < 0 else block[:end]).count(_OPCODE_LITERAL)
        position += 8 + 8 * literals
        if len(block) < _VALUE or position > len(stream):
            raise DamagedFileError("is cut short: its compressed data end inside a value")
        yield block


def _zlib_blocks(cursor: Cursor) -> list[bytes] | None:
    """Return the unpacked data, None when they are too large to be counted here."""
    _, trailer, trailer_length = cursor.unpack("3q")
    cursor.seek(trailer)
    if cursor.left != trailer_length:
        raise DamagedFileError(f"is cut short: its last part should have {trailer_length:,} bytes, not {cursor.left:,}")
    _, _, _, blocks = cursor.unpack("qqii")
    entries = [cursor.unpack("qqii") for _ in range(blocks)]
    if sum(max(length, 0) for _, _, length, _ in entries) > _COUNT_UP_TO:
        return None
    contents = []
    for _, start, length, compressed in entries:
        cursor.seek(start)
        try:
            content = zlib.decompressobj().decompress(cursor.take(compressed), max(length, 1))
        except zlib.error as error:
            raise DamagedFileError(f"holds a compressed block that cannot be unpacked ({error})") from error
        if len(content) != length:
            raise DamagedFileError(f"holds a compressed block of {len(content):,} bytes instead of {length:,}")
        contents.append(content)
    return contents
