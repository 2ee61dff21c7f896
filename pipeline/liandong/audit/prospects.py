"""The table power: what the design at hand could detect, and what new ones of other sizes would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from liandong.definitions import Inference
from liandong.evidence import TABLES
from liandong.inference import PlannedDesign, planned_effect
from liandong.models import FittedModel

CLUSTERS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
LEVEL = 0.95
_EVEN = 0.5
_SMALLEST = 2.0
_ALL_BETWEEN = 0.99  # an outcome that belongs to the cluster: more people per cluster tell nothing


def prospect_table(
    models: Sequence[FittedModel], verdicts: pl.DataFrame, frame: pl.DataFrame, inference: Inference
) -> pl.DataFrame:
    """Return the table power.

    Parameters
    ----------
    models
        The headline models; those whose treatment has two values are looked at.
    verdicts
        The table verdicts, which knows the smallest detectable effect of the design at hand.
    frame
        Accepted rows, for the intraclass correlation of the outcome.
    inference
        The power asked for.

    Returns
    -------
    polars.DataFrame
        Per effect and outcome one row with `is_actual`, and one per number of clusters of a new survey with half of
        the people treated, the mean cluster size, intraclass correlation and explained variance of this one. A
        treatment that is the same for everybody in a cluster is planned by cluster, any other within clusters. An
        outcome that belongs to the cluster has no planned rows.
    """
    rows = [row for model in models for row in _of_model(model, verdicts, frame, inference.power)]
    return pl.DataFrame(rows, schema=dict(TABLES["power"].columns), orient="row")


def intraclass_correlation(frame: pl.DataFrame, outcome: str, cluster: str) -> float:
    """Return the one-way analysis-of-variance estimate of the ICC (Donner & Koval 1980), at least 0; 0 if undefined."""
    known = frame.select(pl.col(outcome).cast(pl.Float64).alias("y"), pl.col(cluster).alias("g")).drop_nulls()
    groups = known.group_by("g").agg(pl.len().alias("n"), pl.col("y").mean().alias("mean"))
    n, g = known.height, groups.height
    if g < 2 or n <= g:  # noqa: PLR2004 - a variance between needs two clusters
        return 0.0
    joined = known.join(groups, on="g")
    inside = float(((joined["y"] - joined["mean"]) ** 2).sum()) / (n - g)
    grand = float(known["y"].mean())  # type: ignore[arg-type]
    between = float((groups["n"] * (groups["mean"] - grand) ** 2).sum()) / (g - 1)
    size = (n - float((groups["n"] ** 2).sum()) / n) / (g - 1)
    total = between + (size - 1) * inside
    return max((between - inside) / total, 0.0) if total > 0 else 0.0


def _of_model(model: FittedModel, verdicts: pl.DataFrame, frame: pl.DataFrame, power: float) -> list[dict[str, Any]]:
    design = model.design
    found = verdicts.filter((pl.col("effect") == model.effect) & (pl.col("outcome") == model.outcome)).row(
        0, named=True
    )
    if not design.n_treated or not design.n_untreated or found["mde_sd"] is None:
        return []
    size = design.n_obs / design.n_clusters
    icc = intraclass_correlation(frame, model.outcome, model.plan.cluster)
    shared = {
        "effect": model.effect,
        "outcome": model.outcome,
        "cluster_size": size,
        "icc": icc,
        "assignment": "individual" if design.clusters_varying else "cluster",
        "power": power,
        "level": LEVEL,
    }
    actual = {
        **shared,
        "n_clusters": design.n_clusters,
        "share_treated": design.n_treated / design.n_obs,
        "mde_sd": found["mde_sd"],
        "mde": found["mde"],
        "is_actual": True,
    }
    plannable = size >= _SMALLEST and icc < _ALL_BETWEEN
    return [actual, *(_planned(model, shared, clusters) for clusters in CLUSTERS if plannable)]


def _planned(model: FittedModel, shared: dict[str, Any], clusters: int) -> dict[str, Any]:
    plan = PlannedDesign(
        clusters=clusters,
        size=shared["cluster_size"],
        icc=shared["icc"],
        share_treated=_EVEN,
        assignment=shared["assignment"],
        r2_individual=min(max(model.fit.r2_within, 0.0), 0.99),
    )
    found = planned_effect(plan, power=shared["power"], alpha=1 - LEVEL)
    return {
        **shared,
        "n_clusters": clusters,
        "share_treated": _EVEN,
        "mde_sd": found.effect,
        "mde": found.effect * model.design.outcome_sd,
        "is_actual": False,
    }
