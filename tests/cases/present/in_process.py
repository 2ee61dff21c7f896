"""Report pages rendered without a kernel: cells run in this process, everything else is the embedded renderer's own."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from liandong.definitions import Language
from liandong.render.check import check_dialect, resolve_shortcodes
from liandong.render.dialect import Format
from liandong.render.execute import execute_page
from liandong.render.pandoc import Document, convert
from liandong.render.settings import page_settings
from liandong.render.source import read_page
from liandong.render.words import words_of

REPORTS = Path(__file__).resolve().parents[3] / "reports"
_CELL = re.compile(r"^```\{python\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`\{python\} ([^`]+)`")


class InProcess:
    """A session in this process; what a cell prints and what an expression gives look as a kernel sends them."""

    def __init__(self) -> None:
        self._scope: dict[str, Any] = {}

    def run(self, code: str) -> list[Mapping[str, Any]]:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(code, self._scope)  # noqa: S102 — the report's own pages
        return [{"output_type": "stream", "name": "stdout", "text": output.getvalue()}]

    def evaluate(self, expressions: list[str]) -> list[Mapping[str, Any]]:
        return [self._one(self.value(expression)) for expression in expressions]

    def value(self, expression: str) -> Any:
        return eval(expression, self._scope)  # noqa: S307 — as above

    @staticmethod
    def _one(value: Any) -> Mapping[str, Any]:
        shown = {"text/markdown": value._repr_markdown_()} if hasattr(value, "_repr_markdown_") else {}
        return {"status": "ok", "data": {"text/plain": repr(value), **shown}}


def run_page(page: str, bundle: Path, lang: Language) -> tuple[str, dict[str, Any]]:
    """Return a page of `reports/` as Markdown with its cells and then its inline expressions run, and its metadata."""
    session = InProcess()

    def cell(match: re.Match[str]) -> str:
        (output,) = session.run(match[1])
        if "tags: [parameters]" in match[1]:
            session.run(f"bundle, lang = {str(bundle)!r}, {lang!r}")
        return str(output["text"])

    source = (REPORTS / lang / f"{page}.qmd").read_text(encoding="utf-8").split("---\n", 2)[2]
    # Cells first, in order; then inline expressions, whose values no cell changes.
    text = _INLINE.sub(lambda match: str(session.value(match[1])), _CELL.sub(cell, source))
    block = re.search(r"^---\n(.*?)^---$", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    return text, yaml.safe_load(block[1])


def executed(
    page: str, bundle: Path, lang: Language, folder: Path, form: Format, **more: str
) -> tuple[Document, dict[str, Any]]:
    """Return a page of `reports/` after execution, and its metadata for pandoc; `folder` must be empty.

    `more` are parameters of the page besides bundle and language.
    """
    project = folder / "reports"
    shutil.copytree(REPORTS, project)
    source = f"{lang}/{page}.qmd"
    found = read_page(project, source)
    settings = page_settings(project, found)
    parameters = {"bundle": str(bundle), "lang": lang, **more}
    result = execute_page(found, InProcess(), parameters, settings.execute, project / lang)
    check_dialect(result.lines, written=result.printed)
    values = {"toc": False, "toc-depth": 3, "number-sections": False, "number-depth": 6, **settings.of(form)}
    options = {key: values[key] for key in ("toc", "toc-depth", "number-sections", "number-depth")}
    values["liandong-options"] = {**options, "words": words_of(lang, values.pop("crossref", {}))}
    return Document(project, source, tuple(resolve_shortcodes(result.lines)), settings.filters), values


def html_of(page: str, bundle: Path, lang: Language, folder: Path, **more: str) -> str:
    """Return the HTML of a page of `reports/`, without its frame and fonts; `folder` must be empty."""
    document, metadata = executed(page, bundle, lang, folder, "html", **more)
    output = folder / f"{page}.html"
    convert(document, "html", metadata, ["--section-divs"], output)
    return output.read_text(encoding="utf-8")
