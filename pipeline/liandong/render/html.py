"""HTML: one file that needs no other, fonts and figures inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from liandong.render.dialect import Language
from liandong.render.fonts import font_faces, with_faces
from liandong.render.pandoc import Document, convert


def write_html(document: Document, metadata: Mapping[str, Any], output: Path) -> None:
    """Write the document as one HTML file with everything inside but the fonts, which :func:`give_fonts` puts there.

    Raises
    ------
    RenderError
        When pandoc fails, for example because a figure's file is missing.
    """
    sheets = (*_files(metadata.get("css")), "styles/frame.css")
    scripts = ("styles/frame.html", *_files(metadata.get("include-after-body")))
    options = [
        f"--template={document.project / 'styles/embedded.html'}",
        *(f"--css={document.project / sheet}" for sheet in sheets),
        *(f"--include-after-body={document.project / script}" for script in scripts),
        "--embed-resources",
        "--mathml",
        "--section-divs",
        *(["--toc", f"--toc-depth={metadata['toc-depth']}"] if metadata.get("toc") else []),
    ]
    convert(document, "html", metadata, options, output)


def give_fonts(files: Sequence[Path], lang: Language) -> None:
    """Put the fonts into finished HTML files of one page: the glyphs that any of them shows, cut out once for all.

    Cutting takes longer than all the rest of a small file, and pages that are made alike show almost the same glyphs.
    """
    bare = [file.read_text(encoding="utf-8") for file in files]
    faces = font_faces("".join(bare), lang)
    for file, text in zip(files, bare, strict=True):
        file.write_text(with_faces(text, faces), encoding="utf-8", newline="\n")


def _files(named: str | Sequence[str] | None) -> Sequence[str]:
    """Return one file or several, as Quarto takes either."""
    return (named,) if isinstance(named, str) else named or ()
