from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from liandong.definitions import Effect, load_study
from liandong.errors import EstimationError
from liandong.estimate import crosscheck_plan
from liandong.models import nominal_columns, outcome_ranges, plan_effects, plan_models
from liandong.models.coding import find_levels, with_terms

ROOT = Path(__file__).resolve().parents[3]


def test_every_outcome_gets_a_plan_and_every_step_adds_to_the_one_before(make_effect: Callable[..., Effect]) -> None:
    effect = make_effect([[], ["age"], ["member", "age"]], outcomes=("trust", "belonging"))
    plans = plan_models(effect, {})
    assert [plan.outcome for plan in plans] == ["trust", "belonging"]
    terms = [[term.name for term in step.terms] for step in plans[0].steps]
    assert terms == [["visited"], ["visited", "age"], ["visited", "age", "member"]]
    assert plans[1].measured == ("belonging", "visited", "age", "member")


def test_text_and_declared_nominal_columns_become_dummies_against_their_lowest_level(
    survey: pl.DataFrame, make_effect: Callable[..., Effect]
) -> None:
    effect = make_effect([["mode", "job", "age"]])
    (plan,) = plan_effects(survey, [effect], nominal={"job"})
    assert [t.name for t in plan.terms] == ["visited", "mode=visit", "mode=web", "job=2", "job=3", "job=4", "age"]
    coded = with_terms(survey, [plan])
    assert coded["mode=web"].null_count() == survey["mode"].null_count() > 0
    assert coded["mode=web"].sum() == (survey["mode"] == "web").sum()
    assert coded["job=3"].sum() == (survey["job"] == 3).sum()


def test_of_two_fixed_effects_the_larger_is_absorbed(survey: pl.DataFrame, make_effect: Callable[..., Effect]) -> None:
    (plan,) = plan_effects(survey, [make_effect(absorb=("district", "community"))])
    assert plan.absorb == ("community", "district")


def test_categories_of_an_enum_column_are_levels(survey: pl.DataFrame, make_effect: Callable[..., Effect]) -> None:
    frame = survey.with_columns(pl.col("mode").cast(pl.Categorical))
    assert find_levels(frame, [make_effect([["mode"]])])["mode"] == ("phone", "visit", "web")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"treatment": "mode"}, "'mode' is nominal with 3 levels"),
        ({"outcomes": ("mode",)}, "expected outcome in numbers"),
        ({"outcomes": ("visited",)}, "'visited' stands on both sides"),
        ({"treatment": "vistied"}, "column 'vistied'"),
        ({"steps": [["age", "district"]]}, "'district' is absorbed already"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    survey: pl.DataFrame, make_effect: Callable[..., Effect], change: dict[str, object], named: str
) -> None:
    with pytest.raises(EstimationError, match=named) as caught:
        plan_effects(survey, [make_effect(**change)])
    assert "visit" in (caught.value.where or "")
    assert caught.value.hint


def test_dates_cannot_be_controls(survey: pl.DataFrame, make_effect: Callable[..., Effect]) -> None:
    frame = survey.with_columns(day=pl.lit("2021-06-01").str.to_date())
    with pytest.raises(EstimationError, match="'day' holds Date"):
        plan_effects(frame, [make_effect([["day"]])])


def test_the_plan_of_the_crosscheck_survives_json(survey: pl.DataFrame, make_effect: Callable[..., Effect]) -> None:
    plan = crosscheck_plan(plan_effects(survey, [make_effect([["mode"]])]), "weight")
    assert json.loads(json.dumps(plan)) == plan


def test_ranges_come_from_scales_and_ordered_codes_only() -> None:
    hubei = outcome_ranges(load_study(ROOT / "examples" / "hubei"))
    assert hubei["belonging"] == hubei["trust"] == (0.0, 1.0)
    assert "age" not in hubei
    rice = load_study(ROOT / "examples" / "rice_insurance")
    assert outcome_ranges(rice)["takeup_survey"] == (0.0, 1.0)
    assert "ricearea_2010" not in outcome_ranges(rice)
    assert nominal_columns(rice) == {"address", "village"}
