"""The command ``new``, and how guesses are listed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from liandong.definitions import Undecided
    from liandong.workflow import NewResult

_SHOWN_NAMES = 6
_SHOWN_NOTES = 6
_ASIDE = ("title", "title_en", "categories_en")


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study: new, or empty")],
    sources: Annotated[
        list[Path],
        typer.Option(
            "--from",
            metavar="FILE",
            help="Data file, or the form (XLSForm); repeat for several files of one table (waves, districts)",
        ),
    ],
    study_id: Annotated[
        str | None, typer.Option("--id", metavar="NAME", help="Identifier of the study [default: from the folder]")
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NAME", help="Sheet of a workbook [default: the first with content]"),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Of the text, such as gb18030 [default: found]")
    ] = None,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", metavar="FILE", help="Value labels of a SAS data file (.sas7bcat)")
    ] = None,
) -> None:
    """Draft a study and its instrument from a data file; every guess is marked."""
    from liandong.cli.terminal import Terminal
    from liandong.workflow import Given, new_study

    with Terminal().progress() as on_progress:
        given = Given(sheet, encoding, catalogue)
        result = new_study(folder, sources, study_id=study_id, on_progress=on_progress, given=given)
    sys.stdout.write("\n".join(_lines(result)) + "\n")


def _lines(result: NewResult) -> Iterator[str]:
    count = sum(result.types.values())
    kinds = ", ".join(f"{number} {kind}" for kind, number in result.types.items())
    rows = "" if result.rows is None else f"{result.rows:,} rows, "
    yield f"{result.study_id}: {rows}{count:,} fields ({kinds})."
    yield f"Written to {result.folder}: {', '.join(result.files)}"
    for note in result.notes[:_SHOWN_NOTES]:
        yield f"  note: {note}"
    if len(result.notes) > _SHOWN_NOTES:
        yield f"  … and {len(result.notes) - _SHOWN_NOTES} more notes, at the head of instrument/codebook.yaml"
    yield from guess_lines(result.guesses)
    yield f"Next: look at instrument/codebook.yaml and study.yaml, then run: liandong check {result.folder}"


def guess_lines(guesses: Sequence[Undecided]) -> Iterator[str]:
    """Yield what a person has to decide, by key, most pressing first; nothing when all is decided."""
    if not guesses:
        return
    yield f"To decide: {len(guesses):,} guesses, each named in an `undecided` of the definitions."
    blocking = [guess.name for guess in guesses if guess.blocks]
    if blocking:
        yield f"  before anything is run – personal data or not (pii: true or false): {_names(blocking)}"
    rest = [guess for guess in guesses if not guess.blocks]
    groups: dict[tuple[str, str], list[str]] = {}
    for guess in rest:
        groups.setdefault((guess.place, guess.key), []).append(guess.name)
    for (place, key), names in sorted(groups.items(), key=lambda item: (item[0][1] in _ASIDE, item[0][0] != "study")):
        if place == "study":
            yield f"  {key} (study.yaml)"
        else:
            yield f"  {key} of {len(names):,} {place}{'s' if len(names) > 1 else ''}: {_names(names)}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN_NAMES]) + (" …" if len(names) > _SHOWN_NAMES else "")
