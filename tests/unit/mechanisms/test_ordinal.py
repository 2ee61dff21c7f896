"""Ordered logits of single answers: the estimator, and the table that sets them beside linear models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from liandong.definitions import Effect
from liandong.errors import EstimationError
from liandong.evidence import conform
from liandong.mechanisms import ordinal_table
from liandong.mechanisms.ordered_logit import ordered_logit

MakeEffect = Callable[..., Effect]
HAND = 1e-10  # closed forms; Newton ends where the next step is rounding


@pytest.fixture(scope="module")
def items(survey: pl.DataFrame) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    latent = 0.8 * survey["visited"].to_numpy() + rng.logistic(size=survey.height)
    return survey.with_columns(
        answer=pl.Series(np.digitize(latent, [-1.5, -0.3, 0.8, 2.0]) + 1), rare=pl.Series(np.digitize(latent, [0, 6.5]))
    )


def test_two_categories_and_a_binary_regressor_give_the_log_odds_ratio_of_the_table() -> None:
    """30 of 50 against 10 of 40: log((30 · 30) / (20 · 10)); the threshold is the log odds at the mean of x."""
    x = np.repeat([1.0, 0.0], [50, 40])[:, None]
    answers = np.repeat([1, 0, 1, 0], [30, 20, 10, 30])
    found = ordered_logit(answers, x, np.arange(90))
    assert found.coefficients[0] == pytest.approx(np.log(4.5), rel=HAND)
    assert found.thresholds[0] == pytest.approx(np.log(3) - np.log(4.5) * 50 / 90, rel=HAND)
    # Huber's variance with every row a cluster: Σ residual² by arm over (n p q)², times 90/89.
    by_arm = sum(n * p * (1 - p) / (n * p * (1 - p)) ** 2 for n, p in ((50, 0.6), (40, 0.25)))
    assert found.covariance[0, 0] == pytest.approx(by_arm * 90 / 89, rel=HAND)


def _case(seed: int = 3, n: int = 400) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(size=n)]).astype(float)
    answers = np.digitize(x @ [0.7, -0.5] + rng.logistic(size=n), [-1, 0.5, 1.5])
    return answers, x, rng.integers(0, 20, n)


def test_whole_weights_count_rows_as_often() -> None:
    answers, x, clusters = _case()
    times = np.random.default_rng(8).integers(1, 4, len(answers))
    weighted = ordered_logit(answers, x, clusters, times.astype(float))
    row = np.repeat(np.arange(len(answers)), times)
    repeated = ordered_logit(answers[row], x[row], clusters[row])
    assert weighted.coefficients == pytest.approx(repeated.coefficients, rel=HAND)
    assert weighted.covariance == pytest.approx(repeated.covariance, rel=1e-9)


def test_units_of_a_regressor_do_not_matter() -> None:
    answers, x, clusters = _case()
    found, scaled = (ordered_logit(answers, x * unit + shift, clusters) for unit, shift in (([1, 1], 0), ([1, 1e6], 7)))
    assert found.coefficients == pytest.approx(scaled.coefficients * [1, 1e6], rel=1e-8)
    assert found.covariance[1, 1] == pytest.approx(scaled.covariance[1, 1] * 1e12, rel=1e-8)


def test_a_repeated_regressor_leaves_the_others_as_they_are() -> None:
    answers, x, clusters = _case()
    found, doubled = (ordered_logit(answers, z, clusters) for z in (x, np.column_stack([x, x[:, 1], np.ones(len(x))])))
    assert doubled.coefficients[0] == pytest.approx(found.coefficients[0], rel=1e-8)
    assert doubled.covariance[0, 0] == pytest.approx(found.covariance[0, 0], rel=1e-8)
    assert doubled.coefficients[3] == 0


def test_reversed_answers_turn_the_sign_and_nothing_else() -> None:
    answers, x, clusters = _case()
    found, turned = ordered_logit(answers, x, clusters), ordered_logit(answers.max() - answers, x, clusters)
    assert turned.coefficients == pytest.approx(-found.coefficients, rel=1e-9)
    assert turned.thresholds == pytest.approx(-found.thresholds[::-1], rel=1e-9)
    assert turned.covariance == pytest.approx(found.covariance, rel=1e-9)


def test_a_perfect_predictor_is_named_and_the_rest_is_estimated() -> None:
    answers, x, clusters = _case()
    everybody_high = np.where(answers == answers.max(), np.arange(len(x)) % 3 == 0, 0).astype(float)
    found = ordered_logit(answers, np.column_stack([x, everybody_high]), clusters)
    assert found.runaway.tolist() == [False, False, True]
    assert np.isfinite(found.covariance[0, 0])
    assert 0 < found.coefficients[0] < 2


@pytest.mark.parametrize("weight", [None, "weight"])
def test_table_has_a_row_per_item_with_both_estimates(
    items: pl.DataFrame, make_effect: MakeEffect, weight: str | None
) -> None:
    effect = make_effect([["age", "mode"]], ordinal=("answer", "rare"))
    table = conform("ordinal", ordinal_table(items, [effect, make_effect(id="none")], weight=weight))
    assert table["item"].to_list() == ["answer", "rare"]
    row = table.row(0, named=True)
    assert row["n_levels"] == 5
    assert row["fixed_effects"]
    assert row["same_sign"]
    assert row["odds_ratio"] == pytest.approx(np.exp(row["log_odds"]))
    assert row["odds_low"] < row["odds_ratio"] < row["odds_high"]
    assert "few_clusters" in row["flag"]
    assert "sparse_category" not in row["flag"]
    assert "sparse_category" in table["flag"][1]


def test_logit_uses_the_rows_and_columns_of_the_last_step(items: pl.DataFrame, make_effect: MakeEffect) -> None:
    row = ordinal_table(items, [make_effect([["age"], ["mode"]], ordinal=("answer",))]).row(0, named=True)
    kept = items.drop_nulls(["age", "mode"])
    columns: list[Any] = [kept["visited"], kept["age"], *(kept["mode"] == mode for mode in ("visit", "web"))]
    columns += [kept["district"] == f"D{code}" for code in range(1, 6)]
    x = np.column_stack([column.cast(pl.Float64).to_numpy() for column in columns])
    expected = ordered_logit(kept["answer"].to_numpy() - 1, x, kept["community"].to_numpy())
    assert row["n_obs"] == kept.height
    assert row["log_odds"] == pytest.approx(expected.coefficients[0], rel=HAND)
    assert row["std_error"] == pytest.approx(np.sqrt(expected.covariance[0, 0]), rel=HAND)


def test_many_levels_stay_out_of_the_logit_and_that_is_said(items: pl.DataFrame, make_effect: MakeEffect) -> None:
    fine = items.with_columns(block=pl.int_range(pl.len()) // 6)
    row = ordinal_table(fine, [make_effect(absorb=("block",), ordinal=("answer",))]).row(0, named=True)
    assert not row["fixed_effects"]
    assert "without_fixed_effects" in row["flag"]
    pooled = ordinal_table(fine, [make_effect(absorb=(), ordinal=("answer",))]).row(0, named=True)
    assert "without_fixed_effects" not in pooled["flag"]
    assert pooled["log_odds"] == row["log_odds"]
    assert pooled["linear_estimate"] != row["linear_estimate"]


def test_two_fixed_effects_enter_both(items: pl.DataFrame, make_effect: MakeEffect) -> None:
    both = ordinal_table(items, [make_effect(absorb=("district", "job"), ordinal=("answer",))]).row(0, named=True)
    coded = items.with_columns(job=pl.col("job").cast(pl.String))
    as_control = ordinal_table(coded, [make_effect([["job"]], ordinal=("answer",))]).row(0, named=True)
    assert both["log_odds"] == pytest.approx(as_control["log_odds"], rel=1e-9)


def test_a_treatment_that_separates_the_answers_has_no_number(items: pl.DataFrame, make_effect: MakeEffect) -> None:
    """Every visited person gives the highest answer: the odds ratio is infinite."""
    frame = items.with_columns(answer=pl.when(pl.col("visited") == 1).then(5).otherwise(pl.col("answer").clip(1, 4)))
    row = ordinal_table(frame, [make_effect(ordinal=("answer",))]).row(0, named=True)
    assert "separation" in row["flag"]
    assert (row["log_odds"], row["odds_high"], row["same_sign"]) == (None, None, None)
    assert row["linear_estimate"] > 0


def test_a_score_with_many_values_is_refused(items: pl.DataFrame, make_effect: MakeEffect) -> None:
    with pytest.raises(EstimationError, match=r"'belonging' takes \d+ values"):
        ordinal_table(items, [make_effect(ordinal=("belonging",))])
