"""The tables verdicts and influence: every number is one of the estimates, the design or the diagnostics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.audit import verdict_tables
from liandong.definitions import Assignment, Inference
from liandong.estimate import Estimates, estimate_effects, method_table, robust_answers
from liandong.estimate.randomised import randomised_answers
from liandong.evidence import TABLES, conform
from liandong.inference import coefficients, detectable_effect, diagnose
from liandong.models import FittedModel, headline_models

INFERENCE = Inference(draws=299, power=0.9)
OBSERVED = Assignment(kind="observational")
FIELDS = ("std_error", "df", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True)
class Judged:
    estimates: Estimates
    table: pl.DataFrame
    verdicts: pl.DataFrame
    influence: pl.DataFrame

    @property
    def headline(self) -> tuple[FittedModel, ...]:
        return headline_models(self.estimates.models)

    def pairs(self) -> list[tuple[FittedModel, dict[str, Any]]]:
        return list(zip(self.headline, self.verdicts.rows(named=True), strict=True))


def judged(frame: pl.DataFrame, effects: list[Any], weight: str | None = None) -> Judged:
    estimates = estimate_effects(frame, effects, weight=weight)
    headline = headline_models(estimates.models)
    added = method_table(robust_answers(estimates.models, INFERENCE), {}, headline, weight)
    table = pl.concat([estimates.estimates, added])
    verdicts, influence = verdict_tables(headline, table, {e.id: OBSERVED for e in effects}, INFERENCE)
    return Judged(estimates, table, verdicts, influence)


@pytest.fixture(scope="module", params=[None, "weight"])
def found(request: pytest.FixtureRequest, survey: pl.DataFrame, make_effect: Any) -> Judged:
    frame = survey.with_columns(rare=(pl.int_range(pl.len()) % 45 == 0).cast(pl.Int64))
    effects = [
        make_effect(((), ("age", "mode")), outcomes=("trust", "belonging")),
        make_effect(id="within", role="secondary", absorb=("community",), treatment="rare"),
        make_effect(id="dose", role="exploratory", absorb=(), treatment="age"),
    ]
    return judged(frame, effects, request.param)


def test_there_is_a_verdict_per_effect_and_outcome_in_the_order_of_the_plan(found: Judged) -> None:
    assert conform("verdicts", found.verdicts).height == 4
    keys = found.verdicts.select("effect", "outcome", "step", "role", "term").rows()
    assert keys == [
        ("visit", "trust", "M2", "primary", "visited"),
        ("visit", "belonging", "M2", "primary", "visited"),
        ("within", "trust", "M1", "secondary", "rare"),
        ("dose", "trust", "M1", "exploratory", "age"),
    ]


def test_the_numbers_are_those_of_the_method_that_is_shown(found: Judged) -> None:
    for model, row in found.pairs():
        assert row["recommended"] in {"", row["ci_method"]}
        assert (row["recommended"] == "") == (row["verdict"] == "cannot_carry")
        key = {"effect": model.effect, "outcome": model.outcome, "step": model.step, "vcov": row["ci_method"]}
        (own,) = found.table.filter(pl.col("is_treatment"), metric="points", **key).rows(named=True)
        assert {name: row[name] for name in FIELDS} == {name: own[name] for name in FIELDS}
        (scaled,) = found.table.filter(pl.col("is_treatment"), metric="sd", **key).rows(named=True)
        assert row["estimate"] == own["estimate"]
        assert row["estimate_sd"] == pytest.approx(scaled["estimate"], rel=1e-12)  # one division


def test_counts_and_diagnostics_are_those_of_design_and_fit(found: Judged) -> None:
    for model, row in found.pairs():
        design, clusters = model.design, diagnose(model.fit, model.treatment)
        for name in (
            "n_obs",
            "n_clusters",
            "n_treated",
            "n_untreated",
            "clusters_with_treated",
            "clusters_with_untreated",
        ):
            assert row[name] == getattr(design, name)
        assert row["partial_leverage_max"] == clusters.partial_leverage.max()
        assert row["leverage_ratio"] == pytest.approx(clusters.leverage.max() / clusters.leverage.mean())
        assert row["effective_clusters"] == clusters.effective_clusters
        assert (row["without_one_low"], row["without_one_high"]) == (clusters.without.min(), clusters.without.max())
        assert (row["level"], row["power"], row["suppressed"]) == (0.95, 0.9, False)


def test_the_smallest_effect_is_never_better_than_classical_errors_allow(found: Judged) -> None:
    for model, row in found.pairs():
        iid = coefficients(model.fit, "iid")
        classical = iid.std_error[iid.terms.index(model.treatment)]
        expected = detectable_effect(max(row["std_error"], classical), row["df"], power=0.9).effect
        assert row["mde"] == pytest.approx(expected, rel=1e-12)
        assert row["mde_sd"] == pytest.approx(expected / model.design.outcome_sd, rel=1e-12)
    ratios = [row["mde"] / detectable_effect(row["std_error"], row["df"], power=0.9).effect for _, row in found.pairs()]
    assert max(ratios) > 1.001  # some classical error is the larger one
    assert min(ratios) == pytest.approx(1)  # and some is not


def test_influence_has_a_row_per_model_and_cluster(found: Judged) -> None:
    assert conform("influence", found.influence).height == found.influence.height
    for model in found.headline:
        rows = found.influence.filter(effect=model.effect, outcome=model.outcome)
        clusters = diagnose(model.fit, model.treatment)
        assert rows["cluster"].to_list() == [str(label) for label in clusters.clusters]
        assert rows["n_obs"].sum() == model.design.n_obs
        assert rows["partial_leverage"].sum() == pytest.approx(1)
        np.testing.assert_array_equal(rows["estimate_without"].to_numpy(), clusters.without)
        assert not rows["suppressed"].any()


def test_eight_people_carry_nothing_however_many_clusters_they_are_in(found: Judged) -> None:
    row = found.verdicts.row(by_predicate=pl.col("effect") == "within", named=True)
    assert row["n_treated"] < 10
    assert row["verdict"] == "cannot_carry"
    assert row["reasons"].split("+")[0] == "few_treated"


def test_within_effects_are_judged_by_the_clusters_in_which_the_treatment_varies(
    survey: pl.DataFrame, make_effect: Any
) -> None:
    only = pl.when(pl.col("community") < 8).then("age").otherwise(40)
    frame = survey.with_columns(age=only)
    inside, between = (
        judged(frame, [make_effect(treatment="age", absorb=absorb)]).verdicts["reasons"][0]
        for absorb in (("community",), ())
    )
    assert "varies_in_few_clusters" in inside.split("+")
    assert "varies_in_few_clusters" not in between.split("+")  # the other clusters are compared with these


def test_the_leverage_of_clusters_is_not_known_where_rows_were_demeaned(survey: pl.DataFrame, make_effect: Any) -> None:
    estimates = estimate_effects(survey, [make_effect()])
    (model,) = estimates.models
    lost = replace(model, fit=replace(model.fit, within=replace(model.fit.within, route="demeaned", nested=False)))
    verdicts, influence = verdict_tables([lost], estimates.estimates, {"visit": OBSERVED}, INFERENCE)
    row = verdicts.row(0, named=True)
    unknown = ("effective_clusters", "leverage_ratio", "partial_leverage_max", "without_one_low", "without_one_high")
    assert [row[name] for name in unknown] == [None] * 5
    assert (row["verdict"], row["ci_method"]) == ("cannot_carry", "CR1")  # 24 clusters want more than CR1
    assert row["reasons"] == "crossing_effect_too_fine+few_clusters"
    assert influence.equals(TABLES["influence"].empty())


@pytest.mark.parametrize(
    ("lot", "reason"),
    [
        ({"unit": "individual"}, "randomised_individual"),
        ({"unit": None}, "randomised_individual"),
        ({"unit": "community"}, "randomised_cluster"),
    ],
)
def test_how_the_treatment_came_about_is_a_reason(
    survey: pl.DataFrame, make_effect: Any, lot: dict[str, Any], reason: str
) -> None:
    effect = make_effect()
    estimates = estimate_effects(survey, [effect])
    table = pl.concat(
        [estimates.estimates, method_table(robust_answers(estimates.models, INFERENCE), {}, estimates.models, None)]
    )
    for kind, expected in (("randomised", True), ("observational", False)):
        assignment = Assignment(kind=kind, **lot)
        verdicts, _ = verdict_tables(estimates.models, table, {"visit": assignment}, INFERENCE)
        assert (reason in verdicts["reasons"][0].split("+")) is expected


@pytest.mark.parametrize(
    ("unit", "reason"),
    [("person", "randomised_individual"), ("household", "assigned_by_finer_unit"), ("bed", "not_as_assigned")],
)
def test_a_lot_inside_the_clusters_did_not_assign_whole_clusters(
    survey: pl.DataFrame, make_effect: Any, unit: str, reason: str
) -> None:
    row = pl.int_range(pl.len())
    homes = {"household": pl.col("community") * 10 + pl.col("visited"), "bed": pl.col("community") * 100 + row // 48}
    frame = survey.with_columns(person=row, **homes)
    estimates = estimate_effects(frame, [make_effect()])
    lots = {"visit": Assignment(kind="randomised", unit=unit)}
    tests, _ = randomised_answers(frame, estimates.models, lots, INFERENCE)
    added = method_table(robust_answers(estimates.models, INFERENCE), tests, estimates.models, None)
    verdicts, _ = verdict_tables(estimates.models, pl.concat([estimates.estimates, added]), lots, INFERENCE)
    lot = {"randomised_individual", "randomised_cluster", "assigned_by_finer_unit", "not_as_assigned"}
    assert lot & set(verdicts["reasons"][0].split("+")) == {reason}


def test_no_models_give_empty_tables() -> None:
    verdicts, influence = verdict_tables([], TABLES["estimates"].empty(), {}, INFERENCE)
    assert verdicts.equals(TABLES["verdicts"].empty())
    assert influence.equals(TABLES["influence"].empty())
