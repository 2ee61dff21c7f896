"""The files that ``liandong new`` is given: how to read them, and what is wrong with them, in words of that command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from liandong.errors import DefinitionError, IngestError, Problem
from liandong.ingest import RawTable, read_table
from liandong.ingest.protocol import ALSO

_SAS = frozenset((".sas7bdat", ".xpt"))
_WORKBOOKS = frozenset((".xlsx", ".xlsm"))
ANOTHER_SHEET = "Another sheet is read with --sheet NAME."
# What the messages of the readers say of study.yaml, which does not exist yet → what the command calls it.
_WORDS = (
    (r"name its `encoding` under `data` in study\.yaml", "name its encoding with --encoding"),
    (r"Remove `catalogue` from this entry of `data` in study\.yaml", "Leave out --catalogue"),
    (r"under `catalogue` in study\.yaml", "behind --catalogue"),
    (r"check the names under `data` in study\.yaml", "check what is given with --from"),
    (r"(?:under|of) `data` in study\.yaml", "given with --from"),
    (r"在 study\.yaml 中写明 encoding", "用 --encoding 指明编码"),
    (r"在 study\.yaml 中", "在命令中"),
)


@dataclass(frozen=True, slots=True)
class Given:
    """How the data files are to be read, where they do not say so themselves; as ``read_table`` takes it."""

    sheet: str | None = None
    encoding: str | None = None
    catalogue: Path | None = None


def check_given(sources: Sequence[Path], given: Given) -> None:
    """Refuse paths at which there is no file, and a sheet where no file has any.

    Raises
    ------
    DefinitionError
        When there is nothing at a path, or no workbook for the sheet.
    IngestError
        When there is a folder.
    """
    paths = [("--from", path) for path in sources]
    paths += [("--catalogue", given.catalogue)] if given.catalogue is not None else []
    absent = [Problem(option, f"there is no file {str(path)!r}") for option, path in paths if not path.exists()]
    if absent:
        names = "、".join(f"“{path}”" for _, path in paths if not path.exists())
        raise DefinitionError(absent, subject="the command", zh=f"找不到文件{names}，请检查路径。")
    if given.sheet is not None and not any(map(is_workbook, sources)):
        raise DefinitionError(
            [Problem("--sheet", "only workbooks (.xlsx) have sheets; none is given")],
            subject="the command",
            zh="只有 .xlsx 工作簿才有工作表；所给文件中没有工作簿。",
        )
    for option, path in paths:
        if path.is_dir():
            raise IngestError(
                "a data file is expected, this is a folder",
                where=str(path),
                hint=f"Name a file in it: {option} {path / 'FILE'}",
                zh=f"“{path.resolve().name}”是一个文件夹，请指定其中的数据文件。",
            )


def read_given(sources: Sequence[Path], given: Given) -> tuple[list[RawTable], Given, list[str]]:
    """Read the files of one table.

    Returns
    -------
    tuple
        The tables; how they were read, with the catalogue that stands beside SAS files; what is to be said of that.

    Raises
    ------
    IngestError
        As ``read_table``, in the words of the command.
    """
    beside = _beside(sources) if given.catalogue is None else None
    if beside is not None:
        found = replace(given, catalogue=beside)
        note = f"Value labels were taken from the SAS catalogue that stands beside the data, {beside.name}."
        try:
            tables = [read_as(path, found) for path in sources]
        except IngestError as error:
            note = f"The SAS catalogue beside the data, {beside.name}, was left aside: {error.message}"
        else:
            return tables, found, [note]
        return [read_as(path, given) for path in sources], given, [note]
    return [read_as(path, given) for path in sources], given, []


def read_as(path: Path, given: Given) -> RawTable:
    """Read one file as `given`; a sheet concerns workbooks only.

    Raises
    ------
    IngestError
        As ``read_table``, in the words of the command.
    """
    sheet = given.sheet if is_workbook(path) else None
    with in_words_of_new():
        return read_table(path, sheet=sheet, encoding=given.encoding, catalogue=given.catalogue)


def is_workbook(path: Path) -> bool:
    """Return whether a file may have sheets, by its name."""
    return path.suffix.lower() in _WORKBOOKS


@contextmanager
def in_words_of_new() -> Iterator[None]:
    """Put errors about data files in the words of the command."""
    try:
        yield
    except IngestError as error:
        hint = ANOTHER_SHEET if ALSO in error.message and ANOTHER_SHEET not in (error.hint or "") else ""
        hints = " ".join(part for part in (_reworded(error.hint or ""), hint) if part)
        raise IngestError(error.message, where=error.where, hint=hints or None, zh=_reworded(error.zh)) from error


def _reworded(text: str) -> str:
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    return text


def catalogue_of(sources: Sequence[Path], given: Given) -> Path | None:
    """Return the catalogue of SAS files: the given one, else the only one beside them, or one called like them."""
    return given.catalogue or _beside(sources)


def _beside(sources: Sequence[Path]) -> Path | None:
    if not sources or any(path.suffix.lower() not in _SAS for path in sources):
        return None
    found = sorted(file for file in sources[0].parent.iterdir() if file.suffix.lower() == ".sas7bcat")
    if len(found) == 1:
        return found[0]
    wanted = {sources[0].stem.lower(), "formats"}
    named = [file for file in found if file.stem.lower() in wanted]
    return named[0] if len(named) == 1 else None
