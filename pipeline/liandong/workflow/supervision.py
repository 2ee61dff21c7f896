"""``liandong quality``: the report of field supervision. It names cases and interviewers, and stays restricted."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from liandong.definitions import Language, load_study
from liandong.errors import EstimationError
from liandong.evidence import RESTRICTED
from liandong.render import PageJob, render_pages
from liandong.workflow.documents import draw_into, is_current
from liandong.workflow.drawing import drawing
from liandong.workflow.resources import reports_folder
from liandong.workflow.results import ReportResult
from liandong.workflow.run import bundle_folder, run_loaded

PAGE = "data_quality"
Format = Literal["html", "pdf", "docx"]
Progress = Callable[[str], None]
_PRIVATE, _PRIVATE_FILE = 0o700, 0o600
_PARTS = ("tables", "manifest.json", f"{RESTRICTED}/quality", f"{RESTRICTED}/figures")


def supervise_study(
    path: Path,
    *,
    out: Path | None,
    renderer: Literal["auto", "embedded", "quarto"],
    languages: Sequence[Language] | None,
    formats: Sequence[Format] | None,
    on_progress: Progress,
) -> ReportResult:
    """Render the report of field supervision into ``restricted/report/`` of the bundle.

    The study is run first if data, definitions or versions changed. During field work models may not be estimable yet:
    that does not stop this report.

    Parameters
    ----------
    languages, formats
        What to render; None means what the study says.

    Raises
    ------
    LiandongError
        As running and rendering raise it, estimation aside.
    """
    started = time.monotonic()
    study = load_study(path)
    target = bundle_folder(study, out)
    chosen = tuple(languages or study.spec.report.languages)
    with drawing() as painters:
        ran = not is_current(study, target, complete=False)
        if ran:
            try:
                run_loaded(study, out=out, on_progress=on_progress)
            except EstimationError as error:
                on_progress(f"No models yet: {error.message}")
        on_progress("Drawing figures")
        draw_into(target / RESTRICTED / "figures", target, chosen, painters, PAGE)
    on_progress("Rendering pages")
    kinds = tuple(formats or study.spec.report.formats)
    jobs = [PageJob(f"{lang}/{PAGE}.qmd", f"{PAGE}.{lang}", lang, kinds) for lang in chosen]
    folder = target / RESTRICTED / "report"
    rendered = render_pages(
        reports_folder(), jobs, target, folder, renderer=renderer, on_progress=on_progress, parts=_PARTS
    )
    folder.chmod(_PRIVATE)
    for file in rendered.files:
        file.chmod(_PRIVATE_FILE)
    return ReportResult(
        bundle=target,
        files=tuple(rendered.files),
        renderer=rendered.renderer,
        ran=ran,
        seconds=round(time.monotonic() - started, 2),
    )
