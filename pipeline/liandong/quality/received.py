"""What field supervision looks at: every row received, with who asked it, where, when and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook, Field
from liandong.definitions.quality import Quality
from liandong.evidence.typed_rows import ROW

_BESIDE = frozenset({"id", "cluster", "stratum", "weight", "paradata"})
_WITHHELD_KEY = ""


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """The rows of a survey as they were read, accepted or not.

    Attributes
    ----------
    rows
        ``_row``, ascending, fields and derived columns in their types, and for each field with missing codes its kind
        of missing under ``kind_column``.
    columns
        The names of the fields and derived columns in `rows`.
    coded
        Fields with a column of kinds.
    rejected
        ``_row`` of the rows that validation held back.
    breaches
        ``row``, ``rule``: one line per row and rule of the codebook that it broke, whatever the action.
    rules
        Table ``validation`` before anything is hidden.
    """

    rows: pl.DataFrame
    columns: frozenset[str]
    coded: frozenset[str]
    rejected: pl.Series
    breaches: pl.DataFrame
    rules: pl.DataFrame

    def pick(self, names: Iterable[str]) -> pl.DataFrame:
        """Return ``_row`` and the columns called `names`."""
        return self.rows.select(ROW, *dict.fromkeys(names))


def questions(codebook: Codebook, columns: Iterable[str]) -> list[Field]:
    """Return the fields that were asked of the respondent, in the order of the codebook."""
    there = set(columns)
    return [field for field in codebook.fields if field.name in there and field.liandong.role not in _BESIDE]


def is_personal(codebook: Codebook, name: str) -> bool:
    """Whether the values of column `name` may not be shown."""
    return name in codebook.names and bool(codebook.field(name).liandong.pii)


def make_visits(received: Received, spec: Quality, codebook: Codebook, community: str | None) -> pl.DataFrame:
    """Return one line per row received, in the order of ``_row``.

    Returns
    -------
    polars.DataFrame
        ``row``; ``interviewer`` and ``community`` as text (numbered by first appearance where personal), ``key`` as
        text, empty where personal; ``started``, ``ended``, ``submitted`` (datetimes); ``minutes`` (from seconds, else
        ended − started); ``day``; ``accepted``. A column that the study does not name is null.
    """
    roles = {
        "interviewer": spec.interviewer,
        "community": community,
        "started": spec.started,
        "ended": spec.ended,
        "seconds": spec.seconds,
        "submitted": spec.submitted,
    }
    named = {role: name for role, name in roles.items() if name is not None and name in received.columns}
    key = [name for name in codebook.key if name in received.columns]
    raw = received.pick([*named.values(), *key])
    visits = raw.select(
        pl.col(ROW).cast(pl.Int64).alias("row"),
        *(_text(codebook, named.get(role)).alias(role) for role in ("interviewer", "community")),
        _key(codebook, key).alias("key"),
        *(_moment(named.get(role)).alias(role) for role in ("started", "ended", "submitted")),
        _seconds(named.get("seconds")).alias("seconds"),
        (~pl.col(ROW).is_in(received.rejected.implode())).alias("accepted"),
    )
    visits = visits.with_columns(
        pl.coalesce(pl.col("seconds") / 60.0, (pl.col("ended") - pl.col("started")).dt.total_seconds() / 60.0).alias(
            "minutes"
        ),
        pl.coalesce("started", "submitted").dt.date().alias("day"),
    )
    return visits.drop("seconds")


def _text(codebook: Codebook, name: str | None) -> pl.Expr:
    if name is None:
        return pl.lit(None, dtype=pl.String)
    return numbered(name) if is_personal(codebook, name) else pl.col(name).cast(pl.String)


def numbered(name: str) -> pl.Expr:
    """Return a number in place of each value of column `name`, by first appearance in ``_row``: ``#1``, ``#2``, …."""
    order = pl.when(pl.col(name).is_not_null()).then(pl.col(ROW).min().over(name)).rank("dense")
    return pl.format("#{}", order.cast(pl.Int64))


def _key(codebook: Codebook, key: list[str]) -> pl.Expr:
    if not key or any(is_personal(codebook, name) for name in key):
        return pl.lit(_WITHHELD_KEY)
    return pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in key], separator="; ")


def _moment(name: str | None) -> pl.Expr:
    kind = pl.Datetime("us")
    return pl.lit(None, dtype=kind) if name is None else pl.col(name).cast(kind)


def _seconds(name: str | None) -> pl.Expr:
    if name is None:
        return pl.lit(None, dtype=pl.Float64)
    seconds = pl.col(name).cast(pl.Float64)
    return pl.when(seconds.is_finite()).then(seconds)
