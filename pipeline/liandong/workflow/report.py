"""``liandong report``: the bundle, made first if it is not up to date, as finished documents."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from liandong.definitions import Language, Study, load_study
from liandong.errors import OutputError
from liandong.evidence import MANIFEST, read_bundle
from liandong.render import PageJob, render_pages
from liandong.workflow.drawing import Drawing, drawing
from liandong.workflow.manifest import fingerprint
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
        ran = not _is_current(study, target)
        if ran:
            run_loaded(study, out=out, on_progress=on_progress)
        on_progress("Drawing figures")
        _draw(target, chosen, painters)
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


def _is_current(study: Study, target: Path) -> bool:
    """Whether the bundle at `target` is complete and was made from the same data, definitions and versions."""
    if not (target / MANIFEST).is_file():
        return False
    try:
        manifest = read_bundle(target).manifest
    except ValueError:
        return False
    return bool(manifest.get("complete")) and all(
        manifest.get(key) == value for key, value in fingerprint(study).items()
    )


def _draw(bundle: Path, languages: Sequence[Language], painters: Drawing) -> None:
    """Draw all figures beside their final place, then put them there."""
    figures = bundle / "figures"
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".figures-", dir=bundle))
    except OSError as error:
        raise OutputError(
            f"expected a bundle that can be written to; {error.strerror}",
            where=str(bundle),
            hint="use another --out",
        ) from error
    try:
        temporary.chmod(0o755)
        painters.draw(bundle, temporary, languages)
        if figures.exists():
            shutil.rmtree(figures)
        temporary.rename(figures)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
