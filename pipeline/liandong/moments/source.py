"""Any dataframe becomes one narrow lazy frame: keys, weight and analysis columns under internal names."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import polars as pl

from liandong.errors import EstimationError

WEIGHT = "w"
CLUSTER = "cluster"
EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class Request:
    """What a pass over the rows has to collect.

    Attributes
    ----------
    columns
        The analysis columns x, y in the order of z = (1, x, y).
    cluster, effect, weight
        Column names; `effect` and `weight` may be None.
    keys
        Further columns whose values split the cells: a subgroup, a stratum, a second effect, a second cluster.
    rules
        Sets of columns whose complete cases can be asked for later; one bit of the sample key each.
    """

    columns: tuple[str, ...]
    cluster: str
    effect: str | None
    weight: str | None
    keys: tuple[str, ...]
    rules: tuple[tuple[str, ...], ...]

    @property
    def key_names(self) -> list[str]:
        """Internal names of the grouping columns, cluster first."""
        effect = [EFFECT] if self.effect is not None else []
        return [CLUSTER, *effect, *(f"key{i}" for i in range(len(self.keys)))]

    @property
    def value_names(self) -> list[str]:
        """Internal names of the analysis columns, in order."""
        return [value_name(j) for j in range(len(self.columns))]


@dataclass(frozen=True, slots=True)
class Source:
    """The rows to read.

    Attributes
    ----------
    rows
        The query under internal names, for any engine.
    raw
        The same columns under their own names, for reading in batches; None outside Polars. Names are changed batch by
        batch, because Polars' streaming engine reads several GB ahead of a query that ends in a mere renaming.
    renaming, condition
        What turns a batch of `raw` into one of `rows`.
    eager
        Whether the rows are in memory.
    engine
        Name of the engine.
    """

    rows: nw.LazyFrame[Any]
    raw: pl.LazyFrame | None
    renaming: tuple[nw.Expr, ...]
    condition: nw.Expr | None
    eager: bool
    engine: str

    @property
    def polars(self) -> bool:
        """Whether batches can be had."""
        return self.raw is not None

    def native(self) -> pl.LazyFrame:
        """Return the Polars query under internal names; only where `polars` is true."""
        query = self.rows.to_native()
        assert isinstance(query, pl.LazyFrame)
        return query

    def filtered(self, condition: nw.Expr) -> Source:
        """Return the source with only the rows that satisfy `condition`, which names internal columns."""
        return replace(self, rows=self.rows.filter(condition), condition=condition)

    def batches(self, rows: int) -> Iterator[pl.DataFrame]:
        """Yield batches of `raw` in any order; only where `polars` is true."""
        assert self.raw is not None
        if self.eager:
            yield from self.raw.collect().iter_slices(rows)
        else:
            yield from self.raw.collect_batches(chunk_size=rows, maintain_order=False, engine="streaming")

    def prepared(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return a batch of `raw` under internal names, unusable rows gone."""
        table = nw.from_native(batch).select(*self.renaming)
        return (table if self.condition is None else table.filter(self.condition)).to_native()


def value_name(position: int) -> str:
    """Return the internal name of the analysis column at `position`."""
    return f"z{position}"


def open_source(frame: object, request: Request) -> Source:
    """Return the rows of `frame` under internal names, lazily.

    Parameters
    ----------
    frame
        A Polars DataFrame or LazyFrame, or anything else that narwhals understands: pandas and PyArrow tables are
        converted to Polars (the named columns only), DuckDB relations and Spark frames stay in their engine.
    request
        The columns wanted; every one must exist, and the analysis columns and the weight must be numeric or boolean.

    Raises
    ------
    EstimationError
        For a column that is missing or not numeric.
    """
    table = nw.from_native(frame)  # type: ignore[call-overload]
    schema = table.collect_schema()
    _require_columns(request, schema)
    eager = isinstance(table, nw.DataFrame)
    narrow = table.select(*_all_columns(request))
    lazy = nw.from_native(narrow.to_polars().lazy()) if isinstance(narrow, nw.DataFrame) else narrow
    renaming = tuple(_renamed(request, lazy.collect_schema()))
    native = lazy.to_native()
    raw = native if isinstance(native, pl.LazyFrame) else None
    return Source(lazy.select(*renaming), raw, renaming, None, eager, str(lazy.implementation))


def prepared_source(rows: pl.LazyFrame) -> Source:
    """Return a source of Polars rows that bear internal names already."""
    lazy = nw.from_native(rows)
    renaming = tuple(nw.col(name) for name in lazy.collect_schema().names())
    return Source(lazy, rows, renaming, None, eager=False, engine=str(lazy.implementation))


def _all_columns(request: Request) -> list[str]:
    optional = [c for c in (request.effect, request.weight) if c is not None]
    return list(dict.fromkeys([request.cluster, *optional, *request.keys, *request.columns]))


def _require_columns(request: Request, schema: nw.Schema) -> None:
    for column in _all_columns(request):
        if column not in schema:
            near = difflib.get_close_matches(column, list(schema), n=1)
            raise EstimationError(
                f"expected a column {column!r}; the data have none of that name",
                hint=f"did you mean {near[0]!r}?" if near else "check the names in the study definition",
                zh=f"数据中没有名为 {column!r} 的变量。",
            )
    measured = [*request.columns, *([request.weight] if request.weight is not None else [])]
    for column in measured:
        if not (schema[column].is_numeric() or schema[column] == nw.Boolean):
            raise EstimationError(
                f"expected numbers in column {column!r}; it holds {schema[column]}",
                hint="recode it to numbers, or to one 0/1 column per category",
                zh=f"变量 {column!r} 不是数值型，无法进入模型。",
            )


def _renamed(request: Request, schema: nw.Schema) -> list[nw.Expr]:
    sources: Sequence[str] = [c for c in (request.cluster, request.effect) if c is not None]
    keys = [
        _label(column, schema).alias(name)
        for column, name in zip([*sources, *request.keys], request.key_names, strict=True)
    ]
    values = [
        nw.col(column).cast(nw.Float64).alias(name)
        for column, name in zip(request.columns, request.value_names, strict=True)
    ]
    weight = [nw.col(request.weight).cast(nw.Float64).alias(WEIGHT)] if request.weight is not None else []
    return [*keys, *weight, *values]


def _label(column: str, schema: nw.Schema) -> nw.Expr:
    """Return an expression for a label column that sorts and joins the same on every engine."""
    expression = nw.col(column)
    dtype = schema[column]
    if isinstance(dtype, nw.Categorical | nw.Enum):
        return expression.cast(nw.String)
    if dtype.is_float():
        return nw.when(~expression.is_nan()).then(expression)
    return expression
