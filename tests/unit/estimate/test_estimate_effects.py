from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from liandong.definitions import Effect
from liandong.estimate import Estimates, estimate_effects
from liandong.evidence import conform

CASE = Path(__file__).resolve().parents[2] / "cases" / "estimate" / "two_villages.yaml"

MakeEffect = Callable[..., Effect]


def treatment(found: Estimates, metric: str = "points", **at: str) -> dict[str, Any]:
    rows = found.estimates.filter(pl.col("is_treatment"), pl.col("metric") == metric).filter(**at)
    assert rows.height == 1
    return rows.row(0, named=True)


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def villages(case: dict[str, Any], make_effect: MakeEffect) -> Estimates:
    effect = make_effect(outcomes=("score",), treatment="treated", absorb=("village",), cluster=("hamlet",))
    return estimate_effects(pl.DataFrame(case["rows"]), [effect], outcome_ranges={"score": tuple(case["range"])})


def test_two_villages_by_hand(case: dict[str, Any], villages: Estimates) -> None:
    row, expected = treatment(villages), case["expected"]
    for name in ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high", "r2_within"):
        assert row[name] == pytest.approx(expected[name], rel=1e-12), name  # rounding of eight rows
    assert treatment(villages, "sd")["estimate"] == pytest.approx(expected["sd"], rel=1e-12)
    assert treatment(villages, "range_share")["estimate"] == pytest.approx(expected["range_share"], rel=1e-12)


def test_other_metrics_keep_the_test_and_scale_the_rest(villages: Estimates) -> None:
    points, sd = treatment(villages), treatment(villages, "sd")
    ratio = sd["estimate"] / points["estimate"]
    for name in ("std_error", "conf_low", "conf_high"):
        assert sd[name] == pytest.approx(points[name] * ratio, rel=1e-12)
    assert (sd["statistic"], sd["p_value"], sd["df"]) == (points["statistic"], points["p_value"], points["df"])
    assert ratio == pytest.approx(1 / villages.design["outcome_sd"][0], rel=1e-12)


def test_the_flow_counts_every_row_that_goes(case: dict[str, Any], villages: Estimates) -> None:
    assert villages.flow.select("stage", "rows", "clusters", "detail").to_dicts() == case["flow"]
    assert villages.flow["order"].to_list() == [1, 2, 3, 4, 5]


def test_the_design_counts_both_arms(villages: Estimates) -> None:
    row = villages.design.row(0, named=True)
    expected = {
        "n_obs": 8, "n_clusters": 4, "cluster_size_min": 2, "cluster_size_median": 2.0, "cluster_size_max": 2,
        "treatment_is_binary": True, "n_treated": 4, "n_untreated": 4, "clusters_with_treated": 4,
        "clusters_with_untreated": 4, "clusters_with_both": 4, "outcome_mean": 5.75, "outcome_low": 0.0,
        "outcome_high": 10.0, "suppressed": False,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_few_clusters_are_flagged(villages: Estimates) -> None:
    flags = treatment(villages)["flag"].split("+")
    assert flags == ["few_clusters", "few_treated_clusters", "few_untreated_clusters", "varies_in_few_clusters"]


def test_tables_have_the_columns_of_the_bundle(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effects = [make_effect([[], ["age", "mode"]], outcomes=("trust", "belonging")), make_effect(id="again", absorb=())]
    found = estimate_effects(survey, effects, weight="weight")
    for name, table in (("estimates", found.estimates), ("design", found.design), ("sample_flow", found.flow)):
        assert conform(name, table).height == table.height
    assert set(found.estimates["weights"]) == {"weight"}
    assert set(found.estimates.filter(effect="again")["absorbed"]) == {""}


def test_no_effects_give_empty_tables(survey: pl.DataFrame) -> None:
    found = estimate_effects(survey, [])
    assert (found.estimates.height, found.design.height, found.flow.height, found.notes) == (0, 0, 0, ())


def test_all_steps_share_the_sample_of_the_largest(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    found = estimate_effects(survey, [make_effect([[], ["age"], ["mode"]])])
    complete = survey.drop_nulls(["trust", "age", "mode"]).height
    assert set(found.estimates["n_obs"]) == {complete}
    assert complete < survey.height


def test_each_outcome_has_a_sample_of_its_own(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    found = estimate_effects(survey, [make_effect([["age"]], outcomes=("trust", "belonging"))])
    sizes = dict(found.design.select("outcome", "n_obs").iter_rows())
    assert sizes == {o: survey.drop_nulls([o, "age"]).height for o in ("trust", "belonging")}


def test_a_collinear_control_is_left_out_by_name(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(birth=2021 - pl.col("age"), constant=pl.lit(1), rich=pl.col("district") == "D2")
    found = estimate_effects(frame, [make_effect([["age"], ["birth", "constant", "rich"]])])
    plain = estimate_effects(frame, [make_effect([["age"]])])
    flags = dict(found.estimates.filter(step="M2").filter(~pl.col("is_treatment")).select("term", "flag").iter_rows())
    assert flags == {
        "age": "", "birth": "dropped_collinear", "constant": "dropped_constant", "rich": "dropped_absorbed"
    }  # fmt: skip
    row = found.estimates.filter(pl.col("term") == "birth").row(0, named=True)
    assert (row["estimate"], row["std_error"], row["step"]) == (None, None, "M2")
    assert any("birth" in note and "collinear with age" in note for note in found.notes)
    # The column adds nothing, so that the model is the one without it.
    assert treatment(found, step="M2")["std_error"] == pytest.approx(treatment(plain)["std_error"], rel=1e-12)


def test_notes_name_reference_levels(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    found = estimate_effects(survey, [make_effect([["mode"]])])
    assert found.notes == ("mode: 0/1 columns against the reference level 'phone'",)


def test_a_control_that_hardly_varies_within_districts_gets_a_second_pass(
    survey: pl.DataFrame, make_effect: MakeEffect
) -> None:
    codes = pl.col("district").str.slice(1).cast(pl.Float64)
    frame = survey.with_columns(level=codes * 1e9 + pl.col("age").cast(pl.Float64))
    found = estimate_effects(frame, [make_effect([["level"]])])
    plain = estimate_effects(frame, [make_effect([["age"]])])
    assert any("second pass centred level" in note for note in found.notes)
    # Within districts `level` is age, up to the last digits of 1e9.
    assert treatment(found)["estimate"] == pytest.approx(treatment(plain)["estimate"], rel=1e-7)


def test_person_effects_take_the_demeaning_road_and_say_so(make_effect: MakeEffect) -> None:
    n = 44_000
    rng = np.random.default_rng(5)
    frame = pl.DataFrame(
        {"community": np.arange(n) // 2 % 40, "person": np.arange(n) // 2, "visited": np.arange(n) % 2}
    ).with_columns(trust=pl.Series(rng.normal(size=n)) + 0.1 * pl.col("visited"))
    found = estimate_effects(frame, [make_effect(absorb=("person",))])
    assert any("demeaned" in note for note in found.notes)
    change = frame.sort("person", "visited")["trust"].to_numpy().reshape(-1, 2)
    # Two periods: the effect of being visited is the mean change.
    assert treatment(found)["estimate"] == pytest.approx((change[:, 1] - change[:, 0]).mean(), rel=1e-10)


def test_zero_weights_are_left_out_and_counted(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(weight=pl.when(pl.int_range(pl.len()) % 6 == 0).then(0.0).otherwise("weight"))
    found = estimate_effects(frame, [make_effect()], weight="weight")
    left_out = estimate_effects(frame.filter(pl.col("weight") > 0), [make_effect()], weight="weight")
    assert treatment(found)["std_error"] == treatment(left_out)["std_error"]
    stage = found.flow.filter(stage="positive_weight").row(0, named=True)
    assert stage["rows"] == (frame["weight"] > 0).sum() < frame.height


def test_a_boolean_treatment_and_outcome_count_as_one_and_zero(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(seen=pl.col("visited") == 1, joined=pl.col("member"))
    numbers = frame.with_columns(seen=pl.col("visited"), joined=pl.col("member").cast(pl.Int64))
    effect = make_effect(treatment="seen", outcomes=("joined",))
    one, other = estimate_effects(frame, [effect]), estimate_effects(numbers, [effect])
    assert one.estimates.equals(other.estimates)
    assert one.design.equals(other.design)


def test_nothing_handed_in_is_changed(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    before = survey.clone()
    estimate_effects(survey, [make_effect([["mode"]])], weight="weight")
    assert survey.equals(before)
