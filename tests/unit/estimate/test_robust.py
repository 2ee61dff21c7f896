"""What other methods say of every step: rows of the table estimates that follow from the fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Effect, Inference
from liandong.estimate import Estimates, Robust, estimate_effects, method_table, robust_answers
from liandong.evidence import TABLES, conform
from liandong.inference import Hypothesis, coefficients, wild_bootstrap, wild_draws
from liandong.models import headline_models

MakeEffect = Callable[..., Effect]
# pyfixest 0.60 still uses what pandas 3.1 deprecates.
PYFIXEST = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
INFERENCE = Inference(draws=499, seed=3)
METHODS = ["CR2", "CR3", "twoway", "WCR-R"]


@pytest.fixture(scope="module")
def estimates(survey: pl.DataFrame, make_effect: MakeEffect) -> Estimates:
    effects = [
        make_effect(((), ("age",)), outcomes=("trust", "belonging"), cluster=("community", "wave")),
        make_effect(id="plain", absorb=()),
    ]
    return estimate_effects(survey.with_columns(wave=pl.int_range(pl.len()) * 5 % 13), effects)


@pytest.fixture(scope="module")
def robust(estimates: Estimates) -> Robust:
    return robust_answers(estimates.models, INFERENCE)


@pytest.fixture(scope="module")
def table(robust: Robust, estimates: Estimates) -> pl.DataFrame:
    return method_table(robust, {}, headline_models(estimates.models), None)


def test_every_step_has_every_method_in_every_metric(table: pl.DataFrame) -> None:
    conform("estimates", table)
    counts = table.group_by("effect", "outcome", "step", "metric", maintain_order=True).agg("vcov")
    for row in counts.rows(named=True):
        two_ways = row["effect"] == "visit"
        assert row["vcov"] == [code for code in METHODS if two_ways or code != "twoway"]
    assert counts.height == (2 * 2 + 1) * 2  # points and sd; nobody gave a range
    assert set(table["term"]) == {"visited"}
    assert table["is_treatment"].all()


@pytest.mark.parametrize("kind", ["CR2", "CR3"])
def test_adjusted_rows_are_those_of_the_fit(table: pl.DataFrame, estimates: Estimates, kind: str) -> None:
    for model in estimates.models:
        rows = table.filter(effect=model.effect, outcome=model.outcome, step=model.step, vcov=kind)
        known = coefficients(model.fit, kind)
        at = known.terms.index("visited")
        points = rows.filter(metric="points").row(0, named=True)
        scaled = rows.filter(metric="sd").row(0, named=True)
        for name in ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"):
            assert points[name] == pytest.approx(getattr(known, name)[at], rel=1e-12)  # the same formula
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            assert scaled[name] == pytest.approx(points[name] / model.design.outcome_sd, rel=1e-12)
        assert (scaled["p_value"], scaled["df"]) == (points["p_value"], points["df"])
        assert (points["ci_method"], points["flag"]) == ("t", "")


def test_the_bootstrap_rows_are_those_of_one_set_of_draws(table: pl.DataFrame, estimates: Estimates) -> None:
    labels = [model.fit.within.cluster_labels for model in estimates.models]
    draws = wild_draws(labels, seed=3, count=499)
    for model in estimates.models:
        (test,) = wild_bootstrap([Hypothesis(model.fit, "visited")], draws)
        row = table.filter(
            effect=model.effect, outcome=model.outcome, step=model.step, vcov="WCR-R", metric="points"
        ).row(0, named=True)
        assert (row["p_value"], row["conf_low"], row["conf_high"]) == (test.p_value, test.conf_low, test.conf_high)
        assert row["std_error"] is row["df"] is None
        assert row["ci_method"] == "inversion"


def test_headline_models_keep_their_bootstrap_t(robust: Robust) -> None:
    assert set(robust.wild) == {("visit", "trust"), ("visit", "belonging"), ("plain", "trust")}
    for test in robust.wild.values():
        assert test.t_star is not None
        assert test.t_star.shape == (499,)


@PYFIXEST
def test_two_way_errors_are_pyfixests(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    import pyfixest

    frame = survey.with_columns(wave=pl.int_range(pl.len()) * 5 % 13).drop_nulls(["trust", "age"])
    effect = make_effect(((), ("age",)), cluster=("community", "wave"))
    found = estimate_effects(frame, [effect])
    table = method_table(robust_answers(found.models, INFERENCE), {}, headline_models(found.models), None)
    for step, terms in (("M1", "visited"), ("M2", "visited + age")):
        theirs = pyfixest.feols(f"trust ~ {terms} | district", frame.to_pandas(), vcov={"CRV1": "community + wave"})
        tidy = theirs.tidy().loc["visited"]
        row = table.filter(step=step, vcov="twoway", metric="points").row(0, named=True)
        # Rounding of two algorithms.
        assert row["std_error"] == pytest.approx(tidy["Std. Error"], rel=1e-9)
        assert row["p_value"] == pytest.approx(tidy["Pr(>|t|)"], rel=1e-8)
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((tidy["2.5%"], tidy["97.5%"]), rel=1e-8)
        assert row["df"] == 12
        assert row["flag"] == ""


def test_a_second_clustering_changes_nothing_else(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(wave=pl.int_range(pl.len()) * 5 % 13)
    one, two = (
        estimate_effects(frame, [make_effect(cluster=cluster)]) for cluster in (("community",), ("community", "wave"))
    )
    answers = []
    for found in (one, two):
        rows = method_table(robust_answers(found.models, INFERENCE), {}, headline_models(found.models), None)
        answers.append(rows.filter(pl.col("vcov") != "twoway").select("vcov", "estimate", "std_error", "p_value"))
    np.testing.assert_array_equal(answers[0]["vcov"], answers[1]["vcov"])
    for name in ("estimate", "std_error", "p_value"):
        mine, other = (part[name].fill_null(0.0).to_numpy() for part in answers)
        np.testing.assert_allclose(mine, other, rtol=1e-9)  # sums over finer cells


def test_a_repaired_variance_says_so(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(half=pl.int_range(pl.len()) // 24 % 3)
    for seed in range(20):  # two of three such outcomes need the repair
        noise = pl.Series(np.random.default_rng(seed).normal(size=frame.height))
        effect = make_effect(((), ("age", "job")), absorb=(), cluster=("community", "half"))
        found = robust_answers(estimate_effects(frame.with_columns(trust=noise), [effect]).models, INFERENCE)
        answers = [one for _, parts in found.answers for one in parts if one.vcov == "twoway"]
        repaired = [one for one in answers if "repaired" in one.flag.split("+")]
        assert len([note for note in found.notes if "two-way clustering: " in note]) == len(repaired)
        if repaired:
            return
    pytest.fail("no outcome needed a repair")


def test_a_model_without_its_cells_leaves_the_others_alone(estimates: Estimates, robust: Robust) -> None:
    lost, *others = estimates.models
    fit = replace(lost.fit, within=replace(lost.fit.within, route="demeaned", nested=False, key_names=()))
    found = robust_answers([replace(lost, fit=fit), *others], INFERENCE)
    assert found.answers[0][1] == ()
    assert [answers for _, answers in found.answers[1:]] == [answers for _, answers in robust.answers[1:]]
    assert len(found.notes) == 2
    assert "no CR2, CR3 or wild bootstrap; the levels of 'district'" in found.notes[0]
    assert "no two-way clustering; expected cells split by the second cluster 'wave'" in found.notes[1]


def test_a_control_that_one_cluster_identifies_is_noted_and_no_flag_of_the_treatment(
    survey: pl.DataFrame, make_effect: MakeEffect
) -> None:
    frame = survey.with_columns(odd=(pl.col("community") == 5).cast(pl.Int64))
    found = robust_answers(estimate_effects(frame, [make_effect((("odd",),))]).models, INFERENCE)
    assert [answer.flag for answer in found.answers[0][1]] == ["", "", ""]
    assert any("not identified: odd without community 5" in note for note in found.notes)


def test_nothing_to_do_gives_empty_tables(make_effect: MakeEffect) -> None:
    found = robust_answers([], INFERENCE)
    assert (found.answers, dict(found.wild), found.notes) == ((), {}, ())
    assert method_table(found, {}, [], None).equals(TABLES["estimates"].empty())


def test_the_randomisation_test_stands_in_the_last_step_only(estimates: Estimates, robust: Robust) -> None:
    headline = headline_models(estimates.models)
    answer = robust.answers[0][1][0]
    everywhere = {model.name: replace(answer, vcov="RI") for model in estimates.models}
    rows = method_table(robust, everywhere, headline, None).filter(vcov="RI", metric="points")
    last: list[tuple[Any, ...]] = [(model.effect, model.outcome, model.step) for model in headline]
    assert rows.select("effect", "outcome", "step").rows() == last


def test_the_moments_keep_the_second_cluster_only_where_it_is_named(estimates: Estimates) -> None:
    keys = {model.effect: model.fit.within.key_names for model in estimates.models}
    assert keys == {"visit": ("wave",), "plain": ()}
