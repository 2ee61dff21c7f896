"""DOCX: pandoc with our Word template, then a header that already says what its fields will say."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from liandong.render.pandoc import Document, convert
from liandong.render.word_styles import TEAL

_EMPTY_RESULT: Final = '<w:t xml:space="preserve"></w:t>'
_TITLE = re.compile(r"<dc:title>(.*?)</dc:title>", re.DOTALL)
_NOTE = re.compile(r'name="running-note"[^>]*>\s*<vt:lpwstr>(.*?)</vt:lpwstr>', re.DOTALL)
_COLOUR = re.compile(r'name="house-colour"[^>]*>\s*<vt:lpwstr>([0-9a-f]{6})</vt:lpwstr>')
_LETTERHEAD = re.compile(
    r'<w:bookmarkStart w:id="(\d+)" w:name="letterhead"/>(.*?)<w:bookmarkEnd w:id="\1"/>', re.DOTALL
)
_COMPAT: Final = (
    '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
    'w:val="15"/></w:compat>'
)
_ZIP_TIME: Final = (2000, 1, 1, 0, 0, 0)


def write_docx(document: Document, metadata: Mapping[str, Any], output: Path) -> None:
    """Write the document as a Word file.

    Raises
    ------
    RenderError
        When pandoc fails.
    """
    reference = metadata.get("reference-doc")
    options = [f"--reference-doc={_template(document, str(reference))}"] if reference else []
    raw = output.with_suffix(".raw.docx")
    convert(document, "docx", metadata, options, raw)
    output.write_bytes(finish_docx(raw.read_bytes()))


def _template(document: Document, name: str) -> Path:
    """Return the template that a page names as seen from itself, or the project as seen from its root."""
    beside = document.folder / name
    return beside if beside.is_file() else document.project / name


def finish_docx(data: bytes) -> bytes:
    """Return the Word file with title and running note in the header's fields, in its house colour, with fixed times.

    The template's header holds two fields, the title and the running note, without a result: Word fills them
    when it lays the pages out, other programs show what stands there.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    results = [_property(parts, "docProps/core.xml", _TITLE), _property(parts, "docProps/custom.xml", _NOTE)]
    for name, part in parts.items():
        if re.fullmatch(r"word/header\d*\.xml", name):
            header = part.decode("utf-8")
            for result in results:
                header = header.replace(_EMPTY_RESULT, f'<w:t xml:space="preserve">{result or " "}</w:t>', 1)
            parts[name] = header.encode("utf-8")
    if colour := _property(parts, "docProps/custom.xml", _COLOUR):
        ours, theirs = (f'"{one}"'.encode() for one in (TEAL, colour.upper()))
        parts["word/styles.xml"] = parts["word/styles.xml"].replace(ours, theirs)
    body = parts["word/document.xml"].decode("utf-8")
    parts["word/document.xml"] = with_letterhead_first(body).encode("utf-8")
    parts["word/settings.xml"] = with_layout_of_today(parts["word/settings.xml"].decode("utf-8")).encode("utf-8")
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), part, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def with_letterhead_first(body: str) -> str:
    """Return word/document.xml with what stands in the bookmark ``letterhead`` before title and contents.

    Pandoc lets a page say nothing up there; so the page says it at its head, and it moves.
    """
    found = _LETTERHEAD.search(body)
    if found is None:
        return body
    rest = body[: found.start()] + body[found.end() :]
    return rest.replace("<w:body>", f"<w:body>{found[2].strip()}", 1)


def with_layout_of_today(settings: str) -> str:
    """Return word/settings.xml that asks for the layout rules of Word 2013 and later.

    Without it Word opens the file in compatibility mode and lets tables stick out on the left.
    """
    if "<w:compat>" in settings:
        return settings
    return settings.replace("<w:rsids", f"{_COMPAT}<w:rsids", 1)


def _property(parts: Mapping[str, bytes], name: str, pattern: re.Pattern[str]) -> str:
    """Return a document property, still escaped as XML."""
    match = pattern.search(parts.get(name, b"").decode("utf-8"))
    return match[1] if match else escape("")
