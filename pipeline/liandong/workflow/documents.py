"""What the documents of a study share: is its bundle still current, and where do its figures go."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from liandong.definitions import Language, Study
from liandong.errors import OutputError
from liandong.evidence import MANIFEST, read_bundle
from liandong.workflow.drawing import Drawing
from liandong.workflow.manifest import fingerprint


def is_current(study: Study, target: Path, *, complete: bool = True) -> bool:
    """Whether the bundle at `target` is of the same data, definitions and versions, and complete where asked."""
    if not (target / MANIFEST).is_file():
        return False
    try:
        manifest = read_bundle(target).manifest
    except ValueError:
        return False
    return (bool(manifest.get("complete")) or not complete) and all(
        manifest.get(key) == value for key, value in fingerprint(study).items()
    )


def draw_into(figures: Path, bundle: Path, languages: Sequence[Language], painters: Drawing, page: str) -> None:
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
        if figures.exists():
            shutil.rmtree(figures)
        temporary.rename(figures)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
