"""Tables ``scales`` and ``items``: what is counted, over whom, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Scale
from liandong.errors import EstimationError
from liandong.evidence import conform
from liandong.measure import cronbach_alpha, item_table, mcdonald_omega, scale_table

WORDS = {"zh": "某", "en": "some"}
LIKERT = pl.read_csv(Path(__file__).parents[2] / "reference/measure/likert.csv")
ITEMS = list(LIKERT.columns)


def make_scale(**parts: Any) -> Scale:
    defaults = {"id": "trust", "items": ITEMS, "range": [1, 5], "minimum_answered": 4, "higher_means": WORDS}
    return Scale.model_validate({"title": WORDS, "source": {"citation": "none"}, **defaults, **parts})


def test_scores_are_described_after_rescaling_and_reliability_before() -> None:
    row = scale_table(LIKERT, [make_scale(rescale=[0, 1])]).row(0, named=True)
    means = (LIKERT.to_numpy().mean(axis=1) - 1) / 4
    assert row["n_items"] == 6
    assert row["n_obs"] == 300
    assert (row["mean"], row["sd"]) == pytest.approx((means.mean(), means.std(ddof=1)), abs=1e-14)
    assert row["alpha"] == cronbach_alpha(LIKERT.to_numpy().astype(float)).estimate
    assert row["omega"] == mcdonald_omega(LIKERT.to_numpy().astype(float)).estimate
    assert (row["score_low"], row["score_high"]) == (0.0, 1.0)


def test_scores_count_whoever_has_one_and_alpha_only_complete_answers() -> None:
    holes = LIKERT.with_row_index().with_columns(pl.when(pl.col("index") >= 10).then("q1"))
    row = scale_table(holes, [make_scale()]).row(0, named=True)
    assert row["n_obs"] == 300
    assert row["alpha"] == cronbach_alpha(LIKERT.to_numpy()[10:].astype(float)).estimate


def test_items_stand_in_the_direction_of_the_score() -> None:
    turned = LIKERT.with_columns(q2=6 - pl.col("q2"))
    straight = item_table(LIKERT, [make_scale()])
    table = item_table(turned, [make_scale(reversed=["q2"])])
    assert table["reversed"].to_list() == [item == "q2" for item in ITEMS]
    assert table.drop("reversed").equals(straight.drop("reversed"))


def test_an_item_has_its_own_count() -> None:
    holes = LIKERT.with_row_index().with_columns(pl.when(pl.col("index") >= 10).then("q1"))
    assert item_table(holes, [make_scale()])["n_obs"].to_list() == [290, 300, 300, 300, 300, 300]


def test_alpha_if_dropped_is_the_alpha_of_the_others() -> None:
    table = item_table(LIKERT, [make_scale()])
    expected = cronbach_alpha(np.delete(LIKERT.to_numpy().astype(float), 2, axis=1)).estimate
    assert table.filter(pl.col("item") == "q3")["alpha_if_dropped"].item() == expected


def test_of_two_items_neither_can_be_dropped() -> None:
    table = item_table(LIKERT, [make_scale(items=["q1", "q2"], minimum_answered=1)])
    assert table["alpha_if_dropped"].to_list() == [None, None]
    assert table["item_rest"].null_count() == 0


def test_one_item_is_described_without_reliability() -> None:
    row = scale_table(LIKERT, [make_scale(items=["q1"], minimum_answered=1)]).row(0, named=True)
    assert row["n_obs"] == 300
    assert {row[name] for name in ("alpha", "alpha_low", "alpha_high", "omega", "omega_low", "omega_high")} == {None}


def test_one_respondent_has_a_mean_and_nothing_else() -> None:
    row = scale_table(LIKERT.head(1), [make_scale()]).row(0, named=True)
    assert row["mean"] == LIKERT.head(1).to_numpy().mean()
    assert (row["sd"], row["alpha"], row["omega"]) == (None, None, None)


def test_nobody_complete_leaves_scores_without_reliability() -> None:
    holes = LIKERT.with_columns(q1=pl.lit(None, dtype=pl.Int64))
    row = scale_table(holes, [make_scale()]).row(0, named=True)
    assert (row["n_obs"], row["alpha"], row["omega"]) == (300, None, None)
    assert item_table(holes, [make_scale()]).row(0, named=True)["n_obs"] == 0


def test_a_scale_without_any_score_is_refused_by_name_and_count() -> None:
    holes = LIKERT.with_columns(pl.lit(None, dtype=pl.Int64).alias(item) for item in ITEMS[:3])
    with pytest.raises(EstimationError) as caught:
        scale_table(holes, [make_scale()])
    assert "'trust'" in str(caught.value)
    assert "300 respondents" in str(caught.value)
    assert "4 or more of its 6 items" in str(caught.value)
    assert "300" in caught.value.zh


def test_both_tables_have_the_declared_columns() -> None:
    scales = [make_scale(), make_scale(id="belonging", items=ITEMS[:3], minimum_answered=1)]
    assert conform("scales", scale_table(LIKERT, scales)).height == 2
    assert conform("items", item_table(LIKERT, scales)).height == 9
    assert conform("scales", scale_table(LIKERT, [])).is_empty()
