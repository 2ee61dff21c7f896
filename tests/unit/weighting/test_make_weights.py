"""Weights from targets: worked by hand, accounted for, and refused with names where they cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Margin, Text, Weighting
from liandong.errors import EstimationError
from liandong.evidence import conform
from liandong.weighting import Weights, make_weights

# 8 people: 6 women (code 1), 2 men (code 0).
PEOPLE = pl.DataFrame({"sex": [1, 1, 1, 1, 1, 1, 0, 0], "town": ["a", "a", "a", "b", "b", "b", "a", "b"]})
SEX = (("sex", ((0, 0.5), (1, 0.5))),)


def weighting(*margins: tuple[str, Any], method: str = "raking", **own: Any) -> Weighting:
    return Weighting(
        method=method,  # type: ignore[arg-type]
        margins=tuple(Margin(column=column, targets=targets) for column, targets in margins),
        source=Text(zh="普查", en="Census"),
        **own,
    )


def made(frame: pl.DataFrame = PEOPLE, *margins: tuple[str, Any], base: str | None = None, **own: Any) -> Weights:
    return make_weights(frame, weighting(*(margins or SEX), **own), base)


@pytest.mark.parametrize("method", ["raking", "cells"])
def test_one_margin_gives_the_inverse_of_who_answered(method: str) -> None:
    found = made(method=method)
    # Women are 6 of 8 and should be half: 0.5 / 0.75; men 2 of 8: 0.5 / 0.25.
    np.testing.assert_allclose(found.values, [2 / 3] * 6 + [2.0] * 2)
    assert found.rounds == 1


def test_account_of_the_weights_by_hand() -> None:
    found = made()
    assert found.table.rows() == [
        ("sex", "0", 0.5, 0.25, pytest.approx(0.5), 2, False),
        ("sex", "1", 0.5, 0.75, pytest.approx(0.5), 6, False),
    ]
    # Σw² = 6·4/9 + 2·4 = 32/3, (Σw)² = 64, n = 8.
    assert found.design_effect == pytest.approx(4 / 3)
    assert found.effective == pytest.approx(6.0)
    assert found.largest == pytest.approx(3.0)
    assert found.n_trimmed == 0
    conform("weights", found.table)


@pytest.mark.parametrize(
    "targets",
    [
        (0.49, 0.48),  # a category left out
        (0.5, 0.506),
        (49.0, 48.0),
        (60, 60),
        (49.0, 51.6),
        (310.5, 330.2),  # no counts of people
    ],
)
def test_targets_that_are_no_whole_are_refused_with_their_sum(targets: tuple[float, float]) -> None:
    with pytest.raises(EstimationError, match=f"shares of 'sex' .* add up to {sum(targets):g}"):
        made(PEOPLE, ("sex", tuple(enumerate(targets))))


@pytest.mark.parametrize("targets", [(0.498, 0.498), (50.2, 50.2), (101, 101)])
def test_rounded_shares_percents_and_counts_are_targets(targets: tuple[float, float]) -> None:
    assert made(PEOPLE, ("sex", tuple(enumerate(targets)))).table["target"].to_list() == [0.5, 0.5]


def test_the_notes_say_where_the_targets_come_from() -> None:
    assert "weights: the targets come from: Census" in made().notes


def test_totals_and_shares_are_the_same_targets() -> None:
    totals = made(PEOPLE, ("sex", ((0, 31_000), (1, 33_000))))
    shares = made(PEOPLE, ("sex", ((0, 31 / 64), (1, 33 / 64))))
    np.testing.assert_allclose(totals.values, shares.values)


@pytest.mark.parametrize("dtype", [pl.Float64, pl.String, pl.Boolean, pl.Int8])
def test_categories_are_compared_by_value_whatever_their_type(dtype: pl.DataType) -> None:
    if dtype == pl.Boolean:
        frame = PEOPLE.with_columns(pl.col("sex") == 1)
    else:
        frame = PEOPLE.with_columns(pl.col("sex").cast(dtype))
    np.testing.assert_allclose(made(frame).values, made().values)


def test_raking_meets_every_margin() -> None:
    found = made(PEOPLE, *SEX, ("town", (("a", 0.4), ("b", 0.6))))
    np.testing.assert_allclose(found.table["after"], found.table["target"], atol=1e-10)
    assert found.values.mean() == pytest.approx(1.0)


def test_raking_keeps_the_odds_of_the_sample() -> None:
    """Iterative proportional fitting leaves the odds ratio of the weighted table as it was: here 3·1/(3·1)."""
    found = made(PEOPLE, *SEX, ("town", (("a", 0.3), ("b", 0.7))))
    cells = PEOPLE.with_columns(w=found.values).group_by("sex", "town").agg(pl.col("w").sum())
    total = {(sex, town): w for sex, town, w in cells.rows()}
    odds = total[(1, "a")] * total[(0, "b")] / (total[(1, "b")] * total[(0, "a")])
    assert odds == pytest.approx(1.0, rel=1e-9)


def test_design_weights_are_where_it_starts_from() -> None:
    frame = PEOPLE.with_columns(base=pl.Series([1.0, 2.0, 3.0, 2.0, 2.0, 2.0, 1.0, 3.0]))
    found = made(frame, base="base")
    np.testing.assert_allclose(found.values, [1 / 3, 2 / 3, 1.0, 2 / 3, 2 / 3, 2 / 3, 1.0, 3.0])
    assert found.table["before"].to_list() == [0.25, 0.75]


def test_people_with_design_weight_zero_stay_out() -> None:
    frame = PEOPLE.with_columns(base=pl.Series([0.0, 1, 1, 1, 1, 1, 1, 1]))
    found = made(frame, base="base")
    assert found.values[0] == 0.0
    assert found.values.len() == 8
    assert found.values[1:].mean() == pytest.approx(1.0)
    assert found.table["n"].to_list() == [2, 5]


def test_large_weights_are_cut_at_a_multiple_of_the_median() -> None:
    found = made(trim=1.5)
    # 2/3 is the median, so 2 becomes 1; the mean of (2/3)·6 and 1·2 is 3/4.
    np.testing.assert_allclose(found.values, [8 / 9] * 6 + [4 / 3] * 2)
    assert (found.n_trimmed, found.largest) == (2, pytest.approx(1.5))
    assert found.table["after"].to_list() == pytest.approx([1 / 3, 2 / 3])
    assert any("2 over 1.5 medians were cut" in note for note in found.notes)


def test_nothing_of_the_data_is_changed() -> None:
    before = PEOPLE.clone()
    made()
    assert before.equals(PEOPLE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (pl.when(pl.int_range(pl.len()) > 1).then("sex"), "2 of 8 have none"),
        (pl.when(pl.int_range(pl.len()) > 1).then("sex").otherwise(9).alias("sex"), r"'9' \(2 people\)"),
        (pl.lit(1).alias("sex"), "nobody answered 0"),
        (pl.col("sex").cast(pl.Float64).replace(0.0, float("nan")), "2 of 8 have none"),
    ],
    ids=["missing", "no target", "nobody", "not a number"],
)
def test_answers_without_targets_and_targets_without_answers_are_named(change: pl.Expr, message: str) -> None:
    with pytest.raises(EstimationError, match=message) as caught:
        made(PEOPLE.with_columns(change))
    assert caught.value.where == "design.weighting.margins[0]: sex"
    assert caught.value.hint
    assert "sex" in caught.value.zh


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(EstimationError, match="'region'"):
        made(PEOPLE, ("region", ((1, 0.5), (2, 0.5))))


def test_margins_that_contradict_the_sample_are_refused() -> None:
    # All women live in a and all men in b, so that shares of sex and town cannot differ.
    frame = pl.DataFrame({"sex": [1, 1, 0, 0], "town": ["a", "a", "b", "b"]})
    with pytest.raises(EstimationError, match="meet together"):
        made(frame, *SEX, ("town", (("a", 0.3), ("b", 0.7))))


def test_a_negative_design_weight_is_refused() -> None:
    with pytest.raises(EstimationError, match="1 negative"):
        made(PEOPLE.with_columns(base=pl.Series([-1.0, 1, 1, 1, 1, 1, 1, 1])), base="base")
