"""``liandong report``: the bundle, made first if it is not up to date, as finished documents."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from liandong.definitions import Language, load_study
from liandong.render import PageJob, render_pages
from liandong.workflow.documents import draw_into, is_current
from liandong.workflow.drawing import drawing
from liandong.workflow.resources import reports_folder
from liandong.workflow.results import ReportResult
from liandong.workflow.run import bundle_folder, run_loaded

PAGE = "evaluation"
Format = Literal["html", "pdf", "docx"]
Progress = Callable[[str], None]


def report_study(
    path: Path,
    *,
    out: Path | None,
    renderer: Literal["auto", "embedded", "quarto"],
    languages: Sequence[Language] | None,
    formats: Sequence[Format] | None,
    on_progress: Progress,
) -> ReportResult:
    """Render the report of the study at `path`; the study is run first only if data, definitions or versions changed.

    Parameters
    ----------
    languages, formats
        What to render; None means what the study says.

    Raises
    ------
    LiandongError
        As running and rendering raise it.
    """
    started = time.monotonic()
    study = load_study(path)
    target = bundle_folder(study, out)
    chosen = tuple(languages or study.spec.report.languages)
    with drawing() as painters:
        ran = not is_current(study, target)
        if ran:
            run_loaded(study, out=out, on_progress=on_progress)
        on_progress("Drawing figures")
        draw_into(target / "figures", target, chosen, painters, PAGE)
    on_progress("Rendering pages")
    kinds = tuple(formats or study.spec.report.formats)
    jobs = [PageJob(f"{lang}/{PAGE}.qmd", f"{PAGE}.{lang}", lang, kinds) for lang in chosen]
    rendered = render_pages(
        reports_folder(), jobs, target, target / "report", renderer=renderer, on_progress=on_progress
    )
    return ReportResult(
        bundle=target,
        files=tuple(rendered.files),
        renderer=rendered.renderer,
        ran=ran,
        seconds=round(time.monotonic() - started, 2),
    )
