"""Questions whose several answers stand in one cell: one field per option, as if the file had a column for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from liandong.scaffold.answers import text_of
from liandong.scaffold.draft import DraftField, DraftSet, DraftText
from liandong.scaffold.fields import Column
from liandong.scaffold.naming import unique
from liandong.scaffold.seen import SEVERAL

_MOST_OPTIONS = 40


def with_options(
    columns: Sequence[Column], fields: Sequence[DraftField]
) -> tuple[list[DraftField], tuple[DraftSet, ...]]:
    """Return the fields with those for options behind the field that holds the whole cell, and their sets."""
    taken = [one.name for one in fields]
    done: list[DraftField] = []
    sets: list[DraftSet] = []
    for column, one in zip(columns, fields, strict=True):
        done.append(one)
        codes = {code.code for code in one.missing}
        options = _options([cell for cell in column.seen.several if cell not in codes])
        if not 1 < len(options) <= _MOST_OPTIONS:
            continue
        names = unique([f"{one.name}_{number}" for number in range(1, len(options) + 1)], taken)
        taken += names
        done += [_option(one, column, name, option) for name, option in zip(names, options, strict=True)]
        undecided = ("fields",) if one.title.zh and one.title.en else ("fields", "title")
        sets.append(DraftSet(one.name.lower(), one.title, names, 1, undecided))
    return done, tuple(sets)


def _option(whole: DraftField, column: Column, name: str, option: str) -> DraftField:
    question = whole.title.zh or whole.title.en
    words = f"{question.rstrip('?？：: ')}：{option}" if question else option
    title: DraftText = text_of(words)
    return replace(
        whole,
        name=name,
        title=title,
        type="integer",
        columns=(column.seen.header,),
        option=option,
        enum=(0, 1),
        undecided=("title_en" if title.zh else "title", "option"),
        remarks=("1 where this option is among the answers of the cell, 0 where others are",),
    )


def _options(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the options, in the order in which the questionnaire seems to offer them: as they follow in the cells."""
    counts: Counter[str] = Counter()
    before: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        answers = [answer.strip() for answer in cell.split(SEVERAL) if answer.strip()]
        counts.update(answers)
        before.update((first, later) for i, first in enumerate(answers) for later in answers[i + 1 :])
    lead = {one: sum(before[one, other] > before[other, one] for other in counts) for one in counts}
    return tuple(sorted(counts, key=lambda option: (-lead[option], -counts[option], option)))
