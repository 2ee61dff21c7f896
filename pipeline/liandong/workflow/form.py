"""The form that collects the answers, where ``liandong new`` is given one: an XLSForm workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from liandong.errors import IngestError
from liandong.ingest import RawTable, read_table
from liandong.privacy import announced
from liandong.scaffold import Draft, DraftField
from liandong.scaffold.form_sheets import FormError, read_form
from liandong.scaffold.xlsform import draft_from_form

_SURVEY, _CHOICES, _SETTINGS = "survey", "choices", "settings"


def find_form(sources: Sequence[Path]) -> Path | None:
    """Return the file that is an XLSForm, None without one.

    Raises
    ------
    IngestError
        When several are forms. A workbook that cannot be read as it stands is none; another sheet of it may be data.
    """
    forms = [path for path in sources if path.suffix.lower() == ".xlsx" and _is_form(path)]
    if len(forms) > 1:
        raise IngestError(
            f"expected one form; these are several: {', '.join(path.name for path in forms)}",
            hint="Give one form, and the data files that it collected.",
            zh="给出了多个 XLSForm 表单，请只给一个。",
        )
    return forms[0] if forms else None


def draft_of_form(path: Path, study_id: str) -> Draft:
    """Return the draft of the study whose answers the form at `path` collects.

    Raises
    ------
    IngestError
        When the workbook cannot be read, or is no sound form.
    """
    first = read_table(path)
    survey, choices, settings = (_rows(path, first, name) for name in (_SURVEY, _CHOICES, _SETTINGS))
    try:
        draft = draft_from_form(read_form(survey, choices, settings), study_id, path.name)
    except FormError as error:
        raise IngestError(
            str(error),
            where=path.name,
            hint="Check the form with the program that it is made for, and give it again.",
            zh=f"“{path.name}”不是正确的 XLSForm 表单。",
        ) from error
    tables = tuple(replace(table, fields=_with_titles(_with_personal(table.fields))) for table in draft.tables)
    return replace(draft, fields=_with_titles(_with_personal(draft.fields)), tables=tables)


def _is_form(path: Path) -> bool:
    try:
        sheets = read_table(path).sheets
    except IngestError:
        return False
    return {_SURVEY, _CHOICES} <= {name.strip().lower() for name in sheets}


def _rows(path: Path, first: RawTable, wanted: str) -> list[dict[str, str]]:
    """Return the rows of a sheet as texts, none where the workbook lacks it."""
    name = next((sheet for sheet in first.sheets if sheet.strip().lower() == wanted), None)
    if name is None:
        return []
    frame = read_table(path, sheet=name).frame
    whole = pl.col(pl.Float64)
    texts = frame.with_columns(
        pl.when(whole == whole.floor())
        .then(whole.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(whole.cast(pl.String))
    ).with_columns(pl.all().cast(pl.String).fill_null(""))
    return [{column: str(value) for column, value in row.items()} for row in texts.rows(named=True)]


def _with_personal(fields: Sequence[DraftField]) -> tuple[DraftField, ...]:
    """Mark the fields whose name or title announces personal data, as a guess."""
    return tuple(
        replace(one, pii=True, undecided=(*one.undecided, "pii")) if one.pii is None and _announces(one) else one
        for one in fields
    )


def _with_titles(fields: Sequence[DraftField]) -> tuple[DraftField, ...]:
    """Add the titles of the questions to the headers that are tried last: exports may be made with labels."""
    known = Counter(header for one in fields for header in dict.fromkeys((one.name, *one.columns, *_titles(one))))
    return tuple(
        replace(one, columns=tuple(dict.fromkeys((*one.columns, *(t for t in _titles(one) if known[t] == 1)))))
        for one in fields
    )


def _titles(one: DraftField) -> list[str]:
    """Return the titles of a field of its own; that of an option stands behind its question in such exports."""
    return [] if one.option else [title for title in (one.title.zh, one.title.en) if title and title != one.name]


def _announces(one: DraftField) -> bool:
    is_numeric = one.type in {"integer", "number"}
    return not one.enum and announced(one.name, (one.title.zh, one.title.en), numeric=is_numeric) is not None
