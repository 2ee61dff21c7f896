"""Read a survey file of any usual format and bring it to codebook names, order and types.

The names are loaded on first use: the reader that runs in a child process imports this package and must start at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liandong.ingest.apply import Ingested, apply_codebook
    from liandong.ingest.raw import DeclaredMissing, RawResponseSet, RawTable, Temporal
    from liandong.ingest.reading import read_table
    from liandong.ingest.stacking import file_names, stack

__all__ = [
    "DeclaredMissing",
    "Ingested",
    "RawResponseSet",
    "RawTable",
    "Temporal",
    "apply_codebook",
    "file_names",
    "read_table",
    "stack",
]

_HOME = {
    "DeclaredMissing": "raw",
    "RawResponseSet": "raw",
    "RawTable": "raw",
    "Temporal": "raw",
    "Ingested": "apply",
    "apply_codebook": "apply",
    "read_table": "reading",
    "file_names": "stacking",
    "stack": "stacking",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
