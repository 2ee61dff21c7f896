"""The trace of a fault of the program, fit to be passed on: where it happened, without what the data held."""

from __future__ import annotations

import traceback
from collections.abc import Iterator


def trace(error: BaseException) -> str:
    """Return the traces of `error` and of the errors behind it.

    Messages of other libraries quote the cell that they stumble over, so quoted parts and long numbers are left out;
    files, lines and the kinds of error say what a maintainer needs.
    """
    from liandong.privacy.masking import without_values

    parts = []
    for one in _chain(error):
        frames = "".join(traceback.format_tb(one.__traceback__)).rstrip()
        parts.append(f"Traceback (most recent call last):\n{frames}\n{type(one).__name__}: {without_values(str(one))}")
    return "\n\nwhich led to:\n\n".join(reversed(parts))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that led to it, the last one first; members of a group count as its causes."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        behind = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [behind] if behind is not None else []
