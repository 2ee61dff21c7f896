"""The dictionary of an SPSS portable file (.por), and the number of its cases.

Layout after the PSPP developers' guide, "Portable File Format": lines of 80 characters, numbers in base 30 ended by
a slash, texts preceded by their length.
"""

from __future__ import annotations

from collections.abc import Callable

from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

_LINE = 80
_SPLASH, _TABLE = 200, 256
_MARK = b"SPSSPORT"
START = _SPLASH + _TABLE + len(_MARK)  # where the version stands
# The characters that the translation table places from position 64 on, as far as ASCII has them.
_PLACES = {
    64: b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+",
    132: b"&[]!$*);^-/",
    144: b",%_>?`:",
    152: b"@'=\"",
    162: b"~",
    184: b"{}\\",
}
_DIGITS = {digit: value for value, digit in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRST")}
_END = ord("Z")
_LONGEST_NUMBER = 60
_COUNT_UP_TO = 4 * 1024 * 1024
_VARIABLE, _LABELS, _DOCUMENTS, _DATA = b"7DEF"
_FORMAT_NUMBERS = 6  # type, width and decimals, for printing and for writing
_TEXT_TAGS = frozenset(b"1236C")  # product, author, extra, weight variable, variable label
_NUMBER_TAGS = frozenset(b"45")  # number of variables, precision
_MISSING_VALUES = {ord("8"): 1, ord("9"): 1, ord("A"): 1, ord("B"): 2}  # value, LO THRU, THRU HI, a range


class _Stream:
    """The characters of the file without line ends."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def take(self, count: int) -> bytes:
        """Return the next characters; DamagedFileError when the file ends first."""
        found = self.content[self.position : self.position + count]
        if count < 0 or len(found) < count:
            raise DamagedFileError("is cut short: it ends before its last value")
        self.position += count
        return found

    def number(self) -> float | None:
        """Return a number, None for the system-missing one; whole digits are enough here."""
        if self.content[self.position : self.position + 2] == b"*.":
            self.position += 2
            return None
        end = self.content.find(b"/", self.position)
        if end < 0:
            raise DamagedFileError("is cut short: a number without an end")
        digits = self.content[self.position : end].strip()
        self.position = end + 1
        if not 0 < len(digits) <= _LONGEST_NUMBER:
            raise DamagedFileError(f"holds a number of {len(digits):,} digits")
        value = 0
        for digit in digits.lstrip(b"-").split(b".")[0].split(b"+")[0].split(b"-")[0]:
            if digit not in _DIGITS:
                raise DamagedFileError(f"holds {digits!r} where a number should stand")
            value = value * 30 + _DIGITS[digit]
        return value

    def integer(self) -> int:
        """Return a number that must be there."""
        value = self.number()
        if value is None:
            raise DamagedFileError("holds a missing value where a number should stand")
        return int(value)

    def text(self) -> bytes:
        """Return a text with its length before it."""
        return self.take(self.integer())


def portable_characters(content: bytes) -> bytes:
    """Return the characters of the file without its line ends, every short line filled up with blanks.

    The file's own table says which byte stands for which letter: where it is not ASCII (EBCDIC, say) the bytes are
    translated; bytes that the table does not know stay as they are.

    Raises
    ------
    DamagedFileError
        When the file is not a portable file.
    """
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    table = b"".join(line.ljust(_LINE) for line in lines[: -(-START // _LINE) + 1])[_SPLASH : _SPLASH + _TABLE]
    letters = _letters(table)
    if letters is not None:
        lines = [line.translate(letters) for line in lines]
    characters = b"".join(line.ljust(_LINE) for line in lines[:-1]) + lines[-1]
    mark = characters[START - len(_MARK) : START]
    if mark != _MARK:
        raise DamagedFileError(f"is not an SPSS portable file: SPSSPORT expected, {mark!r} found")
    return characters


def _letters(table: bytes) -> bytes | None:
    """Return what each byte stands for, None when the table says ASCII."""
    if len(table) < _TABLE:
        return None
    nothing = table[min(_PLACES)]  # what the table holds for characters that the file's encoding lacks
    found = bytearray(range(256))
    for start, letters in _PLACES.items():
        for place, letter in enumerate(letters, start=start):
            if table[place] != nothing or letter == ord("0"):
                found[table[place]] = letter
    return None if found == bytes(range(256)) else bytes(found)


def read_header(cursor: Cursor) -> Header:
    """Return what the dictionary says; cases are counted to the end mark for files up to 4 MiB."""
    if cursor.size > _COUNT_UP_TO:
        return Header()
    stream = _Stream(portable_characters(cursor.take(cursor.size)))
    stream.take(START + 1)
    stream.text()
    stream.text()
    names, widths = _dictionary(stream)
    return Header(_cases(stream, widths), tuple(names), tuple(width > 0 for width in widths))


def _dictionary(stream: _Stream) -> tuple[list[bytes], list[int]]:
    names: list[bytes] = []
    widths: list[int] = []
    while (tag := stream.take(1)[0]) != _DATA:
        if tag == _VARIABLE:
            widths.append(stream.integer())
            names.append(stream.text())
            _skip(stream.number, _FORMAT_NUMBERS)
        elif tag == _LABELS:
            _value_labels(stream, dict(zip(names, widths, strict=True)))
        elif tag in _MISSING_VALUES:
            _skip(stream.text if widths and widths[-1] else stream.number, _MISSING_VALUES[tag])
        elif tag in _TEXT_TAGS:
            stream.text()
        elif tag in _NUMBER_TAGS:
            stream.number()
        elif tag == _DOCUMENTS:
            _skip(stream.text, stream.integer())
        else:
            raise DamagedFileError(f"has an unknown record {chr(tag)!r}")
    if not names:
        raise DamagedFileError("has no variables")
    return names, widths


def _skip(read: Callable[[], object], times: int) -> None:
    for _ in range(times):
        read()


def _value_labels(stream: _Stream, widths: dict[bytes, int]) -> None:
    labelled = [stream.text() for _ in range(stream.integer())]
    is_text = any(widths.get(name, 0) for name in labelled)
    for _ in range(stream.integer()):
        stream.text() if is_text else stream.number()
        stream.text()


def _cases(stream: _Stream, widths: list[int]) -> int:
    cases = 0
    while stream.take(1)[0] != _END:
        stream.position -= 1
        for width in widths:
            stream.text() if width else stream.number()
        cases += 1
    return cases
