"""Hold executed Markdown against the dialect: what Quarto would render and this renderer would lose is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from liandong.errors import RenderError
from liandong.render.dialect import (
    CONDITIONS,
    DIV_CLASSES,
    FLOATS,
    HEADING_CLASSES,
    INLINE_ATTRIBUTES,
    QUARTO_FORMATS,
    SHORTCODES,
    SPAN_CLASSES,
)
from liandong.render.silent import silent_problems
from liandong.render.source import Line, outside_fences

_DIV = re.compile(r"^\s*:{3,}\s*(.*?)\s*:*\s*$")
_HEADING = re.compile(r"^#{1,6}\s.*\{([^{}]*)\}\s*$")
_INLINE = re.compile(r"[\])]\{([^{}]*)\}")
_TAG = re.compile(r"(?<!\\)<(?!https?:|mailto:)/?[A-Za-z][^<>]*>")
_SHORTCODE = re.compile(r"\{\{<\s*(.*?)\s*>\}\}")
_ATTRIBUTE = re.compile(
    r"""(?P<id>\#[^\s}]+)|\.(?P<class>[^\s}=]+)|(?P<dash>-)(?=\s|$)
    |(?P<key>[\w-]+)=(?P<value>"[^"]*"|'[^']*'|[^\s}]+)|(?P<other>\S+)""",
    re.VERBOSE,
)
_MATH = re.compile(r"\$\$.*?\$\$|\$(?=\S)[^$]*(?<=\S)\$")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


def check_dialect(lines: Sequence[Line], *, written: frozenset[str]) -> None:
    """Check executed Markdown for divs, attributes, shortcodes and HTML beyond the list.

    Parameters
    ----------
    lines
        The page after execution.
    written
        Places (`file:line`) of code cells: HTML in what a cell prints is text, not a mistake of the author.

    Raises
    ------
    RenderError
        With every problem found, each with its line.
    """
    problems = [*_div_problems(lines), *silent_problems(lines, written=written)]
    formula = False
    for line, markdown in outside_fences(lines):
        inside, formula = formula, formula ^ (markdown and line.text.count("$$") % 2 == 1)
        if markdown and not inside and not formula:
            problems.extend((line, problem) for problem in _line_problems(line, printed=line.where in written))
    if not problems:
        return
    problems.sort(key=lambda problem: (problem[0].file, problem[0].number))
    first, *others = [(line.where, problem) for line, problem in problems]
    message = "\n".join([first[1], *(f"{where}: {problem}" for where, problem in others)])
    raise RenderError(
        message,
        where=first[0],
        hint="what a page may use is listed in reports/README.md",
        zh="报告页面使用了不受支持的写法，请按所列行号修改。",
    )


def resolve_shortcodes(lines: Iterable[Line]) -> Iterator[Line]:
    """Replace the shortcodes `meta` and `pagebreak` by what the Lua filter resolves; code stays as it is."""
    for line, markdown in outside_fences(lines):
        text = line.text
        if markdown and "{{<" in text:
            text = "".join(chunk if code else _SHORTCODE.sub(_resolved, chunk) for code, chunk in _chunks(text))
        yield from (Line(part, line.file, line.number) for part in text.split("\n"))


def _resolved(match: re.Match[str]) -> str:
    name, _, argument = match[1].partition(" ")
    if name == "meta":
        return f'[]{{liandong-meta="{argument.strip()}"}}'
    return "\n\n::: {.liandong-pagebreak}\n:::\n\n"


def _div_problems(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    opened: list[Line] = []
    for line, markdown in outside_fences(lines):
        match = _DIV.match(line.text) if markdown else None
        if match is None:
            continue
        if match[1].count("{") != match[1].count("}"):
            yield line, f"the attributes of the div are not closed: {match[1]}"
        if match[1]:
            opened.append(line)
            yield from ((line, problem) for problem in _one_div(match[1]))
        elif opened:
            opened.pop()
        else:
            yield line, "this ::: closes nothing"
    yield from ((line, "the div that starts here is not closed with :::") for line in opened)


def _one_div(text: str) -> Iterator[str]:
    identifier, classes, attributes, other = _attributes(text.strip("{}") if text.startswith("{") else f".{text}")
    allowed: tuple[str, ...] = ()
    if identifier and identifier.partition("-")[0] in FLOATS and "-" in identifier:
        if classes:
            yield f"a figure or table div has no class ({', '.join(classes)})"
    elif len(classes) != 1 or classes[0] not in DIV_CLASSES:
        yield f"unknown div {text!r}; supported: {', '.join(DIV_CLASSES)}, #fig-… and #tbl-…"
        return
    else:
        allowed = DIV_CLASSES[classes[0]]
        if identifier:
            yield f"a div of the class {classes[0]} has no label (#{identifier})"
    for key, value in attributes.items():
        if key not in allowed:
            yield f"unknown attribute {key!r} of a div"
        elif key.endswith("-format") and value not in QUARTO_FORMATS.values():
            yield f"{key}={value!r}: expected one of {', '.join(QUARTO_FORMATS.values())}"
    if allowed == CONDITIONS and not attributes:
        yield "conditional content needs when-meta, unless-meta, when-format or unless-format"
    yield from (f"cannot read {word!r} in the attributes of a div" for word in other)


def _line_problems(line: Line, *, printed: bool) -> Iterator[str]:
    text = _MATH.sub("", "".join(chunk for code, chunk in _chunks(line.text) if not code))
    for match in _SHORTCODE.finditer(text):
        name = match[1].split(" ")[0]
        if name == "include" or name not in SHORTCODES:
            yield f"the shortcode {match[0]} is not supported here; supported: {', '.join(SHORTCODES)}"
    if _DIV.match(text):
        return
    if heading := _HEADING.match(text):
        _, classes, attributes, other = _attributes(heading[1])
        unknown = [*(c for c in classes if c not in HEADING_CLASSES), *attributes, *other]
        if unknown:
            yield f"unknown {', '.join(unknown)} on a heading; supported: {', '.join(HEADING_CLASSES)}"
        text = text[: heading.start(1)]
    for match in _INLINE.finditer(text):
        _, classes, attributes, other = _attributes(match[1])
        allowed = {*INLINE_ATTRIBUTES, *(key for name in classes for key in SPAN_CLASSES.get(name, ()))}
        unknown = [*(c for c in classes if c not in SPAN_CLASSES), *(k for k in attributes if k not in allowed), *other]
        if unknown:
            known = ", ".join((*INLINE_ATTRIBUTES, *(f".{name}" for name in SPAN_CLASSES)))
            yield f"unknown {', '.join(unknown)} in {{{match[1]}}}; supported: {known}"
    if not printed and (tag := _TAG.search(text)):
        yield f"HTML in the text ({tag[0]}) reaches one format only; use Markdown, or a raw block ```{{=html}}"


def _attributes(text: str) -> tuple[str | None, list[str], dict[str, str], list[str]]:
    identifier: str | None = None
    classes: list[str] = []
    attributes: dict[str, str] = {}
    other: list[str] = []
    for match in _ATTRIBUTE.finditer(text):
        if match["id"]:
            identifier = match["id"][1:]
        elif match["class"]:
            classes.append(match["class"])
        elif match["dash"]:
            classes.append("unnumbered")
        elif match["key"]:
            attributes[match["key"]] = match["value"].strip("\"'")
        else:
            other.append(match["other"])
    return identifier, classes, attributes, other


def _chunks(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the text in pieces, code spans (True) apart from the rest (False)."""
    start = 0
    for match in _CODE_SPAN.finditer(text):
        yield False, text[start : match.start()]
        yield True, match[0]
        start = match.end()
    yield False, text[start:]
