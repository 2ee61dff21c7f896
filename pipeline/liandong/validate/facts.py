"""What only the whole table can tell: repeated keys, repeated values, references that do not exist, unreadable texts.

Once these are known as short lists of rows and values, every rule is an expression over a single row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook, ForeignKey
from liandong.definitions.shape import nearest
from liandong.errors import ValidationError
from liandong.validate.rules import ROW, UNREADABLE, kind_column

_CONTENT = "⟨content⟩"


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Lists of rows and values that break rules about the table as a whole.

    Attributes
    ----------
    schema
        The codebook's columns that the file has, with their types.
    coded
        Fields with a column of missing kinds.
    unreadable
        Field → rows (``_row``) whose text could not be read as the field's type.
    copies, conflicts
        Rows that repeat an earlier row with all its content; rows that share their key with a row of other content.
    repeated
        Field declared unique → values that occur more than once, copies aside.
    unknown
        For each foreign key of the codebook, in order, the values that its table does not have: one column per field.
    """

    schema: Mapping[str, pl.DataType]
    coded: frozenset[str]
    unreadable: Mapping[str, pl.Series]
    copies: pl.Series
    conflicts: pl.Series
    repeated: Mapping[str, pl.Series]
    unknown: tuple[pl.DataFrame, ...]


def gather_facts(
    frame: pl.DataFrame,
    missing: pl.DataFrame,
    type_problems: pl.DataFrame,
    codebook: Codebook,
    references: Mapping[str, pl.DataFrame],
) -> Facts:
    """Look through the whole table once per key, unique field and foreign key; arguments as for ``validate``."""
    copies, conflicts = _repeated_keys(frame, missing, type_problems, codebook.key)
    present = [field for field in codebook.fields if field.name in frame.columns]
    originals = frame if copies.is_empty() else frame.filter(~pl.col(ROW).is_in(copies.implode()))
    return Facts(
        schema={field.name: frame.schema[field.name] for field in present},
        coded=frozenset(missing.columns),
        unreadable={
            str(name): rows[ROW]
            for (name,), rows in type_problems.rename({"row": ROW}).sort(ROW).group_by("field", maintain_order=True)
        },
        copies=copies,
        conflicts=conflicts,
        repeated={field.name: _repeats(originals[field.name]) for field in present if field.constraints.unique},
        unknown=tuple(_unknown_values(frame, key, references) for key in codebook.foreign_keys),
    )


def unreadable_texts(type_problems: pl.DataFrame, row_type: pl.DataType) -> pl.DataFrame:
    """Return one line per row that has unreadable values: ``_row`` and ``_unreadable``, "field=text; …"."""
    return (
        type_problems.sort("row", "field")
        .select(pl.col("row").cast(row_type).alias(ROW), pl.format("{}={}", "field", "value").alias(UNREADABLE))
        .group_by(ROW)
        .agg(pl.col(UNREADABLE).str.join("; "))
    )


def _repeated_keys(
    frame: pl.DataFrame, missing: pl.DataFrame, type_problems: pl.DataFrame, key: Sequence[str]
) -> tuple[pl.Series, pl.Series]:
    """Return the rows that are copies, and the rows whose key stands over different contents.

    The content of a row is everything that was read from it: values, kinds of missing, and texts that could not be
    read. Of identical rows the one that comes first in the file (the smallest ``_row``) is the original.
    """
    nothing = pl.Series(ROW, [], dtype=frame.schema[ROW])
    if not key:
        return nothing, nothing
    shared = pl.struct(key).is_duplicated() if len(key) > 1 else pl.col(key[0]).is_duplicated()
    twice = frame.select(shared & pl.all_horizontal(pl.col(key).is_not_null())).to_series()
    if not twice.any():
        return nothing, nothing
    suspects = pl.concat([frame, missing.rename(kind_column)], how="horizontal").filter(twice)
    suspects = suspects.join(unreadable_texts(type_problems, frame.schema[ROW]), on=ROW, how="left")
    content = [column for column in suspects.columns if column != ROW]
    suspects = suspects.with_columns(pl.col(ROW).min().over(content).alias(_CONTENT))
    copies = suspects.filter(pl.col(ROW) != pl.col(_CONTENT))[ROW]
    conflicts = suspects.filter(pl.col(_CONTENT).n_unique().over(list(key)) > 1)[ROW]
    return copies.sort(), conflicts.sort()


def _repeats(values: pl.Series) -> pl.Series:
    """Return the distinct values that occur more than once; missing values do not count."""
    answered = values.drop_nulls()
    return answered.filter(answered.is_duplicated()).unique().sort()


def _unknown_values(frame: pl.DataFrame, key: ForeignKey, references: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the distinct values of the key's columns that the referenced table does not have."""
    columns = list(key.columns)
    if not set(columns) <= set(frame.columns):
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    known = frame if key.reference.resource == "" else _table(key, references)
    listed = known.select(
        _as_type(known, name, frame.schema[column], key).alias(column)
        for column, name in zip(columns, key.referenced, strict=True)
    )
    return frame.select(columns).drop_nulls().unique().join(listed, on=columns, how="anti").sort(columns)


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
