"""The evidence bundle on disk: written whole or not at all, and read back."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from liandong.errors import OutputError
from liandong.evidence.csv_text import read_csv, write_csv
from liandong.evidence.spec import TableSpec
from liandong.evidence.tables import RESTRICTED_TABLES, TABLES, conform

MANIFEST = "manifest.json"
RESTRICTED, QUALITY_FOLDER = "restricted", "quality"
_PRIVATE, _PRIVATE_FILE = 0o700, 0o600
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle read back from `path`; tables are read when they are asked for."""

    path: Path
    manifest: dict[str, Any]

    def table(self, name: str) -> pl.DataFrame:
        """Return table `name`, empty with its declared columns when the study did not make it."""
        return _read_table(TABLES[name], self.path / "tables" / f"{name}.csv")

    def restricted_table(self, name: str) -> pl.DataFrame:
        """Return table `name` of field supervision, which names rows and people; empty when it was not made."""
        return _read_table(RESTRICTED_TABLES[name], self.path / RESTRICTED / QUALITY_FOLDER / f"{name}.csv")


@dataclass(frozen=True, slots=True)
class BundleWriter:
    """Writes the parts of a bundle into `folder`, a temporary place that becomes the bundle when all went well."""

    folder: Path

    def table(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Write table `name` as CSV and return it as it was written."""
        tables = self.folder / "tables"
        tables.mkdir(exist_ok=True)
        return _write_table(TABLES[name], frame, tables)

    def restricted_table(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Write table `name` of field supervision below restricted/quality/ and return it as it was written."""
        folder = self.restricted_file(f"{QUALITY_FOLDER}/{name}.csv").parent
        return _write_table(RESTRICTED_TABLES[name], frame, folder)

    def restricted_parquet(self, name: str, frame: pl.DataFrame) -> None:
        """Write row-level data below restricted/, which only the owner can enter."""
        frame.write_parquet(self.restricted_file(f"{name}.parquet"), compression="zstd", statistics=True)

    def restricted_csv(self, name: str, frame: pl.DataFrame) -> None:
        """Write a row-level log below restricted/."""
        write_csv(frame, self.restricted_file(f"{name}.csv"))

    def restricted_file(self, name: str) -> Path:
        """Return where a file below restricted/ goes, an empty file of the owner's own; `name` may hold folders."""
        path = self.folder / RESTRICTED / name
        for folder in [*reversed(path.relative_to(self.folder).parents)][1:]:
            (self.folder / folder).mkdir(mode=_PRIVATE, exist_ok=True)
        path.touch(mode=_PRIVATE_FILE)
        return path

    def manifest(self, content: Mapping[str, Any]) -> None:
        """Write the manifest, completed with the hashes of all files written so far."""
        _close(self.folder / RESTRICTED)
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        hashes = {path.relative_to(self.folder).as_posix(): sha256(path) for path in files}
        write_json(self.folder / MANIFEST, {**content, "files": hashes})


@contextmanager
def writing_bundle(target: Path) -> Iterator[BundleWriter]:
    """Give a writer whose files replace `target` when the block ends well; after an error `target` is as it was.

    Raises
    ------
    OutputError
        When the place cannot be written to. Errors of the system about other files pass as they are.
    """
    _refuse_foreign(target)
    # Named before it is made, so that an interrupt between the two leaves no folder that nobody knows of.
    temporary = target.parent / f".{target.name}-{secrets.token_hex(6)}"
    try:
        with _writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.mkdir(mode=0o755)
        try:
            yield BundleWriter(temporary)
        except (OSError, pl.exceptions.PolarsError) as error:
            if is_from_writing(error, temporary):
                raise _cannot_write(target, error) from error
            raise
        with _writing(target):
            _replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def is_from_writing(error: OSError | pl.exceptions.PolarsError, folder: Path) -> bool:
    """Return whether an error inside a block that writes below `folder` comes from that, and not from other files.

    A full disk is told without a name of a file, and by Polars only in words.
    """
    text = str(error)
    if any(f"(os error {code})" in text for code in _NO_ROOM):
        return True
    if not isinstance(error, OSError):
        return False
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
    return error.errno in _NO_ROOM or str(folder) in text or any(Path(name).is_relative_to(folder) for name in names)


def read_bundle(path: Path) -> Bundle:
    """Return the bundle at `path`; FileNotFoundError when there is none."""
    manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    return Bundle(path, manifest)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` as readable UTF-8 JSON with a stable order of keys."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_table(spec: TableSpec, frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    table = conform(spec.name, frame)
    write_csv(table, folder / f"{spec.name}.csv")
    return table


def _read_table(spec: TableSpec, file: Path) -> pl.DataFrame:
    return read_csv(file, spec.columns) if file.exists() else spec.empty()


def _close(restricted: Path) -> None:
    """Leave restricted/ to its owner alone, whoever wrote its files and under whatever umask."""
    for path in (restricted, *restricted.rglob("*")) if restricted.is_dir() else ():
        path.chmod(_PRIVATE if path.is_dir() else _PRIVATE_FILE)


def _refuse_foreign(target: Path) -> None:
    """Refuse a folder with other files: writing replaces the folder as a whole."""
    if target.is_dir() and not (target / MANIFEST).exists() and any(target.iterdir()):
        raise OutputError(
            "expected a new or empty folder, or an older bundle; this one holds other files, which would be lost",
            where=str(target),
            hint="choose another place with --out",
            zh=f"输出目录 {target} 中有其他文件，为避免丢失未写入。",
        )
    if target.exists() and not target.is_dir():
        raise OutputError(
            "expected a folder; there is a file of that name", where=str(target), hint="choose another place with --out"
        )


def _replace(new: Path, target: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    try:
        if target.exists():
            target.rename(old / "bundle")
        try:
            new.rename(target)
        except OSError:
            if (old / "bundle").exists():
                (old / "bundle").rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Take every error of the system inside for one about `target`."""
    try:
        yield
    except OSError as error:
        raise _cannot_write(target, error) from error


def _cannot_write(target: Path, error: Exception) -> OutputError:
    return OutputError(
        f"expected a folder that can be written to; {getattr(error, 'strerror', None) or error}",
        where=str(target),
        hint="choose another place with --out, or free the folder",
        zh=f"无法写入输出目录 {target}。",
    )
