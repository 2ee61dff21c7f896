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
from liandong.evidence import MANIFEST, Bundle, read_bundle
from liandong.present import draw_figures
from liandong.render import PageJob, render_pages
from liandong.workflow.manifest import fingerprint
from liandong.workflow.resources import reports_folder
from liandong.workflow.results import ReportResult
from liandong.workflow.run import bundle_folder, run_study

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
    ran = not _is_current(study, target)
    if ran:
        run_study(path, out=out, on_progress=on_progress)
    bundle = read_bundle(target)
    chosen = tuple(languages or study.spec.report.languages)
    on_progress("Drawing figures")
    _draw(bundle, chosen)
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


def _draw(bundle: Bundle, languages: Sequence[Language]) -> None:
    """Draw all figures beside their final place, then put them there."""
    figures = bundle.path / "figures"
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".figures-", dir=bundle.path))
    except OSError as error:
        raise OutputError(
            f"expected a bundle that can be written to; {error.strerror}",
            where=str(bundle.path),
            hint="use another --out",
        ) from error
    try:
        temporary.chmod(0o755)
        draw_figures(bundle, temporary, languages)
        if figures.exists():
            shutil.rmtree(figures)
        temporary.rename(figures)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
