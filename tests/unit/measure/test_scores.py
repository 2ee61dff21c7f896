"""Scores against hand-worked cases, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.definitions import Scale
from liandong.errors import EstimationError, ExitCode
from liandong.measure import score_scales

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/measure/scores.yaml").read_text(encoding="utf-8"))
WORDS = {"zh": "某", "en": "some"}


def make_scale(**parts: Any) -> Scale:
    return Scale.model_validate(
        {"id": "score", "title": WORDS, "higher_means": WORDS, "source": {"citation": "none"}, **parts}
    )


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_hand_worked_scores(case: dict[str, Any]) -> None:
    scale = make_scale(**case["scale"])
    frame = pl.DataFrame([case["answers"]], schema=dict.fromkeys(scale.items, pl.Int64), orient="row")
    scored = score_scales(frame, [scale])
    assert scored.schema["score"] == pl.Float64
    expected = case["score"]
    # One division and one multiplication: a few units in the last place.
    assert scored["score"].item() == (expected if expected is None else pytest.approx(expected, rel=1e-15))


def test_the_other_columns_stay_as_they_were() -> None:
    frame = pl.DataFrame({"_row": [1, 2], "a": [1, 5], "b": [None, 2], "name": ["x", "y"]})
    before = frame.clone()
    scored = score_scales(frame, [make_scale(items=["a", "b"], range=[1, 5], minimum_answered=1)])
    assert scored.drop("score").equals(before)
    assert frame.equals(before)


def test_several_scales_are_scored_in_the_order_given() -> None:
    frame = pl.DataFrame({"a": [1], "b": [3]})
    scales = [
        make_scale(id="second", items=["b"], range=[1, 5], minimum_answered=1),
        make_scale(id="first", items=["a", "b"], range=[1, 5], minimum_answered=1),
    ]
    assert score_scales(frame, scales).rows() == [(1, 3, 3.0, 2.0)]


def test_answers_outside_the_range_are_refused_with_scale_item_and_count() -> None:
    frame = pl.DataFrame({"a": [1, 9, 9, None], "b": [1, 2, 0, 4]})
    with pytest.raises(EstimationError) as caught:
        score_scales(frame, [make_scale(items=["a", "b"], range=[1, 5], minimum_answered=1)])
    text = str(caught.value)
    assert caught.value.exit_code is ExitCode.ESTIMATION
    assert "'score'" in text
    assert "1–5" in text
    assert "2 answers to 'a'" in text
    assert "such as 9" in text
    assert "a, b" in text
    assert "score" in caught.value.zh


def test_not_a_number_is_outside_every_range() -> None:
    frame = pl.DataFrame({"a": [1.0, float("nan")]})
    with pytest.raises(EstimationError, match="1 answers to 'a'"):
        score_scales(frame, [make_scale(items=["a"], range=[1, 5], minimum_answered=1)])


def test_items_that_are_text_are_refused() -> None:
    with pytest.raises(EstimationError, match="numeric items; 'a' is String"):
        score_scales(pl.DataFrame({"a": ["1"]}), [make_scale(items=["a"], range=[1, 5], minimum_answered=1)])


def test_items_that_the_data_lack_are_named() -> None:
    with pytest.raises(EstimationError, match="scale 'score' has 3 items, but the data have no b, c"):
        score_scales(pl.DataFrame({"a": [1]}), [make_scale(items=["a", "b", "c"], range=[1, 5], minimum_answered=1)])
