"""What differs between a bundle and the same study run again: tables cell by cell, all else by its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from liandong.definitions import Language, load_study
from liandong.evidence import RESTRICTED, RESTRICTED_TABLES, TABLES, Bundle, TableSpec, read_csv, sha256
from liandong.evidence.comparison import TOLERANCE, TableComparison, compare_tables
from liandong.workflow.documents import Format, make_document
from liandong.workflow.rendered import Rendered, pages_hash, read_rendered
from liandong.workflow.report import DOCUMENTS
from liandong.workflow.results import Finding, ReportResult
from liandong.workflow.sheets import BY, SHEET, report_by

_SHOWN: Final = 5
_LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
_FORMATS: Final[tuple[Format, ...]] = ("html", "pdf", "docx")

_MAKERS: Final[Mapping[str, Callable[..., ReportResult]]] = MappingProxyType(
    {
        **{page: partial(make_document, document) for page, document in DOCUMENTS.items()},
        SHEET: partial(report_by, by=BY),
    }
)
"""Page → what makes its documents."""


def is_public_copy(bundle: Bundle) -> bool:
    """Whether a bundle has come without its restricted part, as it does to whoever may not see row-level data."""
    return not (bundle.path / RESTRICTED).is_dir()


def is_restricted(name: str) -> bool:
    """Whether a file of the record belongs to the restricted part."""
    return name.startswith(f"{RESTRICTED}/")


def differing_tables(old: Bundle, new: Bundle, *, exactly: bool) -> Iterator[Finding]:
    """Yield how the files of a bundle that a run writes differ from those of another one.

    Parameters
    ----------
    old, new
        The bundle, and the same study run again.
    exactly
        Whether equal numbers are not enough: on one platform with one set of programs the bytes have to be the same.
    """
    names = sorted({*old.manifest["files"], *new.manifest["files"]})
    if is_public_copy(old):
        names = [name for name in names if not is_restricted(name)]
    same = [name for name in names if _digest(old, name) == _digest(new, name) is not None]
    largest = 0.0
    for name in names:
        if name in same:
            continue
        spec = _spec_of(name)
        if not (old.path / name).is_file() or not (new.path / name).is_file():
            there = "only then" if (old.path / name).is_file() else "only now"
            yield Finding("bad", name, f"{there}: one of the two runs did not write it")
        elif spec is None:
            yield from _other_file(old.path / name, new.path / name, name)
        else:
            compared = compare_tables(spec, *(read_csv(one.path / name, spec.columns) for one in (old, new)))
            largest = max(largest, compared.largest)
            yield from _table(name, compared, exactly=exactly)
    yield Finding("good", "run again", f"{len(same)} of {len(names)} files are the same byte for byte")
    if len(same) < len(names) and largest > 0:
        yield Finding("note", "run again", f"among numbers that agree the largest difference is {largest:.0e}")


def differing_documents(
    old: Bundle, new: Bundle, study: Path, *, exactly: bool, on_progress: Callable[[str], None]
) -> Iterator[Finding]:
    """Render the documents of `old` again, from `new`, and yield whether they are the same byte for byte.

    Those that Quarto made are not compared, nor are any when platform or programs are others: the tables, which are all
    that a document prints, have been.
    """
    for place in (old.path, old.path / RESTRICTED):
        for page, rendered in read_rendered(place).items():
            if page not in _MAKERS:
                yield Finding("bad", page, "is not a page that comes with liandong")
            elif rendered.renderer != "embedded":
                yield Finding("note", page, f"made by {rendered.renderer} {rendered.version}: not compared")
            elif not exactly or rendered.pages != pages_hash(_own(page, study)):
                yield Finding("note", page, "made by other programs or of other pages: not compared")
            else:
                yield from _documents(old, new, study, page, rendered, on_progress)


def _documents(
    old: Bundle, new: Bundle, study: Path, page: str, rendered: Rendered, on_progress: Callable[[str], None]
) -> Iterator[Finding]:
    endings = {".".join(name.split(".")[-2:]) for name in rendered.files}
    _MAKERS[page](
        study,
        out=new.path,
        renderer="embedded",
        languages=[lang for lang in _LANGUAGES if any(ending.startswith(f"{lang}.") for ending in endings)],
        formats=[form for form in _FORMATS if any(ending.endswith(f".{form}") for ending in endings)],
        on_progress=on_progress,
    )
    differing = [name for name in rendered.files if not _same_bytes(old.path / name, new.path / name)]
    for name in differing:
        yield Finding("bad", name, "rendered again it is not the same byte for byte")
    if not differing:
        yield Finding("good", page, f"all {len(rendered.files)} files, rendered again, are the same bytes")


def _own(page: str, study: Path) -> tuple[Path, ...]:
    return load_study(study).pages if page in DOCUMENTS and DOCUMENTS[page].with_own_pages else ()


def _table(name: str, compared: TableComparison, *, exactly: bool) -> Iterator[Finding]:
    for keys, when in ((compared.gone, "only then"), (compared.new, "only now")):
        if keys:
            yield Finding("bad", name, f"{len(keys)} rows {when}: {_some(list(keys))}")
    if compared.cells:
        told = [f"{cell.column} of {cell.row}: {cell.before} → {cell.after}" for cell in compared.cells]
        yield Finding("bad", name, f"{len(told)} values differ by more than {TOLERANCE:g}: {_some(told)}")
    elif compared.agrees:
        state, why = ("bad", ", but not the same bytes") if exactly else ("good", "")
        yield Finding(state, name, f"all values agree to {TOLERANCE:g}{why}")  # type: ignore[arg-type]


def _some(texts: list[str]) -> str:
    more = len(texts) - _SHOWN
    return " | ".join(texts[:_SHOWN]) + (f" | and {more} more" if more > 0 else "")


def _other_file(old: Path, new: Path, name: str) -> Iterator[Finding]:
    """Yield how row-level data differ: in what they say, or in their bytes alone, which other versions may change."""
    if old.suffix == ".parquet":
        before, after = pl.read_parquet(old), pl.read_parquet(new)
        if before.equals(after):
            yield Finding("note", name, "the same rows and values, in other bytes")
            return
        yield Finding(
            "bad", name, f"other contents: {before.height} × {before.width} then, {after.height} × {after.width} now"
        )
    else:
        yield Finding("bad", name, "is not the same byte for byte")


def _spec_of(name: str) -> TableSpec | None:
    stem = Path(name).stem
    if name.startswith("tables/"):
        return TABLES.get(stem)
    return RESTRICTED_TABLES.get(stem) if is_restricted(name) else None


def _digest(bundle: Bundle, name: str) -> str | None:
    """Return the hash of the file that is there now, which need not be the one on record."""
    return sha256(bundle.path / name) if (bundle.path / name).is_file() else None


def _same_bytes(old: Path, new: Path) -> bool:
    return old.is_file() and new.is_file() and sha256(old) == sha256(new)
