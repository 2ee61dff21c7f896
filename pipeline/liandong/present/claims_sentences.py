"""The sentences of the audit: why a check came out as it did, how it was calculated, what would be needed."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

from liandong.definitions import Language
from liandong.present.claims_values import Values, printed
from liandong.present.escaping import NO_BREAK
from liandong.present.marks import unmarked
from liandong.present.numbers import NOT_APPLICABLE
from liandong.present.table import Align, Cell, Tone
from liandong.present.words import catalogue, known, word

TONES: Final[Mapping[str, Tone]] = MappingProxyType(
    {
        "supported": "good",
        "consistent": "weak",
        "not_checkable": "open",
        "doubtful": "doubt",
        "contradicted": "bad",
        "derived": "open",
    }
)
"""Verdict, or that a figure is calculated here → the tone that it has in a table."""
_SHOWN: Final = "claim_shown"


def claim_sentence(lang: Language, row: Mapping[str, Any], values: Values) -> str:
    """Return why a check of a published figure came out as it did, as one plain sentence.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.
    row
        A row of the table claims; that of the check ``overall`` gives how many checks speak for or against.
    values
        Name → value of its rows of claim_values.

    Returns
    -------
    str
        Plain text without markup. For a reason that has no sentence, a defect of the program, the code itself.
    """
    return unmarked(sentence(lang, row, values))


def sentence(lang: Language, row: Mapping[str, Any], values: Values) -> str:
    """Return the same for a page: its numbers remember where they stand."""
    return _filled(lang, "claim_why", row, values) or str(row["reason"])


def brief(lang: Language, row: Mapping[str, Any], values: Values) -> str:
    """Return the same for a table whose other columns have the figures."""
    return _filled(lang, "claim_brief", row, values) or sentence(lang, row, values)


def claim_calculation(lang: Language, row: Mapping[str, Any], values: Values) -> str:
    """Return the calculation of a check step by step, empty where its sentence says it all or a number is missing."""
    lines = [_filled(lang, _SHOWN, row, values, ending) for ending in ("", "_2", "_3")]
    return ("；" if lang == "zh" else "; ").join(line for line in lines if line)


def claim_need(lang: Language, row: Mapping[str, Any], values: Values) -> str:
    """Return what would make a check possible that could not be made, empty for one that was."""
    return _filled(lang, "claim_needs", row, values)


def verdict_words(lang: Language, verdict: str) -> str:
    """Return a verdict as sign and word: "✓ Supported"."""
    sign, name = word(lang, f"claim_sign_{verdict}"), verdict_name(lang, verdict)
    return word(lang, "claim_judged", sign=sign, verdict=name).replace(" ", NO_BREAK)


def verdict_name(lang: Language, verdict: str) -> str:
    """Return the word of a verdict."""
    return word(lang, f"claim_verdict_{verdict}")


def verdict_cell(lang: Language, verdict: str, align: Align = "left") -> Cell:
    """Return a verdict for a table: sign, word and colour."""
    return Cell(verdict_words(lang, verdict), align, TONES[verdict])


def _filled(lang: Language, prefix: str, row: Mapping[str, Any], values: Values, ending: str = "") -> str:
    """Return the words behind a reason, those of the claim's kind where it has its own; empty where a number lacks."""
    stem = f"{prefix}_{row['reason']}{ending}"
    key = next((key for key in (f"{stem}_of_{row['kind']}", stem) if known(key)), None)
    if key is None:
        return ""
    told = printed(lang, row, values)
    names = [name for _, name, _, _ in Formatter().parse(catalogue()[key][lang]) if name]
    lacking = [name for name in names if name not in told or (prefix == _SHOWN and told[name] == NOT_APPLICABLE)]
    return "" if lacking else word(lang, key, **told)
