"""The scanner: which columns of a table hold personal data that nobody has decided on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import polars as pl

from liandong.privacy.findings import Column, Hit
from liandong.privacy.headings import announced
from liandong.privacy.kinds import Kind
from liandong.privacy.names import looks_like_name
from liandong.privacy.patterns import kinds_in
from liandong.privacy.tally import Tally

_BATCH: Final = 250_000  # rows; their distinct texts are all that is held in memory
_APART: Final = 2  # columns between a latitude and its longitude, at most
_ANNOUNCED_NUMBER: Final = 10**6
_VERSION: Final = re.compile(r"(?i)version|版本")
_FEWEST_NAMES: Final = 2  # labels; a pair of names in a pair of labels is no chance
_NAMES_SHARE: Final = 0.6  # of the labels that are words
_TEXTS: Final = (pl.String, pl.Categorical, pl.Enum)


def scan(data: pl.LazyFrame, columns: Sequence[Column]) -> tuple[Hit, ...]:
    """Return the personal data in those of `columns` that the codebook has not decided on.

    The data are read once, in batches; of texts, only the distinct ones of a batch are looked at.

    Parameters
    ----------
    data
        A table as its file stores it, or typed: texts and numbers are searched, also numbers stored as text.
    columns
        What to look at; each must be in `data`.

    Returns
    -------
    tuple of Hit
        In the order of columns, then of kinds; at most one per column and kind.
    """
    schema = data.collect_schema()
    chosen = [column for column in columns if not column.is_decided and _can_hold(schema[column.name])]
    if not chosen:
        return ()
    tallies = {column.name: Tally() for column in chosen}
    offset = 0
    # A search in texts keeps one processor busy; columns have nothing to do with each other.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for batch in data.select([*tallies]).collect_batches(chunk_size=_BATCH, maintain_order=True):
            looks = [pool.submit(_look, column, batch[column.name], tallies[column.name], offset) for column in chosen]
            for look in looks:
                look.result()
            offset += batch.height
    _settle_places(tallies, schema.names())
    return tuple(hit for column in chosen for hit in _hits(column, tallies[column.name], schema[column.name]))


def _can_hold(dtype: pl.DataType) -> bool:
    return dtype in _TEXTS or dtype.is_integer() or dtype.is_float()


def _look(column: Column, values: pl.Series, tally: Tally, offset: int) -> None:
    if values.dtype in _TEXTS:
        tally.add_texts(values.cast(pl.String), offset, is_coded=column.is_coded)
    elif not column.is_coded:
        tally.add_numbers(values, offset)


def _settle_places(tallies: Mapping[str, Tally], order: Sequence[str]) -> None:
    """Take columns side by side for coordinates when one could be latitudes and the other longitudes, throughout."""
    places = {name: at for at, name in enumerate(order)}
    north = [name for name, tally in tallies.items() if tally.are_latitudes]
    for east in (name for name, tally in tallies.items() if tally.are_longitudes):
        for name in north:
            if abs(places[east] - places[name]) <= _APART:
                tallies[east].settle("gps")
                tallies[name].settle("gps")


def _hits(column: Column, tally: Tally, dtype: pl.DataType) -> Iterator[Hit]:
    field = None if column.field is None else column.field.name
    for kind in _in_codes(column, tally):
        yield Hit(column.name, field, kind, 0, 0.0, tuple(tally.first), in_codes=True)
    if not tally.filled:
        return
    if tally.are_names:
        tally.settle("name")
    heading = _heading(column, tally, dtype)
    if heading is not None:
        tally.cells.setdefault(heading, 0)
    if _VERSION.search(" ".join((column.name, *column.titles))):
        tally.cells.pop("ip", None)  # four numbers with points between are also how programs count their versions
    for kind, cells in sorted(tally.cells.items()):
        rows = tuple(tally.rows.get(kind, tally.first))
        yield Hit(column.name, field, kind, cells, cells / tally.filled, rows)


def _in_codes(column: Column, tally: Tally) -> list[Kind]:
    """Return what the codes of a field and their labels hold, as far as its cells do not hold it themselves."""
    words = pl.Series("code", column.codes, dtype=pl.String)
    if not column.is_coded or words.is_empty():
        return []
    kinds: set[Kind] = {*kinds_in(words)}
    texts = words.filter(words.cast(pl.Float64, strict=False).is_null())
    named = texts.to_frame().select(looks_like_name(pl.col("code"))).to_series().sum()
    if named >= _FEWEST_NAMES and named >= _NAMES_SHARE * len(texts):
        kinds.add("name")
    return sorted(kinds - {*tally.cells})


def _heading(column: Column, tally: Tally, dtype: pl.DataType) -> Kind | None:
    """Return what the heading announces, where the cells could hold it at all."""
    if column.is_coded:
        return None
    if dtype in _TEXTS and (column.field is None or column.field.type == "string"):
        return announced(column.name, column.titles)
    kind = announced(column.name, column.titles, numeric=True)
    if kind == "gps":
        return kind if tally.has_places else None
    could = tally.largest >= _ANNOUNCED_NUMBER or tally.longest >= len(str(_ANNOUNCED_NUMBER))
    return kind if could else None
