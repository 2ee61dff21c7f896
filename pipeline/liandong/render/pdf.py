"""PDF: pandoc writes Typst, the typst package sets it in the two Chinese fonts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liandong.errors import RenderError
from liandong.render.pandoc import Document, convert, source_date


def write_pdf(document: Document, metadata: Mapping[str, Any], fonts: Path, output: Path) -> None:
    """Write the document as PDF.

    Parameters
    ----------
    document
        The executed page; its project is Typst's root, so that figures of the bundle lie inside.
    metadata
        What the page's YAML says of this format.
    fonts
        Folder that holds the fonts; no other font of the machine is used.
    output
        The file to write.

    Raises
    ------
    RenderError
        When pandoc or Typst fails.
    """
    import typst

    # Typst reads image paths from where its source lies, which must be the page's folder.
    source = document.folder / f"{output.stem}.typ"
    convert(document, "pdf", metadata, [f"--template={document.project / 'styles/embedded.typ'}"], source)
    try:
        data = typst.compile(
            str(source),
            root=str(document.project),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=source_date(),
        )
    except typst.TypstError as error:
        hints = "; ".join(error.hints)
        raise RenderError(f"Typst: {error.message}", where=document.source, hint=hints or None) from error
    output.write_bytes(data)
