"""Report pages of one's own, rendered as those that come with liandong are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from liandong.definitions import Language
from liandong.definitions.own_pages import page_problems
from liandong.errors import DefinitionError
from liandong.render import Format, PageJob, front_matter

_BESIDE: Final = ("_*.qmd", "*.png", "*.jpg", "*.jpeg", "*.svg")
"""What a page may include or show: it is put beside the page. Nothing else of its folder is, so no data are."""


def checked(pages: Sequence[Path]) -> tuple[Path, ...]:
    """Return the pages that a command names.

    Raises
    ------
    DefinitionError
        When one is missing or cannot be a page, with every reason.
    """
    problems = [problem for page in pages for problem in page_problems(page, str(page))]
    if problems:
        raise DefinitionError(problems, subject="the command")
    return tuple(pages)


def own_jobs(pages: Iterable[Path], languages: Sequence[Language], kinds: tuple[Format, ...]) -> Iterator[PageJob]:
    """Yield what to render: every page in the language that its YAML names, or else in each of `languages`.

    A page in another language than those asked for is left out.
    """
    for page in pages:
        named = str(front_matter(page).get("lang", ""))[:2]
        for lang in languages:
            if named in {"", lang}:
                yield PageJob(f"{lang}/{page.name}", f"{page.stem}.{lang}", lang, kinds)


def own_files(pages: Iterable[Path], languages: Sequence[Language]) -> dict[str, Path]:
    """Return place in the Quarto project → file: the pages and what they may show or include."""
    found: dict[str, Path] = {}
    for page in pages:
        beside = [file for pattern in _BESIDE for file in sorted(page.parent.glob(pattern))]
        for lang in languages:
            found |= {f"{lang}/{file.name}": file for file in (*beside, page)}
    return found
