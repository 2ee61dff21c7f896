"""Treated against untreated: hand-worked means, who is compared, how arms shrink, and what cannot be tested."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import f

from liandong.balance import ArmComparison, compare_arms
from liandong.balance.joint import joint_tests
from liandong.definitions import Assignment, Effect, Inference
from liandong.evidence import TABLES, conform
from liandong.moments import within_samples

Make = Any
NAMES = ("balance", "balance_tests", "arms", "missing_by_arm")
# Treated: 2, 4 and 6 years; untreated: 1, 3 and two unknown. Two villages.
SMALL = pl.DataFrame(
    {
        "t": [1, 1, 1, 0, 0, 0, 0, None],
        "years": [2.0, 4.0, 6.0, 1.0, 3.0, None, float("nan"), 5.0],
        "owner": [1, 1, 0, 0, 0, 0, 1, 1],
        "kind": ["a", "a", "b", "a", "b", "b", "b", "b"],
        "village": [1, 1, 2, 2, 1, 2, 1, 2],
        "y": [1.0, 2.0, 3.0, 4.0, None, 6.0, 7.0, 8.0],
        "w": [1.0, 1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 1.0],
    }
)


def small(make: Make, *controls: str, **own: Any) -> Effect:
    keys = {"outcomes": ("y",), "treatment": "t", "absorb": (), "cluster": ("village",)}
    return make(steps=((), controls), **{**keys, **own})


def compared(frame: pl.DataFrame, *effects: Effect, kind: str = "observational", **own: Any) -> ArmComparison:
    assignments = {effect.id: Assignment(kind=kind) for effect in effects}  # type: ignore[arg-type]
    return compare_arms(frame, effects, assignments, Inference(draws=199), **own)


def row(table: pl.DataFrame, **key: Any) -> dict[str, Any]:
    return table.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in key.items()), named=True)


def test_tables_are_as_declared(survey: pl.DataFrame, make_effect: Make) -> None:
    found = compared(survey, make_effect(steps=(("age", "mode"),)), weight="weight")
    for name in NAMES:
        assert dict(conform(name, getattr(found, name)).schema) == dict(TABLES[name].columns)


def test_means_and_standardised_differences_by_hand(make_effect: Make) -> None:
    years = row(compared(SMALL, small(make_effect, "years")).balance, covariate="years")
    assert (years["n_treated"], years["n_untreated"]) == (3, 2)
    assert (years["mean_treated"], years["mean_untreated"], years["difference"]) == (4.0, 2.0, 2.0)
    # Variances 4 and 2, pooled (4 + 2) / 2 = 3.
    assert years["std_difference"] == pytest.approx(2 / 3**0.5)


def test_shares_have_the_variance_of_shares(make_effect: Make) -> None:
    owner = row(compared(SMALL, small(make_effect, "owner")).balance, covariate="owner")
    p, q = 2 / 3, 1 / 4
    assert owner["std_difference"] == pytest.approx((p - q) / ((p * (1 - p) + q * (1 - q)) / 2) ** 0.5)


def test_weights_enter_means_and_variances(make_effect: Make) -> None:
    years = row(compared(SMALL, small(make_effect, "years"), weight="w").balance, covariate="years")
    # Treated: weights 1, 1, 2 on 2, 4, 6: mean 4.5, Σw(x - m)² = 11, times 4 / (16 - 6); untreated: 1, 3 on 1, 3.
    treated, untreated = 11 * 4 / 10, 3.0 * 4 / (16 - 10)
    assert (years["mean_treated"], years["mean_untreated"]) == (4.5, 2.5)
    assert years["std_difference"] == pytest.approx(2 / ((treated * 1 + untreated * 1) / 2) ** 0.5)
    assert years["n_treated"] == 3


def test_every_level_of_a_nominal_covariate_has_a_row(make_effect: Make) -> None:
    kinds = compared(SMALL, small(make_effect, "kind")).balance
    assert kinds["level"].to_list() == ["a", "b"]
    assert kinds["mean_treated"].to_list() == pytest.approx([2 / 3, 1 / 3])
    assert kinds["n_untreated"].to_list() == [4, 4]


def test_without_fixed_effects_the_within_difference_is_the_plain_one(survey: pl.DataFrame, make_effect: Make) -> None:
    found = compared(survey, make_effect(steps=(("age", "mode"),), absorb=())).balance
    assert found["within_difference"].to_list() == pytest.approx(found["difference"].to_list(), rel=1e-10)


def test_balance_does_not_depend_on_the_outcomes(survey: pl.DataFrame, make_effect: Make) -> None:
    one = compared(survey, make_effect(steps=(("age",),)))
    emptied = survey.with_columns(pl.when(pl.int_range(pl.len()) % 3 > 0).then("trust"))
    other = compared(emptied, make_effect(steps=(("age",),)))
    assert one.balance.equals(other.balance)
    assert not one.arms.equals(other.arms)


def test_named_covariates_replace_the_controls(survey: pl.DataFrame, make_effect: Make) -> None:
    found = compared(survey, make_effect(steps=(("age",),), balance=("job", "visited")), nominal={"job"})
    assert found.balance["covariate"].unique().to_list() == ["job"]  # the treatment is not compared with itself
    assert row(found.balance_tests, method="wald_CR1")["n_covariates"] == 3
    assert set(found.missing_by_arm["field"]) == {"trust", "age", "job"}


def test_a_treatment_of_many_values_is_not_cut_in_two(survey: pl.DataFrame, make_effect: Make) -> None:
    found = compared(survey, make_effect(treatment="job", steps=(("age",),)))
    assert all(getattr(found, name).is_empty() for name in NAMES)


def test_arms_shrink_stage_by_stage(make_effect: Make) -> None:
    found = compared(SMALL, small(make_effect, "years"))
    stages = ["accepted", "outcome_known", "complete_cases", "estimation_sample"]
    flow = {arm: [row(found.arms, stage=s, arm=arm)["rows"] for s in stages] for arm in set(found.arms["arm"])}
    assert flow == {"treated": [3, 3, 3, 3], "untreated": [4, 3, 1, 1], "unknown": [1, 1, 0, 0]}
    assert row(found.arms, stage="complete_cases", arm="untreated")["share"] == 0.25
    assert row(found.arms, stage="accepted", arm="untreated")["clusters"] == 2


def test_the_estimation_sample_lacks_rows_that_are_alone_in_their_fixed_effect(make_effect: Make) -> None:
    lone = SMALL.with_columns(place=pl.Series([1, 1, 2, 2, 1, 3, 2, 2]))
    found = compared(lone, small(make_effect, absorb=("place",)))
    assert row(found.arms, stage="complete_cases", arm="untreated")["rows"] == 3
    assert row(found.arms, stage="estimation_sample", arm="untreated")["rows"] == 2


def test_the_estimation_sample_is_that_of_the_models(survey: pl.DataFrame, make_effect: Make) -> None:
    from liandong.estimate import estimate_effects

    effect = make_effect(steps=((), ("age", "mode")), absorb=("community",), outcomes=("trust", "belonging"))
    thinned = survey.filter((pl.col("community") > 2) | (pl.int_range(pl.len()) < 24))
    found, models = compared(thinned, effect), estimate_effects(thinned, [effect]).models
    last = found.arms.filter(pl.col("stage") == "estimation_sample")
    for model in models:
        arms = {arm: row(last, outcome=model.outcome, arm=arm)["rows"] for arm in ("treated", "untreated")}
        assert arms == {"treated": model.design.n_treated, "untreated": model.design.n_untreated}


def test_missing_answers_are_counted_in_every_arm(make_effect: Make) -> None:
    found = compared(SMALL, small(make_effect, "years", "owner")).missing_by_arm
    years = {arm: row(found, field="years", arm=arm) for arm in ("treated", "untreated", "unknown")}
    assert {arm: (r["n"], r["n_rows"]) for arm, r in years.items()} == {
        "treated": (0, 3),
        "untreated": (2, 4),
        "unknown": (0, 1),
    }
    assert years["untreated"]["share"] == 0.5


@pytest.mark.parametrize("absent", ["untreated", "everybody"])
def test_a_covariate_known_in_one_arm_or_none_has_no_difference(
    survey: pl.DataFrame, make_effect: Make, absent: str
) -> None:
    asked = pl.col("visited") == 1 if absent == "untreated" else pl.lit(value=False)
    frame = survey.with_columns(hours=pl.when(asked).then(pl.col("age")).cast(pl.Float64))
    found = compared(frame, make_effect(steps=((),), balance=("hours", "member")))
    hours = row(found.balance, covariate="hours")
    assert hours["n_untreated"] == 0
    assert (hours["difference"], hours["std_difference"], hours["within_difference"]) == (None, None, None)
    assert row(found.balance, covariate="member")["within_difference"] is not None
    assert found.balance_tests["note"].to_list() == ["no_sample"]


def test_a_covariate_that_the_fixed_effects_explain_has_no_within_difference(
    survey: pl.DataFrame, make_effect: Make
) -> None:
    found = compared(survey, make_effect(steps=((),), balance=("district", "age"))).balance
    districts = found.filter(pl.col("covariate") == "district")
    assert districts.height == 6
    assert districts["within_difference"].is_null().all()
    assert districts["std_difference"].is_not_null().all()


def test_a_treatment_that_fixed_effects_explain_is_not_tested(survey: pl.DataFrame, make_effect: Make) -> None:
    whole = survey.with_columns(visited=(pl.col("community") % 2))
    found = compared(whole, make_effect(steps=(("age",),), absorb=("community",)))
    assert found.balance_tests["note"].to_list() == ["treatment_absorbed"]
    assert row(found.balance, covariate="age")["within_difference"] is None


def test_as_many_covariates_as_clusters_cannot_be_tested(survey: pl.DataFrame, make_effect: Make) -> None:
    rng = np.random.default_rng(2)
    extra = {f"x{j}": rng.normal(size=survey.height) for j in range(6)}
    frame = survey.with_columns(**{name: pl.Series(values) for name, values in extra.items()})
    found = compared(frame, make_effect(steps=(tuple(extra),), cluster=("district",), absorb=()))
    assert found.balance_tests["note"].to_list() == ["more_than_clusters"]
    assert found.balance_tests["p_value"].to_list() == [None]


@pytest.mark.parametrize(
    ("kind", "clusters", "methods"),
    [
        ("observational", 24, ["wald_CR1", "wild_bootstrap"]),
        ("observational", 60, ["wald_CR1"]),
        ("randomised", 60, ["wald_CR1", "wild_bootstrap"]),
    ],
)
def test_the_bootstrap_stands_beside_where_the_design_or_few_clusters_ask_for_it(
    survey: pl.DataFrame, make_effect: Make, kind: str, clusters: int, methods: list[str]
) -> None:
    frame = survey.with_columns(community=pl.int_range(pl.len()) % clusters)
    found = compared(frame, make_effect(steps=(("age", "member"),)), kind=kind).balance_tests
    assert found["method"].to_list() == methods
    assert found["p_value"].is_between(0, 1).all()


def test_nothing_of_the_data_is_changed(survey: pl.DataFrame, make_effect: Make) -> None:
    before = survey.clone()
    compared(survey, make_effect(steps=(("age", "mode"),)))
    assert before.equals(survey)


def test_many_covariates_and_few_clusters_do_not_make_imbalance_out_of_nothing() -> None:
    """The reason for Hotelling's distribution: W/k against F(k, G - 1) rejects three to five times too often here."""
    rng = np.random.default_rng(11)
    clusters, k, runs = 20, 8, 150
    names = [f"x{j}" for j in range(k)]
    group = np.repeat(np.arange(clusters), 10)
    ours = usual = 0
    for _ in range(runs):
        x = rng.normal(size=(len(group), k)) + 0.5 * rng.normal(size=(clusters, k))[group]
        columns = {"t": (rng.random(len(group)) < 0.5).astype(float), "g": group}
        frame = pl.DataFrame({**columns, **dict(zip(names, x.T, strict=True))})
        within = within_samples(frame, {"m": ["t", *names]}, "g").within["m"]
        found = next(joint_tests(within, "t", names, randomised=False, seed=1, draws=99))
        ours += found["p_value"] <= 0.05
        wald = found["statistic"] * k * (clusters - 1) / (clusters - k)
        usual += f.sf(wald / k, k, clusters - 1) <= 0.05
    # Of 150 draws at 5 %, 14 or more come with probability 0.02.
    assert ours <= 13
    assert usual >= 25
