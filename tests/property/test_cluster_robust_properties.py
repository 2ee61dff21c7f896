"""Cluster-robust inference on small random data: it equals full dummies, and what must not matter does not."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.reference.cluster_robust import full_dummies

from liandong.inference import Fit, covariance, diagnose, fit, twoway
from liandong.inference.leverage import SINGULAR
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2"]
EFFECTS: list[list[str]] = [[], ["cluster"], ["above"], ["below"], ["across"], ["across", "wave"], ["below", "wave"]]
# Random designs of some forty rows may leave a direction with a thousandth of its variation without one cluster.
CLOSE = {"rtol": 1e-6, "atol": 1e-10}

seeds = st.integers(0, 2**32 - 1)
effects = st.sampled_from(EFFECTS)
weights = st.sampled_from([None, "weight"])


def small(seed: int) -> dict[str, NDArray[np.generic]]:
    """Return 30 to 60 rows in 4 to 8 uneven clusters; x2 is a rare binary, as a treatment may be."""
    rng = np.random.default_rng(seed)
    clusters = int(rng.integers(4, 9))
    n = int(rng.integers(30, 61))
    cluster = np.concatenate([np.arange(clusters), rng.choice(clusters, n - clusters, p=rng.dirichlet([2] * clusters))])
    return {
        "cluster": cluster,
        "above": cluster // 2,
        "below": cluster * 2 + rng.integers(0, 2, n),
        "across": rng.integers(0, 4, n),
        "wave": rng.integers(0, 3, n),
        "x1": rng.standard_normal(n) + rng.standard_normal(clusters)[cluster],
        "x2": (rng.random(n) < 0.25).astype(float),
        "y": rng.standard_normal(n) + rng.standard_normal(clusters)[cluster],
        "weight": rng.uniform(0.2, 4.0, n),
    }


def clear_cut(rows: full_dummies.RowModel) -> bool:
    """Whether no direction is nearly lost without a cluster, where rounding alone would decide."""
    left = np.concatenate([np.linalg.eigvalsh(np.eye(len(m)) - rows.hat[np.ix_(m, m)]) for m in rows.members()])
    return not ((left > SINGULAR / 1e3) & (left < 1e-4)).any()


def pair(seed: int, absorbed: list[str], weight: str | None) -> tuple[Fit, full_dummies.RowModel]:
    data = small(seed)
    assume(np.linalg.matrix_rank(np.column_stack([data["x1"], data["x2"], np.ones(len(data["y"]))])) == 3)
    found, rows = full_dummies.both(data, REGRESSORS, absorbed, weight)
    assume(found.terms[:2] == tuple(REGRESSORS) and clear_cut(rows))
    return found, rows


@settings(max_examples=60, deadline=None)
@given(seeds, effects, weights)
def test_variances_degrees_of_freedom_and_diagnostics_are_those_of_the_rows(
    seed: int, absorbed: list[str], weight: str | None
) -> None:
    found, rows = pair(seed, absorbed, weight)
    cr2, cr3 = covariance(found, "CR2"), covariance(found, "CR3")
    np.testing.assert_allclose(cr2.matrix[:2, :2], full_dummies.sandwich(rows, -0.5), **CLOSE)
    np.testing.assert_allclose(cr2.df[:2], full_dummies.satterthwaite(rows), **CLOSE)
    np.testing.assert_allclose(cr3.matrix[:2, :2], cr3.factor * full_dummies.sandwich(rows, -1.0), **CLOSE)
    without = full_dummies.without_each_cluster(rows)
    for j, term in enumerate(REGRESSORS):
        told = diagnose(found, term)
        np.testing.assert_allclose(told.without, without[:, j], **CLOSE)
        np.testing.assert_allclose(told.leverage, full_dummies.leverage(rows), **CLOSE)
        np.testing.assert_allclose(told.partial_leverage, full_dummies.partial_leverage(rows, j), **CLOSE)
        assert 1 - 1e-9 <= told.effective_clusters <= found.n_clusters + 1e-9


@settings(max_examples=30, deadline=None)
@given(seeds, effects, weights)
def test_cr3_is_the_jackknife_of_its_own_leave_one_out_estimates(
    seed: int, absorbed: list[str], weight: str | None
) -> None:
    found, _ = pair(seed, absorbed, weight)
    told = diagnose(found, "x1")
    assume(not told.unidentified_without)
    g = found.n_clusters
    jackknife = (g - 1) / g * ((told.without - told.estimate) ** 2).sum()
    np.testing.assert_allclose(covariance(found, "CR3").matrix[0, 0], jackknife, rtol=1e-10)


@settings(max_examples=30, deadline=None)
@given(seeds, effects, st.floats(1e-4, 1e4), st.floats(-1e3, 1e3))
def test_units_of_the_data_do_not_matter(seed: int, absorbed: list[str], scale: float, shift: float) -> None:
    data = small(seed)
    one, rows = full_dummies.both(data, REGRESSORS, absorbed, "weight")
    assume(one.terms[:2] == tuple(REGRESSORS) and clear_cut(rows))
    moved = {**data, "x1": data["x1"] * scale, "y": data["y"] + shift, "weight": data["weight"] * scale}
    other, _ = full_dummies.both(moved, REGRESSORS, absorbed, "weight")
    for kind in ("CR2", "CR3"):
        a, b = covariance(one, kind), covariance(other, kind)
        # x1 and the shift of y cost up to seven digits of the products.
        np.testing.assert_allclose(b.matrix[0, 0] * scale**2, a.matrix[0, 0], rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(b.matrix[1, 1], a.matrix[1, 1], rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(b.df[:2], a.df[:2], rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_two_ways_that_are_the_same_way_are_one(seed: int) -> None:
    data = pl.DataFrame(small(seed)).with_columns(again=pl.col("cluster") + 10)
    within = within_samples(data, {"m": ["y", *REGRESSORS]}, "cluster", "across", keys=["again"]).within["m"]
    found = fit(within, "y", REGRESSORS)
    np.testing.assert_allclose(twoway(found, "again").matrix, covariance(found, "CR1").matrix, rtol=1e-10)
