"""Where the report pages are: in the checkout, or in the installed package."""

from __future__ import annotations

from pathlib import Path

from liandong.errors import RenderError

_PACKAGE = Path(__file__).resolve().parents[1]


def reports_folder() -> Path:
    """Return the Quarto project with the report pages."""
    for folder in (_PACKAGE.parents[1] / "reports", _PACKAGE / "resources" / "reports"):
        if (folder / "_quarto.yml").is_file():
            return folder
    raise RenderError(
        f"expected the report pages in the checkout or in the package; neither has them (looked beside {_PACKAGE})",
        hint="install liandong again",
    )
