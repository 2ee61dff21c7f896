"""Numbers that prove themselves: resident IDs by date, province and check digit, bank cards by Luhn's formula."""

from __future__ import annotations

from typing import Final

import polars as pl

# Two-digit codes of GB/T 2260: provinces, municipalities, autonomous regions, Taiwan, Hong Kong and Macao.
PROVINCES: Final = (
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43"),
    *("44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83"),
)
"""Codes with which a resident ID begins."""
# GB 11643: weight of each of the first 17 digits is 2^(17 − i) mod 11; check digit by the weighted sum mod 11.
_WEIGHTS: Final = tuple(pow(2, 17 - position, 11) for position in range(17))
_CHECK: Final = "10X98765432"
_OLD, _NEW = 15, 18
_BORN_FROM, _BORN_TO = 1880, 2100
_CARD = r"^(?:62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|35[0-9]{14}|3[47][0-9]{13}|9558[0-9]{15}|60[0-9]{14,17})$"
_LONGEST_CARD: Final = 19


def is_resident_id(text: pl.Expr, *, exact: bool = True) -> pl.Expr:
    """Return whether a text of digits is a resident ID: 18 places (GB 11643, ISO 7064 MOD 11-2) or the old 15.

    Numbers that are not `exact` (a spreadsheet keeps 15 digits, a double 53 bits) need no right check digit.
    """
    province = text.str.slice(0, 2).is_in(PROVINCES)
    digits = [text.str.slice(position, 1).cast(pl.Int32, strict=False) for position in range(17)]
    total = pl.sum_horizontal(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    check = total.replace_strict(dict(enumerate(_CHECK)), default=None, return_dtype=pl.String)
    last = text.str.slice(17, 1).str.to_uppercase()
    right = last == check if exact else pl.lit(value=True)
    modern = text.str.contains(r"^[0-9]{17}[0-9Xx]$") & _is_date(text.str.slice(6, 8)) & right
    old = text.str.contains(r"^[0-9]{15}$") & _is_date(pl.concat_str(pl.lit("19"), text.str.slice(6, 6)))
    return (province & (modern | old)).fill_null(value=False)


def is_bank_card(text: pl.Expr) -> pl.Expr:
    """Return whether a text of digits is a card number: a prefix in use, and Luhn's check digit (ISO/IEC 7812-1)."""
    places = text.str.len_chars()
    terms = []
    for position in range(_LONGEST_CARD):
        digit = text.str.slice(position, 1).cast(pl.Int32, strict=False).fill_null(0)
        doubled = digit * 2 // 10 + digit * 2 % 10
        terms.append(pl.when((places - position) % 2 == 0).then(doubled).otherwise(digit))
    return (text.str.contains(_CARD) & (pl.sum_horizontal(terms) % 10 == 0)).fill_null(value=False)


def _is_date(text: pl.Expr) -> pl.Expr:
    date = text.str.to_date("%Y%m%d", strict=False)
    return date.is_not_null() & date.dt.year().is_between(_BORN_FROM, _BORN_TO)
