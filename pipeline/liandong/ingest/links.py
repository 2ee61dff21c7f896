"""Columns that other tables lend, joined to the rows of one: `link`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import polars as pl

from liandong.definitions.linked_names import Aggregate
from liandong.definitions.links import Link
from liandong.errors import ValidationError
from liandong.ingest.typed import TYPES

_KEY, _ROWS = "\0key:", "\0rows"
_ZERO_WITHOUT_ROWS = frozenset({"count", "sum"})
_SHOWN = 5


def link(rows: pl.LazyFrame, links: Sequence[Link], tables: Mapping[str, pl.DataFrame]) -> pl.LazyFrame:
    """Return `rows` with a column for each of `links`, in their order.

    Parameters
    ----------
    rows
        Typed rows; they are not read here.
    links
        What is lent to them. A link whose table is not among `tables`, or whose columns are not there, adds nothing.
    tables
        The other tables, typed, by name: the rows that may be read.

    Returns
    -------
    polars.LazyFrame
        The rows as they were, in order. Of one row of another table: its value, null where the key is empty or finds no
        row. Of many: ``count`` and ``sum`` are 0 where the key finds no row, the others null; answers that are missing
        count in none of them, and a sum of rows without any answer is null.

    Raises
    ------
    ValidationError
        When a key that should find one row of another table finds several.
    """
    schema = rows.collect_schema()
    for _, group in groupby(links, key=lambda one: (one.name.table, one.name.aggregate is None)):
        some = possible(list(group), schema, tables)
        if some:
            rows = _joined(rows, schema, some, tables[some[0].name.table])
    return rows


def possible(
    links: Sequence[Link], schema: Mapping[str, pl.DataType], tables: Mapping[str, pl.DataFrame]
) -> list[Link]:
    """Return the links that can be made of these columns and tables."""
    return [
        one
        for one in links
        if one.name.table in tables
        and set(one.on) <= set(schema)
        and set(one.key) <= set(tables[one.name.table].columns)
        and (one.field is None or one.field.name in tables[one.name.table].columns)
    ]


def link_types(links: Sequence[Link]) -> dict[str, pl.DataType]:
    """Return the types of the columns that `link` adds."""
    return {one.column: _type(one) for one in links}


def _type(one: Link) -> pl.DataType:
    aggregate = one.name.aggregate
    if one.field is None or aggregate == "count":
        return pl.Int64()
    if aggregate == "mean":
        return pl.Float64()
    if aggregate == "sum" and TYPES[one.field.type] == pl.Boolean:
        return pl.Int64()
    return TYPES[one.field.type]


def _joined(
    rows: pl.LazyFrame, schema: Mapping[str, pl.DataType], links: Sequence[Link], table: pl.DataFrame
) -> pl.LazyFrame:
    """Join the columns that one table lends by one key."""
    on, key = links[0].on, links[0].key
    names = [f"{_KEY}{place}" for place in range(len(key))]
    keyed = table.select(
        *(pl.col(name).alias(alias) for name, alias in zip(key, names, strict=True)),
        *dict.fromkeys(one.field.name for one in links if one.field is not None),
    ).drop_nulls(names)
    found = keyed.group_by(names, maintain_order=True).agg(
        pl.len().alias(_ROWS), *(_LENT[one.name.aggregate](_value(one)).alias(one.column) for one in links)
    )
    if links[0].name.aggregate is None:
        _check_unique(found, links[0], names)
    common = [_common(schema[here], table.schema[there]) for here, there in zip(on, key, strict=True)]
    joined = rows.join(
        found.lazy(),
        left_on=[pl.col(name).cast(dtype) for name, dtype in zip(on, common, strict=True)],
        right_on=[pl.col(name).cast(dtype) for name, dtype in zip(names, common, strict=True)],
        how="left",
        maintain_order="left",
    )
    none_found = pl.all_horizontal(pl.col(name).is_not_null() for name in on) & pl.col(_ROWS).is_null()
    zeros = [one.column for one in links if one.name.aggregate in _ZERO_WITHOUT_ROWS]
    filled = joined.with_columns(pl.when(none_found).then(0).otherwise(pl.col(name)).alias(name) for name in zeros)
    wanted = link_types(links)
    return filled.drop(_ROWS, *names, strict=False).with_columns(
        pl.col(one.column).cast(wanted[one.column]) for one in links
    )


def _value(one: Link) -> pl.Expr:
    if one.field is None:
        return pl.col(f"{_KEY}0")  # always there: rows without a key are left out
    value = pl.col(one.field.name)
    return value.cast(pl.Int64) if one.field.type == "boolean" and one.name.aggregate in {"sum", "mean"} else value


_LENT: Mapping[Aggregate | None, Callable[[pl.Expr], pl.Expr]] = {
    None: lambda value: value.first(),
    "count": lambda value: value.count(),
    "sum": lambda value: pl.when(value.count() > 0).then(value.sum()),
    "mean": lambda value: value.mean(),
    "min": lambda value: value.min(),
    "max": lambda value: value.max(),
}


def _common(here: pl.DataType, there: pl.DataType) -> pl.DataType:
    """Return the type in which two columns of a key are compared: whole numbers and reals may stand for each other."""
    return pl.Float64() if here.is_numeric() and there.is_float() else here


def _check_unique(found: pl.DataFrame, one: Link, names: Sequence[str]) -> None:
    several = found.filter(pl.col(_ROWS) > 1).sort(names)
    if several.is_empty():
        return
    shown = ["+".join(map(str, row)) for row in several.select(names).head(_SHOWN).rows()]
    if one.personal:
        shown = [f"{several.height} of them (withheld)"]
    more = " …" if several.height > _SHOWN else ""
    raise ValidationError(
        f"the key {'+'.join(one.key)} does not tell the rows of the table {one.name.table!r} apart, so that nobody can "
        f"say what {one.column} is: {', '.join(shown)}{more} stand{'s' if several.height == 1 else ''} in several rows",
        hint=f"make {'+'.join(one.key)} the primaryKey of the table, or correct its rows",
        zh=f"表“{one.name.table}”的键 {'+'.join(one.key)} 有重复值：{'、'.join(shown)}{more}。",
    )
