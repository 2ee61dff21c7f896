"""Facts about every column of a raw table: what a draft of its codebook is made of.

The rows are read once per group of columns, and counted by value; everything else is asked of the distinct values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import polars as pl

from liandong.definitions.codebook import Field, FieldExtras
from liandong.ingest import DeclaredMissing, RawTable
from liandong.ingest.columns import Stored, prepared_text
from liandong.ingest.temporal import as_datetime
from liandong.ingest.typed import as_field
from liandong.scaffold import MOST_STRANGERS, MOST_VALUES, SEVERAL, Reading, SeenSet, SeenTable
from liandong.workflow.observed import Look, best_reading, keeps_its_text, seen_column

_IN_MEMORY = 20_000_000  # cells; a table with no more is read once
_AT_ONCE = 20  # columns whose distinct values are held in memory together
_SAMPLE = 1_000
_HALF = 0.5
_EXTREMES = 6
_COMBINATIONS = 2_000
_READINGS: tuple[Reading, ...] = get_args(Reading)
_READERS = {kind: Field(name="x", title="x", type=kind, liandong=FieldExtras(title_en="x")) for kind in _READINGS}
_WRITTEN_IN = r"〖[^〗]*〗"
_WITH_UNIT = r"^[+-]?\d+(?:\.\d+)?\s*([^\d\s.,:/+-][^\d\s]{0,7})$"
_NUMBER = r"^([+-]?\d+(?:\.\d+)?)"
_LEADING_ZERO = r"^[+-]?0\d"
_DECIMAL_COMMA = r"^[+-]?(?:\d{1,3}(?:[.' ]\d{3})+|\d+),\d+$"
_DIGIT, _PARTS = r"\d", r"\d\D+\d"
_MOMENTS = (pl.Date, pl.Datetime, pl.Time)
_VALUE, _PLAIN, _N = "value", "plain", "n"


def observe(raw: RawTable, files: Sequence[str], origin: str | None = None) -> SeenTable:
    """Return what is seen in `raw`.

    Parameters
    ----------
    raw
        A table as its files store it.
    files
        Their names.
    origin
        The column that says which file a row is from, where there are several.

    Returns
    -------
    SeenTable
        Cells are read exactly as `ingest` will read them once the codebook stands.
    """
    is_small = raw.row_count * len(raw.columns) <= _IN_MEMORY
    data = raw.data.collect().lazy() if is_small else raw.data
    flat = [name for name in raw.columns if not Stored(name, raw.schema[name]).is_nested]
    facts = {name: _facts(raw, name, values) for name, values in _distinct(data, flat, is_small=is_small)}
    pairs = _pairs(data, flat, origin) if origin is not None else {}
    looks = [_look(raw, name, {**facts.get(name, {}), "pairs": pairs.get(name)}) for name in raw.columns]
    return SeenTable(
        files=tuple(files),
        title=raw.documentation[0] if raw.documentation else "",
        rows=raw.row_count,
        columns=tuple(seen_column(raw, look) for look in looks),
        sets=tuple(SeenSet(one.name, one.label, one.columns, one.counted) for one in raw.response_sets.values()),
        weight=raw.weight,
        origin=origin,
        notes=tuple(raw.notes),
    )


def _look(raw: RawTable, name: str, found: Mapping[str, Any]) -> Look:
    stored = Stored(name, raw.schema[name], raw.formats.get(name), raw.temporal.get(name))
    return Look(stored, raw.user_missing.get(name, DeclaredMissing()), found)


def _distinct(data: pl.LazyFrame, names: Sequence[str], *, is_small: bool) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each column with its distinct values (``value``) and how often each occurs (``n``)."""
    engine: Literal["in-memory", "streaming"] = "in-memory" if is_small else "streaming"
    for start in range(0, len(names), _AT_ONCE):
        part = names[start : start + _AT_ONCE]
        counts = [
            pl.col(name).alias(_VALUE).value_counts(name=_N).implode().alias(str(i)) for i, name in enumerate(part)
        ]
        row = data.select(counts).collect(engine=engine)
        for i, name in enumerate(part):
            yield name, row[str(i)].explode().struct.unnest()


def _pairs(data: pl.LazyFrame, names: Sequence[str], origin: str) -> dict[str, int]:
    """Return for each column how many pairs of file and value there are."""
    asked = [pl.struct(origin, name).n_unique().alias(str(i)) for i, name in enumerate(names) if name != origin]
    counts = data.select(asked).collect(engine="streaming").row(0)
    return dict(zip((name for name in names if name != origin), counts, strict=True))


def _facts(raw: RawTable, name: str, values: pl.DataFrame) -> dict[str, Any]:
    """Return all that is known of a column from its distinct values."""
    look = _look(raw, name, {})
    if look.stored.is_text:
        return _text_facts(look, values)
    return _stored_facts(look, values)


def _stored_facts(look: Look, values: pl.DataFrame) -> dict[str, Any]:
    """Return what is known of a column of numbers, truths or moments."""
    values = values.with_columns(Stored(_VALUE, look.stored.dtype).value).drop_nulls(_VALUE)
    facts: dict[str, Any] = {"filled": _total(values), "distinct": values.height}
    if look.stored.dtype == pl.Boolean or not values.height:
        return facts
    answers = values.filter(_not_declared(look.declared)) if look.stored.dtype.is_numeric() else values
    if look.stored.temporal is not None:
        answers = answers.with_columns(as_datetime(pl.col(_VALUE), look.stored.temporal).alias(_VALUE))
    if answers.schema[_VALUE] in _MOMENTS:
        return {**facts, **_ends(answers)}
    if not look.stored.dtype.is_numeric():
        return facts
    number = pl.col(_VALUE).cast(pl.Float64)
    facts["is_whole"] = values.select((number == number.floor()).all()).item()
    return {**facts, **_ends(answers), **_listed(values)}


def _text_facts(look: Look, values: pl.DataFrame) -> dict[str, Any]:
    """Return what is known of a text column."""
    text, reader = Stored(_VALUE, look.stored.dtype), _READERS["integer"]
    is_ascii = values.select((text.value.str.len_bytes() == text.value.str.len_chars()).all()).item()
    cells = prepared_text(text, reader, is_ascii=True)
    # As ingest reads an option with words behind it.
    cells = cells if is_ascii else cells.str.replace_all(_WRITTEN_IN, "")
    counted = values.select(cells.alias(_VALUE), _N).filter(pl.col(_VALUE) != "")
    counted = counted.group_by(_VALUE, maintain_order=True).agg(pl.col(_N).sum())
    counted = counted.with_columns(prepared_text(Stored(_VALUE, pl.String()), reader, is_ascii=is_ascii).alias(_PLAIN))
    value = pl.col(_VALUE)
    facts = counted.select(
        longest=value.str.len_chars().max(),
        has_several=value.str.contains(SEVERAL, literal=True).any(),
        has_digits=pl.col(_PLAIN).str.contains(_DIGIT).any(),
        has_parts=pl.col(_PLAIN).str.contains(_PARTS).any(),
    ).row(0, named=True)
    facts |= {"filled": _total(counted), "distinct": counted.height}
    facts["with comma"] = _total(counted.filter(value.str.contains(_DECIMAL_COMMA)))
    if facts["has_several"]:
        facts["several"] = counted[_VALUE].unique().sort().head(_COMBINATIONS).to_list()
    readings = dict(_readable(counted, facts))
    for kind, column in readings.items():
        read = counted.select(column.alias(_VALUE), _N).drop_nulls(_VALUE)
        facts |= {f"as {kind}": _total(read), **{f"{key} {kind}": end for key, end in _ends(read).items()}}
    return {**facts, **_text_values(Look(look.stored, look.declared, facts), counted, readings)}


def _readable(counted: pl.DataFrame, facts: dict[str, Any]) -> Iterator[tuple[str, pl.Series]]:
    """Yield the readings that at least half of a sample allows, with all cells read so."""
    if not facts["has_digits"]:
        return
    step = max(counted.height // _SAMPLE, 1)
    sample = counted.gather_every(step)
    plain = Stored(_PLAIN, pl.String())
    for kind in _READINGS if facts["has_parts"] else _READINGS[:2]:  # a date has parts
        column = as_field(plain, _READERS[kind])
        if sample.select(column.count()).item() >= max(_HALF * sample.height, 1):
            yield kind, counted.select(column).to_series()
    unit = pl.col(_PLAIN).str.extract(_WITH_UNIT)
    if sample.select(unit.count()).item() >= max(_HALF * sample.height, 1):
        found = counted.select(unit).to_series()
        facts |= {"units": found.drop_nulls().n_unique(), "unit": found.drop_nulls().first()}
        number = pl.when(unit.is_not_null()).then(pl.col(_PLAIN).str.extract(_NUMBER).cast(pl.Float64, strict=False))
        yield "unit", counted.select(number).to_series()


def _text_values(look: Look, counted: pl.DataFrame, readings: Mapping[str, pl.Series]) -> dict[str, Any]:
    """Return the distinct values of a text column, or the numbers that it holds and the texts among them."""
    best = best_reading(look)
    if best is None:
        return _listed(counted, numbers=False)
    facts: dict[str, Any] = {"zeros": counted.select(pl.col(_VALUE).str.contains(_LEADING_ZERO).any()).item()}
    strange = counted.filter(readings[best].is_null()).sort(_N, _VALUE, descending=[True, False])
    facts["strangers"] = strange.select(_VALUE, _N).head(MOST_STRANGERS).rows()
    if best not in {"integer", "number", "unit"}:
        return facts
    if keeps_its_text(Look(look.stored, look.declared, {**look.found, **facts})):
        return {**facts, **_listed(counted, numbers=False)}
    read = counted.select(readings[best].alias(_VALUE), _N).drop_nulls(_VALUE)
    return {**facts, **_listed(read.group_by(_VALUE).agg(pl.col(_N).sum()))}


def _listed(values: pl.DataFrame, *, numbers: bool = True) -> dict[str, Any]:
    """Return all values with their counts if they are few, else the lowest and highest numbers."""
    if values.height <= MOST_VALUES:
        return {"values": values.select(_VALUE, _N).sort(_VALUE).rows()}
    if not numbers:
        return {}
    value = values[_VALUE]
    return {"lowest": value.bottom_k(_EXTREMES).to_list(), "highest": value.top_k(_EXTREMES).to_list()}


def _ends(values: pl.DataFrame) -> dict[str, Any]:
    """Return lowest, highest and mean of numbers; of moments, the ends as text."""
    value = pl.col(_VALUE)
    # A file may hold years that Python's dates do not have.
    if values.schema[_VALUE] in _MOMENTS:
        return values.select(low=value.min().cast(pl.String), high=value.max().cast(pl.String)).row(0, named=True)
    mean = (value.cast(pl.Float64) * pl.col(_N)).sum() / pl.col(_N).sum()
    return values.select(low=value.min(), high=value.max(), mean=mean).row(0, named=True)


def _not_declared(declared: DeclaredMissing) -> pl.Expr:
    """Return whether a number is none that the file declares missing."""
    value = pl.col(_VALUE)
    codes = [float(code) for code in declared.values if not isinstance(code, str)]
    kept = [~value.is_between(low, high) for low, high in declared.ranges]
    kept += [~value.is_in(codes)] if codes else []
    return pl.all_horizontal(kept) if kept else pl.lit(value=True)


def _total(values: pl.DataFrame) -> int:
    return int(values[_N].sum())
