"""``liandong doctor``: what this machine has, and what would help."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from liandong.errors import RenderError
from liandong.render.pandoc import pandoc_version
from liandong.render.quarto import OLDEST_QUARTO, quarto_version
from liandong.workflow.manifest import versions
from liandong.workflow.resources import reports_folder
from liandong.workflow.results import Finding

_OLDEST_PYTHON = (3, 11)


def examine() -> tuple[Finding, ...]:
    """Return findings about Python, packages, renderers, fonts, page sources and the place for output."""
    return tuple(_findings())


def _findings() -> Iterator[Finding]:
    found = versions()
    fits = sys.version_info >= _OLDEST_PYTHON
    yield Finding("good" if fits else "bad", "Python", f"{found['python']} on {found['platform']}")
    absent = [name for name, number in found.items() if number == "not installed"]
    if absent:
        yield Finding("bad", "packages", f"not installed: {', '.join(absent)}; install requirements.lock again")
    else:
        yield Finding("good", "packages", f"all installed (liandong {found['liandong']}, polars {found['polars']})")
    yield _pandoc()
    yield Finding("good", "Typst", f"{found['typst']} (built in)")
    yield _quarto()
    yield _fonts()
    yield Finding("good", "report pages", str(reports_folder()))
    yield _output()


def _pandoc() -> Finding:
    try:
        return Finding("good", "pandoc", f"{pandoc_version()} (built in)")
    except RenderError as error:
        return Finding("bad", "pandoc", error.message)


def _quarto() -> Finding:
    executable = shutil.which("quarto")
    if executable is None:
        return Finding("note", "Quarto", "not on PATH; the embedded renderer is used, and nothing is missing for it")
    found = quarto_version(executable)
    number = ".".join(map(str, found)) if found else "no version"
    if found is None or found < OLDEST_QUARTO:
        needed = ".".join(map(str, OLDEST_QUARTO))
        return Finding(
            "note", "Quarto", f"{number} at {executable} is older than {needed}; the embedded renderer is used"
        )
    return Finding("good", "Quarto", f"{number} at {executable}")


def _fonts() -> Finding:
    spec = find_spec("mplfonts")
    folder = Path(spec.origin).parent / "fonts" if spec and spec.origin else None
    names = ("NotoSansCJKsc-Regular.otf", "NotoSerifCJKsc-Regular.otf")
    absent = [name for name in names if folder is None or not (folder / name).is_file()]
    if absent:
        return Finding("bad", "Chinese fonts", f"not found: {', '.join(absent)}; install mplfonts again")
    return Finding("good", "Chinese fonts", "Noto Sans and Noto Serif CJK SC (from mplfonts)")


def _output() -> Finding:
    here = Path.cwd()
    writable = os.access(here, os.W_OK)
    free = shutil.disk_usage(here).free / 1e9
    text = f"{here / 'build'} ({'can' if writable else 'cannot'} be written, {free:.0f} GB free)"
    return Finding("good" if writable else "bad", "output", text)
