"""Rules of the codebook and contradictions of the study: how often, and by whom and where."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from liandong.definitions import Study
from liandong.evidence import RESTRICTED_TABLES
from liandong.evidence.typed_rows import ROW
from liandong.quality.outcome import Outcome, made, not_made
from liandong.quality.received import Received

_DUPLICATES = ("key.duplicate_row", "key.conflict")
_KINDS = ("rule", "kind", "action", "field", "title_zh", "title_en")


@dataclass(frozen=True, slots=True, eq=False)
class Breaches:
    """Which row broke what.

    Attributes
    ----------
    outcomes
        Of the checks rejected, broken_rules and contradictions.
    table
        Table breaches.
    rows
        ``row``, ``n_breaches`` (rules of the codebook), ``n_contradictions``; a row that broke nothing is not there.
    """

    outcomes: tuple[Outcome, ...]
    table: pl.DataFrame
    rows: pl.DataFrame


def breaches(received: Received, visits: pl.DataFrame, study: Study) -> Breaches:
    """Count broken rules and contradictions by interviewer and community."""
    against, unknown = _contradictions(received, study)
    named = [
        {"rule": entry.id, "kind": "contradiction", "action": "warn", "field": "+".join(entry.check.names)}
        | {"title_zh": entry.title.zh, "title_en": entry.title.en}
        for entry in study.spec.quality.contradictions
    ]
    rules = pl.concat(
        [received.rules.select(_KINDS), pl.DataFrame(named, schema=dict.fromkeys(_KINDS, pl.String))]
    ).unique("rule", keep="first", maintain_order=True)
    both = pl.concat([received.breaches.with_columns(contradicts=False), against.with_columns(contradicts=True)])
    placed = both.join(visits.select("row", "interviewer", "community"), on="row")
    by_row = both.group_by("row").agg(
        n_breaches=(~pl.col("contradicts")).sum().cast(pl.Int64),
        n_contradictions=pl.col("contradicts").sum().cast(pl.Int64),
    )
    outcomes = (
        _rejected(received, visits, rules),
        _broken(received, visits, rules),
        _contradicted(against, unknown, visits, study, rules),
    )
    return Breaches(outcomes, _table(placed, visits, rules), by_row.sort("row"))


def _contradictions(received: Received, study: Study) -> tuple[pl.DataFrame, int]:
    """Return ``row``, ``rule`` of the contradictions found, and in how many rows all their conditions are unknown."""
    entries = [entry for entry in study.spec.quality.contradictions if set(entry.check.names) <= received.columns]
    schema = {"row": pl.Int64, "rule": pl.String}
    if not entries:
        return pl.DataFrame(schema=schema), 0
    frame = received.rows.select(
        pl.col(ROW).cast(pl.Int64).alias("row"),
        *(entry.check.polars().alias(f"⟨{i}⟩") for i, entry in enumerate(entries)),
    )
    unknown = frame.filter(pl.all_horizontal(pl.exclude("row").is_null())).height
    found = [frame.filter(pl.col(f"⟨{i}⟩")).select("row", rule=pl.lit(entry.id)) for i, entry in enumerate(entries)]
    return pl.concat([pl.DataFrame(schema=schema), *found]).sort("row", maintain_order=True), unknown


def _rejected(received: Received, visits: pl.DataFrame, rules: pl.DataFrame) -> Outcome:
    """List the rows that were held back, with the rules that say why; duplicates have checks of their own."""
    why = received.breaches.join(rules.select("rule", "field", "action"), on="rule").filter(
        pl.col("action") == "reject", ~pl.col("rule").is_in(_DUPLICATES)
    )
    lines = why.group_by("row", maintain_order=True).agg(
        field=pl.col("field").first(), value=pl.col("rule").str.join("; "), size=pl.len().cast(pl.Float64)
    )
    return made("rejected", visits.height, lines, visits.height - int(visits["accepted"].sum()))


def _broken(received: Received, visits: pl.DataFrame, rules: pl.DataFrame) -> Outcome:
    """List accepted rows that broke a rule: an answer was taken away, or only counted."""
    accepted = visits.filter("accepted").select("row")
    broken = received.breaches.join(accepted, on="row", how="semi").join(
        rules.select("rule", "field", "action"), on="rule"
    )
    lines = broken.select(
        "row", "field", value="rule", size=pl.when(pl.col("action") == "blank").then(2.0).otherwise(1.0)
    )
    return made("broken_rules", accepted.height, lines, lines["row"].n_unique())


def _contradicted(
    against: pl.DataFrame, unknown: int, visits: pl.DataFrame, study: Study, rules: pl.DataFrame
) -> Outcome:
    if not study.spec.quality.contradictions:
        return not_made("contradictions", "quality.contradictions")
    lines = against.join(rules.select("rule", "field"), on="rule").select(
        "row", "field", value="rule", size=pl.len().over("row").cast(pl.Float64)
    )
    return made("contradictions", visits.height - unknown, lines, lines["row"].n_unique())


def _table(placed: pl.DataFrame, visits: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    spec = RESTRICTED_TABLES["breaches"]
    levels = [("all", pl.lit("")), ("interviewer", pl.col("interviewer")), ("community", pl.col("community"))]
    parts = []
    for level, value in levels:
        # a literal in select() would be one row, whatever the height
        looked_at = visits.with_columns(value=value).select("value").drop_nulls()
        n = looked_at.group_by("value").agg(n=pl.len().cast(pl.Int64))
        counted = (
            placed.with_columns(value=value)
            .drop_nulls("value")
            .group_by("rule", "value")
            .agg(n_broken=pl.col("row").n_unique().cast(pl.Int64))
        )
        parts.append(counted.join(n, on="value").with_columns(level=pl.lit(level)))
    table = pl.concat(parts).join(rules, on="rule").with_columns(share=pl.col("n_broken") / pl.col("n"))
    order = pl.Enum(["all", "interviewer", "community"])
    return table.sort(
        pl.col("level").cast(order), "n_broken", "rule", "value", descending=[False, True, False, False]
    ).select(list(spec.columns))
