"""Pages and a bundle go in, finished documents come out: the one way into this room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from liandong.evidence.scratch import scratch_folder
from liandong.render.embedded import embedded_version, render_embedded
from liandong.render.jobs import PageJob, RenderReport
from liandong.render.quarto import find_quarto, quarto_version, render_quarto, require_quarto
from liandong.render.stage import PUBLIC, deliver, stage_project

Renderer = Literal["auto", "embedded", "quarto"]


def _silent(_: str) -> None:
    """Say nothing."""


def render_pages(
    project: Path,
    jobs: Sequence[PageJob],
    bundle: Path,
    out: Path,
    *,
    renderer: Renderer = "auto",
    on_progress: Callable[[str], None] = _silent,
    parts: Sequence[str] = PUBLIC,
    own: Mapping[str, Path] = MappingProxyType({}),
) -> RenderReport:
    """Render pages of a Quarto project from an evidence bundle.

    Parameters
    ----------
    project
        Folder with `_quarto.yml`; it is copied, never written to.
    jobs
        The pages, each with its language, formats and the name of its files.
    bundle
        The evidence bundle; by default pages see its tables, figures and manifest, and nothing restricted.
    out
        Folder for the files. Nothing is written there unless every page succeeds.
    renderer
        `quarto` and `embedded` give the same document; `auto` takes Quarto where a new enough one is on PATH.
    on_progress
        Told in one line what begins; called from several threads.
    parts
        Of the bundle, what the pages may see: folders and files. What is restricted has to be named.
    own
        Files that are put into the copy of the project: place in it → file.

    Returns
    -------
    RenderReport
        The files, the renderer with its version, and the seconds of each job.

    Raises
    ------
    RenderError
        When a page cannot be rendered, naming page and line where they are known.
    OutputError
        When `out` cannot be written.
    """
    executable = find_quarto() if renderer == "auto" else require_quarto() if renderer == "quarto" else None
    with scratch_folder() as scratch:
        staged = stage_project(project, bundle, scratch / "project", parts, own)
        render = render_quarto if executable else render_embedded
        made, seconds = render(staged, jobs, scratch, on_progress)
        names = [name for job in jobs for name in job.files.values()]
        files = deliver({name: made[name] for name in names}, out)
    if executable is None:
        return RenderReport(files, "embedded", embedded_version(), MappingProxyType(seconds))
    found = ".".join(map(str, quarto_version(executable) or ()))
    return RenderReport(files, "quarto", found, MappingProxyType(seconds))
