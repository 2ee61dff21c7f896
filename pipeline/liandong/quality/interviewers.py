"""The interviewers: one line for each with what supervision asks of it, and each against all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from liandong.evidence import RESTRICTED_TABLES
from liandong.quality.compare import MEASURES, adjusted, compare_ranks, compare_signs, upper_quarter
from liandong.quality.outcome import Outcome, made, not_made, too_few
from liandong.quality.received import Received

# Signs of an interview, by the measure that compares them.
SIGNS = ("short", "straight", "missing", "closed", "outliers", "duplicates", "breaches", "contradictions")
_FEWEST_QUESTIONS = 5
# Measures that are checks of their own; the others are told of the interviewer, not of the row.
CHECKS: Mapping[str, str] = {
    "missing": "missing_interviewers",
    "closed": "closed_filters",
    "heaping": "heaping_interviewers",
    "match": "alike_interviewers",
    "variability": "uniform_interviewers",
}
_SUMMED = (
    "asked",
    "dont_know",
    "refused",
    "empty",
    "n_filters",
    "n_closed",
    "n_numbers",
    "n_heaped",
    "n_blocks",
    "n_straight",
)


@dataclass(frozen=True, slots=True, eq=False)
class Interviewers:
    """Tables interviewers and interviewer_measures, and the outcomes of the checks about interviewers."""

    outcomes: tuple[Outcome, ...]
    table: pl.DataFrame
    measures: pl.DataFrame


def with_signs(
    visits: pl.DataFrame,
    *,
    shortest: float | None,
    parts: Sequence[pl.DataFrame],
    marked: Mapping[str, pl.Series],
) -> pl.DataFrame:
    """Return one line per row received with all that is known of the interview.

    Parameters
    ----------
    visits
        As ``make_visits`` returns it.
    shortest
        Length in minutes below which an interview is a speeder.
    parts
        Frames with a column ``row``, of which a row that is not there has nulls.
    marked
        Sign → the rows that show it; all others do not.
    """
    whole = visits
    for part in parts:
        whole = whole.join(part, on="row", how="left", maintain_order="left")
    bound = pl.lit(shortest, dtype=pl.Float64)
    return whole.with_columns(
        pl.when(pl.col("minutes") >= 0).then(pl.col("minutes") < bound).alias("short"),
        *(pl.col("row").is_in(rows.implode()).alias(sign) for sign, rows in marked.items()),
    )


def measures_of(signs: pl.DataFrame, extra: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return table interviewer_measures: each sign, shares in the upper quarter, the match, and `extra` measures."""
    if signs["interviewer"].drop_nulls().n_unique() < 2:  # noqa: PLR2004 - a comparison
        return pl.DataFrame(schema=MEASURES)
    place = signs.select("interviewer", "community", "number" if "number" in signs.columns else "row")
    found = []
    for measure in SIGNS:
        if measure in signs.columns:
            sign = upper_quarter(pl.col(measure)) if signs.schema[measure].is_numeric() else pl.col(measure)
            found.append(compare_signs(measure, place.with_columns(signs.select(sign=sign).to_series())))
    if "match" in signs.columns and signs["match"].count():
        found.append(compare_ranks("match", place.with_columns(signs["match"].alias("number"))))
    return adjusted(pl.concat([*found, *extra]).sort("measure", "field", "interviewer"))


def variability(received: Received, visits: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return measure variability, not adjusted: how uniform an interviewer's interviews are.

    Invented answers vary too little (Schräpler & Wagner 2005, Characteristics and impact of faked interviews in
    surveys, Allgemeines Statistisches Archiv 89, 7–20). Each interview's distance from the interviewer's own average
    answers, |y − ȳ| / √(1 − 1/n), relative to the mean distance of all to the question, is averaged over the questions;
    small distances are compared by rank, in the manner of Levene's test of variances. Value: the interviewer's mean
    distance, 1 being everybody's.
    """
    who = visits["interviewer"].rank("dense").cast(pl.Int64).fill_null(0).to_numpy()  # 0: nobody
    if len(names) < _FEWEST_QUESTIONS or not who.any():
        return pl.DataFrame(schema=MEASURES)
    total, count = np.zeros(who.size), np.zeros(who.size)
    for name in names:
        y = received.rows[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        known = np.flatnonzero(np.isfinite(y) & (who > 0))
        people, answers = who[known], y[known]
        n = np.bincount(people)
        mean = np.bincount(people, answers) / np.maximum(n, 1)
        several = n[people] > 1
        known, people, answers = known[several], people[several], answers[several]
        away = np.abs(answers - mean[people]) / np.sqrt(1 - 1 / n[people])
        if away.any():
            total[known] += away / away.mean()
            count[known] += 1
    closeness = pl.Series("number", np.where(count > 0, -total / np.maximum(count, 1), np.nan)).fill_nan(None)
    rows = visits.select("interviewer", "community", closeness)
    compared = compare_ranks("variability", rows)
    return compared.with_columns(value=-pl.col("value"), others=-pl.col("others"))


def interviewer_table(signs: pl.DataFrame, measures: pl.DataFrame, back: pl.DataFrame) -> pl.DataFrame:
    """Return table interviewers; `back` is table back_check_people."""
    spec = RESTRICTED_TABLES["interviewers"]
    table = signs.drop_nulls("interviewer").group_by("interviewer").agg(**_work(), **_answers())
    spread = measures.filter(pl.col("measure") == "variability").select("interviewer", variability="value")
    stable = back.filter(pl.col("role") == "interviewer", pl.col("type") == "stable").select(
        interviewer="person", n_back_checked="n_interviews", error_rate="error_rate"
    )
    named = pl.when(pl.col("field") == "").then("measure").otherwise(pl.format("{}: {}", "measure", "field"))
    flags = (
        measures.filter("flagged")
        .group_by("interviewer")
        .agg(n_flags=pl.len().cast(pl.Int64), flags=named.sort().str.join("; "))
    )
    for part in (spread, stable, flags):
        table = table.join(part, on="interviewer", how="left")
    return (
        table.with_columns(pl.col("n_back_checked", "n_flags").fill_null(0))
        .sort("n_flags", "interviewer", descending=[True, False])
        .select(list(spec.columns))
    )


def _work() -> dict[str, pl.Expr]:
    """Return what is told of the interviews of one person: how many, where, when, how fast."""
    days = pl.col("day").drop_nulls().n_unique().cast(pl.Int64)
    return {
        "n": pl.len().cast(pl.Int64),
        "n_accepted": _count("accepted"),
        "n_rejected": (~pl.col("accepted")).sum().cast(pl.Int64),
        "n_communities": pl.col("community").drop_nulls().n_unique().cast(pl.Int64),
        "n_days": days,
        "first_day": pl.col("day").min().cast(pl.String),
        "last_day": pl.col("day").max().cast(pl.String),
        "per_day": _share(pl.col("day").count().cast(pl.Float64), days),
        "minutes_median": pl.col("minutes").median(),
        "n_short": _count("short"),
        "share_short": pl.col("short").cast(pl.Float64).mean(),
        "n_overlaps": _count("overlaps"),
        "n_night": _count("night"),
    }


def _answers() -> dict[str, pl.Expr]:
    """Return what is told of the answers that one person brought home."""
    total = {name: pl.col(name).sum() for name in _SUMMED}
    missing = total["dont_know"] + total["refused"] + total["empty"]
    return {
        "n_straight": total["n_straight"].cast(pl.Int64),
        "share_straight": _share(total["n_straight"], total["n_blocks"]),
        "share_missing": _share(missing, total["asked"]),
        "share_dont_know": _share(total["dont_know"], total["asked"]),
        "share_refused": _share(total["refused"], total["asked"]),
        "share_empty": _share(total["empty"], total["asked"]),
        "share_closed": _share(total["n_closed"], total["n_filters"]),
        "n_outliers": _count("outliers"),
        "share_heaped": _share(total["n_heaped"], total["n_numbers"]),
        "n_duplicates": _count("duplicates"),
        "match_mean": pl.col("match").mean(),
        "n_breaches": _count("n_breaches"),
        "n_contradictions": _count("n_contradictions"),
    }


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def _count(sign: str) -> pl.Expr:
    return pl.col(sign).sum().cast(pl.Int64)


def about_interviewers(measures: pl.DataFrame, named: bool) -> tuple[Outcome, ...]:  # noqa: FBT001 - a fact, no switch
    """Return the outcomes of the checks that compare interviewers; `named`: whether the study names them."""
    return tuple(_about(check, measure, measures, named=named) for measure, check in CHECKS.items())


def _about(check: str, measure: str, measures: pl.DataFrame, *, named: bool) -> Outcome:
    if not named:
        return not_made(check, "quality.interviewer")
    family = measures.filter(pl.col("measure") == measure)
    tested = family.drop_nulls("p_value")
    if tested.is_empty():
        return too_few(check, 0)
    found = tested.filter("flagged").select(
        "interviewer",
        "field",
        value=pl.format("{} / {}", pl.col("value").round(3), pl.col("others").round(3)),
        size=-pl.col("p_value").clip(1e-300).log10(),
    )
    return made(check, tested["interviewer"].n_unique(), found, found["interviewer"].n_unique())
