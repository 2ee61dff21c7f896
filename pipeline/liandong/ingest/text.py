"""Bytes to text, for files that do not say, or say wrongly, how their text is encoded.

Two encodings cover most Chinese survey files: UTF-8, and GB18030 with its subsets GBK and GB2312. UTF-8 is strict, so
text that is valid UTF-8 is UTF-8; almost any two bytes are valid GB18030, so Chinese is recognised by its frequent
characters. This module imports nothing, because the child process that reads binary files uses it.
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_CHARACTER = 4  # bytes, in UTF-8 and in GB18030
_FIRST_THREE_BYTE_CHARACTER = "\u0800"
# GB2312 by lead byte: rows A1-A3 hold punctuation and full-width forms, B0-D7 the 3,755 most frequent characters,
# sorted by pronunciation; the rest is sorted by radical and makes up a few per cent of running text.
_FREQUENT_LEADS = frozenset([0xA1, 0xA2, 0xA3, *range(0xB0, 0xD8)])
_SECOND_BYTE_FROM = 0xA1
_SHARE_THAT_IS_CHINESE = 0.7
# Big5 by lead byte: A1-A3 hold punctuation and full-width forms, A4-C6 the 5,401 frequent characters.
_FREQUENT_BIG5_LEADS = frozenset(range(0xA1, 0xC7))
_PAIRS_THAT_TELL = 10
_SHARE_THAT_IS_BIG5 = 0.97
_SHARE_IN_RUNS = 0.4


def decode(raw: bytes, encoding: str) -> str:
    """Return `raw` as text, without a last character that a fixed-width field has cut in two.

    Raises
    ------
    UnicodeDecodeError
        When anything but such a cut character cannot be decoded.
    """
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        cut = len(raw) - error.start < _LONGEST_CHARACTER and error.end == len(raw)
        if cut and error.reason in {"unexpected end of data", "incomplete multibyte sequence"}:
            return raw[: error.start].decode(encoding)
        raise


def is_utf8(raw: bytes) -> bool:
    """Whether `raw` is valid UTF-8, up to a cut last character."""
    try:
        decode(raw, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def looks_chinese(raw: bytes) -> bool:
    """Whether `raw`, read as GB18030, consists of frequent Chinese characters rather than of accented Latin letters."""
    try:
        decode(raw, "gb18030")
    except UnicodeDecodeError:
        return False
    pairs = frequent = position = 0
    while position < len(raw) - 1:
        lead, second = raw[position], raw[position + 1]
        if lead < 0x80:  # noqa: PLR2004 (ASCII)
            position += 1
            continue
        pairs += 1
        frequent += lead in _FREQUENT_LEADS and second >= _SECOND_BYTE_FROM
        position += 2
    return pairs > 0 and frequent >= _SHARE_THAT_IS_CHINESE * pairs


def looks_big5(raw: bytes) -> bool:
    """Whether `raw`, read as Big5, is Chinese beyond doubt: enough of it, nearly all frequent, and in runs.

    Accented capitals of Western text may look like a character here and there, but stand alone among letters.
    """
    try:
        decode(raw, "cp950")
    except UnicodeDecodeError:
        return False
    pairs = frequent = adjoining = position = 0
    last_end = -1
    while position < len(raw) - 1:
        lead = raw[position]
        if lead < 0x80:  # noqa: PLR2004 (ASCII)
            position += 1
            continue
        pairs += 1
        frequent += lead in _FREQUENT_BIG5_LEADS
        adjoining += position == last_end
        position += 2
        last_end = position
    enough = pairs >= _PAIRS_THAT_TELL and frequent >= _SHARE_THAT_IS_BIG5 * pairs
    return enough and adjoining >= _SHARE_IN_RUNS * pairs


class Decoder:
    """Decodes the texts of one file, after a look at a sample of them.

    If the sample is valid UTF-8 throughout, every text is taken for UTF-8 first. Else the file mixes or misnames
    encodings, and a text is UTF-8 only where that gives characters beyond U+0800 (Chinese is there): a short GBK
    text may be valid UTF-8 for Latin or Greek letters by accident.

    Attributes
    ----------
    used
        Encodings that texts were read in so far.
    """

    def __init__(self, sample: Iterable[bytes]) -> None:
        self._utf8_throughout = all(is_utf8(raw) for raw in sample)
        self.used: set[str] = set()

    def __call__(self, raw: bytes) -> str:
        """Return `raw` as text; UnicodeDecodeError when it is neither UTF-8 nor GB18030."""
        if raw.isascii():
            return raw.decode("ascii")
        if is_utf8(raw):
            text = decode(raw, "utf-8")
            if self._utf8_throughout or any(character >= _FIRST_THREE_BYTE_CHARACTER for character in text):
                self.used.add("UTF-8")
                return text
        text = decode(raw, "gb18030")
        self.used.add("GB18030")
        return text
