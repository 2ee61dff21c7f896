"""Smallest detectable effects, power and size of a planned survey in clusters.

The outcome has standard deviation 1, of which the share ICC = ρ of the variance lies between clusters. J clusters of m
respondents on average (coefficient of variation CV), a share P of units treated.

- Whole clusters assigned (Raudenbush 1997, Psychological Methods 2, 173-185; Bloom, Richburg-Hayes & Black 2007,
  Educational Evaluation and Policy Analysis 29, 30-59), with R² of the covariates between clusters and within:
  SE² = (ρ(1 - R²_c)(1 + CV²) + (1 - ρ)(1 - R²_i)/m) / (P(1 - P)J), df = J - 2 - cluster covariates. The factor
  1 + CV² is that of Eldridge, Ashby & Kerry (2006, International Journal of Epidemiology 35, 1292-1300): their design
  effect is 1 + ((1 + CV²)m - 1)ρ.
- Individuals assigned within every cluster, clusters absorbed, the same effect everywhere (Bloom 2006, The core
  analytics of randomized experiments for social research, MDRC): SE² = (1 - ρ)(1 - R²_i) / (P(1 - P)Jm). What
  clusters have in common cancels out; an effect that varies between them adds to this. df = J - 1, because the test
  that will be made clusters its errors; Bloom's Jm - J - 1 is for one that does not.

These are for errors of equal variance in both arms and effects tested with the right df. With fewer than ten treated
or untreated clusters a cluster-robust test (CR2) has fewer df than J - 2, and the real smallest effect is larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from liandong.errors import DefinitionError, Problem
from liandong.inference.power import DetectableEffect, detectable_effect, level_problems, power_of, require

Assignment = Literal["cluster", "individual"]
FEWEST_CLUSTERS = 4
_MOST_CLUSTERS = 10**7


@dataclass(frozen=True, slots=True)
class PlannedDesign:
    """A survey that is still to be made; see the module for the symbols.

    Attributes
    ----------
    clusters, size
        J, and m, the mean number of respondents per cluster.
    icc
        ρ.
    share_treated
        P: of clusters, or of the respondents of every cluster.
    assignment
        Whether clusters or individuals within clusters are treated.
    r2_cluster, r2_individual
        Shares of the variance between and within clusters that covariates explain.
    cluster_covariates
        Covariates that differ between clusters only; each takes a degree of freedom when clusters are assigned.
    cv
        Standard deviation of the clusters' sizes over their mean.
    """

    clusters: int
    size: float
    icc: float
    share_treated: float = 0.5
    assignment: Assignment = "cluster"
    r2_cluster: float = 0.0
    r2_individual: float = 0.0
    cluster_covariates: int = 0
    cv: float = 0.0

    @property
    def std_error(self) -> float:
        """Standard error of the effect, in standard deviations of the outcome."""
        inside = (1 - self.icc) * (1 - self.r2_individual) / self.size
        between = self.icc * (1 - self.r2_cluster) * (1 + self.cv**2) if self.assignment == "cluster" else 0.0
        return float(np.sqrt((between + inside) / (self.share_treated * (1 - self.share_treated) * self.clusters)))

    @property
    def df(self) -> float:
        """Degrees of freedom of the test."""
        if self.assignment == "cluster":
            return float(self.clusters - 2 - self.cluster_covariates)
        return float(self.clusters - 1)


def planned_effect(design: PlannedDesign, *, power: float = 0.8, alpha: float = 0.05) -> DetectableEffect:
    """Return the smallest detectable effect of `design`, in standard deviations of the outcome.

    Raises
    ------
    DefinitionError
        With every value that is impossible.
    """
    require({**design_problems(design), **level_problems(power, alpha)})
    return detectable_effect(design.std_error, design.df, power=power, alpha=alpha)


def planned_power(design: PlannedDesign, effect: float, *, alpha: float = 0.05) -> float:
    """Return the probability that `design` finds a true `effect` (in standard deviations); errors as above."""
    require(design_problems(design))
    return power_of(effect, design.std_error, design.df, alpha=alpha)


def clusters_needed(design: PlannedDesign, effect: float, *, power: float = 0.8, alpha: float = 0.05) -> int:
    """Return the fewest clusters, all else as in `design`, that find a true `effect` with probability `power`.

    Raises
    ------
    DefinitionError
        With every value that is impossible; also when ten million clusters would not do.
    """
    wrong = None if 0 < abs(effect) < np.inf else f"expected an effect other than 0; got {effect:g}"
    require({**design_problems(design), **level_problems(power, alpha), "effect": wrong})
    low = _fewest(design) - 1

    def enough(clusters: int) -> bool:
        more = replace(design, clusters=clusters)
        return power_of(effect, more.std_error, more.df, alpha=alpha) >= power

    high = low + 1
    while not enough(high):
        low, high = high, 2 * high
        if high > _MOST_CLUSTERS:
            problem = Problem("effect", f"{effect:g} would need more than ten million clusters")
            raise DefinitionError([problem], subject="the planned design")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def power_curve(
    design: PlannedDesign,
    clusters: Sequence[int],
    *,
    sizes: Sequence[float] = (),
    iccs: Sequence[float] = (),
    power: float = 0.8,
    alpha: float = 0.05,
) -> pl.DataFrame:
    """Return smallest detectable effects over numbers of clusters, sizes and ICCs.

    Returns
    -------
    DataFrame
        clusters, size, icc, std_error, df, effect (standard deviations): one row per combination, clusters varying
        slowest. Combinations without enough clusters for the share treated or the covariates have a null effect.

    Raises
    ------
    DefinitionError
        When `design` itself is impossible, or a size or ICC is.
    """
    plans = [
        replace(design, clusters=j, size=m, icc=rho)
        for j in clusters
        for m in (sizes or (design.size,))
        for rho in (iccs or (design.icc,))
    ]
    require({**design_problems(design), **level_problems(power, alpha)})
    for plan in plans:
        require({name: text for name, text in design_problems(plan).items() if name in ("size", "icc")})
    rows = [_curve_row(plan, power, alpha) for plan in plans]
    columns = {"clusters": pl.Int64, "size": pl.Float64, "icc": pl.Float64, "std_error": pl.Float64, "df": pl.Float64}
    return pl.DataFrame(rows, schema={**columns, "effect": pl.Float64}, orient="row")


def _curve_row(plan: PlannedDesign, power: float, alpha: float) -> tuple[float | None, ...]:
    head = (plan.clusters, plan.size, plan.icc)
    if any(text is not None for text in design_problems(plan).values()):
        return (*head, None, None, None)
    found = detectable_effect(plan.std_error, plan.df, power=power, alpha=alpha)
    return (*head, found.std_error, found.df, found.effect)


def design_problems(design: PlannedDesign) -> dict[str, str | None]:
    """Return what is impossible about `design`, by field; None where nothing is."""
    share = design.share_treated
    return {
        "clusters": _clusters_problem(design),
        "size": _size_problem(design),
        "icc": None if 0 <= design.icc < 1 else f"expected a share from 0 to below 1; got {design.icc:g}",
        "share_treated": None if 0 < share < 1 else f"expected a share between 0 and 1, both excluded; got {share:g}",
        "assignment": None
        if design.assignment in ("cluster", "individual")
        else f"expected cluster or individual; got {design.assignment!r}",
        "r2_cluster": _share_problem(design.r2_cluster),
        "r2_individual": _share_problem(design.r2_individual),
        "cluster_covariates": None
        if design.cluster_covariates >= 0
        else f"expected a number not below 0; got {design.cluster_covariates}",
        "cv": None if 0 <= design.cv < np.inf else f"expected a number not below 0; got {design.cv:g}",
    }


def _size_problem(design: PlannedDesign) -> str | None:
    fewest = 1 if design.assignment == "cluster" else 2
    return None if fewest <= design.size < np.inf else f"expected at least {fewest} per cluster; got {design.size:g}"


def _share_problem(value: float) -> str | None:
    return None if 0 <= value < 1 else f"expected a share from 0 to below 1; got {value:g}"


def _clusters_problem(design: PlannedDesign) -> str | None:
    if design.clusters < FEWEST_CLUSTERS:
        return f"expected at least {FEWEST_CLUSTERS}; got {design.clusters}"
    if 0 < design.share_treated < 1 and design.clusters < (fewest := _fewest(design)):
        return f"{design.clusters} are too few for this design; it needs {fewest}"
    return None


def _fewest(design: PlannedDesign) -> int:
    """Return the fewest clusters with one in each arm (or, of individuals, one respondent) and a df above 0."""
    rarer = min(design.share_treated, 1 - design.share_treated)
    if design.assignment == "cluster":
        return max(FEWEST_CLUSTERS, 3 + max(design.cluster_covariates, 0), int(np.ceil(1 / rarer - _ROUNDING)))
    return max(FEWEST_CLUSTERS, int(np.ceil(1 / (rarer * max(design.size, 1)) - _ROUNDING)))


_ROUNDING = 1e-9
