"""One field of the draft from one column of the file, before its neighbours have a say."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from liandong.scaffold.answers import (
    Answers,
    is_chinese,
    labelled_answers,
    text_of,
    worded_answers,
    worded_labels,
)
from liandong.scaffold.draft import DraftField, DraftText
from liandong.scaffold.headers import Header
from liandong.scaffold.missing_codes import BLANK, Missing, code_text, missing_in_numbers
from liandong.scaffold.missing_words import kind_of_words
from liandong.scaffold.seen import SeenColumn
from liandong.scaffold.titles import Meaning, meanings, names_personal, sounds_personal, words_of
from liandong.scaffold.types import Typed, type_of

_SHOWN_VALUES = 8
_LONGEST_SHOWN = 24
_SHARED = 3
_ALIKE = 0.5
# Questions that are answered in words of one's own, even where few people wrote anything.
_OPEN_ENDED = re.compile(
    r"建议|意见|备注|附注|留言|(?:请|补充)说明|请注明|请描述|其他.{0,4}(?:情况|补充)|\b(?:comments?|remarks?|suggestions?|notes?|specify)\b",
    re.IGNORECASE,
)
# Words in such columns name things; they are no answers to a closed question.
_NAMING: frozenset[Meaning] = frozenset({"id", "cluster", "stratum", "interviewer", "weight", "paradata"})
_OLDEST = 120
_MOMENT = re.compile(r"[+-]?\d{4,}-\d\d-\d\d(?: \d\d:|$)|\d\d:\d\d:\d\d")
_NEVER_PERSONAL = {"truth", "date", "datetime", "time"}
_DEGREES = {"latitude": 90, "longitude": 180}


@dataclass(frozen=True, slots=True)
class Column:
    """A seen column with its header taken apart, its name, the words it goes by and what these may mean."""

    seen: SeenColumn
    header: Header
    name: str
    words: tuple[str, ...]
    meanings: frozenset[Meaning]


def columns_of(seen: Sequence[SeenColumn], headers: Sequence[Header], names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns with what their headers say; a row of a matrix that is called 居委会 is no cluster."""
    questions: dict[tuple[str, ...], list[SeenColumn]] = {}
    for one, header in zip(seen, headers, strict=True):
        if (key := _matrix(header)) is not None:
            questions.setdefault(key, []).append(one)
    columns = []
    for one, header, name in zip(seen, headers, names, strict=True):
        words = words_of(one, header, name)
        siblings = questions.get(_matrix(header) or (), ())
        is_item = any(_share_answers(one, other) for other in siblings if other is not one)
        columns.append(Column(one, header, name, words, frozenset() if is_item else meanings(words)))
    return tuple(columns)


def _matrix(header: Header) -> tuple[str, ...] | None:
    """Return what names the question that a column may be one row of, None for a question of its own."""
    if header.number and header.part:
        return header.number, header.stem
    return header.path[:-1] if len(header.path) > 1 else None


def _share_answers(one: SeenColumn, other: SeenColumn) -> bool:
    """Return whether two columns are answered alike, as rows of a matrix are and blanks to be filled in are not."""
    mine, theirs = ({str(v) for v, _ in seen.values if kind_of_words(str(v)) is None} for seen in (one, other))
    return len(mine & theirs) >= _ALIKE * max(len(mine), len(theirs), 1)


def draft_field(column: Column, ladders: Sequence[Sequence[str]] = ()) -> DraftField:
    """Return the field that `column` suggests; `ladders` are those of all columns together."""
    seen = column.seen
    typed = type_of(seen, column.words)
    if typed.type == "string" and typed.is_words and "seconds" in column.meanings:
        typed = replace(
            typed, is_words=False, is_guess=True, remarks=(*typed.remarks, "decide: how long it took, as text")
        )
    is_number = typed.type in {"integer", "number", "year"}
    missing = _both(missing_in_numbers(seen), typed.missing) if is_number else typed.missing
    answers = _answers(column, typed, missing, ladders)
    if answers.codes_are_guessed:
        typed = Typed("integer")
    constraints, guessed = _natural_bounds(column, typed, answers)
    if _is_yes_no(seen, typed, answers, missing):
        answers = replace(answers, enum=(0, 1), remarks=("guess: yes is 1, no is 0",))
        guessed = [*guessed, "enum"]
    pii, pii_note = _personal(column, answers)
    title, title_guess = _title(column)
    nominal = True if not answers.is_ordered and len(answers.categories) > 2 else None  # noqa: PLR2004 (a pair)
    undecided = [*title_guess, *guessed]
    undecided += ["type"] if typed.is_guess else []
    undecided += ["categories"] if answers.codes_are_guessed or any(not c.label.zh for c in answers.categories) else []
    undecided += ["categories_en"] if any(not category.label.en for category in answers.categories) else []
    undecided += ["enum"] if any("without a label" in remark for remark in answers.remarks) else []
    undecided += ["missing_kinds"] if missing.guessed else []
    undecided += ["nominal"] if nominal else []
    undecided += ["pii"] if pii or pii_note else []
    return DraftField(
        name=column.name,
        title=title,
        type=typed.type,
        columns=() if column.name == seen.header else (seen.header,),
        categories=answers.categories,
        enum=answers.enum,
        is_ordered=answers.is_ordered,
        constraints=constraints,
        standard=typed.standard,
        missing=(BLANK, *missing.codes) if missing.codes else (),
        pii=pii,
        nominal=nominal,
        undecided=tuple(undecided),
        remarks=(
            _what_was_seen(seen, typed, answers, shows_values=not (pii or pii_note)),
            *typed.remarks,
            *answers.remarks,
            *_missing_remarks(missing),
            *pii_note,
        ),
    )


def _both(codes: Missing, words: Missing) -> Missing:
    known = {one.code for one in codes.codes}
    further = tuple(one for one in words.codes if one.code not in known)
    return Missing((*codes.codes, *further), (*codes.guessed, *words.guessed), codes.remarks)


def _answers(column: Column, typed: Typed, missing: Missing, ladders: Sequence[Sequence[str]]) -> Answers:
    if column.seen.value_labels and typed.type in {"integer", "number"}:
        return labelled_answers(column.seen, missing)
    if column.seen.value_labels and typed.type == "string":
        return worded_labels(column.seen, missing)
    is_open = bool(column.meanings & _NAMING or column.seen.holds) or names_personal(column.words)
    is_open = is_open or (sounds_personal(column.words) and not _is_closed(column.seen))
    if not typed.is_words or is_open:
        return Answers()
    answers = worded_answers(column.seen, missing, ladders)
    texts = (column.header.text, column.seen.label, column.name.replace("_", " "))
    is_open_ended = answers.order_is_guessed and any(_OPEN_ENDED.search(text) for text in texts)
    return Answers() if is_open_ended else answers


def _is_closed(seen: SeenColumn) -> bool:
    """Return whether a few answers come back again and again: a question about phones, not phone numbers."""
    return bool(seen.values) and seen.distinct <= 20 and seen.filled >= 5 * seen.distinct  # noqa: PLR2004 (as documented)


def _is_yes_no(seen: SeenColumn, typed: Typed, answers: Answers, missing: Missing) -> bool:
    """Return whether the answers, whose codes have no labels, are 0 and 1."""
    if answers.categories or typed.type != "integer":
        return False
    return {value for value, _ in seen.values if value not in missing} == {0, 1}


def _personal(column: Column, answers: Answers) -> tuple[bool | None, tuple[str, ...]]:
    """Return the guess for ``pii`` and its reason; None with a reason is a question that a person has to answer."""
    seen = column.seen
    if seen.holds:
        return True, (f"guess: personal, because cells hold {seen.holds}",)
    sounds_so = bool(seen.announces) or sounds_personal(column.words)
    if answers.categories or not sounds_so or seen.stored in _NEVER_PERSONAL:
        return None, ()
    if seen.filled >= _SHARED * seen.distinct and seen.filled:
        if "longitude" in column.name or "latitude" in column.name:
            return True, ("guess: personal, by its name",)
        return None, (
            f"decide: the name sounds personal, but {seen.distinct:,} values are shared by {seen.filled:,} rows",
        )
    return True, ("guess: personal, by its name",)


def _title(column: Column) -> tuple[DraftText, list[str]]:
    """Return the title in both languages, and the keys of those that stand in for an unknown one."""
    label = " ".join(column.seen.label.split())
    header = column.header
    question = (
        "：".join(part for part in (header.stem.rstrip("?？：: "), header.part) if part) if header.part else header.stem
    )
    words = label or (question or header.text if header.text != column.name else "")
    if not words:
        return DraftText(), ["title", "title_en"]
    return text_of(words), ["title_en"] if is_chinese(words) else ["title"]


def _natural_bounds(column: Column, typed: Typed, answers: Answers) -> tuple[dict[str, Any], list[str]]:
    """Return bounds that nature sets; the range that was seen is no rule."""
    if answers.categories or typed.type not in {"integer", "number"} or column.seen.mean is None:
        return {}, []
    bounds: dict[str, Any] = {}
    if set(column.words) & {"age", "年龄", "年龄（周岁）", "年龄(周岁)", "周岁"}:
        bounds = {"minimum": 0, "maximum": _OLDEST}
    elif "weight" in column.meanings:
        bounds = {"exclusiveMinimum": 0}
    elif "seconds" in column.meanings:
        bounds = {"minimum": 0}
    else:
        for word, most in _DEGREES.items():
            if word in column.name.lower():
                bounds = {"minimum": -most, "maximum": most}
    # A column whose average lies outside is something else: body weight, an age in months.
    is_it = bounds.get("minimum", -math.inf) <= column.seen.mean <= bounds.get("maximum", math.inf)
    return (bounds, list(bounds)) if is_it else ({}, [])


def _what_was_seen(seen: SeenColumn, typed: Typed, answers: Answers, *, shows_values: bool) -> str:
    """Return one line: how many cells are filled, with what. Open texts and personal data are not repeated here."""
    if seen.filled == 0:
        return "nothing filled in"
    parts = [f"{seen.filled:,} filled"]
    is_known = typed.type != "string" or answers.categories
    if (
        shows_values
        and is_known
        and seen.values
        and len(seen.values) <= _SHOWN_VALUES
        and not answers.codes_are_guessed
    ):
        parts.append("seen: " + ", ".join(_short(value) for value, _ in seen.values))
    else:
        parts.append(f"{seen.distinct:,} distinct")
        if shows_values and seen.low is not None and typed.type != "string":
            low, high = (_short(_clock(end) if typed.type == "time" else end) for end in (seen.low, seen.high))
            parts.append(f"seen from {low} to {high}")
        elif seen.longest:
            parts.append(f"at most {seen.longest:,} characters")
    return "; ".join(parts)


def _clock(moment: Any) -> Any:
    """Return the time of a moment: programs count times of day from a first day that says nothing."""
    if not isinstance(moment, str) or not _MOMENT.match(moment):
        return moment
    day, _, time = moment.rpartition(" ")
    return "00:00:00" if not day and ":" not in time else time


def _short(value: Any) -> str:
    if isinstance(value, str) and _MOMENT.match(value):
        return value.partition(".")[0].removesuffix(" 00:00:00")
    text = f"{value:.6g}" if isinstance(value, float) and not value.is_integer() else code_text(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _missing_remarks(missing: Missing) -> tuple[str, ...]:
    guess = f"guess: missing answers are {', '.join(map(repr, missing.guessed))}"
    return (*missing.remarks, guess) if missing.guessed else missing.remarks
