"""From accepted rows to the tables of the bundle: scales, indicators, models, for the publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from liandong.definitions import Codebook, Study
from liandong.disclose import concentrated_means
from liandong.estimate import estimate_effects
from liandong.evidence import TABLES
from liandong.indicators import Variable, distribution_table, indicator_table, overlap_table
from liandong.measure import item_table, scale_table
from liandong.models import nominal_columns, outcome_ranges, plan_effects
from liandong.quality import missingness_table
from liandong.workflow.appraisal import appraise
from liandong.workflow.case import Case
from liandong.workflow.communities import community_nests, write_communities
from liandong.workflow.crosscheck import Crosscheck
from liandong.workflow.intake import Intake
from liandong.workflow.preparation import prepare
from liandong.workflow.publication import Publication

Progress = Callable[[str], None]


def analyse(
    study: Study,
    codebook: Codebook,
    intake: Intake,
    publication: Publication,
    crosscheck: Crosscheck,
    on_progress: Progress,
) -> list[str]:
    """Add every table of the analysis to the publication and return the notes that belong in the manifest.

    The refit by linearmodels runs beside the rest. Tables that are made before a model fails have been added.

    Raises
    ------
    EstimationError
        When the data cannot carry a scale, an indicator or a model.
    """
    validated = intake.validated
    write = publication.add
    write("sample_flow", _flow(study, intake, validated.accepted))
    write("missingness", missingness_table(intake.linked, codebook))
    on_progress("Scoring scales and counting indicators")
    prepared = prepare(study, intake.linked)
    frame, weight = prepared.frame, prepared.weight
    if prepared.weights is not None:
        write("weights", prepared.weights)
    effects, nominal = study.spec.analysis.effects, nominal_columns(study)
    subgroups, rules = study.spec.analysis.subgroups, study.spec.disclosure
    cluster = _role(study, "cluster")
    publication.concentrated += concentrated_means(frame, study.indicators, subgroups, effects, rules, cluster)
    crosscheck.give(frame, plan_effects(frame, effects, nominal), weight)
    write("scales", scale_table(frame, study.scales))
    write("items", item_table(frame, study.scales))
    write("indicators", _indicators(study, frame, weight))
    write("overlap", overlap_table(frame, study.indicators, _role(study, "cluster"), weight, _role(study, "strata")))
    write("distributions", distribution_table(frame, _variables(study, codebook)))
    write_communities(study, frame, weight, write)
    publication.nests = community_nests(study, frame)
    on_progress("Fitting models")
    estimates = estimate_effects(frame, effects, weight=weight, outcome_ranges=outcome_ranges(study), nominal=nominal)
    write("sample_flow", _flow(study, intake, frame.lazy(), estimates.flow))
    write("design", estimates.design)
    write("estimates", estimates.estimates)
    on_progress("Weighing the evidence")
    remarks = appraise(Case(study, frame, weight, nominal, estimates), write)
    on_progress("Comparing with linearmodels")
    write("crosscheck", crosscheck.compare(estimates.estimates))
    return [*prepared.notes, *estimates.notes, *remarks]


def _indicators(study: Study, frame: pl.DataFrame, weight: str | None) -> pl.DataFrame:
    names = {*study.spec.analysis.subgroups, *(name for i in study.indicators for name in i.numerator.names)}
    known = {name: list(study.category_labels(name, "zh")) for name in sorted(names)}
    return indicator_table(
        frame,
        study.indicators,
        _role(study, "cluster"),
        weight,
        _role(study, "strata"),
        study.spec.analysis.subgroups,
        {name: values for name, values in known.items() if values},
    )


def _variables(study: Study, codebook: Codebook) -> list[Variable]:
    """Return what the report shows the distribution of: every score, and every coded demographic field."""
    scores = [Variable(scale.id, scale.score_range) for scale in study.scales]
    profile = [
        Variable(field.name, known=tuple(study.category_labels(field.name, "zh")))
        for field in codebook.with_role("demographic")
        if field.categories
    ]
    return [*scores, *profile]


def _flow(study: Study, intake: Intake, accepted: pl.LazyFrame, effects: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return table ``sample_flow``: invited, received, rejected, accepted, then the stages of each model.

    Accepted rows without derived columns leave it open how many clusters there are, if a derived column names them.
    """
    cluster = _role(study, "cluster")
    sampling = study.spec.design.sampling if study.spec.design else None
    clusters = None
    if cluster is not None and cluster in accepted.collect_schema():
        clusters = accepted.select(pl.col(cluster).n_unique()).collect(engine="streaming").item()
    rows = intake.rows
    head: list[dict[str, Any]] = [
        *([{"stage": "invited", "rows": sampling.invited}] if sampling and sampling.invited else []),
        {"stage": "received", "rows": rows["received"]},
        {"stage": "rejected", "rows": rows["rejected"]},
        *([{"stage": "dropped_by_hand", "rows": intake.dropped}] if intake.dropped else []),
        {"stage": "accepted", "rows": rows["accepted"], "clusters": clusters},
    ]
    schema = dict(TABLES["sample_flow"].columns)
    table = pl.DataFrame([{"effect": "", "outcome": "", "detail": "", **row} for row in head], schema=schema)
    if effects is not None:
        table = pl.concat([table, effects.select(list(schema)).cast(pl.Schema(schema))])
    return table.with_columns(order=pl.int_range(1, table.height + 1, dtype=pl.Int64))


def _role(study: Study, role: str) -> str | None:
    return getattr(study.spec.design, role) if study.spec.design else None
