"""The names under ``quality:`` of study.yaml: each must exist, and hold the kind of value that its check reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from liandong.definitions.expression_types import Kind
from liandong.definitions.shape import nearest
from liandong.definitions.vocabulary import (
    Use,
    at,
    check_condition,
    items,
    repeated_names,
    texts,
    unknown_names,
)
from liandong.errors import Problem

Kinds = Mapping[str, Kind | None]

_ROLES: Mapping[str, tuple[Kind, ...]] = {
    "interviewer": (),
    "community": (),
    "started": ("datetime",),
    "ended": ("datetime",),
    "seconds": ("number",),
    "submitted": ("datetime", "date"),
}
_LISTS: Mapping[str, tuple[Kind, ...]] = {
    "numbers": ("number",),
    "ages": ("number",),
    "effects_on": ("number", "truth"),
}
_MOMENTS: tuple[Kind, ...] = ("date", "datetime")
_WORDS: Mapping[Kind, str] = {
    "number": "a number",
    "truth": "a condition",
    "date": "a date",
    "datetime": "a date with a time",
}


def check_quality(raw: dict[str, Any], columns: Kinds, linked: Kinds) -> list[Problem]:
    """Return what is wrong with the names under `quality` of a raw study.yaml.

    Parameters
    ----------
    raw
        The whole of study.yaml; what is wrong with its shape is said elsewhere.
    columns
        Fields and derived columns with the kind of value they hold, None where that is not known.
    linked
        What conditions may read of other tables beside them.
    """
    quality = at(raw, "quality")
    if not isinstance(quality, dict):
        return []
    return [
        *(problem for key, kinds in _ROLES.items() for problem in _column(key, at(quality, key), kinds, columns)),
        *(problem for key, kinds in _LISTS.items() for problem in _list(key, at(quality, key), kinds, columns)),
        *_blocks(quality, columns),
        *_date_order(quality, columns),
        *_contradictions(quality, {**columns, **linked}),
        *_column("targets.column", at(quality, "targets", "column"), (), columns),
        *_back_check(raw, quality, columns),
    ]


def _column(key: str, name: Any, kinds: tuple[Kind, ...], columns: Kinds) -> Iterator[Problem]:
    """Yield the problem of one column: not there, or of a kind that the check cannot read."""
    where = f"study.yaml: quality.{key}"
    yield from unknown_names([Use(where, name, "column", columns)])
    held = columns.get(name) if isinstance(name, str) else None
    if kinds and held is not None and held not in kinds:
        yield Problem(where, f"{name!r} is not {' or '.join(_WORDS[kind] for kind in kinds)}")


def _list(key: str, names: Any, kinds: tuple[Kind, ...], columns: Kinds) -> Iterator[Problem]:
    for j, name in enumerate(items(names)):
        yield from _column(f"{key}[{j}]", name, kinds, columns)
    yield from repeated_names(f"study.yaml: quality.{key}", items(names))


def _blocks(quality: Any, columns: Kinds) -> Iterator[Problem]:
    blocks = items(at(quality, "blocks"))
    yield from repeated_names("study.yaml: quality.blocks", texts(blocks, "id"))
    for i, block in enumerate(blocks):
        yield from _list(f"blocks[{i}].fields", at(block, "fields"), ("number",), columns)


def _date_order(quality: Any, columns: Kinds) -> Iterator[Problem]:
    for i, pair in enumerate(items(at(quality, "date_order"))):
        yield from _list(f"date_order[{i}]", pair, _MOMENTS, columns)


def _contradictions(quality: Any, columns: Kinds) -> Iterator[Problem]:
    entries = items(at(quality, "contradictions"))
    yield from repeated_names("study.yaml: quality.contradictions", texts(entries, "id"))
    for i, entry in enumerate(entries):
        yield from check_condition(f"study.yaml: quality.contradictions[{i}].check", entry, "check", columns)


def _back_check(raw: dict[str, Any], quality: Any, columns: Kinds) -> Iterator[Problem]:
    found = at(quality, "back_check")
    data = at(raw, "data")
    table = at(found, "table")
    tables = [str(name) for name in data if name != "responses"] if isinstance(data, dict) else []
    if isinstance(table, str) and table not in tables:
        message = f"{table!r} is not a second table under data"
        yield Problem("study.yaml: quality.back_check.table", message, nearest(table, tables))
    for key in ("key", "stable", "checked"):
        yield from _list(f"back_check.{key}", at(found, key), (), columns)
    tolerance = at(found, "tolerance")
    for name in tolerance if isinstance(tolerance, dict) else ():
        yield from _column(f"back_check.tolerance.{name}", name, ("number",), columns)
