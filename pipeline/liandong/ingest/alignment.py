"""Which columns of several files are the same column, and in which type all of them can be held."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
from polars.datatypes import DataTypeClass

from liandong.errors import IngestError
from liandong.ingest.columns import Stored, as_text
from liandong.ingest.raw import RawTable, Temporal

_LEADING_ZEROS = re.compile(r"N(\d+)")  # SPSS: restricted numeric, shown with leading zeros
_CATEGORIES = frozenset({pl.Categorical, pl.Enum})
_LONG = frozenset({pl.Int64, pl.UInt64, pl.Int128})
_DAY = {"seconds": 86_400, "milliseconds": 86_400_000}
Kind = pl.DataType | DataTypeClass


@dataclass(frozen=True, slots=True)
class Aligned:
    """One column of the stacked table: its name, and the column that holds it in each file, None where none does."""

    name: str
    sources: tuple[str | None, ...]

    def held(self, tables: Sequence[RawTable]) -> list[tuple[int, RawTable, str]]:
        """Return the files that have the column: position, table, name there."""
        return [
            (position, table, source)
            for position, (table, source) in enumerate(zip(tables, self.sources, strict=True))
            if source is not None
        ]


@dataclass(frozen=True, slots=True)
class CommonType:
    """How all files hold one column after stacking: type, how its numbers count time, and display format."""

    dtype: Kind
    temporal: Temporal | None = None
    display_format: str | None = None


def align(tables: Sequence[RawTable], aliases: Sequence[frozenset[str]] = ()) -> tuple[Aligned, ...]:
    """Return the columns of all files: those of the first in its order, then what the others add.

    A column is the same as an earlier one of its exact name; else of its name in another case or, with `aliases`, of a
    header that means the same, where only one column of each file would do.

    Raises
    ------
    IngestError
        When no column stands in more than one file.
    """
    found: list[tuple[str, list[str | None]]] = []
    for position, table in enumerate(tables):
        places = {name: place for place, (name, _) in enumerate(found)}
        taken = {name: places[name] for name in table.columns if name in places}
        similar = _similar(table, found, set(taken.values()), aliases)
        for name in table.columns:
            place = taken.get(name, similar.get(name))
            if place is None:
                found.append((name, [None] * position + [name]))
            else:
                found[place][1].append(name)
        for _, sources in found:
            sources.extend([None] * (position + 1 - len(sources)))
        if position and not taken and not similar:
            raise IngestError(
                f"no column of {table.name} is in the files before it",
                where=table.name,
                hint="Files of one table have the same columns; check the names under `data` in study.yaml.",
                zh=f"“{table.name}”与其他数据文件没有相同的列，不能合并。",
            )
    return tuple(Aligned(name, tuple(sources)) for name, sources in found)


def _similar(
    table: RawTable,
    found: Sequence[tuple[str, Sequence[str | None]]],
    taken: set[int],
    aliases: Sequence[frozenset[str]],
) -> dict[str, int]:
    """Return column → place for the columns that match a place in no way but similarity, and only that one."""
    free = [place for place in range(len(found)) if place not in taken]
    exact = {found[place][0] for place in taken}
    sets = [frozenset(name.casefold() for name in names) for names in aliases]
    matches: dict[str, int] = {}
    keyed: dict[object, list[int]] = {}
    for place in free:
        keyed.setdefault(_key(found[place][0], sets), []).append(place)
    names: dict[object, list[str]] = {}
    for name in table.columns:
        if name not in exact:
            names.setdefault(_key(name, sets), []).append(name)
    for key, alike in names.items():
        places = keyed.get(key, [])
        if len(alike) == 1 and len(places) == 1:
            matches[alike[0]] = places[0]
    return matches


def _key(name: str, sets: Sequence[frozenset[str]]) -> object:
    folded = name.casefold()
    return next((names for names in sets if folded in names), folded)


def common_type(tables: Sequence[RawTable], column: Aligned) -> CommonType:
    """Return a type that every file's column can be turned into without losing anything.

    Numbers become wider. What has no common type becomes text, dates and moments in ISO 8601, which the types of the
    codebook are then read from: so dates that are counted in one file and written out in another come out alike.

    Raises
    ------
    IngestError
        When one file holds lists or records and another does not.
    """
    held = [(table, name, stored_column(table, name)) for _, table, name in column.held(tables)]
    if not _alike([stored for _, _, stored in held]):
        # Only then is it worth a look at the cells: an empty column has no type of its own.
        held = [(table, name, stored) for table, name, stored in held if not is_empty(table, name)]
    if not held:
        return CommonType(pl.String())
    columns = [stored for _, _, stored in held]
    first = columns[0]
    formats = {stored.display_format for stored in columns}
    if any(stored.is_nested for stored in columns) and any(stored.dtype != first.dtype for stored in columns):
        raise IngestError(
            f"the column {column.name!r} holds lists or records in one file and something else in another",
            where=" + ".join(table.name for table in tables),
            hint="Write its parts to columns of their own.",
            zh=f"列“{column.name}”在一个文件中含有嵌套数据，在另一个文件中没有。",
        )
    padded = len(formats) > 1 and any(leading_zeros(shown) for shown in formats)
    if _alike(columns) and not padded and first.dtype not in _CATEGORIES:
        return CommonType(first.dtype, first.temporal, first.display_format)
    return CommonType(pl.String() if padded else _widest([(table.format, stored) for table, _, stored in held]))


def _alike(columns: Sequence[Stored]) -> bool:
    first = columns[0] if columns else None
    return all(first is not None and one.dtype == first.dtype and one.temporal == first.temporal for one in columns)


def stored_column(table: RawTable, name: str) -> Stored:
    """Return the column `name` of `table` with its format."""
    return Stored(name, table.schema[name], table.formats.get(name), table.temporal.get(name))


def is_empty(table: RawTable, name: str) -> bool:
    """Whether a column of a workbook or binary file holds nothing at all, so that its type says nothing."""
    if table.format in {"csv", "tsv"} or table.schema[name] not in {pl.String, pl.Null}:
        return False
    cell = pl.col(name).cast(pl.String)
    return not table.data.select((cell.is_not_null() & (cell != "")).any()).collect().item()


def leading_zeros(display_format: str | None) -> int:
    """Return to how many digits a display format of SPSS fills numbers up with zeros, 0 where it does not."""
    found = _LEADING_ZEROS.fullmatch(display_format or "")
    return int(found.group(1)) if found else 0


def _widest(told: Sequence[tuple[str, Stored]]) -> Kind:
    """Return the numeric type that holds all columns exactly, else text."""
    types = [stored.dtype for _, stored in told]
    plain = all(stored.temporal is None for _, stored in told)
    if not plain or not all(kind.is_integer() or kind.is_float() or kind == pl.Boolean for kind in types):
        return pl.String()
    if not any(kind.is_float() for kind in types):
        return pl.String() if pl.UInt64 in types else pl.Int64()
    # Only Parquet has whole numbers beyond those that a double tells apart.
    exact = all(
        kind not in _LONG or file_format != "parquet" for (file_format, _), kind in zip(told, types, strict=True)
    )
    return pl.Float64() if exact else pl.String()


def converted(table: RawTable, name: str | None, common: CommonType) -> pl.Expr:
    """Return the column `name` of `table` in the common type; nulls where the file does not have it."""
    nothing = pl.lit(None, dtype=common.dtype)
    if name is None:
        return nothing
    stored = stored_column(table, name)
    if stored.dtype == common.dtype and stored.temporal == common.temporal:
        return pl.col(name)
    if common.dtype != pl.String:
        return nothing if stored.is_text else stored.value.cast(common.dtype)  # a text is there only when it is empty
    zeros = leading_zeros(stored.display_format)
    text = as_text(stored)
    if stored.temporal is not None and stored.temporal.kind == "time":
        # A duration of more than a day is no time of day: it stays the number that it is, for somebody to look at.
        in_a_day = stored.value.is_between(0, _DAY[stored.temporal.unit], closed="left")
        text = pl.when(in_a_day).then(text).otherwise(as_text(replace(stored, temporal=None)))
    return text.str.zfill(zeros) if zeros and not stored.is_text else text
