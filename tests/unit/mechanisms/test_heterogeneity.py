from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.conftest import MakeEffect

from liandong.errors import EstimationError
from liandong.estimate import estimate_effects
from liandong.evidence import conform
from liandong.inference import holm
from liandong.mechanisms import heterogeneity_tables

STEPS = ((), ("age", "mode"))
NUMBERS = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
DRAWS = 99


def flags(table: pl.DataFrame) -> dict[str, str]:
    return dict(table.select("level", "flag").iter_rows())


def test_both_tables_have_the_declared_columns(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, outcomes=("trust", "belonging"), subgroups=("job", "member", "mode"))
    levels, tests = heterogeneity_tables(survey, [effect, make_effect(STEPS, id="other")], draws=DRAWS)
    conform("heterogeneity", levels)
    conform("interactions", tests)
    assert tests.select("outcome", "subgroup").rows() == [
        (outcome, subgroup) for outcome in ("trust", "belonging") for subgroup in ("job", "member", "mode")
    ]
    assert levels.filter(subgroup="member", outcome="trust")["level"].to_list() == ["0", "1"]
    assert levels.filter(subgroup="job", outcome="trust")["level"].to_list() == ["1", "2", "3", "4"]


def test_no_subgroups_no_rows(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    assert [table.height for table in heterogeneity_tables(survey, [make_effect(STEPS)])] == [0, 0]


def test_two_levels_interact_like_one_product(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    """The difference of the two coefficients is that of treatment × group in a model with both main effects."""
    frame = survey.with_columns(product=pl.col("visited") * pl.col("member"))
    levels, tests = heterogeneity_tables(frame, [make_effect(STEPS, subgroups=("member",))], draws=DRAWS)
    plain = make_effect((("age", "mode", "member", "product"),))
    row = estimate_effects(frame, [plain]).estimates.filter(term="product", metric="points").row(0, named=True)
    low, high = levels["estimate"]
    assert high - low == pytest.approx(row["estimate"], rel=1e-9)
    assert tests["statistic"].item() == pytest.approx(row["statistic"] ** 2, rel=1e-9)


def test_a_subgroup_among_the_controls_enters_once(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    with_control, _ = heterogeneity_tables(
        survey, [make_effect(((), ("age", "mode")), subgroups=("mode",))], draws=DRAWS
    )
    known = survey.filter(pl.col("mode").is_not_null())
    without, _ = heterogeneity_tables(known, [make_effect(((), ("age",)), subgroups=("mode",))], draws=DRAWS)
    assert_frame_equal(with_control, without, rel_tol=1e-9)


def test_a_control_in_numbers_gives_way_to_the_levels(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    numbers, _ = heterogeneity_tables(survey, [make_effect(((), ("job",)), subgroups=("job",))], draws=DRAWS)
    nothing, _ = heterogeneity_tables(survey, [make_effect(((), ()), subgroups=("job",))], draws=DRAWS)
    assert_frame_equal(numbers, nothing, rel_tol=1e-9)


def test_the_order_of_levels_does_not_matter_to_the_test(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, subgroups=("job",))
    levels, tests = heterogeneity_tables(survey, [effect], draws=DRAWS)
    turned_levels, turned = heterogeneity_tables(survey.with_columns(job=5 - pl.col("job")), [effect], draws=DRAWS)
    assert_frame_equal(tests, turned, rel_tol=1e-8)
    np.testing.assert_allclose(levels["estimate"], turned_levels["estimate"].reverse(), rtol=1e-9)


def test_levels_that_carry_no_estimate_say_why(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    row = pl.int_range(pl.len())
    frame = survey.with_columns(
        group=pl.when(pl.col("community") == 0)
        .then(pl.lit("one community"))
        .when(pl.col("visited") == 1, row < 90)
        .then(pl.lit("all visited"))
        .when(row >= 300)
        .then(pl.lit("b"))
        .otherwise(pl.lit("a"))
    )
    frame = frame.with_columns(
        group=pl.when(pl.col("community").is_in([1, 2, 3]) & (pl.col("visited") == 0))
        .then(pl.lit("one visited"))
        .when((pl.col("community") == 4) & (pl.col("visited") == 1))
        .then(pl.lit("one visited"))
        .otherwise("group")
    )
    effect = make_effect(STEPS, subgroups=("group",))
    levels, tests = heterogeneity_tables(frame, [effect], draws=DRAWS)
    found = flags(levels)
    assert found["one community"] == "one_cluster"
    assert found["all visited"] == "treatment_constant"
    assert found["one visited"] == "one_treated_cluster"
    assert {found["a"], found["b"]} <= {"", "few_treated_clusters", "few_untreated_clusters"}
    silent = levels.filter(pl.col("level").is_in(["one community", "all visited", "one visited"]))
    assert silent.select(pl.col(NUMBERS).is_null().all()).row(0) == (True,) * len(NUMBERS)
    assert silent["vcov"].unique().to_list() == [""]
    test = tests.row(0, named=True)
    assert (test["n_levels"], test["df_numerator"]) == (2, 1)
    assert "levels_left_out" in test["flag"]


def test_levels_that_carry_no_estimate_do_not_touch_the_others(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    """A level in which everybody is visited has a mean of its own and leaves the other slopes alone."""
    frame = survey.with_columns(
        group=pl.when(pl.col("visited") == 1, pl.int_range(pl.len()) < 90).then(0).otherwise(1 + pl.col("job") % 2)
    )
    effect = make_effect(((), ()), subgroups=("group",), absorb=())
    levels, tests = heterogeneity_tables(frame, [effect], draws=DRAWS)
    others, _ = heterogeneity_tables(frame.filter(pl.col("group") > 0), [effect], draws=DRAWS)
    assert flags(levels)["0"] == "treatment_constant"
    np.testing.assert_allclose(levels.filter(pl.col("level") != "0")["estimate"], others["estimate"], rtol=1e-9)
    assert tests["n_levels"].item() == 2


def test_people_without_a_group_leave_the_sample_and_are_counted(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(((), ("age",)), subgroups=("mode",))
    levels, tests = heterogeneity_tables(survey, [effect], draws=DRAWS)
    complete = survey.drop_nulls(["trust", "age"])
    unknown = complete.filter(pl.col("mode").is_null())
    row = levels.filter(level="").row(0, named=True)
    assert (row["flag"], row["n_obs"], row["estimate"]) == ("missing", unknown.height, None)
    assert tests["n_obs"].item() == complete.height - unknown.height == levels["n_obs"].sum() - unknown.height


def test_counts_of_arms_need_a_treatment_of_two_values(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    binary, _ = heterogeneity_tables(survey, [make_effect(STEPS, subgroups=("member",))], draws=DRAWS)
    assert (binary["n_treated"] + binary["n_untreated"]).to_list() == binary["n_obs"].to_list()
    count, _ = heterogeneity_tables(survey, [make_effect(treatment="job", subgroups=("member",))], draws=DRAWS)
    assert count["n_treated"].null_count() == count["n_untreated"].null_count() == 2
    assert count["estimate"].null_count() == 0


def test_holm_goes_over_all_tests_of_an_effect(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    one = make_effect(STEPS, outcomes=("trust", "belonging"), subgroups=("job", "member"))
    two = make_effect(STEPS, id="other", subgroups=("mode",))
    _, tests = heterogeneity_tables(survey, [one, two], draws=DRAWS)
    own = tests.filter(effect="visit")
    np.testing.assert_allclose(own["holm"], holm(own["p_value"].to_numpy()))
    other = tests.filter(effect="other")
    assert other["holm"].to_list() == other["p_value"].to_list()


def test_one_group_cannot_be_compared(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(everybody=pl.lit(1))
    effect = make_effect(STEPS, subgroups=("everybody",))
    levels, tests = heterogeneity_tables(frame, [effect], draws=DRAWS)
    whole = estimate_effects(frame, [effect]).estimates.filter(step="M2", is_treatment=True, metric="points")
    assert levels["estimate"].item() == pytest.approx(whole["estimate"].item(), rel=1e-10)
    assert (tests["flag"].item(), tests["p_value"].item()) == ("one_level", None)


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (pl.lit(None, dtype=pl.Float64).alias("belonging"), "no_sample"),
        (pl.lit(3.0).alias("belonging"), "outcome_constant"),
        (pl.lit(1).alias("community"), "one_cluster"),
    ],
)
def test_a_sample_without_a_model_is_flagged(
    survey: pl.DataFrame, make_effect: MakeEffect, change: pl.Expr, flag: str
) -> None:
    effect = make_effect(STEPS, outcomes=("belonging",), subgroups=("member",))
    levels, tests = heterogeneity_tables(survey.with_columns(change), [effect], draws=DRAWS)
    assert set(levels["flag"]) == {flag}
    assert tests["flag"].item() == flag
    assert levels["estimate"].null_count() == levels.height


def test_more_levels_than_rows_can_carry_are_flagged(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    few = survey.drop_nulls().filter(pl.col("community").is_in([0, 1, 2])).head(8)
    few = few.with_columns(visited=pl.int_range(pl.len()) % 2, group=pl.int_range(pl.len()) // 4)
    effect = make_effect(((), ("age", "job", "weight", "belonging")), subgroups=("group",), absorb=())
    levels, tests = heterogeneity_tables(few, [effect], draws=DRAWS)
    assert "too_few_rows" in set(levels["flag"])
    assert tests["flag"].item() == "too_few_rows"


def test_a_control_made_of_an_interaction_spoils_its_level(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(twin=2 * pl.col("visited") * pl.col("member"))
    effect = make_effect(((), ("twin",)), subgroups=("member",))
    levels, tests = heterogeneity_tables(frame, [effect], draws=DRAWS)
    assert flags(levels) == {"0": "", "1": "collinear"}
    assert tests["flag"].item() == "one_level"


def test_a_column_that_is_no_grouping_is_refused(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    with pytest.raises(EstimationError, match="a column of groups with at most 20 values; 'age' has") as raised:
        heterogeneity_tables(survey, [make_effect(STEPS, subgroups=("age",))])
    assert raised.value.where == "analysis.effects: visit, subgroups"
    with pytest.raises(EstimationError, match="expected a column 'agee'"):
        heterogeneity_tables(survey, [make_effect(STEPS, subgroups=("agee",))])


def test_as_many_levels_as_clusters_have_no_joint_test(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(community=pl.col("community") % 4)
    effect = make_effect(((), ()), subgroups=("job",), absorb=())
    _, tests = heterogeneity_tables(frame.filter(pl.col("community") < 3), [effect], draws=DRAWS)
    assert tests["flag"].item() == "too_few_clusters"


def test_the_same_seed_gives_the_same_table(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, subgroups=("job",))
    one, same, other = (heterogeneity_tables(survey, [effect], draws=199, seed=seed)[1] for seed in (1, 1, 2))
    assert_frame_equal(one, same)
    assert one["p_value"].item() != other["p_value"].item()


def test_an_unequal_group_is_found(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(trust=pl.col("trust") + 2 * pl.col("visited") * (pl.col("job") == 2))
    _, tests = heterogeneity_tables(frame, [make_effect(STEPS, subgroups=("job", "member"))], draws=499)
    found = dict(tests.select("subgroup", "p_value").iter_rows())
    assert found["job"] < 0.02 < found["member"]


def test_a_level_that_one_cluster_alone_identifies_has_no_number(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    """Whole communities are visited, except for one in which people of group 1 differ."""
    frame = survey.with_columns(
        group=pl.col("job") % 2,
        visited=pl.when(pl.col("job") % 2 == 1, pl.col("community") != 5)
        .then(pl.col("community") % 2)
        .otherwise("visited"),
    )
    frame = frame.with_columns(community=pl.col("community") * 2 + pl.col("group"))
    effect = make_effect(subgroups=("group",), absorb=("community",))
    levels, tests = heterogeneity_tables(frame, [effect], draws=DRAWS)
    assert flags(levels)["1"] == "not_identified_without_cluster"
    assert levels.filter(level="1")["estimate"].item() is None
    assert tests["flag"].item() == "one_level"


def test_errors_of_the_data_name_the_effect(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(community=pl.when(pl.col("community") > 0).then("community"))
    with pytest.raises(EstimationError, match="a cluster id in every row") as raised:
        heterogeneity_tables(frame, [make_effect(STEPS, subgroups=("job",))])
    assert raised.value.where == "effect 'visit'; column 'community'"
