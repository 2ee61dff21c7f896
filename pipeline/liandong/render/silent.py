"""What pandoc takes without a word and Quarto renders in its own way: refused, so that nothing is lost in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from liandong.render.dialect import RAW_FORMATS
from liandong.render.source import Line, outside_fences

_DIV: Final = re.compile(r"^\s*:{3,}\s*(.*?)\s*:*\s*$")
_HEADING: Final = re.compile(r"^#{1,6}\s")
_FENCE: Final = re.compile(r"^\s*(`{3,}|~{3,})\s*(.*?)\s*$")
_PLAIN_INFO: Final = re.compile(rf"[\w+#-]*|\{{\.[\w+#-]+\}}|\{{=({'|'.join(RAW_FORMATS)})\}}|\{{\{{.*\}}\}}")
_ANNOTATION: Final = re.compile(r"(#|//|--|%|;)\s*<\d+>\s*$")
_ALONE: Final = re.compile(r"^\[?!\[(?P<alt>.*?)\]\([^()]*\)(?P<attributes>\{[^{}]*\})?(\]\([^()]*\))?\s*$")
_CAPTION: Final = re.compile(r"^\s*(:|Table:)\s+\S")
_LABEL: Final = re.compile(r"\{#tbl-[^\s{}]+\}\s*$")
_LINE_RULES: Final = (
    (re.compile(r"^\s*>[>\s]*#{1,6}\s"), "a heading inside a block quote is no section in any format"),
    (re.compile(r"^\s*([-*+]|\d+[.)])\s+#{1,6}\s"), "a heading inside a list is no section in any format"),
    (re.compile(r"\]\([^()\s]*\.qmd[^()\s]*\)"), "a link to another page leads nowhere: every document is one file"),
)
_AUTHORED_RULES: Final = (
    (re.compile(r"(?<!\\)(?:\\\\)*\\[A-Za-z]{2,}"), "TeX in the text ({0}) reaches LaTeX only; use Markdown or $math$"),
)
_EQUATION: Final = re.compile(r"\$\$\s*\{#")
_RAW_INLINE: Final = re.compile(r"`\{=(\w+)\}")
_CODE: Final = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_MATH: Final = re.compile(r"\$\$.*?\$\$|\$(?=\S)[^$]*(?<=\S)\$")


def silent_problems(lines: Sequence[Line], *, written: frozenset[str]) -> Iterator[tuple[Line, str]]:
    """Yield what the page would lose or number differently, each with its line.

    `written` are places of code cells: what they print is not held against the rules for authors.
    """
    yield from _fence_problems(lines)
    yield from _heading_problems(lines)
    yield from _caption_problems(lines)
    formula = False
    for line, markdown in outside_fences(lines):
        inside, formula = formula, formula ^ (markdown and line.text.count("$$") % 2 == 1)
        if markdown:
            rules = _LINE_RULES if line.where in written or inside or formula else (*_LINE_RULES, *_AUTHORED_RULES)
            yield from ((line, problem) for problem in _line_problems(line.text, rules))


def _line_problems(text: str, rules: Sequence[tuple[re.Pattern[str], str]]) -> Iterator[str]:
    for match in _RAW_INLINE.finditer(text):
        if match[1] not in RAW_FORMATS:
            yield f"raw {match[1]} reaches no format; supported: {', '.join(RAW_FORMATS)}"
    plain = _CODE.sub("", text)
    if _EQUATION.search(plain):
        yield "equations have no numbers here, so that they cannot have a label"
    plain = _MATH.sub("", plain)
    for pattern, problem in rules:
        if found := pattern.search(plain):
            yield problem.format(found[0].strip())


def _fence_problems(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    closing: str | None = None
    for line in lines:
        match = _FENCE.match(line.text)
        if closing is None:
            if match and not (match[1][0] == "`" and "`" in match[2]):
                closing = match[1]
                if not _PLAIN_INFO.fullmatch(match[2]):
                    yield line, f"code is marked by its language alone (```python) or =format, not {match[2]!r}"
        elif match and not match[2] and match[1].startswith(closing):
            closing = None
        elif _ANNOTATION.search(line.text):
            yield line, "annotations of code (# <1>) are not supported"


def _heading_problems(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    """Yield headings inside callouts and floats; the first line of a callout may be its title."""
    opened: list[str] = []
    first = False
    for line, markdown in outside_fences(lines):
        match = _DIV.match(line.text) if markdown else None
        if match:
            if match[1]:
                opened.append(match[1])
            elif opened:
                opened.pop()
            first = bool(match[1]) and "callout-" in match[1] and "title=" not in match[1]
        elif markdown and _HEADING.match(line.text) and not first:
            for div in opened:
                if "callout-" in div or "#fig-" in div or "#tbl-" in div:
                    yield line, "a heading inside a callout, a figure or a table is no section in any format"
                    break
        first = first and not line.text.strip() if not match else first


def _caption_problems(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    """Yield captions without a label: each format would number them in a way of its own."""
    opened: list[str] = []
    above, blank = "", True
    pairs = [*outside_fences(lines)]
    for (line, markdown), (below, _) in zip(pairs, [*pairs[1:], (Line("", "", 0), True)], strict=True):
        div = _DIV.match(line.text) if markdown else None
        if div and div[1]:
            opened.append(div[1])
        elif div and opened:
            opened.pop()
        elif markdown and not any("#fig-" in one or "#tbl-" in one for one in opened):
            alone = blank and (not below.text.strip() or _DIV.match(below.text))
            picture = _ALONE.match(line.text) if alone else None
            if picture and picture["alt"].strip() and "#fig-" not in (picture["attributes"] or ""):
                yield line, "a figure with a caption needs a label, {#fig-…}; without a caption write fig-alt"
            if _CAPTION.match(line.text) and above.startswith(("|", "+", "-")) and not _LABEL.search(line.text):
                yield line, "a table's caption ends with its label and nothing else, {#tbl-…}"
        above = line.text.strip() or above
        blank = not line.text.strip() or div is not None
