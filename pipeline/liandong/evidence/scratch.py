"""Temporary folders that hold answers of people: none outlives the process that made it for long."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = "liandong-scratch-"
_NAME: Final = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")  # as `mkdtemp` makes them; a folder of anybody else has another
_YOUNG: Final = 60.0  # seconds; a folder that has just been made may not be locked yet


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a temporary folder for the block, and remove it after; remove those of processes that were killed, too.

    The folder is locked as long as its process lives, which is how another one knows; where there are no such locks
    (Windows), nothing of others is removed.
    """
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        lock = _locked(Path(name))
        try:
            yield Path(name)
        finally:
            if lock is not None:
                os.close(lock)


def _sweep(parent: Path) -> None:
    """Remove the folders of this user that no living process has locked."""
    if not hasattr(os, "getuid"):
        return
    for entry in os.scandir(parent):
        if not _NAME.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
            continue
        try:
            state = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # its own process was quicker
            continue
        is_ours = state.st_uid == os.getuid() and stat.S_IMODE(state.st_mode) == stat.S_IRWXU
        if not is_ours or time.time() - state.st_mtime < _YOUNG:
            continue
        lock = _locked(Path(entry.path))
        if lock is not None:
            shutil.rmtree(entry.path, ignore_errors=True)
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """Return the descriptor that holds the lock of `folder`, None when it cannot be had."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
