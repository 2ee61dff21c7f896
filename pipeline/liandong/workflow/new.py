"""``liandong new``: a study and its instrument, drafted from data files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from liandong.definitions import Origin, Undecided, load_study, undecided
from liandong.errors import DefinitionError, IngestError, Problem
from liandong.ingest import RawTable, file_names, stack
from liandong.scaffold import Draft, DraftReading, draft_from_table, files_of, slug
from liandong.workflow.form import draft_of_form, find_form
from liandong.workflow.form_answers import parts_of, with_parts
from liandong.workflow.given import ANOTHER_SHEET, Given, catalogue_of, check_given, in_words_of_new, read_given
from liandong.workflow.observe import observe
from liandong.workflow.personal import with_personal_data
from liandong.workflow.study_folder import check_place, within, writing_study

Progress = Callable[[str], None]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_ORIGINS = ("wave", "data_file", "file_of_origin", "file_that_the_row_is_from")
_LONGEST_ID = 48
_AS_THEY_ARE = Given()


@dataclass(frozen=True, slots=True)
class NewResult:
    """Outcome of ``liandong new``.

    Attributes
    ----------
    folder
        The study's folder.
    study_id, rows
        Its identifier; the rows that were seen, None when it was not drafted from data.
    files
        What was written, below the folder, in order of name.
    types
        Type → number of fields.
    guesses
        All that a person has to decide.
    notes
        What a careful reader should know about how the files were read.
    """

    folder: Path
    study_id: str
    rows: int | None
    files: tuple[str, ...]
    types: Mapping[str, int]
    guesses: tuple[Undecided, ...]
    notes: tuple[str, ...]


def new_study(
    folder: Path, sources: Sequence[Path], *, study_id: str | None, on_progress: Progress, given: Given = _AS_THEY_ARE
) -> NewResult:
    """Draft a study in `folder` from data files, or from the form that collects them (an XLSForm), or from both.

    The files are copied into the folder unless they stand there.

    Parameters
    ----------
    folder
        New, empty, or holding nothing but `sources`. Nothing in it is ever overwritten.
    sources
        One data file, or several of one table; with the form, what it asks is taken from there, and files or sheets
        that hold one of its repeats become second tables.
    study_id
        By default made from the folder's name.
    given
        How the data files are to be read, where they do not say so themselves.

    Raises
    ------
    DefinitionError
        When the identifier is none, or there is no file at a path.
    IngestError
        When a file cannot be read, or holds nothing that the form asks.
    OutputError
        When the folder holds other files, or cannot be written to. Then nothing was changed.
    """
    name = _study_id(folder, study_id)
    check_given(sources, given)
    catalogue = catalogue_of(sources, given)
    check_place(folder, [*sources, *([catalogue] if catalogue else [])])
    on_progress("Reading the data")
    with in_words_of_new():
        form = find_form(sources)
        if form is not None:
            answers = [path for path in sources if path != form]
            return _from_form(folder, form, answers, name, given, on_progress)
        raw, origin, given, notes = _read(sources, given)
    on_progress("Looking at every column")
    places = _places(folder, sources)
    further = _places(folder, [given.catalogue]) if given.catalogue else {}
    seen = observe(raw, file_names(sources), origin)
    on_progress("Looking for personal data")
    seen = with_personal_data(raw, seen, draft_from_table(seen, name).fields)
    draft = draft_from_table(seen, name)
    reading = DraftReading(given.sheet, given.encoding, next(iter(further.values()), None))
    draft = replace(draft, files=tuple(places.values()), reading=reading, remarks=(*notes, *draft.remarks))
    return write_draft(folder, draft, {**places, **further}, raw.row_count, on_progress)


def _from_form(
    folder: Path, form: Path, answers: Sequence[Path], name: str, given: Given, on_progress: Progress
) -> NewResult:
    """Draft a study from the form that collects the answers, and lay them beside it if they are there already."""
    places = _places(folder, answers)
    draft = draft_of_form(form, name)
    parts = parts_of(draft, answers, given)
    draft = with_parts(draft, parts, places, given.encoding)
    rows = sum(part.table.row_count for part in parts if not part.resource) if parts else None
    kept = {form: within(folder, form) or f"instrument/{form.name}"}
    return write_draft(folder, draft, {**places, **kept}, rows, on_progress)


def write_draft(
    folder: Path, draft: Draft, places: Mapping[Path, str], rows: int | None, on_progress: Progress
) -> NewResult:
    """Write `draft` into `folder`, with the data files at their `places` below it; whole, or not at all."""
    on_progress("Writing the study")
    files = files_of(draft)
    with writing_study(folder, tuple(places)) as writer:
        for path, text in files.items():
            writer.text(path, text)
        for source, place in places.items():
            writer.copy(source, place)
        study = load_study(writer.folder)
    types = Counter(field.type for field in draft.fields)
    written = sorted([*files, *(place for source, place in places.items() if not within(folder, source))])
    return NewResult(folder, draft.id, rows, tuple(written), dict(types.most_common()), undecided(study), draft.remarks)


def _read(sources: Sequence[Path], given: Given) -> tuple[RawTable, str | None, Given, list[str]]:
    """Return the table of all files, the column that says which one a row is from, how they were read, and notes."""
    tables, given, notes = read_given(sources, given)
    if given.sheet is None and any(len(table.sheets) > 1 for table in tables):
        notes.append(ANOTHER_SHEET)
    if len(tables) == 1:
        return tables[0], None, given, notes
    taken = {name.casefold() for table in tables for name in table.columns}
    column = next((name for name in _ORIGINS if name not in taken), None)
    if column is None:
        raise IngestError(
            f"the files have columns of all the names {', '.join(_ORIGINS)}, and none is left for the file's name",
            where=sources[0].name,
            hint="Rename one of them.",
        )
    return stack(tables, Origin(field=column, values=tuple(_short_names(sources)))), column, given, notes


def _short_names(sources: Sequence[Path]) -> list[str]:
    """Return the names of the files without their ends, as long as these still tell them apart."""
    stems = [path.stem for path in sources]
    return stems if len(set(stems)) == len(stems) else file_names(sources)


def _places(folder: Path, sources: Sequence[Path]) -> dict[Path, str]:
    """Return where each file stands below the study's folder."""
    names = [path.name for path in sources]
    repeated = {name.casefold() for name in names if [other.casefold() for other in names].count(name.casefold()) > 1}
    places = {}
    for number, path in enumerate(sources, start=1):
        inside = within(folder, path)
        name = f"{number}_{path.name}" if path.name.casefold() in repeated else path.name
        places[path] = inside or f"data/{name}"
    return places


def _study_id(folder: Path, study_id: str | None) -> str:
    if study_id is not None:
        if not _IDENTIFIER.fullmatch(study_id):
            expected = "expected small letters, digits and underscores, a letter first"
            raise DefinitionError([Problem("--id", f"{expected}; got {study_id!r}")], subject="the command")
        return study_id
    name = slug(folder.resolve().name, _LONGEST_ID).lower()
    return name if _IDENTIFIER.fullmatch(name) else "study"
