"""Facts about every column of a raw table, in a few streaming passes: what a draft of its codebook is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import polars as pl

from liandong.definitions.codebook import Field, FieldExtras
from liandong.ingest import DeclaredMissing, RawTable
from liandong.ingest.columns import Stored, prepared_text
from liandong.ingest.temporal import as_datetime
from liandong.ingest.typed import as_field
from liandong.scaffold import MOST_STRANGERS, MOST_VALUES, SEVERAL, Reading, SeenSet, SeenTable
from liandong.workflow.observed import Look, best_reading, keeps_its_text, seen_column

_IN_MEMORY = 20_000_000  # cells; a table with no more is read once
_AT_ONCE = 200  # columns in one query: the time to plan it grows faster than their number
_SAMPLE = 1_000
_HALF = 0.5
_EXTREMES = 6
_COMBINATIONS = 2_000
_WRITTEN_IN = r"〖[^〗]*〗"
_READINGS: tuple[Reading, ...] = get_args(Reading)
_READERS = {kind: Field(name="x", title="x", type=kind, liandong=FieldExtras(title_en="x")) for kind in _READINGS}
_WITH_UNIT = r"^[+-]?\d+(?:\.\d+)?\s*([^\d\s.,:/+-][^\d\s]{0,7})$"
_NUMBER = r"^([+-]?\d+(?:\.\d+)?)"
_DIGIT = r"\d"  # of any script: full-width digits, too
_PARTS = r"\d\D+\d"
_LEADING_ZERO = r"^[+-]?0\d"
# Columns in the making; no file can have such names, for no name starts with the character zero.
_CELLS, _PLAIN = "\0cells:", "\0plain:"

Queries = dict[str, pl.Expr]


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
    data = raw.data.collect() if is_small else raw.data
    looks = {name: _look(raw, name) for name in raw.columns}
    flat = {name: look for name, look in looks.items() if not look.stored.is_nested}
    flat = _ask(data, flat, _counts)
    flat = _ask(_head(raw, data), flat, _trials)
    flat = _ask(data, flat, _readings)
    flat = _ask(data, flat, _values)
    if origin is not None:
        others = {name: look for name, look in flat.items() if name != origin}
        flat |= _ask(data, others, lambda look: {"pairs": pl.struct(origin, look.stored.name).n_unique()})
    return SeenTable(
        files=tuple(files),
        title=raw.documentation[0] if raw.documentation else "",
        rows=raw.row_count,
        columns=tuple(seen_column(raw, flat.get(name, look)) for name, look in looks.items()),
        sets=tuple(SeenSet(one.name, one.label, one.columns, one.counted) for one in raw.response_sets.values()),
        weight=raw.weight,
        origin=origin,
        notes=tuple(raw.notes),
    )


def _head(raw: RawTable, data: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Return the first rows, and as many from the middle: forms change while they are in the field."""
    lazy = data.lazy()
    return pl.concat([lazy.head(_SAMPLE), lazy.slice(max(raw.row_count // 2, _SAMPLE), _SAMPLE)]).collect()


def _look(raw: RawTable, name: str) -> Look:
    stored = Stored(name, raw.schema[name], raw.formats.get(name), raw.temporal.get(name))
    return Look(stored, raw.user_missing.get(name, DeclaredMissing()), {})


def _ask(
    data: pl.DataFrame | pl.LazyFrame, looks: Mapping[str, Look], question: Callable[[Look], Queries]
) -> dict[str, Look]:
    """Return the looks with the answers to `question` added to what is known of each."""
    done = dict(looks)
    for names in _parts(list(looks)):
        wanted = {(name, key): query for name in names for key, query in question(looks[name]).items()}
        if not wanted:
            continue
        texts = [looks[name] for name in dict.fromkeys(name for name, _ in wanted) if looks[name].stored.is_text]
        prepared = data.lazy().with_columns(column for look in texts for column in _prepared(look))
        queries = [query.alias(str(i)) for i, query in enumerate(wanted.values())]
        # Where all rows stand in memory, the streaming engine only costs time to plan.
        engine: Literal["in-memory", "streaming"] = "in-memory" if isinstance(data, pl.DataFrame) else "streaming"
        row = prepared.select(queries).collect(engine=engine).row(0)
        for (name, key), value in zip(wanted, row, strict=True):
            done[name] = replace(done[name], found={**done[name].found, key: value})
    return done


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))


def _prepared(look: Look) -> Iterator[pl.Expr]:
    """Yield a text column stripped of blanks, as it stands and with full-width digits made plain."""
    name, reader = look.stored.name, _READERS["integer"]
    cells = prepared_text(look.stored, reader, is_ascii=True)
    if not look.found.get("is_ascii", False):
        cells = cells.str.replace_all(_WRITTEN_IN, "")  # as ingest reads an option with words behind it
    yield pl.when(cells != "").then(cells).alias(_CELLS + name)
    if not look.found.get("is_ascii", True):
        yield prepared_text(look.stored, reader, is_ascii=False).alias(_PLAIN + name)


def _cells(look: Look) -> pl.Expr:
    """Return the cells, null where there is nothing."""
    return pl.col(_CELLS + look.stored.name) if look.stored.is_text else look.stored.value


def _plain(look: Look) -> Stored:
    """Return the text column that is to be read as numbers or dates."""
    return replace(look.stored, name=(_CELLS if look.found["is_ascii"] else _PLAIN) + look.stored.name)


def _reading(look: Look, kind: Reading) -> pl.Expr:
    """Return the cells of a text column as ingest reads them for a field of type `kind`."""
    return as_field(_plain(look), _READERS[kind])


def _unit_number(look: Look) -> pl.Expr:
    return pl.col(_plain(look).name).str.extract(_NUMBER).cast(pl.Float64, strict=False)


def _declared_out(look: Look) -> pl.Expr:
    """Return the cells of a column of numbers without those that the file declares missing."""
    value = look.stored.value
    codes = [float(code) for code in look.declared.values if not isinstance(code, str)]
    kept = [~value.is_between(low, high) for low, high in look.declared.ranges]
    kept += [~value.is_in(codes)] if codes else []
    return value.filter(pl.all_horizontal(kept)) if kept else value


def _counts(look: Look) -> Queries:
    """Ask how many cells are filled, with how many values, from where to where."""
    cells = _cells(look)
    facts = {"filled": cells.count(), "distinct": cells.drop_nulls().n_unique()}
    if look.stored.is_text:
        raw = look.stored.value
        is_ascii = (raw.str.len_bytes() == raw.str.len_chars()).all()
        facts |= {"longest": cells.str.len_chars().max(), "is_ascii": is_ascii}
        facts["has_several"] = cells.str.contains(SEVERAL, literal=True).any()
        facts["has_parts"] = cells.str.contains(_PARTS).any()
        return {**facts, "has_digits": cells.str.contains(_DIGIT).any()}
    if look.stored.dtype == pl.Boolean:
        return facts
    answers = _declared_out(look)
    if look.stored.temporal is not None:
        answers = as_datetime(answers, look.stored.temporal)
    if look.stored.dtype.is_temporal() or look.stored.temporal is not None:
        # As text: a file may hold years that Python's dates do not have.
        return {**facts, "low": answers.min().cast(pl.String), "high": answers.max().cast(pl.String)}
    facts |= {"low": answers.min(), "high": answers.max()}
    if look.stored.dtype.is_numeric():
        value = look.stored.value.cast(pl.Float64)
        facts |= {"mean": look.stored.value.mean(), "is_whole": (value == value.floor()).all()}
    return facts


def _trials(look: Look) -> Queries:
    """Ask of the first rows which readings are worth trying on a text column."""
    if not look.stored.is_text or not look.found["has_digits"]:
        return {}
    kinds = _READINGS if look.found["has_parts"] else _READINGS[:2]  # a date has parts
    trials = {f"try {kind}": _reading(look, kind).count() for kind in kinds}
    unit = pl.col(_plain(look).name).str.contains(_WITH_UNIT).sum()
    return {**trials, "try unit": unit, "tried": _cells(look).count()}


def _readings(look: Look) -> Queries:
    """Ask how many cells can be read as each type that the trials allow, and from where to where they go."""
    tried = look.found.get("tried")
    if tried is None:
        return {}
    facts: Queries = {}
    for kind in _READINGS:
        if look.found.get(f"try {kind}", 0) >= max(_HALF * tried, 1):
            value, is_number = _reading(look, kind), kind in {"integer", "number"}
            low, high = value.min(), value.max()
            facts[f"as {kind}"] = value.count()
            facts[f"low {kind}"] = low if is_number else low.cast(pl.String)
            facts[f"high {kind}"] = high if is_number else high.cast(pl.String)
            if is_number:
                facts |= {f"mean {kind}": value.mean(), "zeros": _cells(look).str.contains(_LEADING_ZERO).any()}
    if tried and look.found["try unit"] >= _HALF * tried:
        text, number = pl.col(_plain(look).name), _unit_number(look)
        unit = text.str.extract(_WITH_UNIT).drop_nulls()
        facts |= {"as unit": unit.len(), "units": unit.n_unique(), "unit": unit.first()}
        facts |= {"low unit": number.min(), "high unit": number.max(), "mean unit": number.mean()}
    return facts


def _values(look: Look) -> Queries:
    """Ask for the distinct values, for the lowest and highest numbers, and for the texts among numbers."""
    cells, best = _cells(look), best_reading(look)
    facts: Queries = {}
    if look.stored.dtype.is_temporal() or look.stored.temporal is not None:
        return facts
    is_number = look.stored.dtype.is_numeric()
    if best is not None:
        value = _unit_number(look) if best == "unit" else _reading(look, best)
        strange = cells.filter(value.is_null() & cells.is_not_null())
        facts["strangers"] = strange.value_counts(sort=True, name="n").head(MOST_STRANGERS).implode()
        if best in {"integer", "number", "unit"} and not keeps_its_text(look):
            cells, is_number = value, True
    if look.found.get("has_several"):
        facts["several"] = cells.drop_nulls().unique().sort().head(_COMBINATIONS).implode()
    if look.found["distinct"] <= MOST_VALUES + (MOST_STRANGERS if best else 0):
        facts["values"] = cells.drop_nulls().value_counts(name="n").implode()
    if is_number and "values" not in facts:
        different = cells.drop_nulls().unique()
        facts |= {"lowest": different.bottom_k(_EXTREMES).implode(), "highest": different.top_k(_EXTREMES).implode()}
    return facts
