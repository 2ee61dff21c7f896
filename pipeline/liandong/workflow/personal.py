"""What the scanner finds in the columns of a table that is being drafted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from liandong.definitions import Field
from liandong.ingest import RawTable
from liandong.privacy import WORDS, Column, scan
from liandong.scaffold import DraftField, SeenTable


def with_personal_data(raw: RawTable, seen: SeenTable, fields: Sequence[DraftField]) -> SeenTable:
    """Return `seen` with the kinds of personal data that the columns hold or announce.

    Parameters
    ----------
    fields
        A first draft: its types and codes say of which columns titles announce nothing.
    """
    columns = [
        Column(one.columns[0] if one.columns else one.name, _stand_in(one), (one.title.zh, one.title.en))
        for one in fields
    ]
    hits = scan(raw.data, columns)
    holds = {hit.column: WORDS[hit.kind][0] for hit in hits if hit.cells or hit.in_codes}
    announces = {hit.column: WORDS[hit.kind][0] for hit in hits if not (hit.cells or hit.in_codes)}
    return replace(
        seen,
        columns=tuple(
            replace(column, holds=holds.get(column.header, ""), announces=announces.get(column.header, ""))
            for column in seen.columns
        ),
    )


def _stand_in(one: DraftField) -> Field:
    """Return what the scanner wants to know of a field: its titles, its type and whether it takes declared codes."""
    extras = {"title_en": one.title.en or one.name}
    bare: dict[str, Any] = {
        "name": one.name,
        "title": one.title.zh or one.title.en or one.name,
        "type": one.type,
        "liandong": extras,
    }
    # Where codes were made up for words, the cells hold words, and these may be names.
    is_coded = one.enum and not (one.categories and "categories" in one.undecided)
    bare["type"] = one.type if is_coded or not one.categories else "string"
    if is_coded:
        bare["constraints"] = {"enum": list(one.enum)}
        labels = [{"value": known.value, "label": known.label.zh or known.label.en} for known in one.categories]
        if labels:
            bare["categories"] = labels
    return Field.model_validate(bare)
