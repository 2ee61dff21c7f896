"""What is read must be what was announced: names that can stand, and the table that header and child describe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from liandong.errors import IngestError
from liandong.ingest.headers import Header
from liandong.ingest.raw import RawTable
from liandong.ingest.supervise import damaged


def check_names(path: Path, names: Sequence[str]) -> None:
    """Raise an IngestError when there are no names, or one stands at two places."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, name in enumerate(names, start=1):
        positions[name].append(position)
    twice = {name: places for name, places in positions.items() if len(places) > 1}
    if twice:
        what = "; ".join(f"{name!r} in columns {' and '.join(map(str, places))}" for name, places in twice.items())
        raise IngestError(
            f"every column needs a name of its own; given more than once: {what}",
            where=path.name,
            hint="Rename or remove the columns in the program that made the file.",
            zh=f"数据文件“{path.name}”有重名的列：{'、'.join(twice)}。",
        )
    if not names:
        raise IngestError(
            "the file has no columns",
            where=path.name,
            hint="Export it again, with the names of the questions in the first row.",
            zh=f"数据文件“{path.name}”没有任何列。",
        )


def check_agreement(path: Path, header: Header, table: RawTable, found: Mapping[str, Any]) -> None:
    """Hold the table against what the child said and what the header says."""
    names = found["names"]
    height = found["rows"] if table.format == "parquet" else table.frame.height
    if list(table.columns) != list(names) or height != found["rows"]:
        raise damaged(path, "the reader gave a table that is not the one it announced")
    if header.rows is not None and header.rows != height:
        raise damaged(path, f"the file is cut short or damaged: {header.rows:,} rows announced, {height:,} were read")
    if header.names is not None and not _names_agree(header.names, names):
        raise damaged(path, "the file is damaged: the columns that were read are not those of its header")
    is_text = tuple(kind == pl.String for kind in table.schema.dtypes())
    if header.is_text is not None and header.is_text != is_text:
        raise damaged(path, "the file is damaged: columns of text and of numbers are not those of its header")


def _names_agree(stored: Sequence[bytes], names: Sequence[str]) -> bool:
    return len(stored) == len(names) and all(
        any(raw.decode(encoding, "ignore") == name for encoding in ("utf-8", "gb18030", "cp1252", "latin-1"))
        for raw, name in zip(stored, names, strict=True)
    )
