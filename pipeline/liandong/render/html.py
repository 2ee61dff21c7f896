"""HTML: one file that needs no other, fonts and figures inside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liandong.render.dialect import Language
from liandong.render.fonts import embed_fonts
from liandong.render.pandoc import Document, convert


def write_html(document: Document, metadata: Mapping[str, Any], lang: Language, output: Path) -> None:
    """Write the document as one self-contained HTML file.

    Raises
    ------
    RenderError
        When pandoc fails, for example because a figure's file is missing.
    """
    named = metadata.get("css") or ()
    sheets = [named] if isinstance(named, str) else [*named]
    options = [
        f"--template={document.project / 'styles/embedded.html'}",
        *(f"--css={document.project / sheet}" for sheet in (*sheets, "styles/frame.css")),
        "--embed-resources",
        "--mathml",
        "--section-divs",
        *(["--toc", f"--toc-depth={metadata['toc-depth']}"] if metadata.get("toc") else []),
    ]
    bare = output.with_suffix(".bare.html")
    convert(document, "html", metadata, options, bare)
    output.write_text(embed_fonts(bare.read_text(encoding="utf-8"), lang), encoding="utf-8", newline="\n")
