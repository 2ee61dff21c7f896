"""Questions with several answers that a file holds twice: in one cell, and with a column per option, which are read."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from liandong.definitions import Codebook
from liandong.ingest.columns import PADDING
from liandong.ingest.raw import RawTable
from liandong.ingest.worded import are_strange, option_within, with_own_columns


def summary_notes(raw: RawTable, codebook: Codebook, sources: Mapping[str, str]) -> list[str]:
    """Say where the cells that were passed over hold an answer that no field and no column of the file takes.

    Such an option was taken out of the form, or out of the codebook. The answers themselves are not repeated here.

    Parameters
    ----------
    sources
        Field → column.
    """
    options: dict[str, list[str]] = {}
    missing: dict[str, set[str]] = {}
    for name, column in sources.items():
        field = codebook.field(name)
        if field.liandong.option is None or option_within(field, column) is not None:
            continue
        for header in field.liandong.columns:
            if raw.schema.get(header) == pl.String and option_within(field, header) is not None:
                options.setdefault(header, []).append(field.liandong.option)
                codes = {*field.liandong.missing_kinds, *(one.value for one in field.missing_values or ())}
                missing.setdefault(header, set()).update(codes)
    if not options:
        return []
    cells = {header: pl.col(header).str.strip_chars(PADDING) for header in options}
    known = {header: with_own_columns(header, found, raw.columns) for header, found in options.items()}
    counts = {
        header: (are_strange(cell, known[header]) & ~cell.is_in(sorted(missing[header]))).sum()
        for header, cell in cells.items()
    }
    found = (
        raw.data.select([count.alias(header) for header, count in counts.items()])
        .collect(engine="streaming")
        .row(0, named=True)
    )
    return [
        f"{header}: {count:,} cells hold an answer that is no option of the codebook and has no column of its own."
        for header, count in found.items()
        if count
    ]
