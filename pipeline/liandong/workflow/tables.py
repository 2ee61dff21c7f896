"""All tables of a study at the gate: second tables first, as far as they can, then the responses, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook, Study
from liandong.definitions.link_titles import lent
from liandong.definitions.links import RESPONSES, Link, expressions_in, expressions_of, linkable, needed_links
from liandong.definitions.table_checks import table_order
from liandong.errors import ValidationError
from liandong.evidence.typed_rows import ROW, TypedRows, settled, with_columns
from liandong.ingest.links import link, link_types, possible
from liandong.validate import Validated, validate
from liandong.validate.by_hand import held_back, set_aside

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A table as it arrives at the gate.

    Attributes
    ----------
    codebook, table
        What it should be, and its typed rows.
    dropped
        ``_row`` of the rows that the log of corrections drops; None where the study has no such log.
    """

    codebook: Codebook
    table: TypedRows
    dropped: pl.Series | None = None


def validate_tables(arrivals: Mapping[str, Arrival], plain: Frames) -> dict[str, Validated]:
    """Hold every table with a codebook against it.

    The responses are held against the rows of second tables that these tables' own rules accept; what in a second table
    looks at the responses is held against the accepted ones, afterwards.

    Parameters
    ----------
    arrivals
        The tables with a codebook, ``responses`` among them.
    plain
        The others, as their files store them.

    Raises
    ------
    ValidationError
        As :func:`liandong.validate.validate`, naming the table.
    """
    schemas = {name: arrival.codebook for name, arrival in arrivals.items()}
    order = [name for name in table_order(schemas) if name in arrivals]
    known: dict[str, pl.DataFrame] = dict(plain)
    found: dict[str, Validated] = {}
    for name in order:
        found[name] = _validated(name, arrivals, known, of_all=False)
        known[name] = _frame(found[name])
    responses = _validated(RESPONSES, arrivals, known, of_all=True)
    late = _late(order, schemas)
    if late:
        known[RESPONSES] = responses.accepted.select(ROW, *_asked_of_responses(late, schemas, responses)).collect()
    for name in late:
        found[name] = _validated(name, arrivals, known, of_all=True)
        known[name] = _frame(found[name])
    return {RESPONSES: responses, **found}


def linked_rows(study: Study, responses: TypedRows, validated: Mapping[str, Validated]) -> TypedRows:
    """Return `responses` with every column that definitions read of the accepted rows of other tables."""
    links = links_read(study)
    needed = {one.name.table for one in links}
    return _with_links(responses, links, {name: _frame(table) for name, table in validated.items() if name in needed})


def links_read(study: Study) -> tuple[Link, ...]:
    """Return what expressions of the codebook, the indicators and the study read of second tables."""
    if study.instrument is None:
        return ()
    codebook = study.instrument.codebook
    expressions = [*expressions_of(codebook), *expressions_in(study.spec), *expressions_in(study.indicators)]
    return needed_links(expressions, linkable(RESPONSES, study.instrument.schemas))


def _validated(name: str, arrivals: Mapping[str, Arrival], known: Frames, *, of_all: bool) -> Validated:
    """Hold one table against its codebook; not `of_all`, foreign keys to the responses have to wait."""
    arrival = arrivals[name]
    codebook = arrival.codebook
    if not of_all:
        keys = tuple(key for key in codebook.foreign_keys if key.reference.resource in {"", *known})
        codebook = codebook.model_copy(update={"foreign_keys": keys})
    schemas = {other: one.codebook for other, one in arrivals.items()}
    links = needed_links(expressions_of(codebook), linkable(name, schemas))
    dropped = pl.Series(ROW, [], dtype=pl.Int64) if arrival.dropped is None else arrival.dropped
    rest = set_aside(arrival.table, dropped)
    linked = _with_links(rest, links, known)
    try:
        validated = validate(rest, codebook, known, lent(links, schemas), linked)
    except ValidationError as error:
        if name == RESPONSES:
            raise
        raise ValidationError(error.message, where=error.where or name, hint=error.hint, zh=error.zh) from error
    return validated if arrival.dropped is None else held_back(validated, arrival.table, dropped, codebook)


def _late(order: Iterable[str], schemas: Mapping[str, Codebook]) -> list[str]:
    """Return the tables that look at the responses, or at a table that is looked at later than they are."""
    seen: set[str] = set()
    late: list[str] = []
    for name in order:
        codebook = schemas[name]
        links = needed_links(expressions_of(codebook), linkable(name, schemas))
        others = {key.reference.resource for key in codebook.foreign_keys} | {one.name.table for one in links}
        if (others & {RESPONSES, *late}) or (others & (schemas.keys() - seen - {name})):
            late.append(name)
        seen.add(name)
    return late


def _asked_of_responses(late: Iterable[str], schemas: Mapping[str, Codebook], responses: Validated) -> list[str]:
    """Return the columns of the responses that second tables look at."""
    wanted: set[str] = set()
    for name in late:
        codebook = schemas[name]
        for key in codebook.foreign_keys:
            if key.reference.resource == RESPONSES:
                wanted |= {*key.referenced}
        for one in needed_links(expressions_of(codebook), linkable(name, schemas)):
            if one.name.table == RESPONSES:
                wanted |= {*one.key, *([one.field.name] if one.field is not None else [])}
    return [name for name in responses.passed.names if name in wanted]


def _frame(validated: Validated) -> pl.DataFrame:
    return validated.accepted.collect()


def _with_links(table: TypedRows, links: Iterable[Link], known: Frames) -> TypedRows:
    some = possible(list(links), table.schema, known)
    if not some:
        return table
    return settled(with_columns(table, link(table.rows, some, known), link_types(some)))
