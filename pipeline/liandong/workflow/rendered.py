"""What was rendered from a bundle, and which study it was made of: what ``liandong verify`` starts from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from liandong.definitions import Study
from liandong.evidence import RESTRICTED, sha256, write_json
from liandong.render import RenderReport
from liandong.workflow.manifest import hash_of_files
from liandong.workflow.resources import reports_folder

RENDERED: Final = "rendered.json"
_SOURCE: Final = "study.json"
_PAGE_FILES: Final = frozenset({".qmd", ".yml", ".lua", ".css", ".js", ".typ", ".html", ".docx"})
_PRIVATE, _PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document: what rendered it, one hash of pages and styles, and those of its files, by path from the bundle."""

    renderer: str
    version: str
    pages: str
    files: Mapping[str, str]


def record_rendered(bundle: Path, place: Path, page: str, report: RenderReport, pages: str) -> None:
    """Note in ``rendered.json`` at `place`, a folder of the bundle, what the files of a page are, and its hash."""
    known = {name: asdict(one) for name, one in read_rendered(place).items()}
    files = {file.relative_to(bundle).as_posix(): sha256(file) for file in report.files}
    new = Rendered(report.renderer, report.version, pages, files)
    older = read_rendered(place).get(page)
    if older is not None and replace(older, files=files) == new:
        kept = {name: digest for name, digest in older.files.items() if (bundle / name).is_file()}
        new = replace(new, files={**kept, **files})
    write_json(place / RENDERED, {**known, page: asdict(new)})


def read_rendered(place: Path) -> dict[str, Rendered]:
    """Return page → what was rendered of it, from the note at `place`; nothing without one."""
    if not (place / RENDERED).is_file():
        return {}
    found = json.loads((place / RENDERED).read_text(encoding="utf-8"))
    return {page: Rendered(**entry) for page, entry in found.items()}


def pages_hash(own: Iterable[Path] = ()) -> str:
    """Return one hash over the pages, filters and styles that documents are made with, and over a study's own pages."""
    folder = reports_folder()
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix in _PAGE_FILES)
    # A bundle among the pages is there for whoever opens them by hand.
    ours = hash_of_files(folder, (file for file in files if file.relative_to(folder).parts[0] != "bundle"))
    return "+".join([ours, *(sha256(page) for page in own)])


def remember_study(folder: Path, study: Study) -> None:
    """Note where the definitions are, for their owner alone: a path of the machine is nobody else's business."""
    private = folder / RESTRICTED
    private.mkdir(mode=_PRIVATE, exist_ok=True)
    write_json(private / _SOURCE, {"study": str(study.path.resolve())})
    (private / _SOURCE).chmod(_PRIVATE_FILE)


def remembered_study(bundle: Path) -> Path | None:
    """Return the definitions that a bundle was made of, None where nothing says so or they are gone."""
    note = bundle / RESTRICTED / _SOURCE
    if not note.is_file():
        return None
    path = Path(json.loads(note.read_text(encoding="utf-8"))["study"])
    return path if path.is_file() else None
