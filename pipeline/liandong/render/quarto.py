"""The renderer for machines that have Quarto: the same pages, in the same staged project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import liandong
from liandong.definitions.linkage_key import without_key
from liandong.errors import RenderError
from liandong.render.dialect import QUARTO_FORMATS
from liandong.render.docx import finish_docx
from liandong.render.fonts import check_html_glyphs, embed_fonts, stage_fonts
from liandong.render.html import with_plain_svg
from liandong.render.jobs import PageJob
from liandong.render.pandoc import source_date
from liandong.render.stage import bundle_parameter

OLDEST_QUARTO: Final = (1, 5)
"""The first whose Typst (0.11) knows `context` and table headers, which our template and tables use."""
_LAST_LINES: Final = 12
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def quarto_version(executable: str) -> tuple[int, ...] | None:
    """Return the version that `quarto --version` prints, or None when it prints none."""
    return _version_of(executable, Path(executable).stat().st_mtime_ns)


@cache
def _version_of(executable: str, _changed: int) -> tuple[int, ...] | None:
    try:
        result = subprocess.run(  # noqa: S603 — found on PATH
            [executable, "--version"],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
            env=without_key(os.environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"\s*(\d+(?:\.\d+)*)", result.stdout)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def find_quarto() -> str | None:
    """Return the Quarto on PATH if it is new enough, else None."""
    executable = shutil.which("quarto")
    found = quarto_version(executable) if executable else None
    return executable if found and found >= OLDEST_QUARTO else None


def require_quarto() -> str:
    """Return the Quarto on PATH.

    Raises
    ------
    RenderError
        When there is none, or it is too old.
    """
    oldest = ".".join(map(str, OLDEST_QUARTO))
    executable = shutil.which("quarto")
    if executable is None:
        raise RenderError(
            f"Quarto {oldest} or newer is not on PATH",
            hint="install Quarto, or use --renderer embedded",
            zh="未找到 Quarto，可改用 --renderer embedded。",
        )
    found = quarto_version(executable)
    if found is None or found < OLDEST_QUARTO:
        printed = ".".join(map(str, found)) if found else "no version"
        raise RenderError(
            f"Quarto {oldest} or newer is needed; {executable} says {printed}",
            hint="update Quarto, or use --renderer embedded",
            zh="Quarto 版本过低，可改用 --renderer embedded。",
        )
    return executable


def quarto_command(executable: str, job: PageJob) -> list[str]:
    """Return the command that renders one page to its formats, to be run in the staged project."""
    return [
        executable,
        "render",
        job.source,
        "--to",
        ",".join(QUARTO_FORMATS[form] for form in job.formats),
        "-P",
        f"bundle:{bundle_parameter(job.source)}",
        "-P",
        f"lang:{job.lang}",
        # Quarto reads values as YAML, to which 007 is a number; in quotation marks a text stays one.
        *(part for name, value in job.parameters for part in ("-P", f"{name}:{json.dumps(value, ensure_ascii=False)}")),
    ]


def render_quarto(
    project: Path, jobs: Sequence[PageJob], scratch: Path, on_progress: Callable[[str], None]
) -> tuple[dict[str, Path], dict[str, float]]:
    """Render pages of a staged project with Quarto, one after the other: it works in the project's folder.

    Parameters, results and errors are those of `render_embedded`.
    """
    executable = require_quarto()
    environment = _environment(stage_fonts(scratch / "fonts"))
    files: dict[str, Path] = {}
    seconds: dict[str, float] = {}
    for job in jobs:
        on_progress(f"rendering {job.source} with Quarto")
        start = time.perf_counter()
        _run(quarto_command(executable, job), project, environment, job)
        files.update(_collected(project, job, scratch))
        seconds[job.name] = time.perf_counter() - start
    return files, seconds


def _environment(fonts: Path) -> Mapping[str, str]:
    source = str(Path(liandong.__file__).parents[1])
    paths = [source, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **without_key(os.environ),
        "QUARTO_PYTHON": sys.executable,
        # Of two kernels named python3 that of this environment, not one that a user once registered.
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": os.pathsep.join(paths),
        "TYPST_FONT_PATHS": str(fonts),
        "SOURCE_DATE_EPOCH": str(source_date()),
    }


def _run(command: Sequence[str], project: Path, environment: Mapping[str, str], job: PageJob) -> None:
    result = subprocess.run(  # noqa: S603 — Quarto by its path, no shell
        command, cwd=project, env=environment, capture_output=True, check=False, encoding="utf-8", errors="replace"
    )
    if result.returncode:
        said = [line for line in _ANSI.sub("", result.stderr).splitlines() if line.strip()]
        raise RenderError(
            "Quarto failed:\n" + "\n".join(said[-_LAST_LINES:]),
            where=job.source,
            hint="--renderer embedded renders the same pages and names the line",
            zh="Quarto 渲染失败。",
        )


def _collected(project: Path, job: PageJob, scratch: Path) -> dict[str, Path]:
    """Take the page's output from beside the page, finish it as the embedded renderer does, and name it."""
    files: dict[str, Path] = {}
    for form, name in job.files.items():
        made = (project / job.source).with_suffix(f".{form}")
        if not made.is_file():
            raise RenderError(f"Quarto said nothing, but wrote no {made.name}", where=job.source)
        target = scratch / name
        if form == "html":
            text = with_plain_svg(made.read_text(encoding="utf-8"))
            check_html_glyphs(text, job.source)
            target.write_text(embed_fonts(text, job.lang), encoding="utf-8", newline="\n")
        elif form == "docx":
            target.write_bytes(finish_docx(made.read_bytes()))
        else:
            shutil.copyfile(made, target)
        files[name] = target
    return files
