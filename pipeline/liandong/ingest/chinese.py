"""Whether the texts of a file are Chinese in GBK or GB18030, whatever they were taken for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from liandong.ingest.text import decode, looks_chinese

_FIRST_OF_THREE_BYTES = "\u0800"  # below it a character of UTF-8 takes two bytes, as every one of GBK does
_SCRIPTS = frozenset(("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "SYRIAC", "THAANA", "NKO"))
_UNLIKELY = frozenset(("Cn", "Co", "Lm", "Sk"))  # unassigned, private, modifiers, loose accents
_RUN = re.compile(r"[^\x00-\x7f]+")
_WITHIN_A_WORD = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")


def look_chinese(raws: Iterable[bytes]) -> bool:
    """Whether texts, each of which a fixed width may have cut in the middle of a character, are Chinese together."""
    try:
        whole = [decode(raw, "gb18030").encode("gb18030") for raw in raws]
    except UnicodeDecodeError:
        return False
    return looks_chinese(b"\n".join(whole))


def is_garbled_chinese(texts: Iterable[str]) -> bool:
    """Whether texts that were read as UTF-8 are rather Chinese in GBK, which happens to be valid UTF-8.

    What comes of GBK changes from Latin to Greek to Hebrew letters within a word, and holds loose accents; and it does
    not stand among plain letters, as the accented ones of European languages do.
    """
    texts = [text for text in texts if not text.isascii()]
    together = "\n".join(texts)
    if not texts or max(together) >= _FIRST_OF_THREE_BYTES or _WITHIN_A_WORD.search(together):
        return False
    if not any(map(_is_no_word, _RUN.findall(together))):
        return False
    return look_chinese(text.encode("utf-8") for text in texts)


def _is_no_word(run: str) -> bool:
    scripts = {unicodedata.name(character, "").split(" ")[0] for character in run} & _SCRIPTS
    return len(scripts) > 1 or any(unicodedata.category(character) in _UNLIKELY for character in run)
