"""Before a data file is read: that it is there, an ordinary file, not empty, and of a known format."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import get_args

from liandong.errors import IngestError
from liandong.ingest.raw import Format

_FORMATS: tuple[Format, ...] = get_args(Format)
_ALSO: dict[str, Format] = {"xlsm": "xlsx", "txt": "csv"}  # a workbook with macros, which nobody runs; text is text
_SPREADSHEETS = frozenset(("xls", "xlsb", "ods", "et", "numbers"))  # by extension


def check_file(path: Path) -> Format:
    """Return the format of a file.

    Raises
    ------
    IngestError
        When there is none, it is empty or no ordinary file, cannot be opened, or is of no known format.
    """
    try:
        there = path.exists()
    except OSError as error:
        raise _not_opened(path, error) from error
    if not there:
        raise IngestError(
            "there is no such file",
            where=str(path),
            hint="Check the path under `data` in study.yaml.",
            zh=f"找不到数据文件“{path.name}”。",
        )
    if not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or a device"
        raise IngestError(f"a data file is expected, this is {what}", where=str(path), zh=f"“{path.name}”不是文件。")
    suffix = path.suffix.lower().removeprefix(".")
    known = {name: name for name in _FORMATS} | _ALSO
    if suffix not in known:
        raise IngestError(
            f"files of type {path.suffix or '(none)'!r} cannot be read; known are .{', .'.join(known)}",
            where=path.name,
            hint="Save the data in one of these formats."
            + (" Spreadsheets: .xlsx." if suffix in _SPREADSHEETS else ""),
            zh=f"不支持“{path.suffix}”格式的数据文件。",
        )
    try:
        empty = path.stat().st_size == 0
        path.open("rb").close()
    except OSError as error:
        raise _not_opened(path, error) from error
    if empty:
        raise IngestError(
            "the file is empty (0 bytes)",
            where=path.name,
            hint="Copy or export it again.",
            zh=f"数据文件“{path.name}”是空文件。",
        )
    return known[suffix]


def state(path: Path) -> tuple[int, int]:
    """Return size and time of change, by which one sees that a file was written to meanwhile."""
    now = path.stat()
    return now.st_size, now.st_mtime_ns


def sha256(path: Path) -> str:
    """Return the hash of the bytes of the file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _not_opened(path: Path, error: OSError) -> IngestError:
    return IngestError(
        f"the file cannot be opened: {error.strerror}", where=str(path), zh=f"无法打开数据文件“{path.name}”。"
    )
