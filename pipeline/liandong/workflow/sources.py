"""From the data files of a study to raw tables."""

from __future__ import annotations

from liandong.definitions import DataSource
from liandong.ingest import RawTable, read_table


def read_source(source: DataSource) -> RawTable:
    """Read the files of one table.

    Raises
    ------
    IngestError
        As :func:`liandong.ingest.read_table`.
    """
    return read_table(source.paths[0], sheet=source.sheet, encoding=source.encoding)
