"""A page as parts, every line of which knows where it stands: its YAML, its prose, its code cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from liandong.errors import RenderError
from liandong.render.dialect import CELL_OPTIONS, CELL_SWITCHES

_FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$")
_EXECUTABLE = re.compile(r"^\{(\w+)(.*)\}$")
_INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(\S+)\s*>\}\}\s*$")
_OPTION = re.compile(r"^#\|\s?(.*)$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text and the place it came from; output of a cell comes from the cell's first line."""

    text: str
    file: str
    number: int

    @property
    def where(self) -> str:
        """Return `file:line`."""
        return f"{self.file}:{self.number}"


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown between two cells."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its opening fence, its options and its code, options included so that line numbers hold."""

    fence: Line
    options: Mapping[str, Any]
    code: str

    def line(self, number: int) -> str:
        """Return `file:line` of the cell's `number`-th line of code, counted from 1."""
        return f"{self.fence.file}:{self.fence.number + number}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its place in the project, its front matter, and its prose and cells in order."""

    source: str
    front: Mapping[str, Any]
    parts: tuple[Prose | Cell, ...]


def read_page(project: Path, source: str) -> Page:
    """Read `source`, a path relative to the project, with its includes.

    Raises
    ------
    RenderError
        When the page is missing or not UTF-8, its YAML cannot be read, a cell does not end, is not Python
        or has options beyond the list, or an included part is missing or includes another.
    """
    lines = _lines(project, source)
    front, body = _split_front_matter(lines)
    return Page(source, front, tuple(_parts(_without_comments(_included(project, body)))))


def front_matter(page: Path) -> Mapping[str, Any]:
    """Return the YAML at the top of the page at `page`; RenderError as :func:`read_page`."""
    return _split_front_matter(_lines(page.parent, page.name))[0]


def outside_fences(lines: Iterable[Line]) -> Iterator[tuple[Line, bool]]:
    """Yield each line with True where it is Markdown proper, False inside or at a fenced block."""
    closing: str | None = None
    for line in lines:
        match = _FENCE.match(line.text)
        if closing is None and match and not (match[2][0] == "`" and "`" in match[3]):
            closing = match[2]
            yield line, False
        elif closing is not None:
            if match and not match[3] and match[2].startswith(closing):
                closing = None
            yield line, False
        else:
            yield line, True


def _lines(project: Path, source: str) -> list[Line]:
    path = project / source
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RenderError("the page does not exist", where=source, zh=f"找不到报告页面：{source}") from None
    except UnicodeDecodeError as error:
        raise RenderError(
            f"pages are UTF-8, and byte {error.start} is not", where=source, hint="save the page as UTF-8"
        ) from None
    return [Line(line, source, number) for number, line in enumerate(text.splitlines(), start=1)]


def _split_front_matter(lines: list[Line]) -> tuple[Mapping[str, Any], list[Line]]:
    if not lines or lines[0].text.rstrip() != "---":
        return MappingProxyType({}), lines
    for index, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() in {"---", "..."}:
            front = read_yaml("\n".join(part.text for part in lines[1:index]), lines[0].file, first=2)
            return MappingProxyType(front), lines[index + 1 :]
    raise RenderError("the YAML at the top of the page does not end", where=lines[0].where, hint="close it with ---")


def read_yaml(text: str, file: str, *, first: int = 1) -> dict[str, Any]:
    """Return the mapping in `text`, whose first line is line `first` of `file`.

    Raises
    ------
    RenderError
        When the text is not YAML or not a mapping.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = first + (error.problem_mark.line if error.problem_mark else 0)
        raise RenderError(f"not YAML: {error.problem}", where=f"{file}:{line}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RenderError("expected `key: value` lines", where=f"{file}:{first}")
    return {str(key): item for key, item in value.items()}


def _included(project: Path, lines: list[Line]) -> Iterator[Line]:
    for line, markdown in outside_fences(lines):
        match = _INCLUDE.match(line.text) if markdown else None
        if match is None:
            yield line
            continue
        target = match[1]
        folder = project if target.startswith("/") else (project / line.file).parent
        path = (folder / target.lstrip("/")).resolve()
        if not path.is_file() or not path.is_relative_to(project.resolve()):
            raise RenderError(f"the included part {target!r} does not exist in the project", where=line.where)
        part = _lines(project, path.relative_to(project.resolve()).as_posix())
        for inner, inner_markdown in outside_fences(part):
            if inner_markdown and _INCLUDE.match(inner.text):
                raise RenderError(
                    "an included part includes another", where=inner.where, hint="include both from the page"
                )
            yield inner


def _without_comments(lines: Iterable[Line]) -> Iterator[Line]:
    """Drop HTML comments from prose; they may span lines, and the lines stay."""
    inside = False
    for line, markdown in outside_fences(lines):
        text = line.text
        if inside:
            inside, text = ("-->" not in text), text.partition("-->")[2]
        if markdown:
            text = _COMMENT.sub("", text)
            if "<!--" in text and not inside:
                text, inside = text.partition("<!--")[0], True
        yield Line(text, line.file, line.number)


def _parts(lines: Iterable[Line]) -> Iterator[Prose | Cell]:
    prose: list[Line] = []
    body: list[Line] = []
    cell: Line | None = None
    closing: str | None = None
    for line in lines:
        match = _FENCE.match(line.text)
        if closing is not None:
            ends = match is not None and not match[3] and match[2].startswith(closing)
            closing = None if ends else closing
            if cell is None:
                prose.append(line)
            elif ends:
                yield _cell(cell, body)
                cell = None
            else:
                body.append(line)
            continue
        if match and not (match[2][0] == "`" and "`" in match[3]):
            closing = match[2]
            if executable := _EXECUTABLE.match(match[3]):
                _require_python(line, match[1], executable)
                if prose:
                    yield Prose(tuple(prose))
                cell, prose, body = line, [], []
                continue
        prose.append(line)
    if cell is not None:
        raise RenderError("the code cell does not end", where=cell.where, hint=f"close it with {closing}")
    if prose:
        yield Prose(tuple(prose))


def _require_python(line: Line, indent: str, executable: re.Match[str]) -> None:
    if executable[1] != "python":
        raise RenderError(f"cells are Python, this one is {executable[1]}", where=line.where)
    if executable[2]:
        raise RenderError(f"options stand in `#|` lines, not in the fence ({executable[2].strip()})", where=line.where)
    if indent:
        raise RenderError("a code cell starts at the left margin", where=line.where, hint="take out the indentation")


def _cell(fence: Line, body: list[Line]) -> Cell:
    options: list[str] = []
    for line in body:
        match = _OPTION.match(line.text)
        if match is None:
            break
        options.append(match[1])
    values = read_yaml("\n".join(options), fence.file, first=fence.number + 1)
    for name in values:
        if name not in CELL_OPTIONS:
            number = next(i for i, text in enumerate(options, start=1) if text.lstrip().startswith(name))
            raise RenderError(
                f"the cell option {name!r} is not supported",
                where=f"{fence.file}:{fence.number + number}",
                hint=f"supported: {', '.join(CELL_OPTIONS)}",
            )
        if name in CELL_SWITCHES and not isinstance(values[name], bool):
            number = next(i for i, text in enumerate(options, start=1) if text.lstrip().startswith(name))
            raise RenderError(f"{name} is true or false", where=f"{fence.file}:{fence.number + number}")
    return Cell(fence, MappingProxyType(values), "\n".join(line.text for line in body))
