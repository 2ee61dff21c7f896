"""What second tables can have wrong: their names, the keys between tables, names that mean two things."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Iterator, Mapping

from liandong.definitions.codebook import Codebook, ForeignKey
from liandong.definitions.expression_types import Kind
from liandong.definitions.links import RESPONSES, linkable
from liandong.definitions.vocabulary import Use, unknown_names
from liandong.errors import Problem

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = frozenset({RESPONSES, "rejected", "corrections"})  # files of restricted/
_REJECTED = "_rejected"


def check_table_name(where: str, name: str, others: Mapping[str, object]) -> Iterator[Problem]:
    """Yield why `name` cannot be that of a second table: it stands in expressions and in names of files."""
    if not _NAME.fullmatch(name):
        yield Problem(where, f"{name!r} cannot be the name of a table: small letters, digits, underscores")
    elif name in _TAKEN or name.removesuffix(_REJECTED) in others.keys() - {name}:
        yield Problem(where, f"{name!r} cannot be the name of a table, because a file of the results is called so")


def check_links(
    schemas: Mapping[str, Codebook], kinds: Mapping[str, Mapping[str, Kind | None]], files: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what is wrong between tables.

    Parameters
    ----------
    schemas
        The codebook of each table, ``responses`` among them.
    kinds
        Table → field → the kind of its values, None where its definition does not say.
    files
        Table → the file that describes it.
    """
    for name, codebook in schemas.items():
        for index, key in enumerate(codebook.foreign_keys):
            if key.reference.resource in schemas:
                yield from _key(f"{files[name]}: foreignKeys[{index}]", key, kinds[name], kinds[key.reference.resource])
        if name != RESPONSES and codebook.liandong.tables:
            yield Problem(f"{files[name]}: liandong.tables", f"only {files[RESPONSES]} can name further tables")
        for column in linkable(name, schemas).keys() & set(codebook.names):
            yield Problem(f"{files[name]}: fields", f"{column!r} is the name of a value of another table, too")
    yield from _circles(schemas, files)


def _key(
    where: str, key: ForeignKey, here: Mapping[str, Kind | None], there: Mapping[str, Kind | None]
) -> Iterator[Problem]:
    table = key.reference.resource
    uses = [Use(f"{where}.reference.fields", name, f"field of the table {table}", there) for name in key.referenced]
    yield from unknown_names(uses)
    for column, referenced in zip(key.columns, key.referenced, strict=False):
        held, wanted = here.get(column), there.get(referenced)
        if held is not None and wanted is not None and held != wanted:
            yield Problem(where, f"{column!r} and {referenced!r} of {table!r} are of different types")


def _circles(schemas: Mapping[str, Codebook], files: Mapping[str, str]) -> Iterator[Problem]:
    try:
        table_order(schemas)
    except graphlib.CycleError as error:
        circle = [str(name) for name in error.args[1]]
        yield Problem(
            f"{files[circle[0]]}: foreignKeys", f"tables refer to each other in a circle: {' → '.join(circle)}"
        )


def table_order(schemas: Mapping[str, Codebook]) -> tuple[str, ...]:
    """Return the second tables so that each follows those that it refers to.

    Raises
    ------
    graphlib.CycleError
        When there is no such order; the check of definitions says so first.
    """
    graph = {
        name: {key.reference.resource for key in codebook.foreign_keys} & (schemas.keys() - {RESPONSES, name})
        for name, codebook in schemas.items()
        if name != RESPONSES
    }
    return tuple(graphlib.TopologicalSorter(graph).static_order())
