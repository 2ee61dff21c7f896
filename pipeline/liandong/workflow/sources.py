"""From the data files of a study to raw tables."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from liandong.definitions import Codebook, DataSource
from liandong.ingest import RawTable, read_table, stack

_AT_ONCE = 2  # files read side by side: each takes a process and its memory


def read_source(source: DataSource, codebook: Codebook | None = None) -> RawTable:
    """Read the files of one table, and put several below one another.

    Parameters
    ----------
    source
        The files and how to read them.
    codebook
        Its fields say which headers mean the same, where files number their questions differently.

    Raises
    ------
    IngestError
        As :func:`liandong.ingest.read_table` and :func:`liandong.ingest.stack`.
    """
    read = partial(read_table, sheet=source.sheet, encoding=source.encoding, catalogue=source.catalogue)
    if len(source.paths) == 1 and source.origin is None:
        return read(source.paths[0])
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tables = list(pool.map(read, source.paths))
    return stack(tables, source.origin, aliases(codebook))


def aliases(codebook: Codebook | None) -> Sequence[frozenset[str]]:
    """Return for each field that has other headers: its name and those headers."""
    fields = [] if codebook is None else [field for field in codebook.fields if field.liandong.columns]
    return [frozenset({field.name, *field.liandong.columns}) for field in fields]
