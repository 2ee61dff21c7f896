"""Messages made safe: what looks like a person's number or address in them is replaced by what it is."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from liandong.privacy.patterns import holds_personal

WITHHELD: Final = "‹withheld›"
# Wider than the scanner: a message loses little when a harmless number goes, too.
_PERSONAL: Final = (
    (re.compile(r"[A-Za-z0-9._%+\-]+[@＠](?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}"), "‹e-mail›"),
    (re.compile(r"(?<!\d)[1-9]\d{5}[ -]?\d{8}[ -]?\d{3}[\dXx](?!\d)|(?<!\d)\d{15,19}(?!\d)"), "‹number›"),
    (re.compile(r"(?<![\d.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), "‹number›"),
    (re.compile(r"(?<![\d.])0\d{2,3}-?[2-8]\d{6,7}(?!\d)"), "‹number›"),
)
_QUOTED: Final = re.compile(r"""(["'`“‘]).*?(["'`”’])""", re.DOTALL)
_DIGITS: Final = re.compile(r"\d{4,}")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")


def masked(text: str) -> str:
    """Return `text` with e-mail addresses and the numbers of persons, telephones and cards replaced by their kind."""
    for pattern, kind in _PERSONAL:
        text = pattern.sub(kind, text)
    return text


def masked_or_withheld(text: str) -> str:
    """Return `text` masked; where it still holds personal data, such as a name, all of it goes.

    A name is found after a word that announces one or before a form of address: a bare name is not.
    """
    shown = masked(text)
    return WITHHELD if holds_personal(pl.Series([shown])).item() else shown


def without_values(text: str) -> str:
    """Return the message of another library without anything that could come from the data.

    Quoted parts, numbers of four digits or more, and all that is not ASCII go; what happened remains to be read.
    """
    return _NOT_ASCII.sub("…", _DIGITS.sub("…", _QUOTED.sub(r"\1…\2", text)))
