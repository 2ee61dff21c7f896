"""pandoc, called by its path: one run per output format, warnings as errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from liandong.definitions.linkage_key import without_key
from liandong.errors import RenderError
from liandong.render.dialect import PANDOC_FORMATS, READER, Format
from liandong.render.source import Line

FIXED_TIME: Final = 946_684_800
"""2000-01-01, written where a format insists on a time, so that the same input gives the same bytes."""

_FOR_PROGRAMS: Final = frozenset(
    {
        "css",
        "include-after-body",
        "theme",
        "toc-location",
        "embed-resources",
        "html-math-method",
        "link-external-newwindow",
    }
    | {"template-partials", "font-paths", "reference-doc"}
)
"""Options that say how to convert; as metadata they would end up in the templates."""

_STOP = re.compile(r"^liandong:(\w+):(.+)$", re.MULTILINE)
_WARNING = re.compile(r"^\[WARNING\] (.+)$", re.MULTILINE)
_LINE = re.compile(r"\bline (\d+)")
_RESOURCE = re.compile(r"Could not (?:fetch resource|convert image) '?([^\s':]+)")
_NO_SVG = "Could not convert image"
_REASONS: Final = {
    "reference": ("nothing with the label {name} is shown, so @{name} refers to nothing", "@{name}"),
    "duplicate": ("the label {name} is given twice", "#{name}"),
    "caption": ("{name} needs content and, as its last paragraph, a caption", "#{name}"),
    "tabset": ("a tabset starts with a heading, and so does each of its tabs", "{name}"),
    "meta": ("the metadata has no {name}", "{name}"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """An executed page, ready for pandoc."""

    project: Path
    """Root of the staged Quarto project."""
    source: str
    """The page's path in it."""
    lines: tuple[Line, ...]
    filters: tuple[str, ...]
    """Lua filters from the project's root, before the embedded renderer's own."""

    @property
    def folder(self) -> Path:
        """Return the page's folder, which relative paths start from."""
        return (self.project / self.source).parent


def source_date() -> int:
    """Return the time written into files: `SOURCE_DATE_EPOCH` where it is set, else a fixed one."""
    value = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(value) if value.isdecimal() else FIXED_TIME


@cache
def pandoc_path() -> str:
    """Return the path of the pandoc that pypandoc_binary brings, never that of another one on PATH.

    pypandoc's own search asks every pandoc it finds for its version and may settle for an old one of the system.

    Raises
    ------
    RenderError
        When there is none.
    """
    import pypandoc

    folder = Path(pypandoc.__file__).parent / "files"
    for name in ("pandoc", "pandoc.exe"):
        if (folder / name).is_file():
            return str(folder / name)
    raise RenderError(
        "pandoc is not installed", where=str(folder), hint="pip install pypandoc_binary", zh="缺少 pandoc。"
    )


@cache
def pandoc_version() -> str:
    """Return the version of that pandoc."""
    command = [pandoc_path(), "--version"]
    printed = subprocess.run(  # noqa: S603 — pandoc by its full path
        command, capture_output=True, check=True, text=True, env=without_key(os.environ)
    ).stdout
    return printed.split()[1]


def convert(
    document: Document, form: Format, metadata: Mapping[str, Any], options: Sequence[str], output: Path
) -> None:
    """Write a document in one format to `output`.

    Parameters
    ----------
    document
        The executed page.
    form
        The format; `pdf` writes Typst source.
    metadata
        What the page's YAML says of this format, `liandong-options` included.
    options
        Further options of pandoc, such as the template.
    output
        The file to write.

    Raises
    ------
    RenderError
        When pandoc warns or fails, or a reference, label, caption or metadata key does not resolve.
    """
    settings = output.with_suffix(f".{form}.json")
    settings.write_text(
        json.dumps({k: v for k, v in metadata.items() if k not in _FOR_PROGRAMS}, ensure_ascii=False, default=str),
        encoding="utf-8",
    )
    filters = [document.project / name for name in (*document.filters, "filters/embedded.lua")]
    command = [
        pandoc_path(),
        f"--from={READER}",
        f"--to={PANDOC_FORMATS[form]}{'-smart' if form == 'pdf' else ''}",
        "--standalone",
        "--fail-if-warnings",
        "--syntax-highlighting=none",
        f"--metadata-file={settings}",
        *(f"--lua-filter={path}" for path in filters),
        *options,
        f"--output={output}",
    ]
    result = subprocess.run(  # noqa: S603 — pandoc by its full path, no shell
        command,
        input="\n".join(line.text for line in document.lines),
        capture_output=True,
        check=False,
        cwd=document.folder,
        encoding="utf-8",
        env={**without_key(os.environ), "SOURCE_DATE_EPOCH": str(source_date())},
    )
    if result.returncode:
        raise _failure(document, form, result.stderr)


def _failure(document: Document, form: Format, stderr: str) -> RenderError:
    if match := _STOP.search(stderr):
        reason, needle = (text.format(name=match[2]) for text in _REASONS[match[1]])
        where = next((line.where for line in document.lines if needle in line.text), document.source)
        return RenderError(reason, where=where, zh=f"报告页面中的标签或引用有误：{match[2]}")
    warnings = [text for text in _WARNING.findall(stderr) if not text.startswith("Failing because")]
    message = "; ".join(warnings) or stderr.strip() or "pandoc failed"
    hint = "Word shows no SVG: display a PNG as well, or hide the figure there" if _NO_SVG in message else None
    return RenderError(f"{form}: {message}", where=_place(document, message), hint=hint)


def _place(document: Document, message: str) -> str:
    """Return where pandoc's message points: the line it counts, or the line that names the file it misses."""
    if (match := _LINE.search(message)) and int(match[1]) <= len(document.lines):
        return document.lines[int(match[1]) - 1].where
    if match := _RESOURCE.search(message):
        return next((line.where for line in document.lines if match[1] in line.text), document.source)
    return document.source
