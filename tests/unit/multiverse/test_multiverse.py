from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.conftest import MakeEffect

from liandong.definitions import Multiverse, SampleRule, Scoring, Step, Text
from liandong.errors import EstimationError
from liandong.estimate import estimate_effects
from liandong.evidence import conform
from liandong.inference import covariance, fit
from liandong.moments import TooManyCellsError, within_samples
from liandong.multiverse import pool, run_multiverse, variances

TITLE = Text(zh="样本", en="Sample")
STEPS = ((), ("age", "member"), ("mode",))
NUMBERS = ["estimate", "estimate_sd", "std_error", "df", "p_value", "conf_low", "conf_high", "agrees"]


def multiverse(**keys: Any) -> Multiverse:
    return Multiverse(effect="visit", **keys)


def rule(name: str, where: str) -> SampleRule:
    return SampleRule(name=name, title=TITLE, where=where)


def test_both_tables_have_the_declared_columns(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS, outcomes=("trust", "belonging"))
    specifications, summary = run_multiverse(survey, effect, multiverse())
    conform("specifications", specifications)
    conform("multiverse", summary)
    assert summary["outcome"].to_list() == ["trust", "belonging"]


def test_the_headline_is_the_last_step_of_the_study(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effect = make_effect(STEPS)
    specifications, summary = run_multiverse(survey, effect, multiverse())
    published = estimate_effects(survey, [effect]).estimates.filter(step="M3", is_treatment=True)
    points, in_sd = (published.filter(metric=metric).row(0, named=True) for metric in ("points", "sd"))
    row = specifications.filter("is_headline").row(0, named=True)
    assert specifications["is_headline"].sum() == 1
    assert (row["controls"], row["sample"], row["vcov"], row["absorbed"]) == ("M2+M3", "common", "CR1", "district")
    for name in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high", "n_obs", "n_clusters"):
        assert row[name] == pytest.approx(points[name], rel=1e-12)
    assert row["estimate_sd"] == pytest.approx(in_sd["estimate"], rel=1e-12)
    assert summary["headline"].item() == row["estimate"]


def test_another_covariance_can_be_the_headline(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    specifications, _ = run_multiverse(survey, make_effect(STEPS), multiverse(), headline="CR2")
    assert specifications.filter("is_headline")["vcov"].to_list() == ["CR2"]
    only_cr3 = multiverse(inference=("CR3",))
    specifications, _ = run_multiverse(survey, make_effect(STEPS), only_cr3)
    assert specifications.filter("is_headline")["vcov"].to_list() == ["CR3"]


@pytest.mark.parametrize(
    ("blocks", "controls", "sample"),
    [
        ((("P", ("age", "member", "mode")), ("Q", ("job",))), "P", "complete"),  # a subset of them
        ((("P", ("age", "job")),), "M2+M3", "complete"),  # none: one specification more
        ((("P", ("age", "mode")), ("Q", ("member",))), "P+Q", "common"),  # all of them, cut differently
    ],
)
def test_the_headline_is_there_whatever_the_blocks(
    survey: pl.DataFrame, make_effect: MakeEffect, blocks: Any, controls: str, sample: str
) -> None:
    effect = make_effect(STEPS)
    own = tuple(Step(name=name, add=add) for name, add in blocks)
    specifications, _ = run_multiverse(survey, effect, multiverse(blocks=own, absorb=((),)))
    published = estimate_effects(survey, [effect]).estimates.filter(step="M3", is_treatment=True, metric="points")
    row = specifications.filter("is_headline").row(0, named=True)
    assert (row["controls"], row["sample"], row["absorbed"]) == (controls, sample, "district")
    assert (row["estimate"], row["n_obs"]) == pytest.approx((published["estimate"][0], published["n_obs"][0]))


def test_every_choice_is_multiplied_out(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    chosen = multiverse(
        scorings=(Scoring(outcome="trust", columns=("belonging",)),),
        samples=(rule("old", "age >= 40"),),
        absorb=((), ("community",)),
        inference=("CR1", "CR2", "CR3"),
    )
    specifications, summary = run_multiverse(survey, make_effect(STEPS), chosen)
    # Four subsets on three samples, of which the complete cases of all controls are the common sample once more.
    assert specifications.height == 2 * (4 * 3 - 1) * 3 * 3
    assert summary["n_specifications"].item() == specifications.height
    counts = {name: specifications[name].n_unique() for name in ("scoring", "controls", "sample", "absorbed", "vcov")}
    assert counts == {"scoring": 2, "controls": 4, "sample": 3, "absorbed": 3, "vcov": 3}
    assert specifications["specification"].to_list() == list(range(1, specifications.height + 1))


def test_the_same_rows_under_another_name_do_not_count_twice(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    chosen = multiverse(samples=(rule("everybody", "community >= 0"),), inference=("CR1",))
    specifications, _ = run_multiverse(survey.drop_nulls(), make_effect(STEPS), chosen)
    assert specifications["sample"].to_list() == ["common"] * 4
    assert specifications["controls"].to_list() == ["", "M2", "M3", "M2+M3"]


def test_unknown_conditions_leave_rows_out(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    chosen = multiverse(samples=(rule("not_young", "not (age < 40)"),), inference=("CR1",))
    specifications, _ = run_multiverse(survey, make_effect(((), ("job",))), chosen)
    found = specifications.filter(sample="not_young")["n_obs"].unique().to_list()
    assert found == [survey.filter(pl.col("age") >= 40, pl.col("trust").is_not_null()).height]


def test_a_failing_specification_is_a_row_with_its_reason(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(
        twin=1 - pl.col("visited"), untouched=pl.col("community") * 0 + 1, by_cluster=pl.col("community") % 2
    )
    effect = make_effect(((), ("age",)), treatment="visited")
    chosen = multiverse(
        scorings=(Scoring(outcome="trust", columns=("untouched",)),),
        samples=(
            rule("nobody", "age > 500"),
            rule("one_community", "community == 3"),
            rule("visited_only", "visited == 1"),
        ),
        blocks=(Step(name="A", add=("age",)), Step(name="B", add=("twin",))),
        inference=("CR1", "CR2"),
    )
    specifications, summary = run_multiverse(frame, effect, chosen)
    flags = {
        (row["scoring"], row["sample"], row["controls"]): (row["flag"], row["estimate"], row["agrees"])
        for row in specifications.iter_rows(named=True)
    }
    assert flags[("trust", "nobody", "A")] == ("no_rows", None, None)
    assert flags[("trust", "one_community", "A")] == ("one_cluster", None, None)
    assert flags[("trust", "visited_only", "")] == ("treatment_constant", None, None)
    assert flags[("trust", "common", "A+B")] == ("treatment_collinear", None, None)
    assert flags[("untouched", "common", "A")] == ("outcome_constant", None, None)
    assert flags[("trust", "complete", "A")][0] == ""  # the headline, whose rows are those of the common sample
    failed = specifications.filter(pl.col("flag") != "")
    assert failed.select(pl.col(NUMBERS).is_null().all()).row(0) == (True,) * len(NUMBERS)
    assert summary["n_failed"].item() == failed.height


def test_a_fixed_effect_that_swallows_the_treatment_is_flagged(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(visited=pl.col("community") % 2)
    specifications, _ = run_multiverse(frame, make_effect(STEPS), multiverse(absorb=(("community",),)))
    by_effect = dict(specifications.select("absorbed", "flag").unique().iter_rows())
    assert by_effect == {"district": "", "community": "treatment_absorbed"}


def test_too_few_rows_for_the_controls_are_flagged(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    few = survey.drop_nulls().filter(pl.col("community") < 2).head(8)
    chosen = multiverse(blocks=(Step(name="A", add=("age", "job", "weight", "belonging", "mode")),))
    specifications, _ = run_multiverse(few, make_effect(((),), absorb=()), chosen)
    flags = dict(specifications.filter(vcov="CR1").select("controls", "flag").iter_rows())
    assert flags == {"": "", "A": "too_few_rows"}


def test_a_second_effect_of_too_many_levels_is_flagged(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(person=pl.int_range(pl.len()), pair=pl.int_range(pl.len()) // 2 * 7)
    specifications, _ = run_multiverse(frame, make_effect(((),)), multiverse(absorb=(("person", "pair"),)))
    assert "too_many_levels" not in set(specifications["flag"])  # 180 pairs may be dummies
    many = pl.concat([frame, frame.with_columns(pl.col("pair") + 5_000, pl.col("person") + 5_000)])
    specifications, _ = run_multiverse(many, make_effect(((),)), multiverse(absorb=(("person", "pair"),)))
    assert set(specifications.filter(absorbed="person+pair")["flag"]) == {"too_many_levels"}


def test_agreement_is_of_conclusions(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    rng = np.random.default_rng(3)
    frame = survey.with_columns(
        bad=-3 * pl.col("visited") + pl.Series(rng.normal(size=survey.height)), noise=rng.normal(size=survey.height)
    )
    chosen = multiverse(scorings=(Scoring(outcome="trust", columns=("bad", "noise")),))
    specifications, summary = run_multiverse(frame, make_effect(STEPS), chosen)
    side = pl.when(pl.col("conf_low") > 0).then(1).when(pl.col("conf_high") < 0).then(-1).otherwise(0).alias("side")
    sides = specifications.select("is_headline", "agrees", side, pl.col("estimate").sign().alias("sign"))
    headline = sides.filter("is_headline").row(0, named=True)
    assert set(sides["side"]) == {1, 0, -1}
    assert sides.filter(pl.col("agrees") != (pl.col("side") == headline["side"])).is_empty()
    found = summary.row(0, named=True)
    assert found["share_agrees"] == pytest.approx(sides["agrees"].mean())
    assert found["share_positive_clear"] == pytest.approx((sides["side"] == 1).mean())
    assert found["share_negative_clear"] == pytest.approx((sides["side"] == -1).mean())
    assert found["share_same_sign"] == pytest.approx((sides["sign"] == headline["sign"]).mean())
    in_sd = specifications["estimate_sd"]
    assert (found["low_sd"], found["median_sd"], found["high_sd"]) == (in_sd.min(), in_sd.median(), in_sd.max())


def test_too_many_specifications_are_refused_before_any_work(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(pl.lit(float(i)).alias(f"c{i}") for i in range(14))
    steps = tuple((f"c{i}",) for i in range(14))
    with pytest.raises(EstimationError, match=r"1 outcomes and scorings × 2\^14 subsets .* make 65536") as raised:
        run_multiverse(frame, make_effect(steps), multiverse())
    assert raised.value.where == "analysis.multiverses: visit"


def test_three_fixed_effects_at_once_are_refused(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    chosen = multiverse(absorb=(("district", "mode", "job"),))
    with pytest.raises(EstimationError, match="at most two fixed effects at once; got district, mode, job"):
        run_multiverse(survey, make_effect(STEPS), chosen)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_rows_give_what_cells_give(
    survey: pl.DataFrame, make_effect: MakeEffect, weight: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = multiverse(samples=(rule("old", "age >= 40"),), absorb=((), ("community", "mode")))
    arguments = (survey, make_effect(STEPS), chosen, weight)
    by_cells = run_multiverse(*arguments)

    def refuse(*_: object, **__: object) -> None:
        raise TooManyCellsError("too many")

    monkeypatch.setattr(pool, "collect_moments", refuse)
    for cells, rows in zip(by_cells, run_multiverse(*arguments), strict=True):
        # Sums in another order and about other centres.
        assert_frame_equal(cells, rows, rel_tol=1e-10, abs_tol=1e-12)


def test_nothing_is_changed(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    before = survey.clone()
    run_multiverse(survey, make_effect(STEPS), multiverse())
    assert_frame_equal(survey, before)


def test_a_treatment_that_one_cluster_alone_identifies_has_no_adjusted_error(
    survey: pl.DataFrame, make_effect: MakeEffect
) -> None:
    frame = survey.with_columns(visited=pl.col("visited") * (pl.col("community") == 3))
    chosen = multiverse(inference=("CR1", "CR2", "CR3"))
    specifications, _ = run_multiverse(frame, make_effect(STEPS, absorb=("community",)), chosen)
    by_kind = dict(specifications.select("vcov", "flag").unique().iter_rows())
    assert by_kind == {"CR1": "", "CR2": "not_identified_without_cluster", "CR3": "not_identified_without_cluster"}


@pytest.mark.parametrize("absorb", [(), ("community",), ("district",), ("job",)])
@pytest.mark.parametrize("weight", [None, "weight"])
def test_shared_variances_are_those_of_every_fit(
    survey: pl.DataFrame, absorb: tuple[str, ...], weight: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The effect contains, equals and crosses the clusters; degrees of freedom come by both roads."""

    columns = ["visited", "age", "member", "trust", "belonging"]
    effect = absorb[0] if absorb else None
    within = within_samples(survey, {"all": columns}, "community", effect, weight).within["all"]
    fits = [fit(within, outcome, ["visited", "age", "member"]) for outcome in ("trust", "belonging")]
    shared = variances.share(fits[0], "visited", ["CR2", "CR3"])
    for own in fits:
        found = variances.adjusted_variances(own, shared)
        for kind in ("CR2", "CR3"):
            expected = covariance(own, kind)
            assert found[kind] == pytest.approx((expected.matrix[0, 0], expected.df[0]), rel=1e-11)
    monkeypatch.setattr(variances, "_DENSE", 0)
    assert variances.share(fits[0], "visited", ["CR2"]).df == pytest.approx(shared.df, rel=1e-11)


def test_errors_of_the_data_name_the_multiverse(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(community=pl.when(pl.col("community") > 0).then("community"))
    with pytest.raises(EstimationError, match="a cluster id in every row") as raised:
        run_multiverse(frame, make_effect(STEPS), multiverse())
    assert raised.value.where == "analysis.multiverses: visit; column 'community'"
