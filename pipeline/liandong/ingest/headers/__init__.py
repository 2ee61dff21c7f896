"""A second, independent look at the header of a binary file, in plain Python.

The readers behind `liandong.ingest.child` are C and Rust libraries; a damaged file can make them return a shorter
or a garbled table without a word. What the header says is read here from the bytes, compared with the length of the
data, and held against what came back.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from liandong.errors import IngestError
from liandong.ingest.headers import containers, dta, parquet, por, sas7bdat, sav, xpt
from liandong.ingest.headers.cursor import Cursor, DamagedFileError, Header

__all__ = ["Header", "read_header"]

_READERS: Mapping[str, Callable[[Cursor], Header]] = {
    "sav": sav.read_header,
    "zsav": sav.read_header,
    "por": por.read_header,
    "dta": dta.read_header,
    "sas7bdat": sas7bdat.read_header,
    "sas7bcat": sas7bdat.read_catalogue,
    "xpt": xpt.read_header,
    "xlsx": containers.read_xlsx,
    "parquet": parquet.read_header,
}


def read_header(path: Path, file_format: str) -> Header:
    """Return what the header of `path` says about its rows and columns.

    Raises
    ------
    IngestError
        When the file is not of the format, is cut short, or contradicts itself.
    """
    try:
        with path.open("rb") as file:
            return _READERS[file_format](Cursor(file, path.stat().st_size))
    except (DamagedFileError, struct.error, OverflowError) as error:
        raise IngestError(
            f"the file {error}",
            where=path.name,
            hint="Copy or export it again from the program that made it; if it opens there, save it under a new name.",
            zh=f"数据文件“{path.name}”已损坏、不完整或格式不符，请重新导出。",
        ) from error
