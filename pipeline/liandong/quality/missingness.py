"""Table ``missingness``: for every question, how many answered and why the others did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import polars as pl

from liandong.definitions import Codebook, Field
from liandong.evidence import TABLES
from liandong.evidence.typed_rows import BLANKED, TypedRows, kind_column

ANSWERED, NOT_ASKED, UNEXPLAINED = "answered", "not_asked", "system_missing"
_KINDS = (ANSWERED, NOT_ASKED, "not_applicable", "dont_know", "refused", "user_missing")


def missingness_table(table: TypedRows, codebook: Codebook) -> pl.DataFrame:
    """Return table ``missingness``: one row per field of the data and kind, fields in the order of the codebook.

    Parameters
    ----------
    table
        Accepted rows with their kinds of missing; ``blanked`` where validation took a value away. Read once, by parts.
    codebook
        The instrument; a field that `table` lacks has no rows.

    Returns
    -------
    polars.DataFrame
        ``n`` people of ``n_rows``, and their ``share``. Every person is counted once, under the first kind that holds:
        ``answered`` (has a value); ``blanked``; ``not_asked`` (the field's ``asked_if`` is false, whatever code stands
        in the file); the kind recorded for the raw code; ``system_missing`` (nothing recorded). ``answered`` is always
        there, the other kinds where anybody is counted. Unweighted.
    """
    fields = [field for field in codebook.fields if field.name in table.schema]
    counts: dict[str, Counter[str]] = {field.name: Counter({ANSWERED: 0}) for field in fields}
    for part in table.batches(table.rows.select(_state(field, table.schema).alias(field.name) for field in fields)):
        for name, found in counts.items():
            found.update(dict(part[name].value_counts().rows()))
    rows = [row for name, found in counts.items() for row in _rows(name, found, table.height)]
    return pl.DataFrame(rows, schema=dict(TABLES["missingness"].columns), orient="row")


def _state(field: Field, columns: Collection[str]) -> pl.Expr:
    code = kind_column(field.name)
    recorded = pl.col(code).cast(pl.String) if code in columns else pl.lit(None, dtype=pl.String)
    state = pl.when(pl.col(field.name).is_not_null()).then(pl.lit(ANSWERED)).when(recorded == BLANKED).then(recorded)
    condition = field.liandong.asked_if
    if condition is not None and set(condition.names) <= set(columns):
        state = state.when(~condition.polars()).then(pl.lit(NOT_ASKED))
    return pl.coalesce(state, recorded, pl.lit(UNEXPLAINED))


def _rows(field: str, counts: Mapping[str, int], total: int) -> Iterator[dict[str, Any]]:
    named = sorted(set(counts) - {*_KINDS, BLANKED, UNEXPLAINED})
    for kind in (*_KINDS, *named, BLANKED, UNEXPLAINED):
        if kind in counts:
            yield {
                "field": field,
                "kind": kind,
                "n": counts[kind],
                "n_rows": total,
                "share": counts[kind] / total if total else None,
                "suppressed": False,
            }
