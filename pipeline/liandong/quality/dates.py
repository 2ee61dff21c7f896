"""Dates that cannot be: out of order, outside the survey, or later than the interview itself (as ipacheckdates)."""

from __future__ import annotations

import polars as pl

from liandong.definitions import Codebook
from liandong.definitions.quality import Quality
from liandong.evidence.typed_rows import ROW
from liandong.quality.outcome import FINDING, Outcome, made, not_made
from liandong.quality.received import Received, is_personal, questions

_COLUMNS = {name: FINDING[name] for name in ("row", "field", "value", "size")}
_DAY = 86_400.0


def date_order(received: Received, spec: Quality, codebook: Codebook) -> Outcome:
    """Find pairs of dates whose earlier one is the later; size: days between them."""
    pairs = [pair for pair in spec.date_order if set(pair) <= received.columns]
    if not pairs:
        return not_made("date_order", "quality.date_order")
    found, n = [], pl.Series([], dtype=pl.Int64)
    for earlier, later in pairs:
        both = received.pick([earlier, later]).drop_nulls([earlier, later])
        n = pl.concat([n, both[ROW].cast(pl.Int64)]).unique()
        gap = (pl.col(earlier).cast(pl.Datetime("us")) - pl.col(later).cast(pl.Datetime("us"))).dt.total_seconds()
        hidden = is_personal(codebook, earlier) or is_personal(codebook, later)
        shown = pl.format("{} > {}", pl.col(earlier).cast(pl.String), pl.col(later).cast(pl.String))
        found.append(
            both.filter(gap > 0).select(
                row=pl.col(ROW).cast(pl.Int64),
                field=pl.lit(f"{earlier}; {later}"),
                value=pl.lit("") if hidden else shown,
                size=gap / _DAY,
            )
        )
    every = pl.concat(found)
    return made("date_order", n.len(), every, every["row"].n_unique())


def outside_period(visits: pl.DataFrame, spec: Quality) -> Outcome:
    """Find interviews on a day outside the survey; size: days before or after."""
    dated = visits.drop_nulls("day")
    if spec.period is None:
        return not_made("outside_period", "quality.period")
    if dated.is_empty():
        return not_made("outside_period", "quality.started, or quality.submitted")
    first, last = spec.period
    off = pl.max_horizontal((pl.lit(first) - pl.col("day")).dt.total_days(), (pl.col("day") - last).dt.total_days())
    found = dated.with_columns(size=off.cast(pl.Float64), value=pl.col("day").cast(pl.String)).filter(off > 0)
    return made("outside_period", dated.height, found)


def future_dates(received: Received, visits: pl.DataFrame, spec: Quality, codebook: Codebook) -> Outcome:
    """Find answers that are dates later than the interview; size: days ahead.

    An interview without a time of its own is held against the newest of all. Only questions count: the times of the
    interview are looked at by other checks.
    """
    beside = {spec.started, spec.ended, spec.submitted}
    fields = [
        field.name
        for field in questions(codebook, received.columns)
        if field.type in {"date", "datetime"} and field.name not in beside
    ]
    moment = pl.max_horizontal("started", "ended", "submitted")
    times = visits.select("row", moment=moment).with_columns(pl.col("moment").fill_null(pl.col("moment").max()))
    if not fields or times["moment"].null_count() == times.height:
        return not_made(
            "future_dates", *([] if fields else ["codebook.yaml: dates"]), *(["quality.started"] if fields else [])
        )
    found, rows = [], set[int]()
    for name in fields:
        answers = received.pick([name]).drop_nulls(name).rename({ROW: "row"}).cast({"row": pl.Int64})
        joined = answers.join(times, on="row")
        rows |= set(joined["row"])
        ahead = (pl.col(name).cast(pl.Date) - pl.col("moment").cast(pl.Date)).dt.total_days()
        shown = pl.lit("") if is_personal(codebook, name) else pl.col(name).cast(pl.String)
        found.append(
            joined.filter(ahead > 0).select("row", field=pl.lit(name), value=shown, size=ahead.cast(pl.Float64))
        )
    every = pl.concat([pl.DataFrame(schema=_COLUMNS), *found])
    return made("future_dates", len(rows), every, every["row"].n_unique())
