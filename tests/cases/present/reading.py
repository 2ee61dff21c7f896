"""Sentences as a reader reads them: without the marks that say where their numbers come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from liandong.present.marks import unmarked


def as_read(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` with the marks taken out of the texts that it returns, in lists and tuples too."""
    return lambda *args, **kwargs: _read(function(*args, **kwargs))


def _read(value: Any) -> Any:
    if isinstance(value, str):
        return unmarked(value)
    if isinstance(value, (list, Iterator)):
        return [_read(item) for item in value]
    return tuple(_read(item) for item in value) if isinstance(value, tuple) else value
