"""Words and codes by which surveys write down that there is no answer, and why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

NOT_APPLICABLE, DONT_KNOW, REFUSED, NO_ANSWER = "not_applicable", "dont_know", "refused", "no_answer"
UNNAMED = "user_missing"

_EXACT: Mapping[str, str] = {
    "不适用": NOT_APPLICABLE,
    "跳过": NOT_APPLICABLE,
    "跳答": NOT_APPLICABLE,
    "免答": NOT_APPLICABLE,
    "n/a": NOT_APPLICABLE,
    "n.a.": NOT_APPLICABLE,
    "n.a": NOT_APPLICABLE,
    "na": NOT_APPLICABLE,
    "iap": NOT_APPLICABLE,
    "inap": NOT_APPLICABLE,
    "skip": NOT_APPLICABLE,
    "skipped": NOT_APPLICABLE,
    "不知道": DONT_KNOW,
    "不清楚": DONT_KNOW,
    "说不清": DONT_KNOW,
    "说不清楚": DONT_KNOW,
    "不好说": DONT_KNOW,
    "dk": DONT_KNOW,
    "拒答": REFUSED,
    "rf": REFUSED,
    "空": NO_ANSWER,
    "未答": NO_ANSWER,
    "漏答": NO_ANSWER,
    "缺失": NO_ANSWER,
    "缺失值": NO_ANSWER,
    "missing": NO_ANSWER,
    "blank": NO_ANSWER,
    "null": NO_ANSWER,
    "none": NO_ANSWER,
    "nan": NO_ANSWER,
    "#n/a": NO_ANSWER,
    "#null!": NO_ANSWER,
    "-": NO_ANSWER,
    "--": NO_ANSWER,
    "/": NO_ANSWER,
    ".": NO_ANSWER,
}
_BEGINNINGS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"不适用|无需回答|无须回答|未问及|没有问到|跳过|免答"), NOT_APPLICABLE),
    (
        re.compile(r"not applicable|inapplicable|does not apply|doesn.?t apply|not asked|legitimate skip"),
        NOT_APPLICABLE,
    ),
    (re.compile(r"不知道|说不清|不清楚[/／、,，或]"), DONT_KNOW),
    (re.compile(r"don.?t know|do not know|dont know|can.?t say|cannot say|can.?t choose"), DONT_KNOW),
    (re.compile(r"拒绝?(?:回答|答|作答)|不(?:愿|便|想)(?:意)?(?:回答|透露|作答|说)"), REFUSED),
    (re.compile(r"refus|declined? to|prefer not|would rather not|no response due to refusal"), REFUSED),
    (re.compile(r"未(?:回答|作答|填)|没有回答|缺失"), NO_ANSWER),
    (re.compile(r"no answer|not answered|not ascertained|not stated|missing|left blank"), NO_ANSWER),
)
_WEAK: Mapping[str, str] = {
    "不确定": DONT_KNOW,
    "不了解": DONT_KNOW,
    "不清楚": DONT_KNOW,
    "说不清": DONT_KNOW,
    "不好说": DONT_KNOW,
    "not sure": DONT_KNOW,
    "unsure": DONT_KNOW,
    "uncertain": DONT_KNOW,
    "undecided": DONT_KNOW,
    "none": NO_ANSWER,
    "na": NOT_APPLICABLE,
}
_AROUND = re.compile(r"^[\s(（\[【<]*(?:-?\d+\s*[=.:：、]\s*)?|[\s)）\]】>。.!！]*$")
# Codes that surveys use for missing answers, by the number of digits of the answers they stand beside.
_CODES = frozenset({97, 98, 99, 997, 998, 999, 9997, 9998, 9999, 99997, 99998, 99999, 999999, 9999999, 99999999})
_NEGATIVE = frozenset({-1, -2, -3, -4, -7, -8, -9, -77, -88, -97, -98, -99, -888, -997, -998, -999, -9998, -9999})
_DISTANCE = 1.6
_SKIPPED = -3


def kind_of_words(words: str) -> str | None:
    """Return the kind of missing answer that a label or an answer names, None for any other."""
    text = _plain(words)
    if text in _EXACT:
        return _EXACT[text]
    return next((kind for pattern, kind in _BEGINNINGS if pattern.match(text)), None)


def kind_of_label(words: str, code: float | str, others: Iterable[float | str]) -> str | None:
    """Return the kind that the label of a code names.

    Words such as 不确定, which are an answer in the middle of a scale, count only for a code outside the range of the
    other codes.
    """
    kind, text = kind_of_words(words), _plain(words)
    numbers = [other for other in others if isinstance(other, int | float)]
    if (kind is None or text in _WEAK) and isinstance(code, int | float) and numbers:
        outside = code < min(numbers) or code > max(numbers) + 1
        return (kind or _WEAK.get(text)) if outside else None
    return kind


def suspicious_codes(numbers: Sequence[float]) -> tuple[float, ...]:
    """Return those of `numbers` that look like codes for missing answers among the others.

    Parameters
    ----------
    numbers
        Distinct values, or the lowest and highest few, ascending.

    Returns
    -------
    tuple of float
        Negative codes where all other values are zero or more; 97, 98, 99, 998 … where they are far above all others.
    """
    low = [number for number in numbers if number in _NEGATIVE]
    if any(number < 0 and number not in _NEGATIVE for number in numbers):
        low = []
    high = [number for number in numbers if number in _CODES]
    rest = [number for number in numbers if number not in low and number not in high]
    if not rest:
        return ()
    if high and (max(rest) < 0 or max(rest) * _DISTANCE > min(high)):
        high = [number for number in high if max(rest) >= 0 and number > max(rest) * 10]
    return (*low, *high)


def kind_of_code(code: float) -> str:
    """Return what a code without a label stands for by custom: -3 is a question that 问卷星 skipped."""
    return NOT_APPLICABLE if code == _SKIPPED else UNNAMED


def _plain(words: str) -> str:
    folded = unicodedata.normalize("NFKC", words).strip().lower()
    stripped = _AROUND.sub("", folded)
    return stripped or folded
