"""Report pages of a study's own: which files can be one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from liandong.errors import Problem

RESERVED: Final = ("evaluation", "data_quality", "audit", "community")
"""Names of the pages that come with liandong, and of their files."""
_NAME = re.compile(r"\w[\w-]*")


def page_problems(page: Path, where: str) -> list[Problem]:
    """Return why the file at `page` cannot be rendered as a page of the study's own."""
    if page.suffix != ".qmd":
        return [Problem(where, f"expected a Quarto page, *.qmd; {page.name} is none")]
    if not page.is_file():
        return [Problem(where, f"there is no page {page.name!r}")]
    if page.stem in RESERVED:
        return [Problem(where, f"{page.name!r} is the name of a page that comes with liandong", "rename yours")]
    if not _NAME.fullmatch(page.stem):
        return [Problem(where, f"{page.name!r} names files: letters, digits, _ and - only", "rename it")]
    return []
