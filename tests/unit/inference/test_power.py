"""Smallest detectable effects and power: hand cases, closed forms, other software."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liandong.errors import DefinitionError
from liandong.inference import (
    PlannedDesign,
    clusters_needed,
    detectable_effect,
    planned_effect,
    planned_power,
    power_curve,
    power_of,
)

# uniroot over pt(qt(.975, df), df, ncp, lower = FALSE) + pt(-qt(.975, df), df, ncp) - 0.8 in R 4: see power.R
R_MULTIPLIERS = {
    1: 16.33400887,
    1.5: 7.829040966,
    2: 5.653489266,
    3: 4.255898687,
    6: 3.366894897,
    30: 2.8953583,
}
PLAN = PlannedDesign(clusters=32, size=19, icc=0.05)


@pytest.mark.parametrize(("df", "multiplier"), R_MULTIPLIERS.items())
def test_the_multiplier_is_that_of_the_noncentral_t(df: float, multiplier: float) -> None:
    assert detectable_effect(1.0, df).multiplier == pytest.approx(multiplier, rel=2e-9)  # ten digits were printed


def test_many_degrees_of_freedom_give_the_normal_multiplier() -> None:
    # 1.959964 + 0.841621, less the far tail's power of about 1e-6
    assert detectable_effect(0.5, 1e8).effect == pytest.approx(0.5 * 2.801585, rel=2e-6)


def test_the_effect_is_in_units_of_the_standard_error_and_beside_it_stands_bloom_s_approximation() -> None:
    found = detectable_effect(0.2, 6)
    assert found.effect == pytest.approx(0.2 * R_MULTIPLIERS[6])
    assert found.approximate_multiplier == pytest.approx(2.446912 + 0.905703, rel=1e-6)  # t quantiles of any table


def test_power_at_the_smallest_effect_is_the_power_asked_for() -> None:
    for df in (0.4, 1.3, 5.0, 200.0):
        found = detectable_effect(0.3, df, power=0.9, alpha=0.1)
        assert power_of(found.effect, 0.3, df, alpha=0.1) == pytest.approx(0.9, abs=1e-9)
        assert power_of(-found.effect, 0.3, df, alpha=0.1) == pytest.approx(0.9, abs=1e-9)


def test_power_without_an_effect_is_alpha() -> None:
    assert power_of(0.0, 1.0, 7.0) == pytest.approx(0.05, abs=1e-12)


def test_single_respondents_in_each_cluster_are_a_two_sample_t_test() -> None:
    from statsmodels.stats.power import TTestIndPower

    peer = TTestIndPower()
    plan = PlannedDesign(clusters=60, size=1, icc=0.0)
    solved = peer.solve_power(nobs1=30, alpha=0.05, power=0.8, ratio=1.0)
    assert planned_effect(plan).effect == pytest.approx(solved, rel=1e-5)  # its root finder stops early
    third = replace(plan, share_treated=1 / 3)
    assert planned_power(third, 0.6) == pytest.approx(peer.power(0.6, nobs1=20, alpha=0.05, ratio=2.0), rel=1e-9)
    needed = clusters_needed(plan, 0.5)
    assert peer.power(0.5, nobs1=needed / 2, alpha=0.05) >= 0.8 > peer.power(0.5, nobs1=(needed - 1) / 2, alpha=0.05)


@pytest.mark.parametrize(
    ("change", "variance", "df"),
    [
        # 0.05 + 0.95/19 = 0.1; over 0.25 · 32 = 8
        ({}, 0.1 / 8, 30),
        # treated in 8 of 32: over 0.1875 · 32 = 6
        ({"share_treated": 0.25}, 0.1 / 6, 30),
        # half of the variance between clusters and a fifth of that within explained: 0.025 + 0.04
        ({"r2_cluster": 0.5, "r2_individual": 0.2, "cluster_covariates": 2}, 0.065 / 8, 28),
        # sizes vary by 60 %: 0.05 · 1.36 + 0.05
        ({"cv": 0.6}, 0.118 / 8, 30),
        # individuals within clusters: 0.95/(0.25 · 608)
        ({"assignment": "individual"}, 0.95 / 152, 31),
        ({"assignment": "individual", "r2_individual": 0.4, "cv": 0.6, "r2_cluster": 0.5}, 0.57 / 152, 31),
    ],
    ids=["plain", "quarter", "covariates", "unequal", "individual", "individual-covariates"],
)
def test_standard_errors_of_designs_worked_by_hand(change: dict[str, object], variance: float, df: int) -> None:
    plan = replace(PLAN, **change)
    assert plan.std_error == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert plan.df == df
    assert planned_effect(plan).effect == pytest.approx(detectable_effect(np.sqrt(variance), df).effect, rel=1e-12)


def test_the_design_effect_is_that_of_eldridge() -> None:
    plan = replace(PLAN, cv=0.7, icc=0.08)
    alone = np.sqrt(1 / (0.25 * 32 * 19))
    assert (plan.std_error / alone) ** 2 == pytest.approx(1 + ((0.7**2 + 1) * 19 - 1) * 0.08, rel=1e-12)


@pytest.mark.parametrize("assignment", ["cluster", "individual"])
def test_clusters_needed_are_the_fewest_that_reach_the_power(assignment: str) -> None:
    plan = replace(PLAN, assignment=assignment, icc=0.1)
    needed = clusters_needed(plan, 0.2, power=0.9)
    assert planned_power(replace(plan, clusters=needed), 0.2) >= 0.9
    assert planned_power(replace(plan, clusters=needed - 1), 0.2) < 0.9


def test_a_huge_effect_needs_no_fewer_clusters_than_the_design_allows() -> None:
    assert clusters_needed(PLAN, 50.0) == 4
    assert clusters_needed(replace(PLAN, share_treated=0.1, clusters=20), 50.0) == 10


def test_the_curve_is_tidy_and_falls_with_clusters() -> None:
    curve = power_curve(PLAN, [3, 16, 32], sizes=[10, 19], iccs=[0.05, 0.1])
    assert curve.columns == ["clusters", "size", "icc", "std_error", "df", "effect"]
    assert curve.height == 12
    assert curve["effect"].head(4).null_count() == 4  # three clusters are no design
    own = curve.filter(clusters=32, size=19, icc=0.05)["effect"].item()
    assert own == planned_effect(PLAN).effect
    by_size = curve.drop_nulls().pivot("clusters", index=["size", "icc"], values="effect")
    assert (by_size["16"] > by_size["32"]).all()


def test_every_impossible_value_is_named_at_once() -> None:
    plan = PlannedDesign(
        clusters=3,
        size=0.5,
        icc=1.0,
        share_treated=0.0,
        r2_cluster=1.0,
        r2_individual=-0.1,
        cv=-1,
        cluster_covariates=-1,
    )
    with pytest.raises(DefinitionError) as error:
        planned_effect(plan, power=0.01, alpha=1.0)
    assert {problem.where for problem in error.value.problems} == {
        *("clusters", "size", "icc", "share_treated", "r2_cluster", "r2_individual", "cv", "cluster_covariates"),
        *("power", "alpha"),
    }


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"share_treated": 0.01}, "clusters", "needs 100"),
        ({"clusters": 5, "cluster_covariates": 3}, "clusters", "needs 6"),
        ({"assignment": "individual", "size": 1}, "size", "at least 2"),
        ({"assignment": "household"}, "assignment", "cluster or individual"),
        ({"icc": float("nan")}, "icc", "nan"),
    ],
)
def test_designs_that_cannot_be_are_refused(change: dict[str, object], field: str, message: str) -> None:
    with pytest.raises(DefinitionError) as error:
        planned_effect(replace(PLAN, **change))
    assert [(p.where, message in p.message) for p in error.value.problems] == [(field, True)]


def test_an_effect_of_nothing_needs_infinitely_many_clusters() -> None:
    with pytest.raises(DefinitionError, match="other than 0"):
        clusters_needed(PLAN, 0.0)
    with pytest.raises(DefinitionError, match="ten million"):
        clusters_needed(PLAN, 1e-6)


def test_a_fit_without_spread_or_df_has_no_smallest_effect() -> None:
    with pytest.raises(DefinitionError, match="degrees of freedom"):
        detectable_effect(1.0, 0.0)
    with pytest.raises(DefinitionError, match="std_error"):
        detectable_effect(float("nan"), 5.0)
    with pytest.raises(DefinitionError, match="std_error"):
        power_of(0.2, 0.0, 5.0)
