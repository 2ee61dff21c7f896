"""What must hold for every scale and every set of answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from liandong.definitions import Scale
from liandong.measure import cronbach_alpha, mcdonald_omega, score_scales

# A shared machine may be slow for a moment; that is no failure.
unhurried = settings(max_examples=40, deadline=None)

WORDS = {"zh": "某", "en": "some"}
ITEMS = ("a", "b", "c", "d")
ANSWER = st.one_of(st.none(), st.integers(1, 5))
ROWS = st.lists(st.tuples(*[ANSWER] * len(ITEMS)), min_size=1, max_size=20)


def make_scale(**parts: Any) -> Scale:
    defaults = {"id": "score", "items": ITEMS, "range": [1, 5], "minimum_answered": 2}
    return Scale.model_validate(
        {"title": WORDS, "higher_means": WORDS, "source": {"citation": "none"}, **defaults, **parts}
    )


def answers(rows: list[tuple[int | None, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(ITEMS, pl.Int64), orient="row")


@unhurried
@given(rows=ROWS, turned=st.sets(st.sampled_from(ITEMS)), scoring=st.sampled_from(["mean", "sum"]))
def test_reversing_twice_changes_nothing(rows: list[tuple[int | None, ...]], turned: set[str], scoring: str) -> None:
    frame = answers(rows)
    by_hand = frame.with_columns((6 - pl.col(item)).alias(item) for item in sorted(turned))
    straight = score_scales(frame, [make_scale(scoring=scoring)])["score"]
    twice = score_scales(by_hand, [make_scale(scoring=scoring, reversed=sorted(turned))])["score"]
    assert twice.to_list() == straight.to_list()


@unhurried
@given(rows=ROWS, scoring=st.sampled_from(["mean", "sum"]), needed=st.integers(1, 4))
def test_a_score_stays_in_its_range_and_needs_its_minimum(
    rows: list[tuple[int | None, ...]], scoring: str, needed: int
) -> None:
    scale = make_scale(scoring=scoring, minimum_answered=needed, rescale=[0, 1])
    scores = score_scales(answers(rows), [scale])["score"].to_list()
    for row, score in zip(rows, scores, strict=True):
        assert (score is None) == (sum(answer is not None for answer in row) < needed)
        assert score is None or -1e-12 <= score <= 1 + 1e-12  # rounding of one division and one product


@unhurried
@given(rows=ROWS, order=st.permutations(ITEMS))
def test_the_order_of_items_does_not_matter(rows: list[tuple[int | None, ...]], order: list[str]) -> None:
    frame = answers(rows)
    assert_frame_equal(
        score_scales(frame, [make_scale(items=order)]), score_scales(frame, [make_scale()]), rel_tol=1e-14
    )


@unhurried
@given(
    seed=st.integers(0, 2**32 - 1),
    shift=st.floats(-100, 100),
    factor=st.floats(0.01, 100),
    size=st.integers(3, 7),
)
def test_reliability_depends_on_neither_origin_nor_unit_nor_order(
    seed: int, shift: float, factor: float, size: int
) -> None:
    random = np.random.default_rng(seed)
    items = random.normal(size=(60, 1)) + random.normal(size=(60, size))
    moved = (shift + factor * items)[random.permutation(60)][:, random.permutation(size)]
    for coefficient in (cronbach_alpha, mcdonald_omega):
        plain, changed = coefficient(items), coefficient(moved)
        # A shift of 100 at a unit of 0.01 costs four digits of the variances; the iterations stop at 1e-11.
        assert changed.estimate == pytest.approx(plain.estimate, abs=1e-8)
        assert (changed.low, changed.high) == pytest.approx((plain.low, plain.high), abs=1e-7)


@unhurried
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 7), people=st.integers(10, 200))
def test_an_interval_holds_its_estimate(seed: int, size: int, people: int) -> None:
    random = np.random.default_rng(seed)
    items = random.normal(size=(people, 1)) + random.normal(size=(people, size))
    for coefficient in (cronbach_alpha, mcdonald_omega):
        got = coefficient(items)
        if got.low is not None and got.high is not None and got.estimate is not None:
            assert got.low < got.estimate < got.high < 1
