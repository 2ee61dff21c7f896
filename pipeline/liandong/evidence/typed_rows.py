"""Rows of a survey on their way from the file to the gate: answers, kinds of missing and unreadable texts side by side.

One lazy frame holds all three, so that a file of any size is read once per pass, and by parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

ROW = "_row"
NOT_APPLICABLE, UNNAMED, BLANKED = "not_applicable", "user_missing", "blanked"
IN_MEMORY = 20_000_000  # cells; some 200 MB. Anything larger is read by parts, once per pass.
_KIND, _TEXT = "⟨kind⟩", "⟨text⟩"
_PROBLEMS = {"row": pl.Int64, "field": pl.String, "value": pl.String}


def kind_column(field: str) -> str:
    """Return the name under which the kind of missing of `field` stands beside the answers."""
    return _KIND + field


def text_column(field: str) -> str:
    """Return the name under which the texts of `field` stand that could not be read as its type."""
    return _TEXT + field


def kinds_type(names: Iterable[str]) -> pl.Enum:
    """Return the type of the kinds of missing: those that every survey may have, then `names`."""
    return pl.Enum(list(dict.fromkeys([NOT_APPLICABLE, UNNAMED, BLANKED, *sorted(names)])))


@dataclass(frozen=True, slots=True, eq=False)
class TypedRows:
    """Rows in the names and types of a codebook.

    Attributes
    ----------
    rows
        Lazy. ``_row`` (distinct row numbers of the source), the fields in their types, and, under the names of
        `kind_column` and `text_column`, for some fields an Enum column with the kind of missing (null where a cell
        holds a value or nothing at all) and a String column with the texts that could not be read (null elsewhere).
    schema
        Of `rows`, known without asking.
    height
        How many rows there are.
    batch
        Rows to be looked at in one go; None where everything is in memory and is looked at at once.
    pick
        How to get at the rows with given numbers without working out all others first, where there is a way.
    """

    rows: pl.LazyFrame
    schema: pl.Schema
    height: int
    batch: int | None = None
    pick: Callable[[pl.Series], pl.LazyFrame] | None = None

    @property
    def names(self) -> list[str]:
        """Names of the answers: all columns but ``_row``, the kinds of missing and the unreadable texts."""
        return [name for name in self.schema if name != ROW and not name.startswith((_KIND, _TEXT))]

    @property
    def coded(self) -> list[str]:
        """Fields with a column of kinds of missing."""
        return [name.removeprefix(_KIND) for name in self.schema if name.startswith(_KIND)]

    @property
    def fallible(self) -> list[str]:
        """Fields with a column of unreadable texts."""
        return [name.removeprefix(_TEXT) for name in self.schema if name.startswith(_TEXT)]

    @property
    def frame(self) -> pl.LazyFrame:
        """``_row`` and the answers, lazily."""
        return self.rows.select(ROW, *self.names)

    @property
    def missing(self) -> pl.LazyFrame:
        """Kinds of missing under the names of their fields, lazily."""
        return self.rows.select(pl.col(kind_column(name)).alias(name) for name in self.coded)

    def only(self, wanted: pl.Series) -> TypedRows:
        """Return the rows with the numbers `wanted`, in order; in memory, unless they are very many."""
        some = among_rows(self.rows, wanted) if self.pick is None else self.pick(wanted)
        few = len(wanted) * len(self.schema) <= IN_MEMORY
        rows = self.collect(some).lazy() if few else some
        return TypedRows(rows, self.schema, len(wanted), None if few else self.batch)

    def problems(self) -> pl.DataFrame:
        """Return every unreadable cell (row, field, value), in the order of fields and rows; reads them all."""
        names = self.fallible
        if not names:
            return pl.DataFrame(schema=_PROBLEMS)
        texts = self.rows.select(pl.col(ROW).alias("row"), *(pl.col(text_column(name)).alias(name) for name in names))
        some = texts.filter(pl.any_horizontal(pl.col(names).is_not_null()))
        cells = [part.unpivot(names, index="row", variable_name="field").drop_nulls() for part in self.batches(some)]
        order = pl.col("field").cast(pl.Enum(names))
        return pl.concat(cells).sort(order, "row", maintain_order=True).cast(pl.Schema(_PROBLEMS))

    def batches(self, rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
        """Yield the result of a query over `rows` by parts, in the order of the rows."""
        if self.batch is None:
            yield rows.collect()
        else:
            yield from rows.collect_batches(chunk_size=self.batch, maintain_order=True, engine="streaming")

    def collect(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """Return the result of a query over `rows` in memory, which has to be much smaller than they are."""
        return rows.collect(engine="in-memory" if self.batch is None else "streaming")


def typed_rows(
    frame: pl.DataFrame, missing: pl.DataFrame, type_problems: pl.DataFrame, *, batch: int | None = None
) -> TypedRows:
    """Put together what is in memory.

    Parameters
    ----------
    frame
        ``_row`` and the answers.
    missing
        Same height and order: for each field that has any the kind of missing as text, null elsewhere.
    type_problems
        row, field, value: texts that could not be read. They are null in `frame`.
    batch
        Rows to be looked at in one go; all when None.

    Raises
    ------
    ValueError
        When the heights differ or ``_row`` does not identify the rows: a defect of the program, not of the data.
    """
    if frame[ROW].null_count() or not frame[ROW].is_unique().all():
        raise ValueError(f"{ROW} does not identify the rows")
    kinds = missing.select(name for name in missing.columns if name in frame.columns and name != ROW)
    if kinds.width and kinds.height != frame.height:
        raise ValueError(f"missing has {kinds.height} rows, the frame {frame.height}")
    known = {kind for series in kinds for kind in series.drop_nulls().cast(pl.String)}
    both = frame.hstack(kinds.cast(kinds_type(known)).rename(kind_column).get_columns())
    for (name,), cells in type_problems.group_by("field", maintain_order=True):
        texts = cells.select(pl.col("row").cast(frame.schema[ROW]).alias(ROW), pl.col("value"))
        both = both.join(texts, on=ROW, how="left", maintain_order="left").rename({"value": text_column(str(name))})
    return TypedRows(both.lazy(), both.schema, frame.height, batch)


def among_rows(rows: pl.LazyFrame, wanted: pl.Series, column: str = ROW) -> pl.LazyFrame:
    """Return those of the `rows` whose number, in `column`, is among the `wanted`; lazily and in order."""
    return rows.join(wanted.alias(column).to_frame().lazy(), on=column, how="semi", maintain_order="left")


def with_columns(table: TypedRows, rows: pl.LazyFrame, added: Mapping[str, pl.DataType]) -> TypedRows:
    """Return `table` with the columns `added`; `rows` are its own rows, in order, that have them."""
    return TypedRows(rows, pl.Schema({**table.schema, **added}), table.height, table.batch)


def settled(table: TypedRows) -> TypedRows:
    """Return a table in memory with its query carried out once for all, a large one as it is."""
    return table if table.batch is not None else TypedRows(table.rows.collect().lazy(), table.schema, table.height)
