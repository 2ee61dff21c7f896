"""``liandong report --by community``: one page per community, and a page that lists them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from liandong.definitions import Language, Study, load_study
from liandong.errors import DefinitionError, EstimationError, OutputError, Problem, RenderError
from liandong.evidence import read_bundle
from liandong.present.sheets_facts import file_names, shown_communities
from liandong.present.sheets_index import write_index
from liandong.render import PageJob, render_pages
from liandong.workflow.bundles import is_current
from liandong.workflow.documents import Format, Progress
from liandong.workflow.rendered import pages_hash, record_rendered
from liandong.workflow.resources import reports_folder
from liandong.workflow.results import ReportResult
from liandong.workflow.run import bundle_folder, run_loaded

BY: Final = "community"
"""The word that stands for the clusters of any study."""
SHEET: Final = "community"
"""The page of one community."""
_PARTS: Final = ("tables", "manifest.json", "house")


def report_by(
    path: Path,
    *,
    by: str,
    out: Path | None,
    renderer: Literal["auto", "embedded", "quarto"],
    languages: Sequence[Language] | None,
    formats: Sequence[Format] | None,
    on_progress: Progress,
) -> ReportResult:
    """Render the sheet of every community of which something may be published.

    The study at `path` is run first if its data, definitions or versions have changed. The sheets go to
    ``report/communities/`` of the bundle, which holds nothing else afterwards: sheets of a community that is hidden now
    are gone. Beside them lies ``index.<language>.html``, which links them.

    Parameters
    ----------
    by
        The column of clusters of the study's design, or the word ``community``.
    languages, formats
        In which form; None means what the study says.

    Raises
    ------
    DefinitionError
        When the design has no clusters, or `by` names something else.
    RenderError
        When nothing may be published of any community, or a page cannot be rendered.
    LiandongError
        As running the study raises it.
    """
    started = time.monotonic()
    study = load_study(path)
    _require_cluster(study, by)
    target = bundle_folder(study, out)
    ran = not is_current(study, target, complete=False)
    if ran:
        # Communities are compared without models; a bundle that lacks them is kept, and says what was in the way.
        with suppress(EstimationError):
            run_loaded(study, out=out, on_progress=on_progress)
    bundle = read_bundle(target)
    shown, hidden = shown_communities(bundle.table("communities"))
    if not shown:
        raise _nothing_to_show(hidden, study)
    names = file_names(shown)
    chosen = tuple(languages or study.spec.report.languages)
    kinds = tuple(formats or study.spec.report.formats)
    jobs = [
        PageJob(f"{lang}/{SHEET}.qmd", f"{names[community]}.{lang}", lang, kinds, (("community", community),))
        for lang in chosen
        for community in shown
    ]
    place = target / "report" / "communities"
    fresh = place.with_name(".communities-new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        rendered = render_pages(
            reports_folder(), jobs, target, fresh, renderer=renderer, on_progress=on_progress, parts=_PARTS
        )
        indexes = [_index(target, fresh, lang, shown, names, kinds) for lang in chosen]
        _put(fresh, place)
        files = tuple(place / file.name for file in rendered.files)
        record_rendered(target, target, SHEET, replace(rendered, files=files), pages_hash())
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return ReportResult(
        bundle=target,
        files=(*(place / file.name for file in indexes), *files),
        renderer=rendered.renderer,
        ran=ran,
        seconds=round(time.monotonic() - started, 2),
        notes=(*_notes(hidden, study), *_failures(bundle.manifest["failure"])),
    )


def _require_cluster(study: Study, by: str) -> None:
    cluster = study.spec.design.cluster if study.spec.design else None
    if cluster is None:
        raise DefinitionError(
            [
                Problem(
                    "study.yaml: design.cluster",
                    "sheets compare the clusters of the design, and this design has none",
                    "name the column that says which community a person lives in",
                )
            ],
            zh="研究设计没有 design.cluster，不能按社区出单。",
        )
    if by not in {cluster, BY}:
        allowed = " or ".join(dict.fromkeys([cluster, BY]))
        raise DefinitionError(
            [Problem("--by", f"{by!r} is not what this study is clustered by", f"use {allowed}")],
            zh=f"--by 只能是 {allowed}。",
        )


def _nothing_to_show(hidden: Sequence[str], study: Study) -> RenderError:
    if not hidden:
        return RenderError(
            "the bundle compares no communities", where="tables/communities.csv", hint="run the study again"
        )
    return RenderError(
        f"there is no sheet to make: of none of the {len(hidden)} communities may anything be published",
        where="tables/communities.csv",
        hint=f"`disclosure: minimum_cell` is {study.spec.disclosure.minimum_cell}",
        zh="按披露规则，没有任何社区的数据可以公开，未生成反馈单。",
    )


def _notes(hidden: Sequence[str], study: Study) -> tuple[str, ...]:
    """Say how many have no sheet and by which rule, and neither which nor how many people they have."""
    if not hidden:
        return ()
    smallest = study.spec.disclosure.minimum_cell
    plural = "communities have" if len(hidden) > 1 else "community has"
    rule = f"under the disclosure rules (minimum_cell {smallest}) nothing may be published of them"
    return (f"{len(hidden)} {plural} no sheet: {rule}",)


def _failures(failure: str | None) -> tuple[str, ...]:
    return () if failure is None else (f"the models cannot be estimated yet: {failure}",)


def _index(
    bundle: Path, folder: Path, lang: Language, shown: Sequence[str], names: dict[str, str], kinds: Sequence[Format]
) -> Path:
    files: dict[str, dict[str, str]] = {
        community: {kind: f"{names[community]}.{lang}.{kind}" for kind in kinds} for community in shown
    }
    return write_index(bundle, folder / f"index.{lang}.html", lang, files)


def _put(fresh: Path, place: Path) -> None:
    """Put the finished folder in the place of an older one."""
    older = place.with_name(".communities-old")
    try:
        shutil.rmtree(older, ignore_errors=True)
        if place.exists():
            place.rename(older)
        fresh.rename(place)
        shutil.rmtree(older, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"the sheets cannot be written: {error.strerror or error}",
            where=str(place),
            hint="choose another folder with --out, or make this one writable",
        ) from error
