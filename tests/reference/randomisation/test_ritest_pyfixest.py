"""pyfixest's `ritest`: the same statistics for the same assignments, but other assignments.

`ritest` flips a coin for every cluster, so that the number treated varies from draw to draw and there are no strata.
Ours keeps the number treated of every stratum, as a design that assigns by lot does. Fed with its coin flips, our
statistics are its own, draw by draw. The p-value of a design by lot is compared with that of the coin within sampling
error, where the number treated is large enough for both to mean the same.
"""

from __future__ import annotations

import matplotlib as mpl

mpl.use("Agg")  # pyfixest imports its plots with the rest

import numpy as np
import polars as pl
import pytest

from liandong.inference import fit, randomise_clusters
from liandong.inference.randomisation_clusters import cluster_design
from liandong.moments import within_samples

CLUSTERS, ROWS, REPS = 40, 600, 60


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(21)
    cluster = np.sort(rng.integers(0, CLUSTERS, ROWS))
    treated = rng.permutation(np.repeat([0.0, 1.0], CLUSTERS // 2))[cluster]
    control = rng.standard_normal(ROWS)
    common = rng.standard_normal(CLUSTERS)[cluster]
    y = 0.4 * treated + 0.5 * control + 0.5 * common + rng.standard_normal(ROWS)
    return {"g": cluster, "x": treated, "c": control, "w": rng.integers(0, 5, ROWS), "y": y}


def coin_flips(seed: int) -> np.ndarray:
    """Return the assignments that `ritest` makes from this seed, shape (REPS, CLUSTERS)."""
    rng = np.random.default_rng(seed)
    return np.array([[rng.integers(0, 2) for _ in range(CLUSTERS)] for _ in range(REPS)], dtype=float)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["randomization-c", "randomization-t"])
@pytest.mark.parametrize("formula", ["y ~ x + c", "y ~ x + c | w"])
def test_the_statistics_of_an_assignment_are_those_of_ritest(
    data: dict[str, np.ndarray], formula: str, kind: str
) -> None:
    import pandas as pd
    import pyfixest as pf

    effect = "w" if "|" in formula else None
    peer = pf.feols(formula, data=pd.DataFrame(data), vcov={"CRV1": "g"})
    answer = peer.ritest(
        "x",
        cluster="g",
        reps=REPS,
        type=kind,
        rng=np.random.default_rng(4),
        choose_algorithm="slow",
        store_ritest_statistics=True,
    )
    found = fit(within_samples(pl.DataFrame(data), {"m": ["y", "x", "c"]}, "g", effect).within["m"], "y", ["x", "c"])
    design = cluster_design(found, "x")
    low = design.treatment.min()
    drawn = design.statistics(coin_flips(4) * np.ptp(design.treatment) + low)
    own = drawn.coefficient if kind == "randomization-c" else drawn.statistic
    # Two least-squares solvers on 600 well-conditioned rows; pyfixest demeans iteratively to 1e-6 of a row.
    np.testing.assert_allclose(own, peer._ritest_statistics, rtol=1e-6, atol=1e-7)
    actual = randomise_clusters(found, "x", draws=REPS, interval=False)
    observed = actual.estimate if kind == "randomization-c" else actual.statistic
    share = (np.abs(own[1:]) >= abs(observed)).mean()  # `ritest` leaves its first draw out
    assert answer["Pr(>|t|)"] == pytest.approx(share)


def test_by_lot_and_by_coin_agree_within_sampling_error_when_half_are_treated(data: dict[str, np.ndarray]) -> None:
    found = fit(within_samples(pl.DataFrame(data), {"m": ["y", "x", "c"]}, "g").within["m"], "y", ["x", "c"])
    design = cluster_design(found, "x")
    flips = np.random.default_rng(8).integers(0, 2, (4999, CLUSTERS)).astype(float)
    coin = np.abs(design.statistics(flips).statistic)
    lot = randomise_clusters(found, "x", draws=4999, seed=9, interval=False)
    p = (coin >= abs(lot.statistic)).mean()
    # four standard errors of the difference of two shares of 4,999 draws
    assert abs(lot.p_value - p) < 4 * np.sqrt(2 * p * (1 - p) / 4999) + 1 / 5000
