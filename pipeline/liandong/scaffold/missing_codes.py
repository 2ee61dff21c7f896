"""The codes for missing answers of a column: what the file declares, what labels say, what custom suggests."""

from __future__ import annotations

from dataclasses import dataclass

from liandong.scaffold.draft import DraftMissing
from liandong.scaffold.missing_words import UNNAMED, kind_of_code, kind_of_label, kind_of_words, suspicious_codes
from liandong.scaffold.seen import Cell, SeenColumn

BLANK = DraftMissing("", "", "未填写")
_WORDY = "none"  # "None" among numbers is no answer; among words it may be one of the options


@dataclass(frozen=True, slots=True)
class Missing:
    """Codes of a column.

    Attributes
    ----------
    codes
        In the order in which they stand in the codebook.
    guessed
        Those that neither the file nor a label calls missing.
    remarks
        What a reader should know about them.
    """

    codes: tuple[DraftMissing, ...] = ()
    guessed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def __contains__(self, value: Cell) -> bool:
        """Return whether `value` is one of the codes."""
        return code_text(value) in {one.code for one in self.codes}


def code_text(value: Cell) -> str:
    """Return a code as it is written in a text file: whole numbers without decimals."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def missing_in_numbers(column: SeenColumn) -> Missing:
    """Return the codes of a column of numbers."""
    labels = column.value_labels
    declared = [*column.missing_values, *_in_ranges(column), *column.missing_tags]
    found = {code_text(code): _declared(code, labels.get(code, "")) for code in declared}
    for code, label in labels.items():
        others = [other for other in labels if other != code and code_text(other) not in found]
        kind = kind_of_label(label, code, others)
        is_tag = isinstance(code, str) and code.startswith(".")
        if code_text(code) not in found and (kind is not None or is_tag):
            found[code_text(code)] = DraftMissing(code_text(code), kind or UNNAMED, label)
    guessed = []
    seen = [value for value, _ in column.values] or list(column.extremes)
    numbers = sorted({float(v) for v in (*seen, *labels) if isinstance(v, int | float) and not isinstance(v, bool)})
    for number in suspicious_codes([number for number in numbers if code_text(number) not in found]):
        if number not in labels:
            guessed.append(code_text(number))
            found[code_text(number)] = DraftMissing(code_text(number), kind_of_code(number))
    ranges = tuple(f"the file declares {low:g} to {high:g} missing" for low, high in column.missing_ranges)
    return Missing(tuple(found.values()), tuple(guessed), ranges)


def missing_in_texts(column: SeenColumn, *, among_numbers: bool) -> Missing:
    """Return the codes of a text column: words such as （跳过）, and what the file declares."""
    found = {str(code): _declared(code, column.value_labels.get(code, "")) for code in column.missing_values}
    for text, _ in column.strangers if among_numbers else column.values:
        kind = kind_of_words(str(text))
        if kind is not None and (among_numbers or str(text).strip().lower() != _WORDY):
            found.setdefault(str(text), DraftMissing(str(text), kind, str(text)))
    guessed = [text for text, code in found.items() if text not in map(str, column.missing_values) and code.kind]
    return Missing(tuple(found.values()), tuple(guessed))


def _declared(code: float | str, label: str) -> DraftMissing:
    by_words = kind_of_words(label) or kind_of_label(label, code, ())
    return DraftMissing(code_text(code), by_words or (UNNAMED if isinstance(code, str) else kind_of_code(code)), label)


def _in_ranges(column: SeenColumn) -> list[float | str]:
    """Return the codes that were seen, or have a label, in the ranges that the file declares missing."""
    candidates = [*(value for value, _ in column.values), *column.extremes, *column.value_labels]
    return [
        code
        for code in dict.fromkeys(candidates)
        if isinstance(code, int | float) and any(low <= code <= high for low, high in column.missing_ranges)
    ]
