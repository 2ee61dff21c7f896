"""A staged copy of the Quarto project with the bundle inside it, and the way back for what was made there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from liandong.errors import OutputError, RenderError

BUNDLE: Final = "bundle"
PUBLIC: Final = ("tables", "figures", "house", "manifest.json")
"""What every page may see of a bundle."""
_UNNEEDED = shutil.ignore_patterns(".quarto", "_site", "*_files", "*_cache", "__pycache__", "*.html", "*.pdf")


def stage_project(
    project: Path,
    bundle: Path,
    target: Path,
    parts: Sequence[str] = PUBLIC,
    own: Mapping[str, Path] = MappingProxyType({}),
) -> Path:
    """Copy the project to `target`, with the named parts of the bundle under `bundle/`, and return `target`.

    `own` are further files: place in the project → file.

    Everything a page shows then lies under one root, which Typst demands, and nothing that a page writes
    while it runs reaches the project or the bundle.

    Raises
    ------
    RenderError
        When the project has no `_quarto.yml` or the bundle no `manifest.json`.
    """
    if not (project / "_quarto.yml").is_file():
        raise RenderError("no Quarto project here: _quarto.yml is missing", where=str(project))
    if not (bundle / "manifest.json").is_file():
        raise RenderError(
            "no evidence bundle here: manifest.json is missing", where=str(bundle), hint="run `liandong run` first"
        )

    def ignore(folder: str, names: list[str]) -> set[str]:
        # The styles hold an HTML template of their own; a bundle at the root is there for pages opened by hand.
        if Path(folder).name == "styles":
            return set()
        return {*_UNNEEDED(folder, names), *([BUNDLE] if Path(folder) == project else ())}

    shutil.copytree(project, target, ignore=ignore)
    for place, file in own.items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target / place)
    for name in parts:
        source = bundle / name
        if source.is_dir():
            shutil.copytree(source, target / BUNDLE / name)
        elif source.is_file():
            (target / BUNDLE).mkdir(exist_ok=True)
            shutil.copyfile(source, target / BUNDLE / name)
    return target


def bundle_parameter(source: str) -> str:
    """Return the path from a page's folder to the staged bundle, with forward slashes on every platform."""
    return Path(os.path.relpath(BUNDLE, Path(source).parent)).as_posix()


def deliver(files: Mapping[str, Path], out: Path) -> tuple[Path, ...]:
    """Move finished files to `out` under their names and return where they are.

    Each is first written beside its place and then renamed, so that a reader never finds half a file.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, file in files.items():
            beside = out / f".{name}.part"
            waiting.append((beside, out / name))
            shutil.copyfile(file, beside)
        for beside, place in waiting:
            beside.replace(place)
    except OSError as error:
        for beside, _ in waiting:
            beside.unlink(missing_ok=True)
        raise OutputError(
            f"the report cannot be written: {error.strerror or error}",
            where=str(out),
            hint="choose another folder with --out, or make this one writable",
        ) from error
    return tuple(place for _, place in waiting)
