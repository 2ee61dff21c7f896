"""Randomisation tests of a study: what was drawn, by whom, and when there is no test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Assignment, Effect, Inference
from liandong.estimate import Answer, Estimates, estimate_effects, randomised_answers
from liandong.inference import randomise_clusters, randomise_rows
from liandong.models import headline_models

MakeEffect = Callable[..., Effect]
INFERENCE = Inference(draws=299, seed=5)
PEOPLE = Assignment(kind="randomised", unit="individual", strata="district")
COMMUNITIES = Assignment(kind="randomised", unit="community")


def answered(
    frame: pl.DataFrame, effect: Effect, assignment: Assignment, weight: str | None = None
) -> tuple[Estimates, Answer | None, tuple[str, ...]]:
    estimates = estimate_effects(frame, [effect], weight=weight)
    headline = headline_models(estimates.models)
    found, notes = randomised_answers(frame, headline, {effect.id: assignment}, INFERENCE, weight)
    assert set(found) <= {model.name for model in headline}
    return estimates, next(iter(found.values()), None), notes


@pytest.fixture(scope="module")
def by_community(survey: pl.DataFrame) -> pl.DataFrame:
    """Half of the communities of every district treated."""
    return survey.with_columns(visited=pl.col("community") % 2)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_people_are_permuted_within_their_strata(
    survey: pl.DataFrame, make_effect: MakeEffect, weight: str | None
) -> None:
    estimates, answer, notes = answered(survey, make_effect(((), ("age", "mode"))), PEOPLE, weight)
    assert answer is not None
    rows = survey.drop_nulls(["trust", "age", "mode"])
    controls = np.column_stack([rows["age"], *(rows["mode"] == level for level in ("visit", "web"))]).astype(float)
    test = randomise_rows(
        rows["trust"].to_numpy(),
        rows["visited"].cast(pl.Float64).to_numpy(),
        controls,
        effect=rows["district"].to_numpy(),
        cluster=rows["community"].to_numpy(),
        weight=None if weight is None else rows[weight].to_numpy(),
        strata=rows["district"].to_numpy(),
        draws=299,
        seed=5,
    )
    assert answer.p_value == test.p_value
    # The rows come in another order of sums.
    assert (answer.conf_low, answer.conf_high) == pytest.approx((test.conf_low, test.conf_high), rel=1e-9)
    model = headline_models(estimates.models)[0]
    assert answer.estimate == pytest.approx(model.fit.coefficients[0], rel=1e-9)
    assert (answer.vcov, answer.ci_method, answer.flag) == ("RI", "inversion", "")
    assert np.isnan([answer.std_error, answer.df]).all()
    assert len(notes) == 1
    assert "permutes individuals within 'district', 299 random ones" in notes[0]


@pytest.mark.parametrize("strata", [None, "district"])
def test_clusters_are_permuted_in_the_moments(
    by_community: pl.DataFrame, make_effect: MakeEffect, strata: str | None
) -> None:
    lot = Assignment(kind="randomised", unit="community", strata=strata)
    estimates, answer, notes = answered(by_community, make_effect(absorb=()), lot)
    assert answer is not None
    fit = headline_models(estimates.models)[0].fit
    districts = None if strata is None else np.array(fit.within.cluster_labels) // 4
    assert answer.p_value == randomise_clusters(fit, "visited", districts, draws=299, seed=5).p_value
    assert "permutes clusters" in notes[0]
    assert ("within 'district'" in notes[0]) == (strata is not None)


def test_nothing_is_permuted_that_was_not_assigned(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    _, answer, notes = answered(survey, make_effect(), Assignment(kind="observational", unit="community"))
    assert answer is None
    assert notes == ()


def test_a_lot_too_small_for_five_percent_is_flagged(by_community: pl.DataFrame, make_effect: MakeEffect) -> None:
    few = by_community.filter(pl.col("community") < 6)
    _, answer, notes = answered(few, make_effect(absorb=()), COMMUNITIES)
    assert answer is not None
    assert answer.flag == "level_out_of_reach"
    assert (answer.conf_low, answer.conf_high) == (-np.inf, np.inf)
    assert any("only 20 assignments" in note for note in notes)


@pytest.mark.parametrize(
    ("unit", "flag"),
    [
        ("district", "assigned_by_coarser_unit"),  # contains communities
        ("wave", "assigned_by_coarser_unit"),  # crosses them
        ("household", "assigned_by_finer_unit"),  # lies in them: the clusters are coarser than need be
        ("bed", "not_as_assigned"),  # lies in them, but holds visited and unvisited people
    ],
)
def test_another_unit_than_the_cluster_has_no_test(
    survey: pl.DataFrame, make_effect: MakeEffect, unit: str, flag: str
) -> None:
    row = pl.int_range(pl.len())
    homes = {"household": pl.col("community") * 10 + pl.col("visited"), "bed": pl.col("community") * 100 + row // 48}
    frame = survey.with_columns(wave=row // 40, **homes)
    _, answer, notes = answered(frame, make_effect(), Assignment(kind="randomised", unit=unit))
    assert answer is not None
    assert answer.flag == flag
    assert np.isnan([answer.p_value, answer.conf_low, answer.std_error]).all()
    assert f"no randomisation test; '{unit}' was assigned, but the models cluster on 'community'" in notes[0]


def test_a_unit_of_its_own_for_everybody_is_the_individual(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(person=pl.int_range(pl.len()))
    people, persons = (
        answered(frame, make_effect(), Assignment(kind="randomised", unit=unit))[1] for unit in ("individual", "person")
    )
    assert people is not None
    assert not np.isnan(people.p_value)
    assert persons == people


def test_a_treatment_that_varies_within_what_was_assigned_is_not_the_assignment(
    survey: pl.DataFrame, make_effect: MakeEffect
) -> None:
    _, answer, notes = answered(survey, make_effect(), COMMUNITIES)
    assert answer is not None
    assert answer.flag == "not_as_assigned"
    assert np.isnan(answer.p_value)
    assert "'visited' varies within 'community', so that it is not what was assigned" in notes[0]


@pytest.mark.parametrize(
    ("change", "lot", "message"),
    [
        ({}, {"unit": "nowhere"}, "expected a column 'nowhere'; the accepted data have none"),
        ({}, {"unit": "individual", "strata": "nowhere"}, "expected a column 'nowhere'"),
        (
            {"district": pl.when(pl.col("community") > 3).then("district")},
            {"unit": "individual", "strata": "district"},
            "expected 'district' to be known for everybody; it is missing in",
        ),
        (
            {"visited": (pl.col("district") > "D2").cast(pl.Int64)},
            {"unit": "individual", "strata": "district"},
            "does not vary within any stratum",
        ),
        (
            {"visited": pl.col("community") % 2, "district": pl.int_range(pl.len()) % 7},
            {"unit": "community", "strata": "district"},
            "every cluster of 'community' in one stratum of 'district'; some lie in several",
        ),
    ],
)
def test_a_test_that_cannot_be_made_is_a_note(
    survey: pl.DataFrame, make_effect: MakeEffect, change: dict[str, pl.Expr], lot: dict[str, Any], message: str
) -> None:
    lot = {"kind": "randomised", **lot}
    _, answer, notes = answered(survey.with_columns(**change), make_effect(absorb=()), Assignment(**lot))
    assert answer is None
    assert message in notes[0]
    assert notes[0].startswith("effect 'visit', outcome 'trust', step 'M1': no randomisation test; ")


def test_strata_may_be_unknown_outside_the_sample(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(place=pl.when(pl.col("trust").is_not_null()).then("district"))
    _, answer, _ = answered(frame, make_effect(absorb=()), Assignment(kind="randomised", strata="place"))
    assert answer is not None


def test_large_samples_need_no_permutation_of_people(
    survey: pl.DataFrame, make_effect: MakeEffect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liandong.estimate.randomised._MOST_ROWS", 100)
    _, answer, notes = answered(survey, make_effect(), PEOPLE)
    assert answer is None
    assert "with 354 people the t test says the same" in notes[0]


def test_fewer_draws_for_more_rows(
    survey: pl.DataFrame, make_effect: MakeEffect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liandong.estimate.randomised._MOST_MOVES", 354 * 150)
    monkeypatch.setattr("liandong.estimate.randomised._FEWEST_DRAWS", 99)
    _, _, notes = answered(survey, make_effect(), PEOPLE)
    assert ", 150 random ones" in notes[0]


def test_two_absorbed_effects_are_both_in_the_permuted_model(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    estimates, answer, _ = answered(survey, make_effect(absorb=("district", "job")), PEOPLE)
    assert answer is not None
    # A second effect enters as dummies on both roads; equal up to rounding only if it does.
    assert answer.estimate == pytest.approx(headline_models(estimates.models)[0].fit.coefficients[0], rel=1e-9)
