"""Run a page: cells and inline expressions go, Markdown comes, every line with the place it came from."""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from liandong.errors import RenderError
from liandong.render.dialect import CELL_DEFAULTS, FLOATS, OUTPUT_TYPES
from liandong.render.source import Cell, Line, Page, Prose, outside_fences

_INLINE = re.compile(r"(?<!`)`\{python\}[ \t]([^`]+)`")
_FOREIGN_INLINE = re.compile(r"(?<!`)`\{(\w+)\}[ \t][^`]+`")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#$@~^|!\"'+\-:=&().])")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NAME = re.compile(r"<[^<>\n]*>")
_FRAME = re.compile(r"Cell In\[\d+\], line (\d+)")


class Runs(Protocol):
    """What a page needs of a kernel."""

    def run(self, code: str) -> list[Mapping[str, Any]]:
        """Run a cell and return its outputs."""
        ...

    def evaluate(self, expressions: list[str]) -> list[Mapping[str, Any]]:
        """Evaluate expressions and return a result for each."""
        ...


@dataclass(frozen=True, slots=True)
class Executed:
    """A page as Markdown, and the places (`file:line`) whose text was printed by a cell."""

    lines: tuple[Line, ...]
    printed: frozenset[str]


def execute_page(
    page: Page,
    session: Runs,
    parameters: Mapping[str, str],
    defaults: Mapping[str, Any],
    folder: Path,
    name: str | None = None,
) -> Executed:
    """Run the cells and inline expressions of a page in their order.

    Parameters
    ----------
    page
        The page.
    session
        The kernel, whose working directory is `folder`.
    parameters
        Set after the first cell tagged `parameters`, as papermill does; without such a cell, before all.
    defaults
        The project's `execute:` options.
    folder
        Where images that cells display are written, under `<name>_files/`.
    name
        Of the finished document, where one page makes several; by default that of the page.

    Raises
    ------
    RenderError
        At the first exception, with page, line and the exception's last line.
    """
    assignments = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    pending = any("parameters" in _tags(part) for part in page.parts)
    if not pending:
        session.run(assignments)
    lines: list[Line] = []
    printed: set[str] = set()
    for index, part in enumerate(page.parts):
        if isinstance(part, Prose):
            lines.extend(_evaluated(part, session))
            continue
        figures = _Figures(folder, f"{name or Path(page.source).stem}_files", index)
        text = _run_cell(part, session, {**CELL_DEFAULTS, **defaults, **part.options}, figures)
        lines.extend(Line(line, part.fence.file, part.fence.number) for line in text.splitlines())
        printed.add(part.fence.where)
        if pending and "parameters" in _tags(part):
            session.run(assignments)
            pending = False
    return Executed(tuple(lines), frozenset(printed))


def escape_markdown(text: str) -> str:
    """Return Markdown that prints `text` as it is: no emphasis, no HTML, no reference."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


@dataclass(slots=True)
class _Figures:
    """Writes the images of one cell."""

    folder: Path
    name: str
    cell: int
    count: int = 0

    def save(self, data: str | bytes, extension: str) -> str:
        self.count += 1
        path = self.folder / self.name / f"cell{self.cell}-{self.count}.{extension}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return f"{self.name}/{path.name}"


def _tags(part: Prose | Cell) -> list[str]:
    tags = part.options.get("tags") if isinstance(part, Cell) else None
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def _run_cell(cell: Cell, session: Runs, options: Mapping[str, Any], figures: _Figures) -> str:
    outputs = session.run(cell.code) if options["eval"] else []
    for output in outputs:
        if output["output_type"] == "error":
            raise _failure(cell, output)
        _require_shown(cell, output, options)
    if not options["include"]:
        return ""
    blocks = [f"```python\n{_without_options(cell.code)}\n```"] if options["echo"] else []
    if options["output"]:
        shown = list(_shown(outputs, options, figures))
        blocks += [_captioned("\n\n".join(shown), options)] if shown else []
    # Blank lines around, so that what was printed stands apart from the prose next to it.
    return "\n" + "\n\n".join(blocks) + "\n\n" if blocks else "\n"


def _failure(cell: Cell, error: Mapping[str, Any]) -> RenderError:
    trace = _ANSI.sub("", "\n".join(error["traceback"]))
    frames = _FRAME.findall(trace)
    where = cell.line(int(frames[0])) if frames else cell.fence.where
    last = str(error["evalue"]).strip().splitlines()
    message = f"{error['ename']}: {last[-1] if last else ''}".rstrip(": ")
    return RenderError(f"the cell fails with {message}", where=where, zh=f"报告页面的代码出错（{where}）。")


def _require_shown(cell: Cell, output: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Refuse a display whose best form is none that reaches a document: its name would be printed instead of it."""
    data = output.get("data", {})
    known = [kind for kind in OUTPUT_TYPES if kind in data]
    others = [kind for kind in data if kind not in OUTPUT_TYPES]
    if options["include"] and options["output"] and others and known in ([], ["text/plain"]):
        raise RenderError(
            f"the cell displays {', '.join(sorted(others))}, which no document can show",
            where=cell.fence.where,
            hint=f"display one of {', '.join(OUTPUT_TYPES)}",
        )


def _without_options(code: str) -> str:
    return "\n".join(line for line in code.splitlines() if not line.startswith("#|")).strip("\n")


def _shown(outputs: Iterable[Mapping[str, Any]], options: Mapping[str, Any], figures: _Figures) -> Iterator[str]:
    asis = options["output"] == "asis"
    streamed: list[str] = []
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] == "stdout" or options["warning"]:
                streamed.append(output["text"])
            continue
        if streamed:
            yield _stream("".join(streamed), asis=asis)
            streamed = []
        yield _display(output["data"], options, figures)
    if streamed:
        yield _stream("".join(streamed), asis=asis)


def _stream(text: str, *, asis: bool) -> str:
    return text.rstrip("\n") if asis else _fenced("text", text)


def _fenced(kind: str, text: str) -> str:
    ticks = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}{kind}\n{text.rstrip(chr(10))}\n{fence}"


def _display(data: Mapping[str, Any], options: Mapping[str, Any], figures: _Figures) -> str:
    kind = next((kind for kind in OUTPUT_TYPES if kind in data), None)
    if kind is None:
        return ""
    value = data[kind]
    if kind == "text/markdown":
        return str(value).rstrip("\n")
    if kind == "text/html":
        return _html(str(value), str(data.get("text/plain", "")))
    if kind == "text/plain":
        return _fenced("text", str(value))
    image = base64.b64decode(value) if kind == "image/png" else str(value)
    path = figures.save(image, "png" if kind == "image/png" else "svg")
    alternative = escape_markdown(str(options.get("fig-alt", ""))).replace('\\"', "&quot;")
    return f'![]({path}){{fig-alt="{alternative}"}}'


def _html(html: str, plain: str) -> str:
    """Return HTML for its own format, and for the others the text that comes with it, if that is more than a name."""
    block = _fenced("{=html}", html)
    if not plain.strip() or _NAME.fullmatch(plain.strip()):
        return block
    here, elsewhere = (f'::: {{.content-visible {word}-format="html"}}' for word in ("when", "unless"))
    return f"{here}\n{block}\n:::\n\n{elsewhere}\n{_fenced('text', plain)}\n:::"


def _captioned(text: str, options: Mapping[str, Any]) -> str:
    label = str(options.get("label", ""))
    kind = label.partition("-")[0]
    caption = options.get(f"{kind}-cap")
    if kind not in FLOATS or caption is None:
        return text
    return f"::: {{#{label}}}\n\n{text}\n\n{caption}\n\n:::"


def _evaluated(prose: Prose, session: Runs) -> Iterator[Line]:
    """Yield the lines of prose with the values of inline expressions in their place, all asked for at once."""
    wanted: list[tuple[Line, str]] = []
    markdown = [line for line, proper in outside_fences(prose.lines) if proper]
    for line in markdown:
        wanted.extend((line, expression.strip()) for expression in _INLINE.findall(line.text))
        other = _FOREIGN_INLINE.search(line.text)
        if other and other[1] != "python":
            raise RenderError(f"inline code is Python, this is {other[1]}: {other[0]}", where=line.where)
    results = session.evaluate([expression for _, expression in wanted]) if wanted else []
    values = iter(
        [_value(line, expression, result) for (line, expression), result in zip(wanted, results, strict=True)]
    )
    for line, proper in outside_fences(prose.lines):
        text = _INLINE.sub(lambda _: next(values), line.text) if proper else line.text
        yield Line(text, line.file, line.number)


def _value(line: Line, expression: str, result: Mapping[str, Any]) -> str:
    if result["status"] != "ok":
        message = f"{result['ename']}: {result['evalue']}"
        raise RenderError(
            f"`{expression}` fails with {message}", where=line.where, zh=f"报告正文中的表达式出错（{line.where}）。"
        )
    data = result["data"]
    if "text/markdown" in data:
        return str(data["text/markdown"]).replace("\n", " ")
    text = str(data.get("text/plain", ""))
    if text[:1] in {"'", '"'}:
        text = str(ast.literal_eval(text))
    return escape_markdown(text)
