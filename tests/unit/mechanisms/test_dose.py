from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.conftest import MakeEffect

from liandong.errors import EstimationError
from liandong.estimate import estimate_effects
from liandong.evidence import conform
from liandong.mechanisms import dose_tables

STEPS = ((), ("age", "mode"))
NUMBERS = ["std_error", "df", "p_value", "conf_low", "conf_high"]
DRAWS = 99


@pytest.fixture(scope="module")
def doses(survey: pl.DataFrame) -> pl.DataFrame:
    """The survey with a count of visits from 0 to 4 in every community; trust rises with it in a straight line."""
    visits = np.random.default_rng(5).integers(0, 5, survey.height)
    return survey.with_columns(visits=visits, trust=pl.col("trust") + 0.5 * pl.Series(visits))


def test_both_tables_have_the_declared_columns(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, treatment="visits", outcomes=("trust", "belonging"), dose_response=True)
    table, tests = dose_tables(doses, [effect, make_effect(STEPS, id="other")], draws=DRAWS)
    conform("dose", table)
    conform("dose_tests", tests)
    assert table["level"].to_list() == [0.0, 1.0, 2.0, 3.0, 4.0] * 2
    assert tests["test"].to_list() == ["any_difference", "linearity", "trend"] * 2
    assert set(table["effect"]) == {"visit"}


def test_the_lowest_value_is_the_reference(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, treatment="visits", dose_response=True)
    table, _ = dose_tables(doses.with_columns(pl.col("visits") + 3), [effect], draws=DRAWS)
    reference = table.filter("is_reference")
    assert (reference["level"].item(), reference["estimate"].item()) == (3.0, 0.0)
    assert reference.select(pl.col(NUMBERS).is_null().all()).row(0) == (True,) * len(NUMBERS)


def test_the_trend_is_the_coefficient_of_the_study(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, treatment="visits", dose_response=True)
    _, tests = dose_tables(doses, [effect], draws=DRAWS)
    estimates = estimate_effects(doses, [effect]).estimates
    ours = estimates.filter(step="M2", is_treatment=True, metric="points").row(0, named=True)
    trend = tests.filter(test="trend").row(0, named=True)
    assert trend["method"] == "t_cr2"
    assert trend["statistic"] == pytest.approx(ours["statistic"], rel=0.15)  # CR2 instead of CR1
    assert trend["p_value"] < 0.001


def test_a_straight_line_is_not_doubted_and_a_bent_one_is(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, treatment="visits", dose_response=True)
    bent = doses.with_columns(trust=pl.col("trust") + 2 * (pl.col("visits") - 2).abs())
    straight, curved = (
        dict(dose_tables(frame, [effect], draws=999)[1].select("test", "p_value").iter_rows())
        for frame in (doses, bent)
    )
    assert straight["any_difference"] < 0.01
    assert straight["linearity"] > 0.05
    assert curved["linearity"] < 0.01


def test_two_values_give_the_headline_and_no_line(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, dose_response=True)
    table, tests = dose_tables(survey, [effect], draws=DRAWS)
    estimates = estimate_effects(survey, [effect]).estimates
    ours = estimates.filter(step="M2", is_treatment=True, metric="points")["estimate"].item()
    assert table["estimate"].to_list() == pytest.approx([0.0, ours], rel=1e-10)
    assert dict(tests.select("test", "flag").iter_rows())["linearity"] == "two_values"


def test_a_value_in_one_cluster_has_no_standard_error(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = doses.with_columns(
        visits=pl.when(pl.col("community") == 3, pl.col("visits") == 4).then(9).otherwise("visits")
    )
    effect = make_effect(STEPS, treatment="visits", dose_response=True)
    table, tests = dose_tables(frame, [effect], draws=DRAWS)
    row = table.filter(level=9.0).row(0, named=True)
    assert (row["flag"].split("+")[0], row["n_clusters"]) == ("one_cluster", 1)
    assert row["estimate"] is not None
    assert [row[name] for name in NUMBERS] == [None] * len(NUMBERS)
    joint = tests.filter(test="any_difference").row(0, named=True)
    assert (joint["df_numerator"], joint["flag"]) == (4, "values_left_out")


def test_a_reference_in_one_cluster_takes_the_standard_errors_away(
    doses: pl.DataFrame, make_effect: MakeEffect
) -> None:
    frame = doses.with_columns(
        visits=pl.when(pl.col("community") == 3, pl.col("visits") == 0).then(-1).otherwise("visits")
    )
    effect = make_effect(STEPS, treatment="visits", dose_response=True)
    table, tests = dose_tables(frame, [effect], draws=DRAWS)
    assert set(table.filter(~pl.col("is_reference"))["flag"]) == {"reference_in_one_cluster"}
    assert table["std_error"].null_count() == table.height
    found = {row["test"]: (row["df_numerator"], row["flag"]) for row in tests.iter_rows(named=True)}
    assert found == {"any_difference": (4, "values_left_out"), "linearity": (3, "values_left_out"), "trend": (1, "")}


def test_values_of_few_people_are_estimated_and_marked(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    rare = (pl.int_range(pl.len()) % 100 == 1) & pl.col("trust").is_not_null()
    frame = doses.with_columns(visits=pl.when(rare).then(7).otherwise("visits"))
    table, _ = dose_tables(frame, [make_effect(treatment="visits", dose_response=True)], draws=DRAWS)
    row = table.filter(level=7.0).row(0, named=True)
    assert (row["n_obs"], row["flag"]) == (4, "few_people")
    assert row["p_value"] is not None


def test_a_value_that_fixed_effects_explain_is_collinear(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = doses.with_columns(
        visits=pl.when(pl.col("district") == "D0").then(8).otherwise("visits"), mark=(pl.col("district") == "D0") * 1
    )
    table, _ = dose_tables(frame, [make_effect(treatment="visits", dose_response=True)], draws=DRAWS)
    row = table.filter(level=8.0).row(0, named=True)
    assert (row["flag"], row["estimate"]) == ("collinear", None)
    assert table.filter(level=2.0)["p_value"].item() is not None


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (pl.lit(None, dtype=pl.Float64).alias("trust"), "no_sample"),
        (pl.lit(3.0).alias("trust"), "outcome_constant"),
        (pl.lit(1).alias("community"), "one_cluster"),
        (pl.lit(2).alias("visits"), "one_value"),
    ],
)
def test_a_sample_without_a_model_is_flagged(
    doses: pl.DataFrame, make_effect: MakeEffect, change: pl.Expr, flag: str
) -> None:
    effect = make_effect(STEPS, treatment="visits", dose_response=True)
    table, tests = dose_tables(doses.with_columns(change), [effect], draws=DRAWS)
    assert set(tests["flag"]) == {flag}
    assert set(table["flag"]) <= {flag}
    assert table["std_error"].null_count() == table.height


def test_too_many_values_are_refused(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(treatment="age", dose_response=True)
    with pytest.raises(EstimationError, match="a treatment with at most 30 values; 'age' has") as raised:
        dose_tables(survey, [effect])
    assert raised.value.where == "analysis.effects: visit, dose_response"


def test_nothing_is_changed_and_the_seed_decides(doses: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, treatment="visits", dose_response=True)
    before = doses.clone()
    one, same, other = (dose_tables(doses, [effect], draws=199, seed=seed)[1] for seed in (1, 1, 2))
    assert_frame_equal(doses, before)
    assert_frame_equal(one, same)
    assert not one.equals(other)


def test_a_value_that_one_cluster_alone_identifies_has_no_standard_error(
    doses: pl.DataFrame, make_effect: MakeEffect
) -> None:
    """Everybody in two communities has the value 8, and some in a third one: fixed effects leave only those."""
    community = pl.col("community")
    some = (community == 3) & (pl.col("visits") > 1)
    frame = doses.with_columns(visits=pl.when(community.is_in([1, 2]) | some).then(8).otherwise("visits"))
    effect = make_effect(treatment="visits", absorb=("community",), dose_response=True)
    table, _ = dose_tables(frame, [effect], draws=DRAWS)
    row = table.filter(level=8.0).row(0, named=True)
    assert (row["flag"], row["n_clusters"], row["std_error"], row["vcov"]) == (
        "not_identified_without_cluster",
        3,
        None,
        "",
    )
    assert row["estimate"] is not None
