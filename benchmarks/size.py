"""Rejection rates at 5 % where nothing is true: what each kind of inference does with few treated clusters.

Run as `python benchmarks/size.py [DRAWS]`; writes build/bench/size.json. All methods judge the same samples.
`recommended` is the p-value that the report tells its reader to believe; where the verdict is that nothing can carry
the claim, the sample counts as undecided.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from liandong.inference import (
    Fit,
    Hypothesis,
    coefficients,
    covariance,
    diagnose,
    fit,
    randomise_clusters,
    randomise_rows,
    wild_bootstrap,
    wild_draws,
)
from liandong.moments import within_samples

if TYPE_CHECKING:
    from liandong.audit.judgement import Circumstances

ALPHA = 0.05
CLUSTERS, ICC = 32, 0.1
BATCH = 20  # outcomes that share cluster sizes, treatment and one pass over the rows
RESAMPLES = 999
Method = Callable[[Fit], float]
P = dict[str, NDArray[np.float64]]
Recommend = Callable[["Batch", P], P]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A survey in which the treatment `x` has no effect on the mean of the outcomes, unless `effect` gives it one.

    "cluster": `treated` of 32 clusters are treated, chosen anew for every batch; `spread` is the standard deviation of
    their outcomes over that of the others (with 1 the treatment changes nothing at all, which is what randomisation
    tests suppose). "person": everybody is treated but seven people in six clusters, and community effects are
    absorbed: the design of the Hubei survey. "half": half of the people of every cluster are treated, effects absorbed.
    With an `effect` the treatment adds it to every outcome, whose standard deviation is 1: then rejections are power.
    """

    treated: int
    sizes: Literal["equal", "unequal"] = "unequal"
    unit: Literal["cluster", "person", "half"] = "cluster"
    spread: float = 1.0
    icc: float = ICC
    effect: float = 0.0

    @property
    def design(self) -> str:
        if self.unit == "person":
            return "7 of 525 people untreated, in 6 clusters; community effects"
        more = "" if self.spread == 1 else f", {self.spread:g} times the spread in treated ones"
        return f"whole clusters treated; {self.sizes} sizes{more}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some outcomes on one design, as moments and as rows."""

    fits: list[Fit]
    outcomes: NDArray[np.float64]
    treatment: NDArray[np.float64]
    cluster: NDArray[np.intp]


SCENARIOS = [
    *(Scenario(treated, sizes) for sizes in ("unequal", "equal") for treated in (16, 6, 3)),
    Scenario(6, spread=2.0),
    Scenario(32, unit="person"),
]
UNTREATED_IN = 6


def batches(scenario: Scenario, draws: int, seed: int) -> Iterator[Batch]:
    """Yield simulated surveys until `draws` outcomes are made."""
    rng = np.random.default_rng(seed)
    for start in range(0, draws, BATCH):
        cluster = np.repeat(np.arange(CLUSTERS), cluster_sizes(scenario, rng))
        treatment = assigned(scenario, cluster, rng)
        common = rng.standard_normal((CLUSTERS, min(BATCH, draws - start))) * np.sqrt(scenario.icc)
        outcomes = common[cluster] + rng.standard_normal((len(cluster), common.shape[1])) * np.sqrt(1 - scenario.icc)
        outcomes *= np.where((treatment == 1) & (scenario.unit == "cluster"), scenario.spread, 1.0)[:, None]
        outcomes += scenario.effect * treatment[:, None]
        names = [f"y{i}" for i in range(outcomes.shape[1])]
        frame = pl.DataFrame(outcomes, schema=names).with_columns(x=treatment, g=cluster)
        effect = None if scenario.unit == "cluster" else "g"
        within = within_samples(frame, {"all": ["x", *names]}, "g", effect).within["all"]
        yield Batch([fit(within, name, ["x"]) for name in names], outcomes, treatment, cluster)


def cluster_sizes(scenario: Scenario, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return respondents per cluster: 19, or 5 to about 60 with a mean of 19 (coefficient of variation 0.6)."""
    if scenario.unit == "person":
        return 10 + rng.multinomial(525 - 10 * CLUSTERS, np.full(CLUSTERS, 1 / CLUSTERS))
    if scenario.sizes == "equal":
        return np.full(CLUSTERS, 19)
    return 5 + rng.multinomial(14 * CLUSTERS, rng.dirichlet(np.full(CLUSTERS, 1.6)))


def assigned(scenario: Scenario, cluster: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the treatment by row."""
    if scenario.unit == "half":
        return np.arange(len(cluster)) % 2.0
    order = rng.permutation(CLUSTERS)
    if scenario.unit == "cluster":
        return np.isin(cluster, order[: scenario.treated]).astype(float)
    treatment = np.ones(len(cluster))
    for number, g in enumerate(order[:UNTREATED_IN]):
        treatment[rng.choice(np.flatnonzero(cluster == g), 2 if number == 0 else 1, replace=False)] = 0.0
    return treatment


def analytic(kind: str, *, normal: bool = False) -> Method:
    """Return the p-value of the t test with the variance `kind`, against its own t or the normal distribution."""

    def p_value(found: Fit) -> float:
        robust = covariance(found, kind)
        t = -abs(found.coefficients[0]) / np.sqrt(robust.matrix[0, 0])
        return 2 * float(ndtr(t) if normal else stdtr(robust.df[0], t))

    return p_value


# Without fixed effects statsmodels' clustered variance is our CR1, factor included; it takes the normal distribution.
ANALYTIC: dict[str, Method] = {
    "statsmodels": analytic("CR1", normal=True),
    "CR1": analytic("CR1"),
    "CR2": analytic("CR2"),
    "CR3": analytic("CR3"),
}


def rejections(
    scenario: Scenario, draws: int, *, seed: int = 1, resamples: int = RESAMPLES, recommend: Recommend | None = None
) -> P:
    """Return the p-values of every method by name, shape (draws,); NaN where a method gives none.

    `resamples` is the number of bootstrap draws and of random assignments, 0 to leave both methods out; `recommend`
    takes a batch and its p-values so far and gives more of them.
    """
    bootstrap = wild_draws([range(CLUSTERS)], count=resamples or RESAMPLES, seed=seed)
    parts: list[P] = []
    for batch in batches(scenario, draws, seed):
        own = {name: np.array([method(one) for one in batch.fits]) for name, method in ANALYTIC.items()}
        if resamples:
            tests = wild_bootstrap([Hypothesis(one, "x") for one in batch.fits], bootstrap)
            own["WCR-R"] = np.array([test.p_value for test in tests])
            own["RI"] = np.array(randomised(scenario, batch, resamples, seed))
        if recommend is not None:
            own |= recommend(batch, own)
        parts.append(own)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def judged(batch: Batch, p_values: P) -> P:
    """Return the p-value that the verdict picks for each outcome of `batch`, NaN where it picks none.

    "recommended" to a study that only observes, "if randomised" to one that assigned the treatment by lot.
    """
    from liandong.audit.judgement import judge

    unit = "cluster" if batch.fits[0].within.effect is None else "individual"
    chosen: dict[str, list[float]] = {"recommended": [], "if randomised": []}
    for i, one in enumerate(batch.fits):
        case = circumstances(batch, one, {name: float(values[i]) for name, values in p_values.items()})
        assigned_by_lot = replace(case, randomised=unit)
        observed = replace(case, answers={code: found for code, found in case.answers.items() if code != "RI"})
        for name, asked in (("recommended", observed), ("if randomised", assigned_by_lot)):
            method = judge(asked).recommended
            chosen[name].append(asked.answers[method].p_value if method else float("nan"))
    return {name: np.array(values) for name, values in chosen.items()}


def circumstances(batch: Batch, one: Fit, p_values: dict[str, float]) -> Circumstances:
    """Return what the verdict looks at in one fit."""
    from liandong.audit.judgement import Circumstances, Found
    from liandong.audit.verdicts import found_in

    treated = batch.treatment == 1
    clusters = diagnose(one, "x")
    answers = {kind: found_in(coefficients(one, kind), "x") for kind in ("iid", "CR1", "CR2", "CR3")}
    answers |= {kind: Found(None, None, p_values[kind], None, None) for kind in ("WCR-R", "RI") if kind in p_values}
    return Circumstances(
        estimate=float(one.coefficients[0]),
        n_clusters=CLUSTERS,
        n_clusters_second=None,
        n_treated=int(treated.sum()),
        n_untreated=int((~treated).sum()),
        clusters_with_treated=len(np.unique(batch.cluster[treated])),
        clusters_with_untreated=len(np.unique(batch.cluster[~treated])),
        answers=answers,
        partial_leverage=float(clusters.partial_leverage.max()),
        leverage_ratio=float(clusters.leverage.max() / clusters.leverage.mean()),
        without=clusters.without[~np.isnan(clusters.without)].tolist(),
        identified_without=not clusters.unidentified_without,
        randomised=None,
    )


def randomised(scenario: Scenario, batch: Batch, draws: int, seed: int) -> list[float]:
    """Return randomisation p-values; people are assigned within their community."""
    if scenario.unit == "cluster":
        return [randomise_clusters(one, "x", draws=draws, seed=seed, interval=False).p_value for one in batch.fits]
    g, none = batch.cluster, np.zeros((len(batch.cluster), 0))
    return [
        randomise_rows(
            y, batch.treatment, none, effect=g, cluster=g, strata=g, draws=draws, seed=seed, interval=False
        ).p_value
        for y in batch.outcomes.T
    ]


def table(draws: int, recommend: Recommend | None = judged) -> list[dict[str, object]]:
    """Return one row per scenario and method."""
    rows: list[dict[str, object]] = []
    for scenario in SCENARIOS:
        for method, p in rejections(scenario, draws, recommend=recommend).items():
            decided = p[~np.isnan(p)]
            rate = float((decided <= ALPHA).mean()) if len(decided) else None
            rows.append(
                {
                    "clusters": CLUSTERS,
                    "treated": scenario.treated,
                    "design": scenario.design,
                    "method": method,
                    "rate": rate,
                    "draws": len(decided),
                    "undecided": len(p) - len(decided),
                    "mc_error": None if rate is None else float(np.sqrt(rate * (1 - rate) / len(decided))),
                }
            )
    return rows


def show(rows: list[dict[str, object]]) -> None:
    methods = list(dict.fromkeys(row["method"] for row in rows))
    print("rejections at 5 % where nothing is true, in percent (– where the verdict is that nothing can carry it)")
    print(" " * 71 + "".join(f"{m:>15}" for m in methods))
    for scenario in SCENARIOS:
        own = {r["method"]: r for r in rows if (r["treated"], r["design"]) == (scenario.treated, scenario.design)}
        cells = "".join(f"{_percent(own[m]['rate']):>15}" for m in methods)
        print(f"{scenario.treated:>2} treated; {scenario.design:<60}{cells}")


def _percent(rate: object) -> str:
    return "–" if rate is None else f"{100 * float(str(rate)):.1f}"


def main(draws: int = 5000) -> list[dict[str, object]]:
    from timing import BUILD

    rows = table(draws)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "size.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    show(rows)
    return rows


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
