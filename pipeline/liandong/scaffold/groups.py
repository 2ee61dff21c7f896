"""Questions that belong together: several answers in columns of their own, and blocks with one set of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from liandong.scaffold.answers import text_of
from liandong.scaffold.draft import Code, DraftField, DraftScale, DraftSet, DraftText
from liandong.scaffold.fields import Column
from liandong.scaffold.ladders import is_ladder
from liandong.scaffold.naming import unique
from liandong.scaffold.seen import SeenTable

_FEWEST_ITEMS = 3
_FEWEST_STEPS, _MOST_STEPS = 3, 11
_NUMBERED = re.compile(r"(.*?)_?\d+[a-z]?$|(.*?\d)_?[a-z]$")
_PREFIX = re.compile(r"[A-Za-z]+")
_COMMON_TITLE = 4


def guess_sets(table: SeenTable, columns: Sequence[Column], fields: Sequence[DraftField]) -> tuple[DraftSet, ...]:
    """Return the questions with several answers: those that the file declares, then blocks of yes and no."""
    names = {column.seen.header: column.name for column in columns}
    sets = []
    for seen in table.sets:
        members = tuple(names[header] for header in seen.columns if header in names)
        if len(members) > 1:
            title = text_of(seen.label or seen.name)
            sets.append(DraftSet(seen.name, title, members, _whole(seen.counted), _titles_open(title)))
    taken = {name for one in sets for name in one.fields}
    by_name = {one.name: one for one in fields}
    able = [column for column in columns if column.name not in taken and _is_yes_no(column, by_name[column.name])]
    positions = {column.name: i for i, column in enumerate(columns)}
    for stem, block in _by_stem(able, positions):
        title = text_of(_set_title(block) or stem)
        counted: Code = True if by_name[block[0].name].type == "boolean" else 1
        undecided = ("fields", *_titles_open(title))
        sets.append(DraftSet(stem, title, tuple(column.name for column in block), counted, undecided))
    ids = unique([_id(one.id) for one in sets])
    return tuple(
        DraftSet(name, one.title, one.fields, one.counted, one.undecided, one.remarks)
        for name, one in zip(ids, sets, strict=True)
    )


def guess_scales(
    columns: Sequence[Column], fields: Sequence[DraftField], taken: Sequence[str]
) -> tuple[DraftScale, ...]:
    """Return the blocks of at least three neighbours that are answered on one ladder.

    Parameters
    ----------
    taken
        Fields that have another part already.
    """
    keys = [None if f.name in taken or f.pii else _steps(column, f) for column, f in zip(columns, fields, strict=True)]
    found = []
    position = 0
    for key, group in groupby(keys):
        length = len(list(group))
        if key is not None and length >= _FEWEST_ITEMS:
            found += list(_blocks(columns[position : position + length]))
        position += length
    by_name = {one.name: one for one in fields}
    ids = unique([f"{_block_name(block)}_block" for block in found], taken=by_name)
    return tuple(_scale(name, block, by_name) for name, block in zip(ids, found, strict=True))


def _steps(column: Column, one: DraftField) -> tuple[object, ...] | None:
    """Return what neighbours must share to form a block; None for a field that is no step on a ladder."""
    if one.type not in {"integer", "number"} or column.meanings:
        return None
    if one.categories:
        labels = [category.label.zh or category.label.en for category in one.categories]
        fits = _FEWEST_STEPS <= len(labels) <= _MOST_STEPS and (one.is_ordered or is_ladder(labels))
        return tuple((category.value, str(category.label)) for category in one.categories) if fits else None
    codes = {code.code for code in one.missing}
    values = [value for value, _ in column.seen.values if str(value) not in codes]
    steps = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if not column.header.part or not steps or len(steps) < len(values):
        return None
    fits = min(steps) >= 1 and _FEWEST_STEPS <= max(steps) <= _MOST_STEPS
    return ("matrix", column.header.number) if fits else None


def _blocks(run: Sequence[Column]) -> Iterator[list[Column]]:
    """Split a run where the names begin differently, unless each part would be too short."""
    parts = [list(group) for _, group in groupby(run, key=_stem_of)]
    if any(len(part) >= _FEWEST_ITEMS for part in parts):
        yield from (part for part in parts if len(part) >= _FEWEST_ITEMS)
    else:
        yield list(run)


def _stem_of(column: Column) -> str:
    if column.header.number:
        return column.header.number if column.header.part else ""
    found = _PREFIX.match(column.name)
    return found.group().lower() if found else column.name


def _block_name(block: Sequence[Column]) -> str:
    if block[0].header.number:
        return f"q{block[0].header.number}"
    return _stem_of(block[0])


def _scale(name: str, block: Sequence[Column], fields: Mapping[str, DraftField]) -> DraftScale:
    first = fields[block[0].name]
    if first.categories:
        codes = [float(category.value) for category in first.categories]
    else:
        codes = [float(v) for column in block for v, _ in column.seen.values if isinstance(v, int) and v > 0]
    title = text_of(block[0].header.stem) if block[0].header.part and block[0].header.stem else DraftText()
    return DraftScale(name, title, tuple(column.name for column in block), (min(codes), max(codes)))


def _is_yes_no(column: Column, one: DraftField) -> bool:
    if one.type == "boolean":
        return True
    if one.type not in {"integer", "number"} or not column.seen.filled:
        return False
    codes = {code.code for code in one.missing}
    values = {value for value, _ in column.seen.values if str(value) not in codes}
    return bool(column.seen.values) and bool(values) and values <= {0, 1}


def _by_stem(columns: Sequence[Column], positions: Mapping[str, int]) -> Iterator[tuple[str, list[Column]]]:
    """Yield stem and members of neighbours that share a question: by number, by path, by name or by title."""
    run: list[Column] = []
    for column in columns:
        if run and (_question(column) != _question(run[-1]) or positions[column.name] != positions[run[-1].name] + 1):
            yield from _kept(run)
            run = []
        run.append(column)
    yield from _kept(run)


def _kept(run: list[Column]) -> Iterator[tuple[str, list[Column]]]:
    if run and _question(run[0]) is not None and len(run) > 1:
        yield str(_question(run[0])), run


def _question(column: Column) -> str | None:
    """Return what names the question that a column is one answer of; None for a question of its own."""
    header = column.header
    if header.number and header.part:
        return f"q{header.number}"
    if len(header.path) > 1:
        return "_".join(header.path[-2:-1])
    found = _NUMBERED.fullmatch(column.name)
    if found is not None and column.seen.label:
        return found.group(1) or found.group(2)
    return None


def _set_title(members: Sequence[Column]) -> str:
    """Return the words that all titles begin with, if these are words at all."""
    if members[0].header.part and members[0].header.stem:
        return members[0].header.stem
    labels = [column.seen.label for column in members]
    common = labels[0]
    for label in labels[1:]:
        while not label.startswith(common):
            common = common[:-1]
    common = common.strip(" -–—:：(（[【/、")
    return common if len(common) >= _COMMON_TITLE else ""


def _titles_open(title: DraftText) -> tuple[str, ...]:
    return ("title",) if not (title.zh and title.en) else ()


def _id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_").lower() or "set"


def _whole(code: float | str | None) -> Code | None:
    return int(code) if isinstance(code, float) and code.is_integer() else code
