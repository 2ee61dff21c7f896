"""What a sample can carry: how treatment and clusters are spread over it, and when no model can be fitted."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from liandong.errors import EstimationError
from liandong.models.plan import ModelPlan

FEW_CLUSTERS = 50  # below, t(G-1) with CR1 is too optimistic (DESIGN: conventions of inference)
FEW_ON_ONE_SIDE = 10  # clusters that hold treated, or untreated, respondents; or in which the treatment varies
_BINARY = 2
_T = "__treatment"


@dataclass(frozen=True, slots=True)
class Design:
    """Counts of one estimation sample; those that need two arms are None unless the treatment has two values.

    Of two values the higher one counts as treated. `clusters_varying` are clusters in which the treatment takes more
    than one value, `outcome_range` is the theoretical range of the outcome, None where it has none.
    `n_clusters_second` counts the clusters of the other column of a two-way clustering.
    """

    n_obs: int
    n_clusters: int
    cluster_size_min: int
    cluster_size_median: float
    cluster_size_max: int
    treatment_is_binary: bool
    n_treated: int | None
    n_untreated: int | None
    clusters_with_treated: int | None
    clusters_with_untreated: int | None
    clusters_varying: int
    outcome_mean: float
    outcome_sd: float
    outcome_range: tuple[float, float] | None
    n_clusters_second: int | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """Reasons for caution, as keys.

        ``few_clusters``: under 50. ``few_treated_clusters``, ``few_untreated_clusters``: under 10 clusters hold anybody
        of that arm. ``varies_in_few_clusters``: the treatment varies inside clusters, but inside fewer than 10.
        """
        treated, untreated = self.clusters_with_treated, self.clusters_with_untreated
        reasons = {
            "few_clusters": self.n_clusters < FEW_CLUSTERS,
            "few_treated_clusters": treated is not None and treated < FEW_ON_ONE_SIDE,
            "few_untreated_clusters": untreated is not None and untreated < FEW_ON_ONE_SIDE,
            "varies_in_few_clusters": 0 < self.clusters_varying < FEW_ON_ONE_SIDE,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)

    def row(self, plan: ModelPlan) -> dict[str, object]:
        """Return the row of the table design."""
        low, high = self.outcome_range or (None, None)
        return {
            "effect": plan.effect,
            "outcome": plan.outcome,
            "n_obs": self.n_obs,
            "n_clusters": self.n_clusters,
            "cluster_size_min": self.cluster_size_min,
            "cluster_size_median": self.cluster_size_median,
            "cluster_size_max": self.cluster_size_max,
            "treatment_is_binary": self.treatment_is_binary,
            "n_treated": self.n_treated,
            "n_untreated": self.n_untreated,
            "clusters_with_treated": self.clusters_with_treated,
            "clusters_with_untreated": self.clusters_with_untreated,
            "clusters_with_both": self.clusters_varying if self.treatment_is_binary else None,
            "outcome_mean": self.outcome_mean,
            "outcome_sd": self.outcome_sd,
            "outcome_low": low,
            "outcome_high": high,
            "suppressed": False,
        }


def describe_design(
    rows: pl.DataFrame, plan: ModelPlan, spread: tuple[float, float], outcome_range: tuple[float, float] | None
) -> Design:
    """Return the counts of the estimation sample `rows`.

    `spread` are mean and standard deviation of the outcome in it (weighted where the study has weights, divisor n - 1).
    """
    by_cluster = _by_cluster(rows, plan)
    sizes = by_cluster["n"]
    treatment = rows[plan.treatment].cast(pl.Float64)
    binary = treatment.n_unique() == _BINARY
    high = int((by_cluster["high"] == treatment.max()).sum())
    low = int((by_cluster["low"] == treatment.min()).sum())
    n_treated = int((treatment == treatment.max()).sum())
    return Design(
        n_obs=rows.height,
        n_clusters=by_cluster.height,
        cluster_size_min=int(sizes.min()),  # type: ignore[arg-type]
        cluster_size_median=float(sizes.median()),  # type: ignore[arg-type]
        cluster_size_max=int(sizes.max()),  # type: ignore[arg-type]
        treatment_is_binary=binary,
        n_treated=n_treated if binary else None,
        n_untreated=rows.height - n_treated if binary else None,
        clusters_with_treated=high if binary else None,
        clusters_with_untreated=low if binary else None,
        clusters_varying=int((by_cluster["high"] > by_cluster["low"]).sum()),
        outcome_mean=spread[0],
        outcome_sd=spread[1],
        outcome_range=outcome_range,
        n_clusters_second=None if plan.second_cluster is None else rows[plan.second_cluster].n_unique(),
    )


def require_identified(rows: pl.DataFrame, plan: ModelPlan) -> None:
    """Raise an EstimationError when the sample cannot identify the effect of the treatment.

    That is: fewer than two clusters, an outcome or a treatment that does not vary, or a treatment that varies within no
    level of a fixed effect.
    """
    clusters = rows[plan.cluster].n_unique()
    if clusters < _BINARY:
        raise EstimationError(
            f"expected at least two clusters of {plan.cluster!r}; the {rows.height} rows lie in {clusters}",
            where=plan.name,
            hint="a cluster-robust variance compares clusters; collect more of them, or cluster by a finer unit",
            zh=f"估计样本中 {plan.cluster!r} 只有 {clusters} 个，无法计算聚类标准误。",
        )
    for what, zh, column in (("outcome", "结果变量", plan.outcome), ("treatment", "处理变量", plan.treatment)):
        if rows[column].min() == rows[column].max():
            raise EstimationError(
                f"expected {'an' if what == 'outcome' else 'a'} {what} that varies; {column!r} is"
                f" {rows[column][0]} in all {rows.height} rows of the sample",
                where=plan.name,
                hint="nothing can be compared; look at the coding of the column and at the rules that reject rows",
                zh=f"{zh} {column!r} 在估计样本中没有变化。",
            )
    for effect in plan.absorb:
        varying = rows.group_by(effect).agg(pl.col(plan.treatment).n_unique().alias(_T)).filter(pl.col(_T) > 1)
        if varying.is_empty():
            raise EstimationError(
                f"expected a treatment that varies within some level of {effect!r}; {plan.treatment!r} is the same for "
                f"everybody in each of its {rows[effect].n_unique()} levels, so the fixed effect absorbs it",
                where=plan.name,
                hint=f"absorb a coarser unit than {effect!r}, or none",
                zh=f"处理变量 {plan.treatment!r} 在每个 {effect!r} 内部都没有变化，已被固定效应吸收。",
            )


def _by_cluster(rows: pl.DataFrame, plan: ModelPlan) -> pl.DataFrame:
    treatment = pl.col(plan.treatment).cast(pl.Float64)
    return rows.group_by(plan.cluster).agg(
        pl.len().alias("n"), treatment.max().alias("high"), treatment.min().alias("low")
    )
