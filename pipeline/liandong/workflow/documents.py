"""A page of a study as finished documents: the bundle made if it is not current, figures drawn, pages rendered."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from liandong.definitions import Language, load_study
from liandong.errors import EstimationError, OutputError, RenderError
from liandong.evidence import read_bundle
from liandong.render import PageJob, render_pages
from liandong.workflow.bundles import is_current, make_bundle
from liandong.workflow.drawing import Drawing, drawing
from liandong.workflow.own_pages import checked, own_files, own_jobs
from liandong.workflow.rendered import RENDERED, pages_hash, record_rendered
from liandong.workflow.resources import reports_folder
from liandong.workflow.results import ReportResult
from liandong.workflow.run import bundle_folder, run_loaded

Format = Literal["html", "pdf", "docx"]
Progress = Callable[[str], None]
_PRIVATE, _PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True, slots=True)
class Document:
    """A page of reports/ and what it may see.

    Attributes
    ----------
    page
        Its name, also of the files.
    folder
        Of the bundle, where ``report/`` and ``figures/`` of the page stand; empty for the bundle itself.
    parts
        Of the bundle, what the page sees.
    is_private
        Whether its files are their owner's alone.
    needs_models
        Whether a bundle without estimates is no bundle for it.
    needs_data
        Whether a bundle that holds published figures alone is none.
    with_own_pages
        Whether the study's own pages are rendered along with it.
    """

    page: str
    folder: str
    parts: tuple[str, ...]
    is_private: bool = False
    needs_models: bool = True
    needs_data: bool = True
    with_own_pages: bool = False


def make_document(
    document: Document,
    path: Path,
    *,
    out: Path | None,
    renderer: Literal["auto", "embedded", "quarto"],
    languages: Sequence[Language] | None,
    formats: Sequence[Format] | None,
    on_progress: Progress,
    pages: Sequence[Path] = (),
) -> ReportResult:
    """Render `document` of the study at `path`, which is run first only if data, definitions or versions changed.

    Parameters
    ----------
    document
        What to render.
    languages, formats
        In which form; None means what the study says.
    pages
        Pages of one's own to render in its place, with the same data and figures at hand.

    Raises
    ------
    LiandongError
        As running and rendering raise it; estimation aside where the document does without models.
    """
    started = time.monotonic()
    given = checked(pages)
    study = load_study(path)
    target = bundle_folder(study, out)
    place = target / document.folder
    chosen = tuple(languages or study.spec.report.languages)
    with drawing() as painters:
        ran = not is_current(study, target, complete=document.needs_models, with_data=document.needs_data)
        if ran:
            make = run_loaded if document.needs_data else make_bundle
            # A bundle without models is kept, and its manifest says what was in the way.
            with nullcontext() if document.needs_models else suppress(EstimationError):
                make(study, out=out, on_progress=on_progress)
        on_progress("Drawing figures")
        _draw_into(place / "figures", target, chosen, painters, document.page)
    on_progress("Rendering pages")
    kinds = tuple(formats or study.spec.report.formats)
    jobs = [PageJob(f"{lang}/{document.page}.qmd", f"{document.page}.{lang}", lang, kinds) for lang in chosen]
    own = given or (study.pages if document.with_own_pages else ())
    jobs = [*([] if given else jobs), *own_jobs(own, chosen, kinds)]
    if not jobs:
        raise RenderError(
            f"none of the pages is in one of the languages asked for: {', '.join(chosen)}",
            where=", ".join(page.name for page in own),
            hint="`lang:` at the top of a page says which language it is in",
        )
    rendered = render_pages(
        reports_folder(),
        jobs,
        target,
        place / "report",
        renderer=renderer,
        on_progress=on_progress,
        parts=document.parts,
        own=own_files(own, chosen),
    )
    if not given:
        record_rendered(target, place, document.page, rendered, pages_hash(own))
    if document.is_private:
        _close(place / "figures")
        _close(place / "report")
        (place / RENDERED).chmod(_PRIVATE_FILE)
    failure = read_bundle(target).manifest["failure"]
    return ReportResult(
        bundle=target,
        files=tuple(rendered.files),
        renderer=rendered.renderer,
        ran=ran,
        seconds=round(time.monotonic() - started, 2),
        notes=() if failure is None else (f"the models cannot be estimated yet: {failure}",),
    )


def _draw_into(figures: Path, bundle: Path, languages: Sequence[Language], painters: Drawing, page: str) -> None:
    """Draw all figures of a page beside their final place `figures`, then put them there.

    Raises
    ------
    RenderError
        When one cannot be drawn.
    OutputError
        When the bundle cannot be written to.
    """
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".figures-", dir=figures.parent))
    except OSError as error:
        raise OutputError(
            f"expected a bundle that can be written to; {error.strerror or error}",
            where=str(bundle),
            hint="use another --out",
        ) from error
    try:
        temporary.chmod(0o755)
        painters.draw(bundle, temporary, languages, page)
        if figures.exists():  # of other pages of this very bundle: a new one has none
            for figure in temporary.iterdir():
                figure.replace(figures / figure.name)
        else:
            temporary.rename(figures)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _close(folder: Path) -> None:
    """Leave a folder below restricted/ to its owner alone, under whatever umask it was made."""
    folder.chmod(_PRIVATE)
    for file in folder.iterdir():
        file.chmod(_PRIVATE_FILE)
