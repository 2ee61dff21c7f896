"""Every model estimated a second time by linearmodels, and how far the two estimates lie apart.

linearmodels takes three seconds to import, so that the work is cut in three: a plan that is plain JSON, a refit that
needs the plan and a Parquet file of the accepted and scored rows and runs in a process of its own beside the rest
(:mod:`liandong.estimate.refit`), and a comparison.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from liandong.models.plan import ModelPlan

# Rounding in two algorithms leaves some 1e-12 with one effect; AbsorbingLS stops iterating at about 1e-8.
TOLERANCE = 1e-6
_ROUNDING = 1e-12


def crosscheck_plan(plans: Iterable[ModelPlan], weight: str | None = None) -> list[dict[str, Any]]:
    """Return the models of `plans` as plain values that JSON can carry."""
    return [
        {
            "effect": plan.effect,
            "outcome": plan.outcome,
            "cluster": plan.cluster,
            "absorb": list(plan.absorb),
            "measured": list(plan.measured),
            "weight": weight,
            "steps": [
                {
                    "step": step.name,
                    "terms": [{"name": t.name, "column": t.column, "level": t.level} for t in step.terms],
                }
                for step in plan.steps
            ],
        }
        for plan in plans
    ]


def compare_fits(estimates: pl.DataFrame, fits: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return the table crosscheck.

    Parameters
    ----------
    estimates
        The table estimates; its rows with metric "points" and vcov "CR1" are compared.
    fits
        From :func:`refit`.

    Returns
    -------
    polars.DataFrame
        One row per effect, outcome and step. `max_difference_estimate` is the largest difference between the slopes in
        units of the standard error, `max_difference_std_error` the largest relative difference between the standard
        errors, both rounded up to a power of ten and at least 1e-12: what lies below is rounding, and would differ
        from run to run. `agrees` when both are at most 1e-6 and sample, clusters and terms are the same.
    """
    own = estimates.filter(
        (pl.col("metric") == "points") & (pl.col("vcov") == "CR1") & pl.col("estimate").is_not_null()
    )
    return pl.DataFrame([_compare(own, fit) for fit in fits], schema=_SCHEMA, orient="row")


_SCHEMA = {
    "effect": pl.String,
    "outcome": pl.String,
    "step": pl.String,
    "engine": pl.String,
    "n_obs": pl.Int64,
    "n_terms": pl.Int64,
    "max_difference_estimate": pl.Float64,
    "max_difference_std_error": pl.Float64,
    "agrees": pl.Boolean,
}


def _compare(own: pl.DataFrame, fit: Mapping[str, Any]) -> tuple[Any, ...]:
    same = own.filter(
        (pl.col("effect") == fit["effect"]) & (pl.col("outcome") == fit["outcome"]) & (pl.col("step") == fit["step"])
    )
    peer = pl.DataFrame(
        {"term": fit["terms"], "peer": fit["estimate"], "peer_se": fit["std_error"]},
        schema={"term": pl.String, "peer": pl.Float64, "peer_se": pl.Float64},
    )
    both = same.join(peer, on="term", how="inner")
    slope, error = both.select(
        ((pl.col("estimate") - pl.col("peer")).abs() / pl.col("peer_se")).max().alias("slope"),
        (pl.col("std_error") / pl.col("peer_se") - 1).abs().max().alias("error"),
    ).row(0)
    alike = (
        both.height == same.height == peer.height
        and set(same["n_obs"]) == {fit["n_obs"]}
        and set(same["n_clusters"]) == {fit["n_clusters"]}
    )
    slope, error = _at_most(slope), _at_most(error)
    agrees = alike and slope is not None and slope <= TOLERANCE and error is not None and error <= TOLERANCE
    return (fit["effect"], fit["outcome"], fit["step"], fit["engine"], fit["n_obs"], peer.height, slope, error, agrees)


def _at_most(difference: float | None) -> float | None:
    """Return the smallest power of ten that `difference` does not exceed, None when it is not known."""
    if difference is None or not math.isfinite(difference):
        return None
    return float(f"1e{math.ceil(math.log10(max(difference, _ROUNDING)))}")
