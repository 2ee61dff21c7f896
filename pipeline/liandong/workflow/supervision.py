"""``liandong quality``: the report of field supervision. It names cases and interviewers, and stays restricted."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from liandong.definitions import Language, load_study
from liandong.errors import EstimationError
from liandong.evidence import RESTRICTED, read_bundle
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
            # The bundle is kept without its models, and its manifest says what was in the way.
            with suppress(EstimationError):
                run_loaded(study, out=out, on_progress=on_progress)
        on_progress("Drawing figures")
        draw_into(target / RESTRICTED / "figures", target, chosen, painters, PAGE)
    _close(target / RESTRICTED / "figures")
    on_progress("Rendering pages")
    kinds = tuple(formats or study.spec.report.formats)
    jobs = [PageJob(f"{lang}/{PAGE}.qmd", f"{PAGE}.{lang}", lang, kinds) for lang in chosen]
    folder = target / RESTRICTED / "report"
    rendered = render_pages(
        reports_folder(), jobs, target, folder, renderer=renderer, on_progress=on_progress, parts=_PARTS
    )
    _close(folder)
    failure = read_bundle(target).manifest["failure"]
    return ReportResult(
        bundle=target,
        files=tuple(rendered.files),
        renderer=rendered.renderer,
        ran=ran,
        seconds=round(time.monotonic() - started, 2),
        notes=() if failure is None else (f"the models cannot be estimated yet: {failure}",),
    )


def _close(folder: Path) -> None:
    """Leave a folder below restricted/ to its owner alone, under whatever umask it was made."""
    folder.chmod(_PRIVATE)
    for file in folder.iterdir():
        file.chmod(_PRIVATE_FILE)
