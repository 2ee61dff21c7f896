"""Rows that repeat another row: the whole of it, its key, or nearly all of its answers.

Near duplicates after Kuriakose & Robbins (2016), Don't get duped: fraud through duplication in public opinion surveys,
Statistical Journal of the IAOS 32, 283–291: the largest share of equal answers that an interview has with any other.
They take 85 % for suspicious; Simmons, Mercer, Schwarzer & Kennedy (2016), in the same journal, show that short
questionnaires and like-minded people reach it honestly. So the share is the study's to set, and counts the questions
that at least one of the two answered: two people who skipped the same section do not look alike for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Codebook, Field
from liandong.evidence.typed_rows import ROW, kind_column
from liandong.quality.near import Pairs, full_comparison, pairs_by_bands
from liandong.quality.outcome import Outcome, made, not_made, too_few
from liandong.quality.received import Received, questions

FEWEST_QUESTIONS = 10
COMPARED_IN_FULL = 10_000
_LISTED = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Duplicates:
    """What repeats what.

    Attributes
    ----------
    outcomes
        Of the checks duplicates_identical, duplicates_key and duplicates_near.
    pairs
        Columns kind, row, other_row, n_compared, n_equal, share; of a group of equal rows, each with the first.
    copies
        Rows that repeat an earlier row with all its content.
    match
        ``row`` and ``match``: the largest share of equal answers with any other row; empty where not all pairs were
        compared.
    note
        What was not looked at, empty when everything was.
    """

    outcomes: tuple[Outcome, ...]
    pairs: pl.DataFrame
    copies: pl.Series
    match: pl.DataFrame
    note: str


PAIR = {
    "kind": pl.String(),
    "row": pl.Int64(),
    "other_row": pl.Int64(),
    "n_compared": pl.Int64(),
    "n_equal": pl.Int64(),
    "share": pl.Float64(),
}


def find_duplicates(received: Received, codebook: Codebook, share: float) -> Duplicates:
    """Look for all three kinds; a row is reported under the first that applies.

    Parameters
    ----------
    received
        The rows.
    codebook
        Its key, and its questions: answers with codes or numbers are compared; free texts, dates, personal fields,
        the demographic profile and questions to which everybody gave one answer are not.
    share
        Of equal answers, from which on two rows are near duplicates.
    """
    identical = _identical(received, codebook)
    copies = identical["row"]
    same_key = _same_key(received, codebook, copies)
    near = _near(received, codebook, share, copies)
    known = pl.concat([identical, same_key])
    fresh = near.pairs.join(known, on=["row", "other_row"], how="anti") if known.height else near.pairs
    n = _height(received)
    outcomes = (
        made("duplicates_identical", n, _findings(identical), identical.height),
        not_made("duplicates_key", "codebook.yaml: primaryKey")
        if not codebook.key
        else made("duplicates_key", n, _findings(same_key), same_key.height),
        too_few("duplicates_near", 0)
        if near.n_questions < FEWEST_QUESTIONS
        else made("duplicates_near", n, _findings(fresh), len({*fresh["row"], *fresh["other_row"]})),
    )
    return Duplicates(outcomes, pl.concat([identical, same_key, fresh]), copies, near.match, near.note)


def _height(received: Received) -> int:
    return received.rows.height


def _identical(received: Received, codebook: Codebook) -> pl.DataFrame:
    """Pair each row with the first of those that agree with it in all fields, by hash first and in earnest then."""
    fields = [field.name for field in codebook.fields if field.name in received.columns]
    listed = [*fields, *(kind_column(name) for name in fields if name in received.coded)]
    hashed = received.rows.select(ROW, pl.struct(listed).hash(0).alias("h"))
    suspects = hashed.filter(pl.col("h").is_duplicated())[ROW]
    if suspects.is_empty():
        return pl.DataFrame(schema=PAIR)
    rows = received.rows.filter(pl.col(ROW).is_in(suspects.implode())).select(ROW, *listed)
    repeated = rows.with_columns(first=pl.col(ROW).min().over(listed)).filter(pl.col(ROW) != pl.col("first"))
    return repeated.select(
        kind=pl.lit("identical"),
        row=pl.col(ROW).cast(pl.Int64),
        other_row=pl.col("first").cast(pl.Int64),
        n_compared=pl.lit(len(fields), dtype=pl.Int64),
        n_equal=pl.lit(len(fields), dtype=pl.Int64),
        share=pl.lit(1.0),
    ).sort("row")


def _same_key(received: Received, codebook: Codebook, copies: pl.Series) -> pl.DataFrame:
    key = [name for name in codebook.key if name in received.columns]
    if not key or len(key) < len(codebook.key):
        return pl.DataFrame(schema=PAIR)
    rows = received.pick(key).filter(~pl.col(ROW).is_in(copies.cast(pl.Int64).implode())).drop_nulls(key)
    repeated = rows.with_columns(first=pl.col(ROW).min().over(key)).filter(pl.col(ROW) != pl.col("first"))
    return repeated.select(
        kind=pl.lit("same_key"),
        row=pl.col(ROW).cast(pl.Int64),
        other_row=pl.col("first").cast(pl.Int64),
        n_compared=pl.lit(None, dtype=pl.Int64),
        n_equal=pl.lit(None, dtype=pl.Int64),
        share=pl.lit(None, dtype=pl.Float64),
    ).sort("row")


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    pairs: pl.DataFrame
    match: pl.DataFrame
    n_questions: int
    note: str


def _near(received: Received, codebook: Codebook, share: float, copies: pl.Series) -> _Near:
    fields = _compared_fields(codebook, received)
    # One column at a time: the codes take a byte or two per answer, the answers eight.
    row_numbers = received.pick([])[ROW]
    keep = ~row_numbers.is_in(copies.cast(row_numbers.dtype).implode())
    coded = [codes for field in fields if (codes := _codes(received, field, keep)) is not None]
    nothing = pl.DataFrame(schema={"row": pl.Int64, "match": pl.Float64})
    if len(coded) < FEWEST_QUESTIONS or int(keep.sum()) < 2:  # noqa: PLR2004 - a pair
        return _Near(pl.DataFrame(schema=PAIR), nothing, len(coded), "too few questions to compare")
    table = np.stack(coded)
    rows = row_numbers.filter(keep).cast(pl.Int64).to_numpy()
    if rows.size <= COMPARED_IN_FULL:
        found = full_comparison(table, share, most=_LISTED)
        assert found.match is not None
        match = pl.DataFrame({"row": rows, "match": found.match}).with_columns(pl.col("match").fill_nan(None))
    else:
        found, match = pairs_by_bands(table, share, most=_LISTED), nothing
    return _Near(_pairs(found, rows), match, len(coded), found.note)


def _compared_fields(codebook: Codebook, received: Received) -> list[Field]:
    """Return what is compared: what people think and do; who they are, too, only where there is little else.

    Who invents an interview changes age and sex first, and neighbours share them honestly.
    """
    fields = [field for field in questions(codebook, received.columns) if _comparable(field)]
    substantive = [field for field in fields if field.liandong.role != "demographic"]
    return substantive if len(substantive) >= FEWEST_QUESTIONS else fields


def _comparable(field: Field) -> bool:
    if field.liandong.pii:
        return False
    return field.type in {"integer", "number", "boolean", "year"} or field.allowed is not None


def _codes(received: Received, field: Field, keep: pl.Series) -> NDArray[np.uint16] | None:
    """Return the answers as small whole numbers, 0 for none; None where everybody gave the same."""
    answers = received.rows[field.name].filter(keep)
    low, high = answers.min(), answers.max()
    if low is None or low == high:
        return None
    if isinstance(low, int) and isinstance(high, int) and high - low < np.iinfo(np.uint16).max:
        return (answers.cast(pl.Int64) - low + 1).fill_null(0).cast(pl.UInt16).to_numpy()
    ranks = answers.rank("dense").fill_null(0)
    # Beyond 65,535 different numbers some share a code: pairs that look equal by that are looked at like others.
    return (
        (ranks.cast(pl.Int64) % np.iinfo(np.uint16).max + (ranks >= np.iinfo(np.uint16).max)).cast(pl.UInt16).to_numpy()
    )


def _pairs(found: Pairs, rows: NDArray[np.int64]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "kind": ["near"] * found.first.size,
            "row": rows[found.second],
            "other_row": rows[found.first],
            "n_compared": found.compared,
            "n_equal": found.equal,
            "share": found.equal / np.maximum(found.compared, 1),
        },
        schema=PAIR,
    ).sort("share", "row", "other_row", descending=[True, False, False])


def _findings(pairs: pl.DataFrame) -> pl.DataFrame:
    """Say of each later row what it repeats, its nearest match only."""
    nearest = pairs.sort("share", "other_row", descending=[True, False]).unique(
        "row", keep="first", maintain_order=True
    )
    return nearest.select("row", value=pl.col("other_row").cast(pl.String), size="share")
