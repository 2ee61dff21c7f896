"""What one column has shown so far, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from liandong.privacy.kinds import Kind
from liandong.privacy.names import looks_like_name
from liandong.privacy.numbers import is_bank_card, is_resident_id
from liandong.privacy.patterns import LATITUDES, LONGITUDES, kinds_in

SHOWN_ROWS: Final = 3
_FEWEST: Final = 3  # distinct values before a column as a whole is taken for one of names, or of coordinates
_NAMES_SHARE, _PLACES_SHARE = 0.6, 0.9  # of the filled cells
_SMALLEST_NUMBER: Final = 10**9  # no telephone, person or card has a smaller one
_THREE_DECIMALS: Final = 1e-6  # in thousandths: what is nearer to a whole one has no fourth decimal
_SAMPLE: Final = 1000  # numbers of a batch after which it is plain that they are no coordinates
_SHORT: Final = 64  # bytes; no name, number or blank cell is longer
_PADDING: Final = " \t\r\n\0\u3000\u00a0"


@dataclass(slots=True)
class Tally:
    """Counts of one column.

    Attributes
    ----------
    filled
        Cells that hold anything.
    largest, longest
        The largest number, and the length of the longest text.
    cells, rows
        By kind: how many cells hold such data, and the first rows that do.
    first
        The first rows that are filled.
    """

    filled: int = 0
    largest: float = 0.0
    longest: int = 0
    cells: dict[Kind, int] = field(default_factory=dict)
    rows: dict[Kind, list[int]] = field(default_factory=dict)
    first: list[int] = field(default_factory=list)
    _names: int = 0
    _distinct_names: set[str] = field(default_factory=set)
    _latitudes: int = 0
    _longitudes: int = 0
    _places: set[float] = field(default_factory=set)
    _may_be_places: bool = True

    def add_texts(self, values: pl.Series, offset: int, *, is_coded: bool) -> None:
        """Look at one batch of texts, the first one in row `offset` (0-based); codes are no names and no places."""
        counts = values.drop_nulls().rename("text").value_counts(name="n").filter(pl.col("text") != "")
        short = counts.filter(pl.col("text").str.len_bytes() <= _SHORT)
        short = short.with_columns(pl.col("text").str.strip_chars(_PADDING).alias("bare"))
        filled = _sum(counts["n"]) - _sum(short.filter(pl.col("bare") == "")["n"])
        if not filled:
            return
        self._fill(values.str.len_bytes() > 0, filled, offset)
        self.longest = max(self.longest, _whole(counts["text"].str.len_chars().max()))
        if not is_coded:
            named = short.filter(looks_like_name(pl.col("bare")))
            self._names += _sum(named["n"])
            self._distinct_names |= {*named["bare"].head(_FEWEST)}
            self._count_places(short.select(pl.col("bare").cast(pl.Float64, strict=False), "n"))
        for kind, texts in kinds_in(counts["text"]).items():
            self._add(kind, values.is_in(texts.implode()), offset)

    def add_numbers(self, values: pl.Series, offset: int) -> None:
        """Look at one batch of numbers, the first one in row `offset` (0-based)."""
        present = values.drop_nulls().drop_nans() if values.dtype.is_float() else values.drop_nulls()
        if present.is_empty():
            return
        self._fill(values.is_not_null(), len(present), offset)
        largest = float(present.max())  # type: ignore[arg-type]
        self.largest = max(self.largest, largest)
        if values.dtype.is_float() and largest <= LONGITUDES[1]:
            self._count_places(present.cast(pl.Float64).alias("bare").to_frame().with_columns(n=1))
        if largest >= _SMALLEST_NUMBER:
            self._add_large(values, offset)

    @property
    def are_names(self) -> bool:
        """Whether most cells have the form of a name."""
        return self._names >= _NAMES_SHARE * self.filled and len(self._distinct_names) >= _FEWEST

    @property
    def are_latitudes(self) -> bool:
        """Whether nearly all cells could be a latitude in China, with four decimals or more."""
        return self.has_places and self._latitudes >= _PLACES_SHARE * self.filled

    @property
    def are_longitudes(self) -> bool:
        """Whether nearly all cells could be a longitude in China, with four decimals or more."""
        return self.has_places and self._longitudes >= _PLACES_SHARE * self.filled

    @property
    def has_places(self) -> bool:
        """Whether enough different numbers have four decimals or more."""
        return self.filled > 0 and min(_FEWEST, self.filled) <= len(self._places)

    def settle(self, kind: Kind) -> None:
        """Take the column as a whole for one of `kind`; cells that showed it by themselves stay counted."""
        whole = {"name": self._names, "gps": max(self._latitudes, self._longitudes)}
        self.cells[kind] = max(self.cells.get(kind, 0), whole.get(kind, 0))

    def _add_large(self, values: pl.Series, offset: int) -> None:
        whole = values.cast(pl.Int64, strict=False)
        texts = whole.filter(whole >= _SMALLEST_NUMBER).unique().cast(pl.String).alias("text")
        kinds = kinds_in(texts)
        inexact = pl.lit(values.dtype.is_float()) | pl.col("text").str.ends_with("000")
        person = is_resident_id(pl.col("text")) | (inexact & is_resident_id(pl.col("text"), exact=False))
        ids = texts.to_frame().filter(person)["text"]
        cards = texts.to_frame().filter(is_bank_card(pl.col("text")), ~pl.col("text").is_in(ids.implode()))["text"]
        found: dict[Kind, pl.Series] = {**kinds, "resident_id": ids, "bank_card": cards}
        for kind, hits in found.items():
            if len(hits):
                self._add(kind, whole.is_in(hits.cast(pl.Int64).implode()), offset)

    def _add(self, kind: Kind, hit: pl.Series, offset: int) -> None:
        hit = hit.fill_null(value=False)
        self.cells[kind] = self.cells.get(kind, 0) + _sum(hit)
        _extend(self.rows.setdefault(kind, []), hit, offset)

    def _fill(self, filled: pl.Series, count: int, offset: int) -> None:
        self.filled += count
        _extend(self.first, filled.fill_null(value=False), offset)

    def _count_places(self, counts: pl.DataFrame) -> None:
        if not self._may_be_places:
            return
        first = _fine(counts.head(_SAMPLE))
        if first["n"].len() < _PLACES_SHARE / 2 * min(counts.height, _SAMPLE):
            self._may_be_places = False
            return
        fine = _fine(counts)
        self._latitudes += _sum(fine.filter(pl.col("bare").is_between(*LATITUDES))["n"])
        self._longitudes += _sum(fine.filter(pl.col("bare").is_between(*LONGITUDES))["n"])
        self._places |= {*fine["bare"].head(_FEWEST)}


def _fine(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers that may be degrees in China and have a fourth decimal."""
    thousandths = pl.col("bare") * 1000
    inside = pl.col("bare").is_between(*LATITUDES) | pl.col("bare").is_between(*LONGITUDES)
    return counts.filter(inside, (thousandths - thousandths.round(0)).abs() > _THREE_DECIMALS)


def _extend(rows: list[int], hit: pl.Series, offset: int) -> None:
    if len(rows) < SHOWN_ROWS:
        rows += [at + offset + 1 for at in hit.arg_true().head(SHOWN_ROWS - len(rows))]


def _sum(values: pl.Series) -> int:
    return _whole(values.sum())


def _whole(value: Any) -> int:
    return int(value or 0)
