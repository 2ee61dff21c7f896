"""The renderer that needs nothing but Python packages: kernel, pandoc, Typst."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from liandong.render.check import check_dialect, resolve_shortcodes
from liandong.render.dialect import Format
from liandong.render.docx import write_docx
from liandong.render.execute import execute_page
from liandong.render.fonts import check_glyphs, read_fonts, stage_fonts
from liandong.render.html import give_fonts, write_html
from liandong.render.jobs import PageJob
from liandong.render.kernel import Kernels, Session
from liandong.render.pandoc import Document, pandoc_version
from liandong.render.pdf import write_pdf
from liandong.render.settings import Settings, page_settings
from liandong.render.source import Page, read_page
from liandong.render.stage import bundle_parameter
from liandong.render.words import long_date, words_of

_TURN_SECONDS = 0.2
_IN_TURN: Final[tuple[Format, ...]] = ("html", "pdf", "docx")
"""What takes longest is begun first."""


@dataclass(frozen=True, slots=True)
class _Workshop:
    """The folders of one rendering."""

    project: Path
    scratch: Path
    fonts: Path


def embedded_version() -> str:
    """Return the versions of pandoc and Typst."""
    return f"pandoc {pandoc_version()}, typst {version('typst')}"


def render_embedded(
    project: Path, jobs: Sequence[PageJob], scratch: Path, on_progress: Callable[[str], None]
) -> tuple[dict[str, Path], dict[str, float]]:
    """Render pages of a staged project, several at once.

    Parameters
    ----------
    project
        The staged project, with the bundle inside.
    jobs
        The pages; each is run once and converted to its formats.
    scratch
        Folder for everything in between, on the project's disk.
    on_progress
        Told in one line what begins.

    Returns
    -------
    tuple
        Finished files by name, and seconds by job name.

    Raises
    ------
    RenderError
        At the first page that cannot be rendered; every kernel has ended by then.
    """
    workshop = _Workshop(project, scratch, stage_fonts(scratch / "fonts"))
    kernels = Kernels(scratch)
    workers = max(2, min(os.cpu_count() or 2, 4))
    with ThreadPoolExecutor(workers) as pages, ThreadPoolExecutor(workers) as conversions:
        conversions.submit(read_fonts)  # while the kernels start; should it fail, whoever needs them says so
        alike = _alike(jobs)
        running = [pages.submit(_render_alike, some, workshop, kernels, conversions, on_progress) for some in alike]
        try:
            _await(running)
            failed = next((future for future in running if future.done() and future.exception()), None)
            finished = [future.result() for future in ([failed] if failed else running)]
        except BaseException:
            # Also on Ctrl-C: the threads wait for kernels, so the kernels go first.
            kernels.kill()
            pages.shutdown(wait=False, cancel_futures=True)
            conversions.shutdown(wait=False, cancel_futures=True)
            raise
    files = {name: path for made, _ in finished for name, path in made.items()}
    return files, {name: each for _, seconds in finished for name, each in seconds.items()}


def _await(running: Sequence[Future[Any]]) -> None:
    """Wait until all are done, or one has failed; in short turns, for else an interrupt would wait as well.

    Polars takes over the signal's handler when it is imported, and lets what was waited for go on.
    """
    while True:
        done, waiting = wait(running, timeout=_TURN_SECONDS, return_when=FIRST_EXCEPTION)
        if not waiting or any(future.exception() for future in done):
            return


def _alike(jobs: Sequence[PageJob]) -> list[list[PageJob]]:
    """Return the jobs by page: what is rendered again and again with other parameters needs a kernel only once."""
    pages: dict[str, list[PageJob]] = {}
    for job in jobs:
        pages.setdefault(job.source, []).append(job)
    return [*pages.values()]


def _render_alike(
    jobs: Sequence[PageJob], workshop: _Workshop, kernels: Kernels, pool: Executor, on_progress: Callable[[str], None]
) -> tuple[dict[str, Path], dict[str, float]]:
    """Run one page for every job in one kernel; a page is converted while the next one runs."""
    page = read_page(workshop.project, jobs[0].source)
    settings = page_settings(workshop.project, page)
    began: dict[str, float] = {}
    written: dict[str, dict[Format, Future[Path]]] = {}
    with kernels.session((workshop.project / page.source).parent) as session:
        for job in jobs:
            if began:
                session.forget()
            began[job.name] = time.perf_counter()
            on_progress(f"running {job.source}" if len(jobs) == 1 else f"running {job.source} for {job.name}")
            document = _executed(job, page, settings, session, workshop)
            written[job.name] = {
                form: pool.submit(_write, document, settings, job, form, workshop)
                for form in sorted(job.formats, key=_IN_TURN.index)
            }
    on_progress(f"writing {', '.join(jobs[0].files.values())}{' and others' if len(jobs) > 1 else ''}")
    # Cutting fonts takes long: it begins as soon as there are pages in HTML, whatever else is still being written.
    give_fonts([each["html"].result() for each in written.values() if "html" in each], jobs[0].lang)
    files: dict[str, Path] = {}
    seconds: dict[str, float] = {}
    for name, futures in written.items():
        files |= {path.name: path for path in (future.result() for future in futures.values())}
        seconds[name] = time.perf_counter() - began[name]
    return files, seconds


def _executed(job: PageJob, page: Page, settings: Settings, session: Session, workshop: _Workshop) -> Document:
    parameters = {"bundle": bundle_parameter(job.source), "lang": job.lang, **dict(job.parameters)}
    folder = (workshop.project / job.source).parent
    executed = execute_page(page, session, parameters, settings.execute, folder, job.name)
    check_dialect(executed.lines, written=executed.printed)
    check_glyphs(executed.lines)
    lines = tuple(resolve_shortcodes(executed.lines))
    return Document(workshop.project, job.source, lines, settings.filters)


def _write(document: Document, settings: Settings, job: PageJob, form: Format, workshop: _Workshop) -> Path:
    output = workshop.scratch / job.files[form]
    metadata = _metadata(settings, job, form)
    if form == "html":
        write_html(document, metadata, output)
    elif form == "pdf":
        write_pdf(document, metadata, workshop.fonts, output)
    else:
        write_docx(document, metadata, output)
    return output


def _metadata(settings: Settings, job: PageJob, form: Format) -> dict[str, Any]:
    """Return the page's metadata for pandoc, with the options and words that the Lua filter reads."""
    values = {"toc": False, "toc-depth": 3, "number-sections": False, "number-depth": 6, **settings.of(form)}
    values.setdefault("lang", "zh-Hans" if job.lang == "zh" else "en")
    if "date" in values:
        values["date"] = long_date(values["date"], job.lang)
    if values["number-sections"]:
        values["section-numbering"] = "1.1"
    crossref = values.pop("crossref", {})
    options = {key: values[key] for key in ("toc", "toc-depth", "number-sections", "number-depth")}
    values["liandong-options"] = {**options, "words": words_of(job.lang, crossref)}
    return values
