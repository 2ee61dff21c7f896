"""What only the whole table can tell: repeated keys, repeated values, references that do not exist.

Once these are known as short lists of rows and values, every rule is an expression over a single row. No more than a
few columns are looked at: keys are compared by an eight-byte hash first, contents only where a key occurs twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook, ForeignKey
from liandong.definitions.link_titles import Lent
from liandong.definitions.shape import nearest
from liandong.errors import ValidationError
from liandong.evidence.typed_rows import ROW, TypedRows, among_rows

_HASH, _CONTENT, _AGAIN = "⟨hash⟩", "⟨content⟩", "⟨again⟩"
_SEED = 20211026


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Lists of rows and values that break rules about the table as a whole.

    Attributes
    ----------
    schema
        The codebook's columns that the file has, with their types.
    coded, fallible
        Fields with a column of missing kinds, and with a column of unreadable texts.
    copies, conflicts
        Rows that repeat an earlier row with all its content; rows that share their key with a row of other content.
    repeated
        Field declared unique → values that occur more than once, copies aside.
    unknown
        For each foreign key of the codebook, in order, the values that its table does not have: one column per field.
    lent
        Columns that other tables lend to expressions, whether or not these tables are there.
    readable
        What expressions can read: fields and lent columns that are there.
    """

    schema: Mapping[str, pl.DataType]
    coded: frozenset[str]
    fallible: frozenset[str]
    copies: pl.Series
    conflicts: pl.Series
    repeated: Mapping[str, pl.Series]
    unknown: tuple[pl.DataFrame, ...]
    lent: Mapping[str, Lent]
    readable: frozenset[str]

    def own(self, names: Iterable[str]) -> set[str]:
        """Return the fields of this table behind `names`: themselves, and the keys of what other tables lend."""
        return {field for name in names for field in (self.lent[name].link.on if name in self.lent else (name,))}


def gather_facts(
    table: TypedRows,
    codebook: Codebook,
    references: Mapping[str, pl.DataFrame],
    lent: Mapping[str, Lent],
    columns: Iterable[str],
) -> Facts:
    """Look through the columns of each key, unique field and foreign key; arguments as for ``validate``.

    Expressions can read `columns`.
    """
    copies, conflicts = _repeated_keys(table, codebook.key)
    present = [field for field in codebook.fields if field.name in table.schema]
    return Facts(
        schema={field.name: table.schema[field.name] for field in present},
        coded=frozenset(table.coded),
        fallible=frozenset(table.fallible),
        copies=copies,
        conflicts=conflicts,
        repeated={
            field.name: _repeats(table, field.name, copies)
            for field in present
            if field.constraints.unique and codebook.key != (field.name,)
        },
        unknown=tuple(_unknown_values(table, key, references) for key in codebook.foreign_keys),
        lent=lent,
        readable=frozenset(columns) & {*codebook.names, *lent},
    )


def _repeated_keys(table: TypedRows, key: Sequence[str]) -> tuple[pl.Series, pl.Series]:
    """Return the rows that are copies, and the rows whose key stands over different contents.

    The content of a row is everything that was read from it: values, kinds of missing, and texts that could not be
    read. Two hashes of 64 bits with different seeds stand for it, so that a file in which every key occurs twice is
    compared in little memory, too. Of identical rows the one with the smallest ``_row`` is the original.
    """
    nothing = pl.Series(ROW, [], dtype=table.schema[ROW])
    suspects = _sharing(table, key) if key else nothing
    if suspects.is_empty():
        return nothing, nothing
    content = pl.struct(name for name in table.schema if name != ROW)
    some = table.only(suspects)
    found = some.collect(
        some.rows.select(ROW, *key, content.hash(_SEED).alias(_CONTENT), content.hash(_SEED + 1).alias(_AGAIN))
    )
    found = found.with_columns(
        pl.col(ROW).min().over([*key, _CONTENT, _AGAIN]).alias("⟨first⟩"),
        pl.struct(_CONTENT, _AGAIN).n_unique().over(list(key)).alias("⟨contents⟩"),
    )
    copies = found.filter(pl.col(ROW) != pl.col("⟨first⟩"))[ROW]
    return copies.sort(), found.filter(pl.col("⟨contents⟩") > 1)[ROW].sort()


def _sharing(table: TypedRows, columns: Sequence[str]) -> pl.Series:
    """Return the rows whose values of `columns`, all of them there, occur in another row, too.

    A hash that two values happen to share brings in rows too many; the caller compares the values themselves.
    """
    hashed = (pl.struct(columns) if len(columns) > 1 else pl.col(columns[0])).hash(_SEED)
    complete = table.rows.select(ROW, *columns).drop_nulls(list(columns))
    keys = table.collect(complete.select(ROW, hashed.alias(_HASH)))
    in_order = keys[_HASH].sort()
    twice = in_order.filter(in_order == in_order.shift(1)).unique()
    return keys.filter(pl.col(_HASH).is_in(twice.implode()))[ROW] if len(twice) else keys[ROW].clear()


def _repeats(table: TypedRows, name: str, copies: pl.Series) -> pl.Series:
    """Return the distinct values that occur more than once; missing values and copies of a row do not count."""
    suspects = _sharing(table, [name])
    suspects = suspects.filter(~suspects.is_in(copies.implode()))
    values = table.collect(among_rows(table.rows.select(ROW, name), suspects).select(name)).to_series()
    return values.filter(values.is_duplicated()).unique().sort()


def _unknown_values(table: TypedRows, key: ForeignKey, references: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the distinct values of the key's columns that the referenced table does not have."""
    columns = list(key.columns)
    if not set(columns) <= set(table.schema):
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    if key.reference.resource == "":
        known = table.collect(table.rows.select(*dict.fromkeys(key.referenced)).unique())
    else:
        known = _table(key, references)
    listed = known.select(
        _as_type(known, name, table.schema[column], key).alias(column)
        for column, name in zip(columns, key.referenced, strict=True)
    )
    used = table.collect(table.rows.select(columns).drop_nulls().unique())
    return used.join(listed, on=columns, how="anti").sort(columns)


def _table(key: ForeignKey, references: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    name = key.reference.resource
    if name not in references:
        raise ValidationError(
            f"the foreign key on {', '.join(key.columns)} needs the table {name!r}, which was not given",
            hint=nearest(name, references) or f"name its file in study.yaml under data: {{{name}: …}}",
            zh=f"缺少参照表“{name}”。",
        )
    return references[name]


def _as_type(known: pl.DataFrame, name: str, dtype: pl.DataType, key: ForeignKey) -> pl.Expr:
    """Express the referenced column `name` in the type of the survey's field; what has no such form matches nothing."""
    if name not in known.columns:
        raise ValidationError(
            f"the table {key.reference.resource!r} has no column {name!r}, which the foreign key on "
            f"{', '.join(key.columns)} refers to",
            hint=nearest(name, known.columns) or f"its columns: {', '.join(known.columns)}",
            zh=f"参照表“{key.reference.resource}”中没有列“{name}”。",
        )
    value, source = pl.col(name), known.schema[name]
    if source.is_float() and not dtype.is_float():
        whole = pl.when(value.is_finite() & (value == value.round())).then(value)
        value = whole.cast(pl.Int64, strict=False)
    elif source == pl.String:
        value = value.str.strip_chars()
    return value.cast(dtype, strict=False)
