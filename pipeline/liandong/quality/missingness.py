"""Table ``missingness``: for every question, how many answered and why the others did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from liandong.definitions import Codebook, Field
from liandong.evidence import TABLES

ANSWERED, BLANKED, NOT_ASKED, UNEXPLAINED = "answered", "blanked", "not_asked", "system_missing"
_KINDS = (ANSWERED, NOT_ASKED, "not_applicable", "dont_know", "refused", "user_missing")


def missingness_table(frame: pl.DataFrame, missing: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """Return table ``missingness``: one row per field of the data and kind, fields in the order of the codebook.

    Parameters
    ----------
    frame
        Accepted rows.
    missing
        Same height and order: for each field with user-missing answers the kind of missing, null elsewhere; ``blanked``
        where validation took a value away.
    codebook
        The instrument; a field that `frame` lacks has no rows.

    Returns
    -------
    polars.DataFrame
        ``n`` people of ``n_rows``, and their ``share``. Every person is counted once, under the first kind that holds:
        ``answered`` (has a value); ``blanked``; ``not_asked`` (the field's ``asked_if`` is false, whatever code stands
        in the file); the kind recorded for the raw code; ``system_missing`` (nothing recorded). ``answered`` is always
        there, the other kinds where anybody is counted. Unweighted.
    """
    fields = [field for field in codebook.fields if field.name in frame.columns]
    kinds = missing.select(pl.all().name.prefix(_PREFIX))
    both = frame.hstack(kinds.get_columns())
    states = both.select(_state(field, both.columns).alias(field.name) for field in fields)
    rows = [row for field in fields for row in _rows(states[field.name])]
    return pl.DataFrame(rows, schema=dict(TABLES["missingness"].columns), orient="row")


_PREFIX = "kind of "


def _state(field: Field, columns: Sequence[str]) -> pl.Expr:
    recorded = pl.col(_PREFIX + field.name) if _PREFIX + field.name in columns else pl.lit(None, dtype=pl.String)
    state = pl.when(pl.col(field.name).is_not_null()).then(pl.lit(ANSWERED)).when(recorded == BLANKED).then(recorded)
    condition = field.liandong.asked_if
    if condition is not None and set(condition.names) <= set(columns):
        state = state.when(~condition.polars()).then(pl.lit(NOT_ASKED))
    return pl.coalesce(state, recorded, pl.lit(UNEXPLAINED))


def _rows(states: pl.Series) -> Iterator[dict[str, Any]]:
    counts = {ANSWERED: 0} | dict(states.value_counts().rows())
    named = sorted(set(counts) - {*_KINDS, BLANKED, UNEXPLAINED})
    total = states.len()
    for kind in (*_KINDS, *named, BLANKED, UNEXPLAINED):
        if kind in counts:
            yield {
                "field": states.name,
                "kind": kind,
                "n": counts[kind],
                "n_rows": total,
                "share": counts[kind] / total if total else None,
                "suppressed": False,
            }
