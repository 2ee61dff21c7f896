"""The parts that an expression of an XLSForm consists of."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<name>\$\{\s*(?P<asked>[^}]+?)\s*\})
      | (?P<number>\d+\.?\d*|\.\d+)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<sign><=|>=|!=|[=<>+*(),|])
      | (?P<minus>-)
      | (?P<parent>\.\.(?:/[\w.-]+)*)
      | (?P<path>/[\w./-]+)
      | (?P<here>\.)
      | (?P<word>[A-Za-z_][\w:-]*(?<!-))
    )""",
    re.VERBOSE,
)
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "＝": "=", "（": "(", "）": ")", "，": ","})


class UntranslatableError(ValueError):
    """An expression that the codebook's language cannot say; the message says what in it."""


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each part of an expression; of a question its name.

    Raises
    ------
    UntranslatableError
        Where no part of the language begins.
    """
    text = text.translate(_QUOTES)
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if found is None:
            raise UntranslatableError(f"cannot be read at {text[position:].strip()[:20]!r}")
        kind = str(found.lastgroup if found.lastgroup != "asked" else "name")
        yield kind, found.group("asked") if kind == "name" else found.group(kind)
        position = found.end()
