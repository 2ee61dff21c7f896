"""Adjusted p-values against hand-worked cases, statsmodels, and a plain step-down loop."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from tests.reference.row_level import clustered_sample

from liandong.errors import EstimationError
from liandong.inference import (
    Hypothesis,
    WildTest,
    benjamini_hochberg,
    fit,
    holm,
    romano_wolf,
    romano_wolf_of,
    wild_bootstrap,
    wild_draws,
)
from liandong.moments import within_samples

CASE = yaml.safe_load((Path(__file__).parents[2] / "cases" / "multiplicity_by_hand.yaml").read_text("utf-8"))
ADJUST = {"holm": holm, "benjamini_hochberg": benjamini_hochberg}


def stepdown(statistics: np.ndarray, t_star: np.ndarray) -> np.ndarray:
    """Romano and Wolf (2016), algorithm 4.2, one hypothesis and one draw at a time."""
    left = list(range(len(statistics)))
    adjusted, before = np.empty(len(statistics)), 0.0
    while left:
        largest = max(left, key=lambda h: abs(statistics[h]))
        count = sum(max(abs(draw[h]) for h in left) >= abs(statistics[largest]) for draw in t_star.T)
        before = max(before, (count + 1) / (t_star.shape[1] + 1))
        adjusted[largest] = before
        left.remove(largest)
    return adjusted


@pytest.mark.parametrize("method", ADJUST)
def test_hand_worked_adjustments(method: str) -> None:
    np.testing.assert_allclose(ADJUST[method](np.array(CASE["p_values"])), CASE[method], rtol=1e-12)


@pytest.mark.parametrize(("method", "name"), [("holm", "holm"), ("benjamini_hochberg", "fdr_bh")])
@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_adjustments_are_those_of_statsmodels(method: str, name: str, size: int) -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(size).uniform(size=size) ** 3
    p[size // 2 :] = np.round(p[size // 2 :], 1)  # ties, zeros and ones
    np.testing.assert_allclose(ADJUST[method](p), multipletests(p, method=name)[1], rtol=1e-12)


@pytest.mark.parametrize("method", ADJUST)
def test_an_empty_family_stays_empty(method: str) -> None:
    assert ADJUST[method](np.array([])).shape == (0,)
    np.testing.assert_array_equal(ADJUST[method](np.array([np.nan])), [np.nan])


@pytest.mark.parametrize("method", ADJUST)
def test_what_is_no_probability_is_refused(method: str) -> None:
    with pytest.raises(EstimationError, match="between 0 and 1"):
        ADJUST[method](np.array([0.5, 1.5]))


@pytest.mark.parametrize("draws", ["enumerated", "sampled"])
def test_hand_worked_step_down(draws: str) -> None:
    case = CASE["romano_wolf"]
    found = romano_wolf(np.array(case["statistics"]), np.array(case["t_star"]), enumerated=draws == "enumerated")
    np.testing.assert_allclose(found, case[draws], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_step_down_is_the_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(300)
    t_star = 0.7 * shared + 0.7 * rng.standard_normal((6, 300))
    statistics = rng.standard_normal(6) * 2
    np.testing.assert_array_equal(romano_wolf(statistics, t_star), stepdown(statistics, t_star))


def test_one_test_alone_keeps_its_p_value() -> None:
    t_star = np.random.default_rng(1).standard_normal((1, 999))
    expected = (np.count_nonzero(np.abs(t_star) >= 1.7) + 1) / 1000
    assert romano_wolf(np.array([-1.7]), t_star)[0] == expected


def test_copies_of_one_test_cost_nothing() -> None:
    t_star = np.repeat(np.random.default_rng(1).standard_normal((1, 999)), 4, axis=0)
    alone = romano_wolf(np.array([2.0]), t_star[:1])
    np.testing.assert_array_equal(romano_wolf(np.full(4, 2.0), t_star), np.repeat(alone, 4))


def test_a_test_without_statistic_is_not_in_the_family() -> None:
    case = CASE["romano_wolf"]
    statistics = np.array([*case["statistics"], np.nan])
    t_star = np.vstack([case["t_star"], np.full((1, 4), np.nan)])
    np.testing.assert_allclose(romano_wolf(statistics, t_star), [*case["sampled"], np.nan], rtol=1e-12)


def test_degenerate_draws_count_against_every_test() -> None:
    t_star = np.array([[0.1, 0.2, np.inf], [0.3, 0.1, 0.2]])
    np.testing.assert_array_equal(romano_wolf(np.array([5.0, 4.0]), t_star, enumerated=True), [1 / 3, 1 / 3])


@pytest.mark.parametrize(
    ("statistics", "t_star", "message"),
    [
        ([1.0, 2.0], [[0.1, 0.2]], "2 tests"),
        ([1.0], [0.1], "1 tests"),
        ([1.0], [[]], "1 tests"),
        ([1.0], [[np.nan, 0.2]], "NaN"),
    ],
)
def test_draws_that_do_not_fit_are_refused(statistics: list[float], t_star: list[object], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        romano_wolf(np.array(statistics), np.array(t_star))


def family(**options: object) -> tuple[WildTest, ...]:
    data = clustered_sample(3, rows=300, clusters=24)
    data["z"] = data["y"] + np.random.default_rng(1).standard_normal(300)
    within = within_samples(pl.DataFrame(data), {o: [o, "x1", "x2"] for o in ("y", "z")}, "cluster").within
    tested = [
        Hypothesis(fit(within[o], o, ["x1", "x2"]), term, null)
        for o in "yz"
        for term, null in (("x1", 0.3), ("x2", 0.0))
    ]
    draws = wild_draws([h.fit.within.cluster_labels for h in tested], seed=4, count=999)
    return wild_bootstrap(tested, draws, **options)


def test_a_family_of_wild_bootstraps_is_adjusted_from_the_same_draws() -> None:
    tests = family(keep=True)
    adjusted = romano_wolf_of(tests)
    single = np.array([t.p_value for t in tests])
    expected = stepdown(np.array([t.statistic for t in tests]), np.stack([t.t_star for t in tests]))
    np.testing.assert_array_equal(adjusted, expected)
    assert (adjusted >= single).all()
    assert (adjusted <= holm(single) + 4 / 1000).all()  # costs no more than Holm, but for the observed sample in each


def test_a_test_without_variance_stays_without_p_value_in_its_family() -> None:
    tests = family(keep=True)
    lost = dataclasses.replace(tests[1], statistic=float("nan"), t_star=None)
    rest = romano_wolf_of([tests[0], *tests[2:]])
    np.testing.assert_array_equal(romano_wolf_of([tests[0], lost, *tests[2:]]), [rest[0], np.nan, *rest[1:]])
    np.testing.assert_array_equal(romano_wolf_of([lost]), [np.nan])
    assert romano_wolf_of([]).shape == (0,)


def test_a_family_without_kept_draws_or_of_different_draws_is_refused() -> None:
    with pytest.raises(EstimationError, match="bootstrap t"):
        romano_wolf_of(family())
    tests = family(keep=True)
    with pytest.raises(EstimationError, match="same draws"):
        romano_wolf_of([tests[0], dataclasses.replace(tests[1], seed=5)])
