"""The bootstrap from cluster totals against a regression per draw from rows, however effect and cluster are nested."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample
from tests.reference.wild.rows import RowModel, row_bootstrap, row_model, row_t, share

from liandong.inference import Draws, Fit, Hypothesis, covariance, fit, wild_bootstrap, wild_draws, wild_joint
from liandong.inference import wild_terms as algebra
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]
EFFECTS = [None, "same", "contains", "inside", "crossing"]
WEIGHTS = [None, "weight"]
# Least squares of 130 rows per draw: both sides are accurate to 1e-12, the pseudo-inverse of the reference to 1e-10.
CLOSE = {"rtol": 1e-8, "atol": 1e-10}


@cache
def sample(clusters: int, size: int) -> dict[str, np.ndarray]:
    return clustered_sample(3, rows=size, clusters=clusters)


def models(effect: str | None, weight: str | None, clusters: int = 7, size: int = 130) -> tuple[Fit, RowModel]:
    data = sample(clusters, size)
    within = within_samples(pl.DataFrame(data), {"m": ["y", *REGRESSORS]}, "cluster", effect, weight).within["m"]
    return fit(within, "y", REGRESSORS), row_model(data, REGRESSORS, effect, weight)


def few_draws(found: Fit, kind: str) -> Draws:
    # Seven clusters: Rademacher's 128 vectors are enumerated, Webb's 279,936 sampled.
    return wild_draws([found.within.cluster_labels], seed=5, count=199, kind=kind)


def weights(draws: Draws) -> np.ndarray:
    return draws.weights(0, draws.size)


@pytest.mark.parametrize("kind", ["rademacher", "webb"])
@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("effect", EFFECTS)
def test_every_draw_and_the_p_value_are_those_of_the_rows(effect: str | None, weight: str | None, kind: str) -> None:
    found, rows = models(effect, weight)
    draws = few_draws(found, kind)
    root = np.sqrt(covariance(found, "CR1").factor)
    for term, null in (("x1", 0.0), ("x3", 0.4)):
        t, t_star = row_t(rows, REGRESSORS.index(term), null, weights(draws))
        (test,) = wild_bootstrap([Hypothesis(found, term, null)], draws, keep=True)
        assert test.statistic * root == pytest.approx(t, rel=1e-9)
        np.testing.assert_allclose(test.t_star * root, t_star, **CLOSE)
        assert test.p_value == pytest.approx(share(abs(t), np.abs(t_star), enumerated=draws.enumerated), rel=1e-12)


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("effect", EFFECTS)
def test_interval_ends_are_where_the_p_value_of_the_rows_crosses(effect: str | None, weight: str | None) -> None:
    found, rows = models(effect, weight)
    draws = few_draws(found, "rademacher")
    (test,) = wild_bootstrap([Hypothesis(found, "x1")], draws, level=0.9)
    step = 1e-6 * test.std_error
    for end, outwards in ((test.conf_low, -step), (test.conf_high, step)):
        p = [
            share(abs(t), np.abs(t_star), enumerated=True)
            for t, t_star in (row_t(rows, 0, b, weights(draws)) for b in (end - outwards, end + outwards))
        ]
        assert p[0] > 0.1 >= p[1]


@pytest.mark.parametrize("kind", ["rademacher", "webb"])
@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("effect", EFFECTS)
def test_the_joint_test_is_that_of_the_rows(effect: str | None, weight: str | None, kind: str) -> None:
    found, rows = models(effect, weight)
    draws = few_draws(found, kind)
    for terms, null in ((["x1", "x3"], [0.0, 0.0]), (REGRESSORS, [0.3, -0.1, 0.2])):
        observed, drawn = row_bootstrap(rows, [REGRESSORS.index(t) for t in terms], np.array(null), weights(draws))
        test = wild_joint(found, terms, draws, null=null)
        assert test.statistic * covariance(found, "CR1").factor == pytest.approx(observed, rel=1e-8)
        assert test.p_value == pytest.approx(share(observed, drawn, enumerated=draws.enumerated), rel=1e-12)


@pytest.mark.parametrize("kind", ["rademacher", "webb"])
@pytest.mark.parametrize("effect", EFFECTS)
def test_expanded_sums_give_the_same_draws(effect: str | None, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, rows = models(effect, "weight", clusters=9, size=300)
    draws = wild_draws([found.within.cluster_labels], seed=5, count=99, kind=kind)
    monkeypatch.setattr(algebra, "_FEW", 3)
    monkeypatch.setattr(algebra, "_HEAVY", 2)
    (test,) = wild_bootstrap([Hypothesis(found, "x2", -0.3)], draws, keep=True)
    _, t_star = row_t(rows, 1, -0.3, weights(draws))
    np.testing.assert_allclose(test.t_star * np.sqrt(covariance(found, "CR1").factor), t_star, **CLOSE)
