"""Before anything is written or shown: personal data on which the codebook has not decided stop the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from liandong.definitions import Codebook
from liandong.evidence.typed_rows import text_column
from liandong.ingest import Ingested, RawTable
from liandong.privacy import Column, Hit, described, masked_or_withheld, scan, undecided


def screen(raw: RawTable, ingested: Ingested, codebook: Codebook) -> tuple[str, ...]:
    """Stop a study with personal data on which the codebook is silent.

    Parameters
    ----------
    raw
        The table as its file has it; columns outside the codebook have labels there, and moments stored as numbers.
    ingested
        The same table in its codebook's names; answers, unreadable texts and columns outside the codebook are searched.
    codebook
        Its fields decide with ``pii``.

    Returns
    -------
    tuple of str
        Notes on columns outside the codebook that hold personal data: they are never written, so nothing stops.

    Raises
    ------
    ValidationError
        When a field without a decision holds personal data; it names fields, kinds and rows, and shows no value.
    """
    table = ingested.table
    columns = [Column(name, codebook.field(name)) for name in table.names]
    columns += [Column(text_column(name), codebook.field(name)) for name in table.fallible]
    hits = scan(table.rows, columns)
    problem = undecided(_by_field(hits, [column.name for column in columns]), raw.path.name)
    if problem is not None:
        raise problem
    others = [name for name in ingested.unknown_columns if name not in raw.temporal]
    found = scan(ingested.unknown, [Column(name, None, (raw.labels.get(name, ""),)) for name in others])
    return tuple(
        f"{masked_or_withheld(hit.column)} is not in the codebook, and so not used or written: {described(hit)}"
        for hit in found
    )


def _by_field(hits: Sequence[Hit], order: Sequence[str]) -> list[Hit]:
    """Put what was found among the readable and the unreadable cells of a field together, in the order of fields."""
    found: dict[tuple[str | None, str], Hit] = {}
    for hit in sorted(hits, key=lambda hit: order.index(hit.column)):
        key = (hit.field, hit.kind)
        found[key] = _both(found[key], hit) if key in found else hit
    return list(found.values())


def _both(one: Hit, other: Hit) -> Hit:
    """Return one hit for two parts of a field; the share is that of the part where such data are more frequent."""
    if not one.cells or not other.cells:
        return one if one.cells else other
    rows = tuple(sorted({*one.rows, *other.rows})[: max(len(one.rows), len(other.rows))])
    return replace(one, cells=one.cells + other.cells, share=max(one.share, other.share), rows=rows)
