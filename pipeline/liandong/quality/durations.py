"""Interviews that were too short or too long, at night, at the same time, or sent one upon the other.

As ipacheck's checks of duration and dates and the field-work monitoring of DIME (iefieldkit). Speeders are interviews
below a share of the median; Greszki, Meyer & Schoen (2015), Public Opinion Quarterly 79, 471–503, compare 30, 40 and
50 %.
"""

from __future__ import annotations

import polars as pl

from liandong.definitions.quality import Quality
from liandong.quality.outcome import Outcome, made, not_made, too_few

FEWEST_FOR_MEDIAN = 10
_BURST = 3
_BURST_MINUTES = 5.0


def speeders(visits: pl.DataFrame, spec: Quality) -> Outcome:
    """Find interviews shorter than a share of the median or than the shortest plausible length; size: how short.

    The median is that of all durations that are not negative and not too long. With fewer than 10 of them only the
    fixed bound counts.
    """
    if visits["minutes"].null_count() == visits.height:
        return not_made("speeders", "quality.seconds or quality.started and quality.ended")
    bound = shortest(visits, spec)
    plausible = visits.filter(pl.col("minutes") >= 0)
    if bound is None:
        return too_few("speeders", plausible.height)
    found = plausible.filter(pl.col("minutes") < bound).with_columns(
        value=_shown("minutes"), size=bound / pl.max_horizontal("minutes", 0.1)
    )
    return made("speeders", plausible.height, found)


def shortest(visits: pl.DataFrame, spec: Quality) -> float | None:
    """Return the length in minutes below which an interview is a speeder; None where nothing says."""
    usual = _usual(visits, spec)["minutes"]
    bounds = [spec.shortest_minutes] if spec.shortest_minutes is not None else []
    median = usual.median()
    if usual.len() >= FEWEST_FOR_MEDIAN and isinstance(median, float):
        bounds.append(spec.speeder_share * median)
    return max(bounds) if bounds else None


def too_long(visits: pl.DataFrame, spec: Quality) -> Outcome:
    """Find interviews longer than the longest plausible length."""
    if visits["minutes"].null_count() == visits.height:
        return not_made("too_long", "quality.seconds or quality.started and quality.ended")
    timed = visits.filter(pl.col("minutes").is_not_null())
    found = timed.filter(pl.col("minutes") > spec.longest_minutes)
    return made("too_long", timed.height, found.with_columns(value=_shown("minutes"), size="minutes"))


def negative(visits: pl.DataFrame) -> Outcome:
    """Find interviews that end before they start, are sent before they end, or took less than no time."""
    ends = (pl.col("ended") - pl.col("started")).dt.total_seconds() / 60.0
    sends = (pl.col("submitted") - pl.col("ended")).dt.total_seconds() / 60.0
    worst = pl.min_horizontal(ends, sends, "minutes")
    timed = visits.with_columns(worst=worst).drop_nulls("worst")
    if timed.is_empty():
        return not_made("negative_duration", "quality.started and quality.ended, or quality.seconds")
    found = timed.filter(pl.col("worst") < 0).with_columns(value=_shown("worst"), size=-pl.col("worst"))
    return made("negative_duration", timed.height, found)


def night(visits: pl.DataFrame, spec: Quality) -> Outcome:
    """Find interviews that begin outside the hours of the study."""
    if spec.hours is None:
        return not_made("night", "quality.hours")
    if visits["started"].null_count() == visits.height:
        return not_made("night", "quality.started")
    timed = visits.drop_nulls("started")
    hour = pl.col("started").dt.hour().cast(pl.Int64)
    found = timed.filter((hour < spec.hours[0]) | (hour >= spec.hours[1]))
    shown = found.with_columns(
        value=pl.col("started").dt.to_string("%H:%M"),
        size=pl.max_horizontal(spec.hours[0] - hour, hour - spec.hours[1] + 1).cast(pl.Float64),
    )
    return made("night", timed.height, shown)


def overlaps(visits: pl.DataFrame, copies: pl.Series) -> Outcome:
    """Find interviews that begin before another one of the same interviewer has ended.

    Rows of `copies` repeat another row and are left out. Size: minutes of overlap, at most those of the interview.
    """
    if visits["interviewer"].null_count() == visits.height:
        return not_made("overlaps", "quality.interviewer")
    timed = visits.drop_nulls(["interviewer", "started", "ended"]).filter(
        pl.col("ended") >= pl.col("started"), ~pl.col("row").is_in(copies.implode())
    )
    if timed.is_empty():
        return not_made("overlaps", "quality.started and quality.ended")
    before = pl.col("ended").cum_max().shift(1).over("interviewer")
    found = (
        timed.sort("interviewer", "started", "ended", "row")
        .with_columns(before=before)
        .filter(pl.col("before") > pl.col("started"))
        .with_columns(
            size=(pl.min_horizontal("before", "ended") - pl.col("started")).dt.total_seconds() / 60.0,
            value=pl.col("started").dt.to_string("%Y-%m-%d %H:%M"),
        )
    )
    return made("overlaps", timed.height, found)


def bursts(visits: pl.DataFrame) -> Outcome:
    """Find interviews that were sent within five minutes of two others of the same interviewer.

    Tablets that were out of reach send at once what they have kept, so this alone says little.
    """
    sent = visits.drop_nulls(["interviewer", "submitted"]).sort("interviewer", "submitted", "row")
    if sent.is_empty():
        return not_made("bursts", "quality.interviewer and quality.submitted")
    span = (pl.col("submitted") - pl.col("submitted").shift(_BURST - 1)).over("interviewer").dt.total_seconds() / 60.0
    last = sent.with_columns(is_last=(span <= _BURST_MINUTES).fill_null(value=False))
    inside = pl.any_horizontal(
        pl.col("is_last").shift(-step, fill_value=False).over("interviewer") for step in range(_BURST)
    )
    found = last.filter(inside).with_columns(value=pl.col("submitted").dt.to_string("%Y-%m-%d %H:%M"))
    return made("bursts", sent.height, found)


def _usual(visits: pl.DataFrame, spec: Quality) -> pl.DataFrame:
    return visits.filter(pl.col("minutes").is_between(0, spec.longest_minutes))


def _shown(column: str) -> pl.Expr:
    return pl.col(column).round(1).cast(pl.String)
