"""The coded answers of a column: from its value labels, or from the words that stand in its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liandong.scaffold.draft import Code, DraftCategory, DraftField, DraftText
from liandong.scaffold.ladders import Order, order_of
from liandong.scaffold.missing_codes import Missing
from liandong.scaffold.missing_words import kind_of_words
from liandong.scaffold.seen import SeenColumn

MOST_ANSWERS = 20
_LONGEST_ANSWER = 60
_ROWS_PER_ANSWER = 3
_WIDEST_SCALE = 10
_FEW_STRAY = 3
_STRAY_SHARE = 0.05
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Answers:
    """Coded answers.

    Attributes
    ----------
    categories
        With labels, in the order of their codes; empty for an open question.
    enum
        The codes that may stand in the data, more than the categories where only some have a label.
    is_ordered
        Whether the categories have an order; None when nobody knows.
    codes_are_guessed, order_is_guessed
        Whether the file gives words and the codes are made up here; whether their order rests on nothing.
    remarks
        What a reader should know about them.
    """

    categories: tuple[DraftCategory, ...] = ()
    enum: tuple[Code, ...] = ()
    is_ordered: bool | None = None
    codes_are_guessed: bool = False
    order_is_guessed: bool = False
    remarks: tuple[str, ...] = ()


def labelled_answers(column: SeenColumn, missing: Missing) -> Answers:
    """Return the answers of a column whose codes have labels in the file."""
    labels = {code: label for code, label in column.value_labels.items() if code not in missing}
    codes = sorted(code for code in labels if isinstance(code, int | float))
    if not codes:
        return Answers()
    stray = {v: n for v, n in column.values if isinstance(v, int | float) and v not in labels and v not in missing}
    is_closed = bool(column.values) or column.filled == 0
    whole = all(float(code).is_integer() for code in (*codes, *stray))
    categories = tuple(DraftCategory(_whole(code), text_of(labels[code])) for code in codes)
    ordered = _is_ordered([labels[code] for code in codes])
    if not stray and is_closed:
        return Answers(categories, tuple(_whole(code) for code in codes), ordered)
    if stray and whole and codes[0] <= min(stray) <= max(stray) <= codes[-1] and codes[-1] - codes[0] <= _WIDEST_SCALE:
        enum = tuple(range(int(codes[0]), int(codes[-1]) + 1))
        return Answers(categories, enum, is_ordered=True, remarks=("only some codes have a label in the file",))
    if stray and len(stray) <= _FEW_STRAY and sum(stray.values()) <= _STRAY_SHARE * column.filled and len(codes) > 1:
        shown = ", ".join(f"{value:g} ({count:,})" for value, count in stray.items())
        note = f"seen without a label: {shown}; such answers will be blanked"
        return Answers(categories, tuple(_whole(code) for code in codes), ordered, remarks=(note,))
    shown = ", ".join(f"{code:g} = {labels[code]}" for code in codes[:MOST_ANSWERS])
    return Answers(remarks=(f"a number, though some values have labels in the file: {shown}",))


def ladders_of(columns: Sequence[SeenColumn]) -> tuple[tuple[str, ...], ...]:
    """Return the ladders that the words of several columns form together.

    Nobody may have chosen an answer of one question that others chose of its neighbours; their codes must agree.
    """
    ladders: list[frozenset[str]] = []
    for column in columns:
        words = frozenset(str(value) for value, _ in column.values if kind_of_words(str(value)) is None)
        if column.stored != "text" or not 1 < len(words) <= MOST_ANSWERS or not _is_ladder(words):
            continue
        for place, known in enumerate(ladders):
            if known & words and _is_ladder(known | words):
                ladders[place] = known | words
                break
        else:
            ladders.append(words)
    return tuple(order_of(sorted(words)).answers for words in ladders)


def _is_ladder(words: frozenset[str]) -> bool:
    return len(words) <= MOST_ANSWERS and order_of(sorted(words)).basis == "ladder"


def worded_answers(column: SeenColumn, missing: Missing, ladders: Sequence[Sequence[str]] = ()) -> Answers:
    """Return the answers of a text column that holds words of a closed question, with codes made up for them.

    Parameters
    ----------
    ladders
        As `ladders_of` returns them: where the words belong to one, its codes are theirs.
    """
    counts = {str(value): count for value, count in column.values if value not in missing}
    if column.several:
        return Answers()
    whole = next((ladder for ladder in ladders if set(counts) <= set(ladder)), ())
    counts |= {answer: 0 for answer in whole if answer not in counts}
    if not 1 < len(counts) <= MOST_ANSWERS or max(map(len, counts)) > _LONGEST_ANSWER:
        return Answers()
    by_frequency = sorted(counts, key=lambda text: (-counts[text], text))
    order = order_of(by_frequency)
    if not any(counts.values()):
        return Answers()
    if order.basis in {"frequency", "numbers"} and sum(counts.values()) < _ROWS_PER_ANSWER * len(counts):
        return Answers()
    categories = tuple(
        DraftCategory(code, text_of(answer)) for code, answer in zip(order.codes, order.answers, strict=True)
    )
    return Answers(
        categories=categories,
        enum=tuple(category.value for category in categories),
        is_ordered=order.is_ordered or None,
        codes_are_guessed=True,
        order_is_guessed=order.basis == "frequency",
        remarks=(_BASES[order.basis],),
    )


def worded_labels(column: SeenColumn, missing: Missing) -> Answers:
    """Return the answers of a text column whose texts have labels in the file."""
    labels = {str(code): label for code, label in column.value_labels.items() if code not in missing}
    stray = [str(value) for value, _ in column.values if str(value) not in labels and value not in missing]
    if not labels or stray or (column.filled and not column.values):
        return Answers()
    return Answers(
        tuple(DraftCategory(code, text_of(label)) for code, label in labels.items()), tuple(labels), is_ordered=None
    )


def text_of(words: str) -> DraftText:
    """Return words as those of the language that they are written in: Chinese, or else whatever the file has."""
    return DraftText(zh=words) if is_chinese(words) else DraftText(en=words)


def is_arbitrary(one: DraftField) -> bool:
    """Return whether codes were made up for words that are nothing but different: they may be anything, also names."""
    return _BASES["frequency"] in one.remarks


def is_chinese(words: str) -> bool:
    """Return whether `words` hold Chinese characters."""
    return any("\u3400" <= character <= "\u9fff" for character in words)


_BASES: Mapping[str, str] = {
    "lettered": "the file holds words; their codes follow the letters in front of them",
    "yes_no": "the file holds words; yes is 1, no is 0",
    "ladder": "the file holds words; their codes follow the order of the words",
    "numbers": "the file holds words; their codes follow the numbers in them",
    "frequency": "the file holds words; their codes are arbitrary, by falling frequency",
}


def _is_ordered(labels: Sequence[str]) -> bool | None:
    """Return True when the words rise or fall with the codes, None when they do not say."""
    order: Order = order_of(labels)
    follows = list(order.answers) in (list(labels), list(reversed(labels)))
    return True if len(labels) > _PAIR and follows and order.is_ordered else None


def _whole(code: float) -> Code:
    return int(code) if float(code).is_integer() else code
