"""Processes that import their packages while a study is run, and are given their task on standard input later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from liandong.definitions.linkage_key import without_key

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process_beside(module: str, answer: Path, log: Path) -> Iterator[subprocess.Popen[str]]:
    """Run ``python -m module``, its output going to the two files; however the block ends, the process ends with it."""
    with answer.open("w") as stdout, log.open("w") as stderr:
        process = subprocess.Popen(  # noqa: S603 (modules of this package, named by the callers)
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            cwd=_PACKAGE_ROOT,
            text=True,
            encoding="utf-8",
            env=without_key(os.environ),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.kill()
        if process.stdin is not None:
            process.stdin.close()
        process.wait()
