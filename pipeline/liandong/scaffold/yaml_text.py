"""YAML as a careful person writes it: short values in one line, comments that say why, all read back as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 118
_PLAIN = re.compile(r"[A-Za-z_\u3400-\u9fff][\w\u3400-\u9fff ·、，。；？！（）()/%–—.+-]*")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "~", "inf", "nan"}
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|[^\x00-\uffff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+")


def scalar(value: Any) -> str:
    """Return one value: words without quotes where YAML cannot take them for anything else, else in double quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _number(value)  # noqa: PLR2004 (exact)
    text = str(value)
    if _PLAIN.fullmatch(text) and not text.endswith(" ") and text.lower() not in _WORDS:
        return text
    return _HIDDEN.sub(_escaped, json.dumps(text, ensure_ascii=False))


def flow(value: Any) -> str:
    """Return a value, a list or a mapping in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value)


def entry(key: str, value: Any, indent: int, comment: str = "") -> list[str]:
    """Return the lines of ``key: value``; a list or mapping that is too long for one line gets a line per member."""
    pad = " " * indent
    line = f"{pad}{scalar(key)}: {flow(value)}"
    note = f"  # {one_line(comment)}" if comment else ""
    if len(line) <= WIDTH or not value or isinstance(value, str | int | float):
        return [line + note]
    if isinstance(value, Mapping):
        members = [f"{pad}  {scalar(name)}: {flow(one)}" for name, one in value.items()]
    elif all(not isinstance(one, Mapping | list | tuple) for one in value):
        return [f"{pad}{scalar(key)}: [{note}", *_wrapped(value, indent + 2), f"{pad}]"]
    else:
        members = [f"{pad}  - {flow(one)}" for one in value]
    return [f"{pad}{scalar(key)}:{note}", *members]


def comments(remarks: Sequence[str], indent: int) -> list[str]:
    """Return one comment line per remark."""
    return [f"{' ' * indent}# {one_line(remark)}" for remark in remarks if remark]


def one_line(words: str, longest: int = 300) -> str:
    """Return words fit for a comment: on one line, without control characters, cut where they go on and on."""
    text = " ".join(_CONTROL.sub(" ", words).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _wrapped(values: Sequence[Any], indent: int) -> list[str]:
    lines, line = [], " " * indent
    for value in values:
        piece = scalar(value) + ","
        if len(line) + len(piece) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * indent
        line += piece + " "
    return [*lines, line.rstrip()]


def _number(value: float) -> str:
    text = repr(value)
    # YAML 1.1 reads 1e-05 as text: its floats need a point before the exponent.
    return text if "." in text or "e" not in text else text.replace("e", ".0e")


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"  # noqa: PLR2004 (the basic plane)
