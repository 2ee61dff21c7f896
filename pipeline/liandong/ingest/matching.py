"""Which column of a file holds which field of the codebook."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from liandong.definitions import Codebook, Field
from liandong.errors import IngestError
from liandong.ingest.raw import RawTable

_SHOWN = 8


def match_columns(raw: RawTable, codebook: Codebook) -> tuple[dict[str, str], list[str]]:
    """Return field → column in codebook order, and a note for each column that is called otherwise.

    A column is found by the field's name, else by the first of the headers listed for it that the file has, else by
    name or header, in their order, written differently: in another case, in full or half width, with spaces around. A
    column that has the exact name of a field is never taken for another one by its writing. Exports often have several
    of the listed columns, such as KEY and meta-instanceID: a note says which were passed over.

    Raises
    ------
    IngestError
        When several columns answer equally well to one name or header, or none to any.
    """
    named = set(codebook.names) & set(raw.columns)
    alike: dict[str, list[str]] = {}
    for column in raw.columns:
        if column not in named:
            alike.setdefault(_folded(column), []).append(column)
    sources: dict[str, str] = {}
    notes = []
    passed_over: dict[str, list[str]] = {}
    for field in codebook.fields:
        found, others = ([field.name], []) if field.name in named else _columns_of(field, raw.columns, alike)
        if len(found) > 1:
            raise _ambiguous(field, found, raw)
        if found:
            sources[field.name] = found[0]
            if found[0] != field.name and found[0] not in field.liandong.columns:
                notes.append(f"The column {found[0]!r} was taken for the field {field.name!r}.")
        if others:
            passed_over[field.name] = [found[0], *others]
    if not sources:
        raise _of_another_instrument(raw, codebook)
    return sources, [*notes, *_choice_notes(passed_over)]


def _columns_of(field: Field, columns: Sequence[str], alike: Mapping[str, list[str]]) -> tuple[list[str], list[str]]:
    """Return the columns that answer to a field whose name the file does not have, and listed ones passed over."""
    present = set(columns)
    first, *others = [header for header in field.liandong.columns if header in present] or [""]
    if first:
        return [first], list(others)
    spellings = dict.fromkeys(_folded(header) for header in (field.name, *field.liandong.columns))
    return next((alike[spelling] for spelling in spellings if spelling in alike), []), []


def _choice_notes(passed_over: Mapping[str, Sequence[str]]) -> list[str]:
    """Say in one line for which fields the file has several of the listed columns."""
    if not passed_over:
        return []
    shown = [
        f"{name} is {taken!r}, not {' or '.join(map(repr, others))}"
        for name, (taken, *others) in list(passed_over.items())[:_SHOWN]
    ]
    more = f"; and so for {len(passed_over) - _SHOWN} further fields" if len(passed_over) > _SHOWN else ""
    return [
        f"Where the file has several of a field's columns, the first that is listed counts: {'; '.join(shown)}{more}."
    ]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _ambiguous(field: Field, found: Sequence[str], raw: RawTable) -> IngestError:
    return IngestError(
        f"the field {field.name!r} could be any of the columns {', '.join(map(repr, found))}",
        where=raw.name,
        hint="Rename one column to the exact name of the field.",
        zh=f"数据文件中有多列都可能是字段“{field.name}”。",
    )


def _of_another_instrument(raw: RawTable, codebook: Codebook) -> IngestError:
    return IngestError(
        f"no column of the file is in the codebook; the file has {_some(raw.columns)}, the codebook has "
        f"{_some(codebook.names)}",
        where=raw.name,
        hint="Check that study.yaml names the right file and the right instrument.",
        zh=f"数据文件“{raw.name}”的列与码表完全不符。",
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + (" …" if len(names) > _SHOWN else "")
