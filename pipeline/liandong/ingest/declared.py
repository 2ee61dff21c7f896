"""Missing codes that only some of the files of one table declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from liandong.ingest.alignment import Aligned, CommonType, stored_column
from liandong.ingest.columns import Stored, as_text
from liandong.ingest.differences import Difference, code_text
from liandong.ingest.raw import NO_TAGS, DeclaredMissing, RawTable
from liandong.ingest.typed import text_as_number

_NOTHING = DeclaredMissing()
_DECLARING = frozenset(("sav", "zsav", "por", "dta", "sas7bdat", "xpt"))  # formats that can declare missing codes


@dataclass(frozen=True, slots=True)
class Declared:
    """What becomes of one column's missing codes when files are stacked.

    Attributes
    ----------
    missing
        The codes that hold for the whole stacked column; None where no file declares any.
    tags
        For each file, the cells that only this file declares missing: ``row`` (0-based, within the file), ``tag``, the
        code as text. They become null.
    hits
        For each file, the condition under which a cell is one of them, None where there are none.
    differences
        How the files differ.
    """

    missing: DeclaredMissing | None
    tags: tuple[pl.DataFrame, ...]
    hits: tuple[pl.Expr | None, ...]
    differences: tuple[Difference, ...] = ()


def settle_missing(tables: Sequence[RawTable], column: Aligned, common: CommonType) -> Declared:
    """Return the missing codes of `column` so that a code is missing in the files that say so, and in no other.

    Where all files declare the same, that holds for the column. Elsewhere the cells themselves are marked, as those
    with an extended missing value are, because 99 may be a missing code in one file and an age in another.
    """
    held = {position: (table, name) for position, table, name in column.held(tables)}
    declared = {i: table.user_missing.get(name, _NOTHING) for i, (table, name) in held.items()}
    letters = tuple(sorted({tag for entry in declared.values() for tag in entry.tags}))
    codes = {(entry.values, entry.ranges) for entry in declared.values()}
    nowhere: tuple[None, ...] = (None,) * len(tables)
    as_stored = all(
        stored_column(table, name).dtype == common.dtype and table.temporal.get(name) == common.temporal
        for table, name in held.values()
    )
    if codes == {((), ())} or (len(codes) == 1 and as_stored):
        values, ranges = next(iter(codes))
        missing = DeclaredMissing(values, ranges, letters) if values or ranges or letters else None
        return Declared(missing, (NO_TAGS,) * len(tables), nowhere)
    hits = [
        _carries(stored_column(*held[i]), declared[i]) if i in held and _has_codes(declared[i]) else None
        for i in range(len(tables))
    ]
    tags = tuple(
        NO_TAGS if hit is None else _cells(held[i][0], held[i][1], column.name, hit) for i, hit in enumerate(hits)
    )
    found = sorted({tag for cells in tags for tag in cells["tag"].unique()} | set(letters))
    return Declared(
        DeclaredMissing(tags=tuple(found)), tags, tuple(hits), tuple(_differences(column.name, held, declared))
    )


def _has_codes(entry: DeclaredMissing) -> bool:
    return bool(entry.values or entry.ranges)


def _carries(stored: Stored, entry: DeclaredMissing) -> pl.Expr:
    """Return whether a cell holds one of the declared codes; numbers also where they are written out."""
    texts = [value.strip() for value in entry.values if isinstance(value, str)]
    numbers = [float(value) for value in entry.values if not isinstance(value, str)]
    hit = pl.lit(value=False)
    if stored.is_text:
        number = text_as_number(stored.value.str.strip_chars())
        hit = stored.value.str.strip_chars().is_in(texts) if texts else hit
    elif stored.dtype.is_numeric():
        number = stored.value.cast(pl.Float64)
    else:
        return hit
    if numbers:
        hit = hit | number.is_in(numbers)
    for low, high in entry.ranges:
        hit = hit | number.is_between(low, high)
    return hit.fill_null(value=False)


def _cells(table: RawTable, name: str, column: str, hit: pl.Expr) -> pl.DataFrame:
    code = as_text(stored_column(table, name)).str.strip_chars()
    found = table.data.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), code.alias("tag"), hit.alias("hit"))
    cells = found.filter("hit").collect()
    return cells.select("row", pl.lit(column).alias("column"), "tag")


def _differences(
    name: str, held: dict[int, tuple[RawTable, str]], declared: dict[int, DeclaredMissing]
) -> Iterator[Difference]:
    """Yield each file that declares something else than the first that declares any, with the cells in doubt."""
    measure = next(entry for entry in declared.values() if _has_codes(entry))
    for i, (table, source) in held.items():
        if _codes(declared[i]) == _codes(measure):
            continue
        stored = stored_column(table, source)
        doubtful = _carries(stored, measure) & ~_carries(stored, declared[i])
        count = table.data.select(doubtful.sum()).collect().item()
        if not count and table.format not in _DECLARING:
            continue
        told = f"; cells with such a code that it does not declare: {count:,}" if count else ""
        yield name, "missing", table.name, f"{_codes(declared[i])}, not {_codes(measure)}{told}"


def _codes(entry: DeclaredMissing) -> str:
    codes = [code_text(value) for value in entry.values]
    return ", ".join([*codes, *(f"{low:g} to {high:g}" for low, high in entry.ranges)]) or "none"
