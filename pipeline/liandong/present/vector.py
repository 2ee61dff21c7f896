"""A drawing of matplotlib in fewer bytes: the same picture, its letters told step by step instead of point by point.

Letters are paths, and Chinese ones are long: told from point to point, with nothing that no reader of the file needs,
a figure takes half the bytes, in the report's one HTML file as in the PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_GLYPH = re.compile(r'(<path id="[^"]+" d=")([^"]*)(")')
_PATH = re.compile(r'(<path d=")([^"]*)(")')
_PIECE = re.compile(r"[A-Za-z]|-?\d+(?:\.\d+)?")
_COMMENT = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<!DOCTYPE[^>]*>", re.DOTALL)
_BETWEEN = re.compile(r">\s+<")
_NAMED = re.compile(r' id="([^"]+)"')
_REFERRED = re.compile(r'(?:href="|url\()#([^")]+)')
_EMPTY = re.compile(r"<g/>|<defs></defs>")
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}


def compact(svg: str) -> str:
    """Return `svg`, as matplotlib writes it, without what draws nothing and with shorter paths and names."""
    svg = _COMMENT.sub("", svg)
    svg = _GLYPH.sub(lambda match: match[1] + _stepwise(match[2]) + match[3], svg)
    svg = _PATH.sub(lambda match: match[1] + " ".join(match[2].split()) + match[3], svg)
    svg = _BETWEEN.sub("><", svg)
    short = {name: f"a{at:x}" for at, name in enumerate(dict.fromkeys(_REFERRED.findall(svg)))}
    svg = _NAMED.sub(lambda match: f' id="{short[match[1]]}"' if match[1] in short else "", svg)
    svg = _REFERRED.sub(lambda match: match[0].replace(match[1], short[match[1]]), svg)
    return _EMPTY.sub("", svg)


def _stepwise(path: str) -> str:
    """Return a path of whole numbers with every point told from the one before; any other path as it is."""
    pieces = _PIECE.findall(path)
    if any("." in piece or piece not in "MLQCz" for piece in pieces if not piece.lstrip("-").isdigit()):
        return " ".join(path.split())
    return "".join(_steps(pieces))


def _steps(pieces: list[str]) -> Iterator[str]:
    here, start, at, last = (0, 0), (0, 0), 0, ""
    while at < len(pieces):
        command = pieces[at]
        if command == "z":
            yield "z"
            here, at, last = start, at + 1, "z"
            continue
        size = 2 * _POINTS[command]
        numbers = [int(number) for number in pieces[at + 1 : at + 1 + size]]
        points = [*zip(numbers[::2], numbers[1::2], strict=True)]
        at += 1 + size
        if command == "L" and points[0] == start and at < len(pieces) and pieces[at] == "z":
            continue  # closing draws this line
        name, steps = _named(command, [(x - here[0], y - here[1]) for x, y in points])
        yield ("" if name == last else name) + _joined(steps, bare=name == last)
        here, last = points[-1], "" if name == "m" else name
        start = here if command == "M" else start


def _named(command: str, steps: list[tuple[int, int]]) -> tuple[str, list[int]]:
    (x, y) = steps[0]
    if command == "L" and y == 0:
        return "h", [x]
    if command == "L" and x == 0:
        return "v", [y]
    return command.lower(), [value for step in steps for value in step]


def _joined(numbers: list[int], *, bare: bool) -> str:
    """Return numbers with a blank only where no sign tells them apart; `bare` ones follow other numbers."""
    text = "".join(f"{'' if number < 0 else ' '}{number}" for number in numbers)
    return text if bare else text.lstrip(" ")
