"""What is asked of the renderer and what it reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from liandong.render.dialect import Format, Language


@dataclass(frozen=True, slots=True)
class PageJob:
    """One page to render in one language."""

    source: str
    """Path of the page in the Quarto project, with forward slashes: `zh/evaluation.qmd`."""
    name: str
    """Name of the files without their ending: `evaluation.zh`."""
    lang: Language
    formats: tuple[Format, ...]
    parameters: tuple[tuple[str, str], ...] = ()
    """Parameters of the page beyond `bundle` and `lang`, each with its value. Jobs of one page share a kernel."""

    @property
    def files(self) -> dict[Format, str]:
        """Return the file name of each format."""
        return {form: f"{self.name}.{form}" for form in self.formats}


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What was rendered, by what, and how long each job took."""

    files: tuple[Path, ...]
    """The finished files, in the order of the jobs and their formats."""
    renderer: str
    """`embedded` or `quarto`."""
    version: str
    """Versions of the programs behind it."""
    seconds: Mapping[str, float]
    """Seconds from start to finish per job name; jobs run side by side."""
