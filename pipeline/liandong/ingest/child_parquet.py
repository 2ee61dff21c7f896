"""A trial reading of a Parquet file; runs in the child process only.

Parquet is read lazily, in the parent, as far as it is needed. Before that, every page of the file is decoded here
once, by the same library, so that a file that would crash or swell it does so in this process; two libraries must
agree on its size. A small file that unpacks to a huge table is refused: whoever collects it would run out of memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from liandong.ingest.protocol import UnreadableError

_GIB = 1024**3
_LARGEST_RATIO = 250  # bytes in memory per byte of the file; codes of a large survey take some 30


def read(request: Mapping[str, Any], _folder: Path) -> dict[str, Any]:
    """Return rows and names after decoding every page; nothing is written."""
    footer = pq.read_metadata(request["path"])
    allowed = max(request["memory_bytes"], _LARGEST_RATIO * Path(request["path"]).stat().st_size)
    rows = unpacked = 0
    frame = scan(request["path"])
    names = frame.collect_schema().names()
    for batch in frame.collect_batches(maintain_order=False):
        rows += batch.height
        unpacked += int(batch.estimated_size())
        if unpacked > allowed:
            raise UnreadableError(f"the file unpacks to more than the {allowed / _GIB:,.1f} GiB of memory allowed")
    if rows != footer.num_rows:
        raise UnreadableError(f"the file announces {footer.num_rows:,} rows, but {rows:,} can be read")
    return {"rows": rows, "names": names, "encoding": "UTF-8"}


def scan(path: str) -> pl.LazyFrame:
    """Return the lazy table; statistics are not trusted, since damaged ones would hide rows from a filter."""
    return pl.scan_parquet(path, use_statistics=False, glob=False)
