"""Which column of a file holds which field of the codebook."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from liandong.definitions import Codebook, Field
from liandong.errors import IngestError
from liandong.ingest.raw import RawTable

_SHOWN = 8


def match_columns(raw: RawTable, codebook: Codebook) -> tuple[dict[str, str], list[str]]:
    """Return field → column in codebook order, and a note for each column that is called otherwise.

    A column is found by the field's name, else by the headers that the codebook lists for it, else by either of them
    written differently: in another case, in full or half width, with spaces around. A column that has the exact name of
    a field is never taken for another one by its writing.

    Raises
    ------
    IngestError
        When several columns answer to a field equally well, or none to any.
    """
    named = set(codebook.names) & set(raw.columns)
    alike: dict[str, list[str]] = {}
    for column in raw.columns:
        if column not in named:
            alike.setdefault(_folded(column), []).append(column)
    sources: dict[str, str] = {}
    notes = []
    for field in codebook.fields:
        found = [field.name] if field.name in named else _columns_of(field, raw.schema, alike)
        if len(found) > 1:
            raise _ambiguous(field, found, raw)
        if found:
            sources[field.name] = found[0]
            if found[0] != field.name and found[0] not in field.liandong.columns:
                notes.append(f"The column {found[0]!r} was taken for the field {field.name!r}.")
    if not sources:
        raise _of_another_instrument(raw, codebook)
    return sources, notes


def _columns_of(field: Field, known: Iterable[str], alike: Mapping[str, list[str]]) -> list[str]:
    """Return the columns that answer to a field whose name the file does not have, by the first way that finds any."""
    present = set(known)
    listed = [header for header in field.liandong.columns if header in present]
    if listed:
        return listed
    spellings = dict.fromkeys(_folded(header) for header in (field.name, *field.liandong.columns))
    return [column for spelling in spellings for column in alike.get(spelling, [])]


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
