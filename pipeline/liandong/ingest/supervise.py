"""Start the child process that reads a binary file, and turn every way it can fail into an IngestError."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from liandong.definitions.linkage_key import without_key
from liandong.errors import IngestError
from liandong.ingest.protocol import BLAMED, ERROR, OK, OUT_OF_MEMORY, RESULT, UNREADABLE

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_MIB = 1024**2
_GIB = 1024**3
_LARGEST_METADATA = 256 * _MIB
_LARGEST_COMPLAINT = 4_000  # bytes of what a dying child has said


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a child may take.

    Attributes
    ----------
    timeout_seconds
        Wall-clock time.
    memory_bytes
        Memory for its data, where the system can enforce it (not on Windows).
    """

    timeout_seconds: float
    memory_bytes: int


def limits_for(size: int, timeout_seconds: float | None, memory_bytes: int | None) -> Limits:
    """Return the limits given, or 60 s and 2 s per MiB, and 4 GiB or 32 times the file of `size` bytes."""
    return Limits(
        timeout_seconds=60 + 2 * size / _MIB if timeout_seconds is None else timeout_seconds,
        memory_bytes=max(4 * _GIB, 32 * size) if memory_bytes is None else memory_bytes,
    )


@dataclass(frozen=True, slots=True)
class Request:
    """What the child is asked to read, and where it puts the result."""

    path: str
    format: str
    folder: str
    sheet: str | None
    encoding: str | None
    catalogue: str | None
    memory_bytes: int
    cpu_seconds: int


def run_child(
    path: Path,
    file_format: str,
    folder: Path,
    limits: Limits,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    catalogue: Path | None = None,
) -> Mapping[str, Any]:
    """Read `path` in a child process.

    Parameters
    ----------
    path, file_format
        The file and its format.
    folder
        An empty folder; the tables appear there as Arrow files.
    limits
        Time and memory that the child may take.
    sheet, encoding, catalogue
        As in :func:`liandong.ingest.read_table`.

    Returns
    -------
    Mapping
        What the child says about the table.

    Raises
    ------
    IngestError
        When the child complains, crashes, is killed, or does not answer in time.
    """
    request = Request(
        path=str(path.resolve()),
        format=file_format,
        folder=str(folder),
        sheet=sheet,
        encoding=encoding,
        catalogue=None if catalogue is None else str(catalogue.resolve()),
        memory_bytes=limits.memory_bytes,
        # A second guard, should the parent itself be killed: no child outlives its work for long.
        cpu_seconds=int(2 * limits.timeout_seconds) + 5,
    )
    asked = folder / "request.json"
    asked.write_text(json.dumps(asdict(request)), encoding="utf-8")
    # -P keeps the current folder, which may hold anything, off the module path.
    command = [sys.executable, "-P", "-X", "utf8", "-m", "liandong.ingest.child", str(asked)]
    said = folder / "stderr.txt"
    try:
        with said.open("wb") as stderr:
            done = subprocess.run(  # noqa: S603 (our own module, under our own interpreter)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=_environment(),
                timeout=limits.timeout_seconds,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise _too_slow(_to_blame(path, catalogue, folder), limits) from error
    if done.returncode != OK:
        raise _failure(_to_blame(path, catalogue, folder), done.returncode, folder, said, limits)
    return _result(path, folder)


def _to_blame(path: Path, catalogue: Path | None, folder: Path) -> Path:
    """Return the file that the child was reading when it stopped."""
    return catalogue if catalogue is not None and (folder / BLAMED).exists() else path


def damaged(path: Path, what: str) -> IngestError:
    """Return the error for a file that was found damaged."""
    return IngestError(
        what,
        where=path.name,
        hint="Copy or export it again from the program that made it; if it opens there, save it under a new name.",
        zh=f"数据文件“{path.name}”已损坏或不完整，请重新导出。",
    )


def _environment() -> dict[str, str]:
    paths = [str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH", "")]
    return {
        **without_key(os.environ),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        # The child does no linear algebra; starting its threads would cost time and address space.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def _failure(path: Path, code: int, folder: Path, said: Path, limits: Limits) -> IngestError:
    complaint = _complaint(said)
    if code == UNREADABLE and (folder / ERROR).is_file():
        return _told(path, folder / ERROR)
    if code == OUT_OF_MEMORY or "memory allocation" in complaint or "MemoryError" in complaint:
        return _too_large(path, limits)
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        if name == "SIGXCPU":
            return _too_slow(path, limits)
        if name == "SIGKILL":
            return _too_large(path, limits)
        return damaged(path, f"reading the file crashed the reader ({name}), so the file must be damaged")
    return damaged(path, f"the reader stopped with code {code}: {complaint[-300:] or 'it said nothing'}")


def _too_slow(path: Path, limits: Limits) -> IngestError:
    return IngestError(
        f"reading the file took more than {limits.timeout_seconds:,.0f} s and was stopped",
        where=path.name,
        hint="The file is damaged or very large; export it again, if possible as .csv or .parquet.",
        zh=f"读取数据文件“{path.name}”超时，已停止。",
    )


def _too_large(path: Path, limits: Limits) -> IngestError:
    return IngestError(
        f"reading the file needs more than the {limits.memory_bytes / _GIB:,.1f} GiB of memory allowed, or was killed",
        where=path.name,
        hint="The file is damaged or very large; export it again, if possible as .csv or .parquet.",
        zh=f"读取数据文件“{path.name}”所需内存超出限制。",
    )


def _result(path: Path, folder: Path) -> Mapping[str, Any]:
    """Return what the child wrote, after checking that it has the promised shape."""
    file = folder / RESULT
    try:
        if file.stat().st_size > _LARGEST_METADATA:
            raise damaged(path, "the descriptions in the file are too long to be real")
        result = json.loads(file.read_text(encoding="utf-8"))
        rows, names = result["rows"], result["names"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, "the reader gave an answer that makes no sense") from error
    if not isinstance(rows, int) or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise damaged(path, "the reader gave an answer that makes no sense")
    found: Mapping[str, Any] = result
    return found


def _told(path: Path, file: Path) -> IngestError:
    """Return the error that the child has written down."""
    try:
        answer = json.loads(file.read_text(encoding="utf-8"))
        understood, told = bool(answer["understood"]), str(answer["told"])
    except (OSError, ValueError, KeyError, TypeError):
        understood, told = False, "the reader gave no reason"
    if understood:
        return IngestError(
            told, where=path.name, zh=f"文件“{path.name}”没有可用的内容，或与所给的选项（编码、工作表）不符。"
        )
    return damaged(path, f"the file cannot be read: {told}")


def _complaint(file: Path) -> str:
    """Return the beginning and the end of what was said: a backtrace may stand between or behind."""
    with file.open("rb") as stream:
        start = stream.read(_LARGEST_COMPLAINT)
        stream.seek(max(stream.tell(), file.stat().st_size - _LARGEST_COMPLAINT))
        return (start + stream.read(_LARGEST_COMPLAINT)).decode("utf-8", "replace").strip()
