"""HTML: one file that needs no other, fonts and figures inside."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from liandong.render.dialect import Language
from liandong.render.fonts import font_faces, with_faces
from liandong.render.pandoc import Document, convert

_BASE64_SVG: Final = re.compile(r"(?<=[\"'])data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)(?=[\"'])")
_SAFE: Final = " /:;=,()+!*-._~@?"
"""Characters that need no escape in a picture's address between quotation marks."""

_TOGETHER: Final = 40
"""Files that share a subset of the fonts: each carries the names that stand in the others."""


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
    """Put the fonts into finished HTML files of one page: the glyphs that some of them show, cut out once for those.

    Cutting takes longer than all the rest of a small file, and pages that are made alike show almost the same glyphs.
    """
    for start in range(0, len(files), _TOGETHER):
        some = files[start : start + _TOGETHER]
        bare = [with_plain_svg(file.read_text(encoding="utf-8")) for file in some]
        faces = font_faces("".join(bare), lang)
        for file, text in zip(some, bare, strict=True):
            file.write_text(with_faces(text, faces), encoding="utf-8", newline="\n")


def with_plain_svg(document: str) -> str:
    """Return the HTML file with its SVG pictures as text: base64 makes a third more of each, escapes a twelfth."""
    return _BASE64_SVG.sub(lambda match: f"data:image/svg+xml,{_escaped(match[1])}", document)


def _escaped(encoded: str) -> str:
    return quote(base64.b64decode(encoded).strip(), safe=_SAFE)


def _files(named: str | Sequence[str] | None) -> Sequence[str]:
    """Return one file or several, as Quarto takes either."""
    return (named,) if isinstance(named, str) else named or ()
