"""The folder of a new study: written whole or not at all, and never over anything."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from liandong.errors import OutputError
from liandong.evidence.bundle import is_from_writing

_PRIVATE_FILE = 0o600
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class StudyWriter:
    """Writes into `folder`, a temporary place whose content becomes that of the study's folder when all went well."""

    folder: Path
    final: Path

    def text(self, path: str, content: str) -> None:
        """Write a file of definitions."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8", newline="\n")

    def copy(self, source: Path, path: str) -> None:
        """Copy a data file, readable by its owner alone; one that stands in the study's folder stays where it is."""
        if within(self.final, source) is not None:
            return
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
        place.chmod(_PRIVATE_FILE)


def within(folder: Path, path: Path) -> str | None:
    """Return the path of `path` below `folder`, with slashes; None where it stands elsewhere."""
    inside, whole = path.resolve(), folder.resolve()
    return inside.relative_to(whole).as_posix() if inside.is_relative_to(whole) else None


def check_place(folder: Path, sources: Sequence[Path]) -> None:
    """Refuse a place that holds anything but the data files.

    Raises
    ------
    OutputError
        When `folder` is a file, or holds other files, hidden ones aside.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(
            "expected a new folder; there is a file of that name",
            where=str(folder),
            hint="Choose another place.",
            zh=f"{folder} 是一个文件，请换一个文件夹。",
        )
    allowed = {path.resolve() for path in sources}
    files = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()] if folder.is_dir() else []
    names = [str(path.relative_to(folder)) for path in files if path.resolve() not in allowed]
    others = sorted(name for name in names if not name.startswith("."))
    if others:
        shown = ", ".join(others[:_SHOWN]) + (" …" if len(others) > _SHOWN else "")
        raise OutputError(
            f"expected a new or empty folder; this one holds {shown}",
            where=str(folder),
            hint="Nothing was changed. Choose another place; data files may stand in it already.",
            zh=f"文件夹 {folder} 中已有文件，未作任何改动；请换一个文件夹。",
        )


@contextmanager
def writing_study(folder: Path, sources: Sequence[Path]) -> Iterator[StudyWriter]:
    """Give a writer whose files stand in `folder` when the block ends well; after an error it is as it was.

    Raises
    ------
    OutputError
        When the place cannot be written to, or is taken meanwhile. Errors of the system about other files pass as they
        are.
    """
    folder = folder.absolute()
    # Named before it is made, so that an interrupt between the two leaves no folder that nobody knows of.
    temporary = folder.parent / f".{folder.name}-{secrets.token_hex(6)}"
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        with _writing(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            temporary.mkdir()
        try:
            yield StudyWriter(temporary, folder)
        except OSError as error:
            if is_from_writing(error, temporary):
                raise _cannot_write(folder, error) from error
            raise
        with _writing(folder):
            check_place(folder, sources)
            _move(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        for parent in missing:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Take every error of the system inside for one about `folder`."""
    try:
        yield
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _cannot_write(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"expected a folder that can be written to; {error.strerror or error}",
        where=str(folder),
        hint="Nothing was changed. Choose another place, or free the folder.",
        zh=f"无法写入文件夹 {folder}。",
    )


def _move(temporary: Path, folder: Path) -> None:
    """Move everything into `folder`, the entry by which it is a study last; take it back when something fails."""
    if not folder.exists():
        temporary.rename(folder)
        return
    moved: list[Path] = []
    try:
        for entry in sorted(temporary.iterdir(), key=lambda entry: entry.is_file()):
            target = folder / entry.name
            if target.exists():  # the data folder, where some of the files stand already
                for file in entry.iterdir():
                    moved.append(target / file.name)
                    file.rename(target / file.name)
            else:
                moved.append(target)
                entry.rename(target)
    except BaseException:
        for target in moved:
            if target.is_dir():
                shutil.rmtree(target, ignore_errors=True)
            else:
                target.unlink(missing_ok=True)
        raise
