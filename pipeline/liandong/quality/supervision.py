"""All high-frequency checks of a survey, put together as the tables of field supervision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from liandong.definitions import Study
from liandong.evidence import RESTRICTED_TABLES
from liandong.quality.back_check import BackChecks, back_checks
from liandong.quality.breaches import Breaches, breaches
from liandong.quality.dates import date_order, future_dates, outside_period
from liandong.quality.duplicates import Duplicates, find_duplicates
from liandong.quality.durations import bursts, negative, night, overlaps, shortest, speeders, too_long
from liandong.quality.heaping import Heaping, heaping
from liandong.quality.interviewer_effects import InterviewerEffects, effect_fields, interviewer_effects
from liandong.quality.interviewers import (
    about_interviewers,
    interviewer_table,
    measures_of,
    variability,
    with_signs,
)
from liandong.quality.nonresponse import Nonresponse, closed_filters, filters, nonresponse
from liandong.quality.outcome import Outcome
from liandong.quality.outliers import Outliers, number_fields, outliers
from liandong.quality.progress import Progress, progress
from liandong.quality.received import Received, make_visits
from liandong.quality.straight_lining import StraightLining, item_blocks, straight_lining
from liandong.quality.summary import checks_table, findings_table, to_do


@dataclass(frozen=True, slots=True, eq=False)
class Supervision:
    """The table ``checks`` for everybody, the tables that name rows and people, and what was not looked at."""

    checks: pl.DataFrame
    restricted: Mapping[str, pl.DataFrame]
    notes: tuple[str, ...]


def supervise_rows(received: Received, study: Study, second: pl.DataFrame | None = None) -> Supervision:
    """Make every check that the study names the columns for.

    Parameters
    ----------
    received
        Every row of the survey file, rejected ones included.
    study
        With an instrument.
    second
        Second interviews, as :func:`liandong.quality.back_check.back_checks` takes them.

    Returns
    -------
    Supervision
        ``restricted`` has every table that `RESTRICTED_TABLES` declares; one that could not be made is empty.
    """
    assert study.instrument is not None
    codebook, spec = study.instrument.codebook, study.spec.quality
    community = spec.community or (study.spec.design.cluster if study.spec.design else None)
    visits = make_visits(received, spec, codebook, community)
    parts = _parts(received, visits, second, study, community)
    timing = _timing(received, visits, parts.duplicates.copies, study)
    signs = _signs(parts, visits, timing, shortest(visits, spec))
    uniform = variability(received, visits, effect_fields(study, codebook, received.columns))
    measures = measures_of(signs, [parts.heaping.measures, uniform])
    named = bool(visits["interviewer"].count())
    outcomes = {
        outcome.check: outcome for outcome in (*timing, *parts.outcomes, *about_interviewers(measures, named=named))
    }
    findings = findings_table(outcomes, visits)
    rules = pl.concat([received.rules.select("rule", "title_zh", "title_en"), _titles(study)]).unique(
        "rule", keep="first"
    )
    tables = {
        "to_do": to_do(findings, rules, study),
        "findings": findings,
        "interviewers": interviewer_table(signs, measures, parts.back.people),
        "interviewer_measures": measures,
        "clusters": _clusters(signs, parts.progress.places),
        "questions": _questions(parts, study),
        "duplicates": _pairs(parts.duplicates.pairs, visits),
        **parts.tables,
    }
    return Supervision(
        checks=checks_table(outcomes, study),
        restricted={name: tables[name].select(list(spec.columns)) for name, spec in RESTRICTED_TABLES.items()},
        notes=(f"near duplicates: {parts.duplicates.note}",) if parts.duplicates.note else (),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What the checks have found, each in its own form."""

    duplicates: Duplicates
    straight: StraightLining
    missing: Nonresponse
    closed: pl.DataFrame
    outliers: Outliers
    heaping: Heaping
    effects: InterviewerEffects
    breaches: Breaches
    progress: Progress
    back: BackChecks

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return (
            *self.duplicates.outcomes,
            self.straight.outcome,
            *self.missing.outcomes,
            self.outliers.outcome,
            self.heaping.outcome,
            self.effects.outcome,
            *self.breaches.outcomes,
            *self.progress.outcomes,
            *self.back.outcomes,
        )

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        return {
            "interviewer_days": self.progress.days,
            "targets": self.progress.targets,
            "progress": self.progress.progress,
            "interviewer_icc": self.effects.icc,
            "interviewer_effects": self.effects.effects,
            "heaping": self.heaping.table,
            "last_digits": self.heaping.digits,
            "straight_lining": self.straight.table,
            "breaches": self.breaches.table,
            "back_checks": self.back.fields,
            "back_check_people": self.back.people,
            "back_check_differences": self.back.differences,
            "back_check_unmatched": self.back.unmatched,
        }


def _ages(study: Study, received: Received) -> list[str]:
    return [name for name in study.spec.quality.ages if name in received.columns]


def _parts(
    received: Received, visits: pl.DataFrame, second: pl.DataFrame | None, study: Study, community: str | None
) -> _Parts:
    """Make the checks whose results are tables of their own."""
    assert study.instrument is not None
    codebook, spec = study.instrument.codebook, study.spec.quality
    return _Parts(
        duplicates=find_duplicates(received, codebook, spec.near_duplicate_share),
        straight=straight_lining(received, item_blocks(study)),
        missing=nonresponse(received, codebook),
        closed=closed_filters(received, filters(received, codebook)),
        outliers=outliers(received, number_fields(spec, codebook, received.columns), codebook, spec.outlier_distance),
        heaping=heaping(received, visits, _ages(study, received), number_fields(spec, codebook, received.columns)),
        effects=interviewer_effects(received, visits, effect_fields(study, codebook, received.columns), study),
        breaches=breaches(received, visits, study),
        progress=progress(received, visits, spec, community, codebook),
        back=back_checks(received, visits, second, study),
    )


def _timing(received: Received, visits: pl.DataFrame, copies: pl.Series, study: Study) -> tuple[Outcome, ...]:
    """Make the checks of times and dates; rows of `copies` repeat another row."""
    assert study.instrument is not None
    codebook, spec = study.instrument.codebook, study.spec.quality
    return (
        speeders(visits, spec),
        too_long(visits, spec),
        negative(visits),
        night(visits, spec),
        overlaps(visits, copies),
        bursts(visits),
        date_order(received, spec, codebook),
        outside_period(visits, spec),
        future_dates(received, visits, spec, codebook),
    )


def _signs(parts: _Parts, visits: pl.DataFrame, timing: tuple[Outcome, ...], bound: float | None) -> pl.DataFrame:
    """Put beside each interview everything that was seen of it."""
    found = {outcome.check: outcome.findings["row"].drop_nulls().unique() for outcome in timing}
    near = parts.duplicates.pairs.filter(pl.col("kind") != "same_key")
    straight = parts.straight.rows.rename({"flagged": "straight"})
    signs = with_signs(
        visits,
        shortest=bound,
        parts=[
            straight,
            parts.missing.rows,
            parts.closed,
            parts.heaping.rows,
            parts.breaches.rows,
            parts.duplicates.match,
        ],
        marked={
            "outliers": parts.outliers.rows,
            "duplicates": pl.concat([near["row"], near["other_row"]]).unique(),
            "overlaps": found["overlaps"],
            "night": found["night"],
        },
    )
    unanswered = pl.col("dont_know") + pl.col("refused") + pl.col("empty")
    return signs.with_columns(
        pl.col("n_breaches", "n_contradictions").fill_null(0),
        missing=pl.when(pl.col("asked") > 0).then(unanswered / pl.col("asked")),
        closed=pl.when(pl.col("n_filters") > 0).then(pl.col("n_closed") / pl.col("n_filters")),
    ).with_columns(breaches=pl.col("n_breaches") > 0, contradictions=pl.col("n_contradictions") > 0)


def _clusters(signs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    unanswered = pl.col("dont_know").sum() + pl.col("refused").sum() + pl.col("empty").sum()
    seen = (
        signs.drop_nulls("community")
        .group_by(value="community")
        .agg(
            n_short=pl.col("short").sum().cast(pl.Int64),
            share_short=pl.col("short").cast(pl.Float64).mean(),
            share_missing=pl.when(pl.col("asked").sum() > 0).then(unanswered / pl.col("asked").sum()),
            n_breaches=pl.col("n_breaches").sum().cast(pl.Int64),
            n_contradictions=pl.col("n_contradictions").sum().cast(pl.Int64),
        )
    )
    table = places.join(seen, on="value", how="left", maintain_order="left").rename({"value": "community"})
    return table.with_columns(pl.col("n_short", "n_breaches", "n_contradictions").fill_null(0))


def _questions(parts: _Parts, study: Study) -> pl.DataFrame:
    table = parts.missing.questions
    asked = pl.col("n_asked")
    closing = [name for name in parts.closed.columns if name not in {"row", "n_filters", "n_closed"}]
    shares = parts.closed.select(pl.col(name).cast(pl.Float64).mean() for name in closing)
    closed = pl.DataFrame(
        {"field": closing, "share_closed": list(shares.row(0)) if closing else []},
        schema={"field": pl.String, "share_closed": pl.Float64},
    )
    names = table["field"].to_list()

    def share(*counts: str) -> pl.Expr:
        return pl.when(asked > 0).then(sum((pl.col(name) for name in counts), start=pl.lit(0)) / asked)

    return (
        table.join(parts.outliers.table, on="field", how="left", maintain_order="left")
        .join(closed, on="field", how="left", maintain_order="left")
        .with_columns(
            pl.Series("title_zh", [study.label(name, "zh") for name in names], dtype=pl.String),
            pl.Series("title_en", [study.label(name, "en") for name in names], dtype=pl.String),
            share_missing=share("n_dont_know", "n_refused", "n_empty"),
            share_dont_know=share("n_dont_know"),
            share_refused=share("n_refused"),
            share_empty=share("n_empty"),
            is_filter=pl.col("field").is_in(closing),
        )
    )


def _pairs(pairs: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    one = visits.select("row", "key", "interviewer", "community")
    other = visits.select(other_row="row", other_interviewer="interviewer", other_community="community")
    joined = pairs.join(one, on="row", how="left", maintain_order="left")
    return joined.join(other, on="other_row", how="left", maintain_order="left").with_columns(
        same_interviewer=(pl.col("interviewer") == pl.col("other_interviewer"))
    )


def _titles(study: Study) -> pl.DataFrame:
    entries = study.spec.quality.contradictions
    return pl.DataFrame(
        [(entry.id, entry.title.zh, entry.title.en) for entry in entries],
        schema={"rule": pl.String, "title_zh": pl.String, "title_en": pl.String},
        orient="row",
    )
