"""Questions without an answer: not known, refused, or simply left empty; and filter questions closed too often.

A question counts as asked where its ``asked_if`` holds and nothing says "not applicable". An interviewer who answers
"no" to filter questions saves the questions behind them, which is a known shortcut (Kosyakova, Skopek & Eckman 2015,
Do interviewers manipulate responses to filter questions?, International Journal of Public Opinion Research 27,
417–431).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
import polars as pl

from liandong.definitions import Codebook, Expression, Field
from liandong.evidence.typed_rows import ROW, kind_column
from liandong.quality.outcome import Outcome, made, not_made
from liandong.quality.received import Received, questions

NOT_APPLICABLE, DONT_KNOW, REFUSED = "not_applicable", "dont_know", "refused"
MANY = 0.1  # of those asked: a question to look at

COUNTS = ("asked", "answered", "dont_know", "refused", "empty")
_FEWEST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Nonresponse:
    """What is missing.

    Attributes
    ----------
    outcomes
        Of the checks missing_questions and silent_questions.
    rows
        ``row``, ``asked``, ``answered``, ``dont_know``, ``refused``, ``empty``: numbers of questions in each interview.
    questions
        ``field``, n_asked, n_answered, n_dont_know, n_refused, n_empty, n_values (different answers given).
    """

    outcomes: tuple[Outcome, ...]
    rows: pl.DataFrame
    questions: pl.DataFrame


def nonresponse(received: Received, codebook: Codebook) -> Nonresponse:
    """Count who was asked and who answered, by interview and by question."""
    fields = questions(codebook, received.columns)
    sums = {count: np.zeros(received.rows.height, dtype=np.int64) for count in COUNTS}
    lines = []
    for field in fields:
        states = received.rows.select(**_states(field, received))
        for count in COUNTS:
            sums[count] += states[count].to_numpy()
        different = received.rows[field.name].drop_nulls().n_unique()
        lines.append((field.name, *(int(states[count].sum()) for count in COUNTS), different))
    rows = received.rows.select(pl.col(ROW).cast(pl.Int64).alias("row")).with_columns(**sums)
    schema = {"field": pl.String, **{f"n_{count}": pl.Int64 for count in COUNTS}, "n_values": pl.Int64}
    table = pl.DataFrame(lines, schema=schema, orient="row")
    return Nonresponse((_often_missing(table), _silent(table)), rows, table)


def filters(received: Received, codebook: Codebook) -> dict[str, pl.Expr]:
    """Return for each filter question whether an answer to it skips all questions that depend on it alone.

    The expression is null where the filter itself has no answer.
    """
    opened: dict[str, list[Expression]] = {}
    for field in codebook.fields:
        condition = field.liandong.asked_if
        if condition is not None and len(condition.names) == 1 and field.name in received.columns:
            opened.setdefault(condition.names[0], []).append(condition)
    asked = {field.name for field in questions(codebook, received.columns)}
    return {
        name: pl.when(pl.col(name).is_not_null()).then(~reduce(or_, (_holds(condition) for condition in conditions)))
        for name, conditions in opened.items()
        if name in asked
    }


def closed_filters(received: Received, closing: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Return ``row``, ``n_filters`` answered, ``n_closed``, and one Boolean column per filter, under its name."""
    frame = received.rows.select(
        pl.col(ROW).cast(pl.Int64).alias("row"), *(closes.alias(name) for name, closes in closing.items())
    )
    signs = [pl.col(name) for name in closing]
    nothing = [pl.lit(value=False)]
    return frame.with_columns(
        n_filters=pl.sum_horizontal([sign.is_not_null() for sign in signs] or nothing).cast(pl.Int64),
        n_closed=pl.sum_horizontal(signs or nothing).cast(pl.Int64),
    )


def _states(field: Field, received: Received) -> dict[str, pl.Expr]:
    answered = pl.col(field.name).is_not_null()
    kind = (
        pl.col(kind_column(field.name)).cast(pl.String)
        if field.name in received.coded
        else pl.lit(None, dtype=pl.String)
    )
    asked = _asked(field, received) & ~(kind == NOT_APPLICABLE).fill_null(value=False)
    dont_know = asked & ~answered & (kind == DONT_KNOW).fill_null(value=False)
    refused = asked & ~answered & (kind == REFUSED).fill_null(value=False)
    return {
        "asked": asked,
        "answered": asked & answered,
        "dont_know": dont_know,
        "refused": refused,
        "empty": asked & ~answered & ~dont_know & ~refused,
    }


def _asked(field: Field, received: Received) -> pl.Expr:
    condition = field.liandong.asked_if
    if condition is None:
        return pl.lit(value=True)
    if not set(condition.names) <= received.columns:
        return pl.col(field.name).is_not_null()
    return _holds(condition)


def _holds(condition: Expression) -> pl.Expr:
    return condition.polars().fill_null(value=False)


def _often_missing(table: pl.DataFrame) -> Outcome:
    """Find questions that at least one in ten of those asked did not answer."""
    if table.is_empty():
        return not_made("missing_questions", "codebook.yaml: questions")
    missing = 1 - pl.col("n_answered") / pl.col("n_asked")
    asked = table.filter(pl.col("n_asked") >= _FEWEST)
    found = asked.filter((missing >= MANY) & (pl.col("n_answered") > 0)).with_columns(
        size=missing, value=pl.format("{}%", (100 * missing).round(1))
    )
    return made("missing_questions", asked.height, found)


def _silent(table: pl.DataFrame) -> Outcome:
    """Find questions that nobody answered, or everybody with the same."""
    if table.is_empty():
        return not_made("silent_questions", "codebook.yaml: questions")
    asked = table.filter(pl.col("n_asked") >= _FEWEST)
    found = asked.filter(pl.col("n_values") <= 1).with_columns(
        size=pl.col("n_asked").cast(pl.Float64),
        value=pl.when(pl.col("n_values") == 0).then(pl.lit("0")).otherwise(pl.lit("1")),
    )
    return made("silent_questions", asked.height, found)
