"""Data that cannot carry a model: one clear message each, exit code 4, a remedy, and a line in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Effect
from liandong.errors import EstimationError, ExitCode
from liandong.estimate import estimate_effects

MakeEffect = Callable[..., Effect]


@dataclass(frozen=True)
class Bad:
    name: str
    message: str
    columns: dict[str, pl.Expr] = field(default_factory=dict)
    effect: dict[str, Any] = field(default_factory=dict)
    steps: tuple[tuple[str, ...], ...] = ((),)
    weight: str | None = None


ROW = pl.int_range(pl.len())

CASES = [
    Bad("treatment constant", r"treatment that varies; 'visited' is 1 in all \d+ rows", {"visited": pl.lit(1)}),
    Bad(
        "treatment absorbed",
        "'visited' is the same for everybody in each of its 6 levels",
        {"visited": (pl.col("district") < "D3").cast(pl.Int64)},
    ),
    Bad(
        "treatment constant among the complete cases",
        "treatment that varies",
        {"member": pl.when(pl.col("visited") == 1).then("member")},
        steps=((), ("member",)),
    ),
    Bad(
        "treatment made of controls",
        "'visited' follows exactly from 'age', 'twin'",
        {"twin": pl.col("visited") - 2 * pl.col("age")},
        steps=((), ("age", "twin")),
    ),
    Bad(
        "treatment repeated as a control",
        "'visited' follows exactly from 'same'",
        {"same": pl.col("visited") * 3},
        steps=(("same",),),
    ),
    Bad(
        "treatment absorbed by two effects together",
        "treatment that the fixed effects do not explain",
        {
            "visited": ((pl.col("district") < "D3").cast(pl.Int64) + (pl.col("job") < 3).cast(pl.Int64)),
        },
        {"absorb": ("district", "job")},
    ),
    Bad("outcome missing", "'trust' is missing in all 360", {"trust": pl.lit(None, pl.Float64)}),
    Bad("outcome not a number", "missing in all 360", {"trust": pl.lit(float("nan"))}),
    Bad("outcome constant", "an outcome that varies; 'trust' is 3", {"trust": pl.lit(3.0)}),
    Bad(
        "outcome constant within districts",
        "does not vary within any level of 'district'",
        {"trust": pl.col("district").str.slice(1).cast(pl.Float64)},
    ),
    Bad("one cluster", "at least two clusters of 'community'", {"community": pl.lit(1)}),
    Bad(
        "clusters unknown",
        "cluster id in every accepted row; 36 of 360",
        {"community": pl.when(ROW % 10 != 0).then("community")},
    ),
    Bad(
        "no complete case",
        "none of 354 rows with an outcome has all of",
        {"age": pl.when(ROW % 2 == 0).then("age"), "job": pl.when(ROW % 2 == 1).then("job")},
        steps=(("age", "job"),),
    ),
    Bad("only singletons", "in each of its 354 levels", {"district": ROW}),
    Bad(
        "more coefficients than rows",
        "6 rows cannot carry 6 coefficients",
        {"trust": pl.when(ROW < 6).then("trust"), "visited": ROW % 2, "job": ROW**2, "code": (ROW == 3).cast(pl.Int64)},
        {"absorb": ()},
        steps=(("age", "job", "code", "weight"),),
    ),
    Bad("weight missing", "1 are missing, 0 negative", {"weight": pl.when(ROW != 5).then("weight")}, weight="weight"),
    Bad(
        "weight negative",
        "0 are missing, 2 negative",
        {"weight": pl.when(ROW < 2).then(-1.0).otherwise("weight")},
        weight="weight",
    ),
    Bad("weight not a number", "sampling weights in numbers", {"weight": pl.lit("heavy")}, weight="weight"),
    Bad("all weights zero", "all 360 are zero", {"weight": pl.lit(0.0)}, weight="weight"),
    Bad(
        "infinite values", "infinite", {"age": pl.when(ROW == 3).then(float("inf")).otherwise("age")}, steps=(("age",),)
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_data_that_cannot_carry_a_model(survey: pl.DataFrame, make_effect: MakeEffect, bad: Bad) -> None:
    frame = survey.with_columns(code=ROW % 7).with_columns(**bad.columns)
    with pytest.raises(EstimationError, match=bad.message) as caught:
        estimate_effects(frame, [make_effect(bad.steps, **bad.effect)], weight=bad.weight)
    error = caught.value
    assert error.exit_code == ExitCode.ESTIMATION
    assert error.hint
    assert error.zh != EstimationError.summary_zh
    assert error.where


def test_a_community_with_one_respondent_is_dropped_and_counted(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    frame = survey.with_columns(community=pl.when(ROW == 0).then(99).otherwise("community"))
    effect = make_effect(absorb=("community",))
    found = estimate_effects(frame, [effect])
    assert found.flow.filter(stage="without_singletons")["detail"].to_list() == ["community: 1 (99)"]
    without = estimate_effects(frame.slice(1), [effect])
    assert found.estimates.equals(without.estimates)


def test_singletons_of_two_effects_go_in_turns(survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    # Row 0 is alone in its job; without it, row 1 is alone in its community.
    frame = survey.with_columns(
        job=pl.when(ROW == 0).then(77).otherwise("job"), community=pl.when(ROW < 2).then(99).otherwise("community")
    )
    found = estimate_effects(frame, [make_effect(absorb=("community", "job"))])
    details = found.flow.filter(stage="without_singletons")["detail"].item()
    assert sorted(details.split(";")) == ["community: 1 (99)", "job: 1 (77)"]
    assert found.design["n_obs"].item() == frame.slice(2)["trust"].count()
