"""How far the survey is: by day, by interviewer and day, and by community against the sampling plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Codebook
from liandong.definitions.quality import Quality, Targets
from liandong.evidence import RESTRICTED_TABLES
from liandong.evidence.typed_rows import ROW
from liandong.quality.outcome import Outcome, made, not_made
from liandong.quality.received import Received, is_personal


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """Tables progress, interviewer_days, targets; `places` is community, n, n_accepted, target, state and so on."""

    outcomes: tuple[Outcome, ...]
    progress: pl.DataFrame
    days: pl.DataFrame
    targets: pl.DataFrame
    places: pl.DataFrame


def progress(
    received: Received, visits: pl.DataFrame, spec: Quality, community: str | None, codebook: Codebook
) -> Progress:
    """Count accepted interviews against what was planned.

    A place or group is ``done`` with as many accepted interviews as planned, ``over`` with more than a tenth (and more
    than one) beyond it, ``open`` below it, and ``unplanned`` where the plan does not name it. A plan by a personal
    column counts in all only: its values may not be shown.
    """
    targets = spec.targets
    if targets is not None and targets.column is not None and is_personal(codebook, targets.column):
        targets = Targets(total=max(targets.planned, 1))
    by_place = targets is not None and targets.column is not None and targets.column == community
    plan = _plan(targets) if targets is not None else pl.DataFrame(schema={"value": pl.String, "target": pl.Int64})
    places = _against(_places(visits), plan if by_place else None)
    groups = RESTRICTED_TABLES["targets"].empty()
    if targets is not None and targets.column is not None and targets.column in received.columns and not by_place:
        groups = _groups(received, visits, targets, plan)
    return Progress(
        outcomes=(_clusters(places, groups, targets), _in_all(visits, targets)),
        progress=_by_day(visits, targets),
        days=_by_interviewer(visits),
        targets=groups,
        places=places,
    )


def _plan(targets: Targets) -> pl.DataFrame:
    return pl.DataFrame(
        {"value": [str(value) for value, _ in targets.counts], "target": [count for _, count in targets.counts]},
        schema={"value": pl.String, "target": pl.Int64},
    )


def _places(visits: pl.DataFrame) -> pl.DataFrame:
    return (
        visits.drop_nulls("community")
        .group_by("community")
        .agg(
            n=pl.len().cast(pl.Int64),
            n_accepted=pl.col("accepted").sum().cast(pl.Int64),
            n_rejected=(~pl.col("accepted")).sum().cast(pl.Int64),
            n_interviewers=pl.col("interviewer").drop_nulls().n_unique().cast(pl.Int64),
            first_day=pl.col("day").min().cast(pl.String),
            last_day=pl.col("day").max().cast(pl.String),
            minutes_median=pl.col("minutes").median(),
        )
        .rename({"community": "value"})
    )


def _against(counts: pl.DataFrame, plan: pl.DataFrame | None) -> pl.DataFrame:
    """Put the plan beside the counts; what is planned and has no interview yet comes in with zeros."""
    if plan is None:
        whole = counts.with_columns(target=pl.lit(None, dtype=pl.Int64))
    else:
        whole = counts.join(plan, on="value", how="full", coalesce=True).with_columns(
            pl.col("n", "n_accepted", "n_rejected", "n_interviewers").fill_null(0)
        )
    target, n = pl.col("target"), pl.col("n_accepted")
    state = (
        pl.when(target.is_null())
        .then(pl.lit("no_target" if plan is None else "unplanned"))
        .when(n < target)
        .then(pl.lit("open"))
        .when((n > 1.1 * target) & (n > target + 1))
        .then(pl.lit("over"))
        .otherwise(pl.lit("done"))
    )
    return whole.with_columns(
        share_of_target=pl.when(target > 0).then(n / target),
        still_missing=(target - n).clip(lower_bound=0),
        state=state,
    ).sort("value")


def _groups(received: Received, visits: pl.DataFrame, targets: Targets, plan: pl.DataFrame) -> pl.DataFrame:
    assert targets.column is not None
    values = received.pick([targets.column]).select(
        row=pl.col(ROW).cast(pl.Int64), community=_plain(targets.column, received)
    )
    joined = visits.drop("community").join(values, on="row")
    table = _against(_places(joined), plan).with_columns(column=pl.lit(targets.column))
    return table.select(list(RESTRICTED_TABLES["targets"].columns))


def _plain(column: str, received: Received) -> pl.Expr:
    """Return values as text, whole numbers without a decimal point, as the plan writes them."""
    value = pl.col(column)
    if received.rows.schema[column].is_float():
        whole = value == value.floor()
        return pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))
    return value.cast(pl.String)


def _clusters(places: pl.DataFrame, groups: pl.DataFrame, targets: Targets | None) -> Outcome:
    """Find places (or groups) that are not as planned."""
    if targets is None or not targets.counts:
        return not_made("clusters", "quality.targets: column and counts")
    planned = groups if groups.height else places
    name = pl.col("value")
    found = planned.filter(pl.col("state").is_in(["open", "over", "unplanned"])).select(
        community=pl.lit(None, dtype=pl.String) if groups.height else name,
        field=pl.lit(targets.column) if groups.height else pl.lit(None, dtype=pl.String),
        value=pl.format("{}: {}/{}", name, "n_accepted", pl.col("target").cast(pl.String).fill_null("–")),
        size=(pl.col("target").fill_null(0) - pl.col("n_accepted")).abs().cast(pl.Float64),
    )
    return made("clusters", planned.height, found)


def _in_all(visits: pl.DataFrame, targets: Targets | None) -> Outcome:
    """Say how many of the planned interviews are still missing."""
    if targets is None:
        return not_made("target", "quality.targets")
    accepted = int(visits["accepted"].sum())
    missing = max(targets.planned - accepted, 0)
    line: Mapping[str, list[object]] = {"value": [f"{accepted}/{targets.planned}"], "size": [float(missing)]}
    found = pl.DataFrame(line, schema={"value": pl.String, "size": pl.Float64})
    return made("target", targets.planned, found.head(1 if missing else 0), missing)


def _by_day(visits: pl.DataFrame, targets: Targets | None) -> pl.DataFrame:
    spec = RESTRICTED_TABLES["progress"]
    planned = targets.planned if targets is not None else None
    accepted = pl.col("accepted").sum().cast(pl.Int64)
    return (
        visits.drop_nulls("day")
        .group_by("day")
        .agg(
            n=pl.len().cast(pl.Int64),
            n_accepted=accepted,
            n_interviewers=pl.col("interviewer").drop_nulls().n_unique().cast(pl.Int64),
            n_communities=pl.col("community").drop_nulls().n_unique().cast(pl.Int64),
            minutes_median=pl.col("minutes").median(),
        )
        .sort("day")
        .with_columns(
            pl.col("day").cast(pl.String),
            n_rejected=pl.col("n") - pl.col("n_accepted"),
            cumulative=pl.col("n_accepted").cum_sum(),
            target=pl.lit(planned, dtype=pl.Int64),
        )
        .with_columns(share_of_target=pl.col("cumulative") / pl.col("target"))
        .select(list(spec.columns))
    )


def _by_interviewer(visits: pl.DataFrame) -> pl.DataFrame:
    return (
        visits.drop_nulls(["interviewer", "day"])
        .group_by("interviewer", pl.col("day").cast(pl.String))
        .agg(
            n=pl.len().cast(pl.Int64),
            n_communities=pl.col("community").drop_nulls().n_unique().cast(pl.Int64),
            minutes_median=pl.col("minutes").median(),
            minutes_total=pl.col("minutes").sum(),
        )
        .sort("interviewer", "day")
    )
