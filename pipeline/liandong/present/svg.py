"""A figure's SVG without what no reader sees: matplotlib writes for editing, a report is read.

On the figures of the Hubei report the files shrink to about a half. Coordinates are kept to a hundredth of a point.
"""

from __future__ import annotations

import re
from typing import Final

_HEAD = re.compile(r"\A\s*(?:<\?xml.*?\?>\s*)?(?:<!DOCTYPE.*?>\s*)?", re.DOTALL)
_UNSEEN = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_USED = re.compile(r"#([\w.-]+)")
_PATH = re.compile(r' d="([^"]*)"')
_TRANSLATE = re.compile(r"translate\(([^)]*)\)")
_STYLE = re.compile(r' style="([^"]*)"')
_AFTER = re.compile(r"(?<=[:;]) +")
_PIECE = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_BETWEEN = re.compile(r">\s+<")
_DIGITS: Final = 2


def slim(svg: str) -> str:
    """Return `svg`, whose letters are outlines, drawn with the same lines in fewer characters."""
    text = _UNSEEN.sub("", _HEAD.sub("", svg, count=1))
    used = set(_USED.findall(text))
    text = _ID.sub(lambda match: match[0] if match[1] in used else "", text)
    text = _PATH.sub(lambda match: f' d="{_path(match[1])}"', text)
    text = _TRANSLATE.sub(lambda match: f"translate({' '.join(map(_number, match[1].split()))})", text)
    text = _STYLE.sub(lambda match: _AFTER.sub("", match[0]), text)
    return _BETWEEN.sub("><", text).strip() + "\n"


def _path(data: str) -> str:
    """Return path data with rounded numbers, no blank that is not needed, and no command that repeats the last one."""
    parts: list[str] = []
    last = ""
    for piece in _PIECE.findall(data):
        if piece.isalpha():
            # A repeated M would draw a line, and Z takes no numbers.
            if piece != last or piece in "MmZz":
                parts.append(piece)
            last = piece
            continue
        number = _number(piece)
        glued = not parts or parts[-1].isalpha() or number.startswith("-")
        parts.append(number if glued else f" {number}")
    return "".join(parts)


def _number(text: str) -> str:
    rounded = f"{float(text):.{_DIGITS}f}".rstrip("0").rstrip(".")
    if rounded.startswith(("0.", "-0.")):
        return rounded.replace("0.", ".", 1)
    return "0" if rounded == "-0" else rounded
