"""Communities side by side: worked cases, thin designs, and what must not matter."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy.stats import beta, t

from liandong.comparison import Communities, Measure, compare_communities

SCORE, YES = Measure("score", "scale", "all", "score"), Measure("yes", "share", "all", "yes")


def communities(codes: list[int] | np.ndarray, **more: object) -> Communities:
    count = int(np.max(codes, initial=-1)) + 1
    return Communities([f"c{at}" for at in range(count)], pl.Series(codes, dtype=pl.UInt32), **more)


def compared(codes: list[int], values: list[float | None], measure: Measure = SCORE) -> tuple[list[dict], dict]:
    frame = pl.DataFrame({measure.column: values}, schema={measure.column: pl.Float64})
    table, spread = compare_communities(frame, [measure], communities(codes))
    return table.rows(named=True), spread.row(0, named=True)


def sample(seed: int = 7, groups: int = 12, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(groups), rng.integers(3, 12, groups))
    return codes, rng.normal(size=groups)[codes] * spread + rng.normal(size=len(codes)) + 3


def test_a_balanced_case_by_hand() -> None:
    # Means 2, 4, 6; within every community ±1, so the pooled variance is 6 / 3 = 2 and F = 2·(4 + 0 + 4)/2 / 2.
    rows, spread = compared([0, 0, 1, 1, 2, 2], [1, 3, 3, 5, 5, 7])
    assert [row["estimate"] for row in rows] == pytest.approx([2, 4, 6])
    assert (spread["statistic"], spread["df"], spread["df_within"]) == pytest.approx((4, 2, 3))
    # Balanced: τ² = (8 − 2) / 2 = 3, so a reliability of 3 / (3 + 1).
    assert (spread["sd_between"] ** 2, spread["sd_within"] ** 2) == pytest.approx((3, 2))
    assert spread["icc"] == pytest.approx(0.6)
    assert [row["shrunk"] for row in rows] == pytest.approx([2.5, 4, 5.5])
    assert rows[0]["reliability"] == pytest.approx(0.75)
    # Own interval: standard error 1, one degree of freedom.
    assert rows[0]["conf_high"] == pytest.approx(2 + t.ppf(0.975, 1))
    # The others, means 4 and 6: their clusters' totals ±2 about the mean 5, the first left out with zero; 3/2 · 8 / 16.
    assert rows[0]["rest"] == pytest.approx(5)
    assert rows[0]["rest_high"] == pytest.approx(5 + t.ppf(0.975, 1) * math.sqrt(3 / 2 * 8 / 16))
    reach = math.hypot(rows[0]["conf_high"] - 2, rows[0]["rest_high"] - 5)
    assert (rows[0]["difference"], rows[0]["difference_high"]) == pytest.approx((-3, -3 + reach))


def test_shares_have_exact_intervals_also_of_all_and_of_none() -> None:
    rows, _ = compared([0] * 4 + [1] * 5 + [2] * 6, [1] * 4 + [0] * 5 + [1, 1, 0, 0, 0, 0], YES)
    assert (rows[0]["conf_low"], rows[0]["conf_high"]) == pytest.approx((0.025 ** (1 / 4), 1))
    assert (rows[1]["conf_low"], rows[1]["conf_high"]) == pytest.approx((0, 1 - 0.025 ** (1 / 5)))
    assert (rows[2]["conf_low"], rows[2]["conf_high"]) == pytest.approx((beta.ppf(0.025, 2, 5), beta.ppf(0.975, 3, 4)))
    assert all(0 <= row["shrunk_low"] < row["shrunk"] < row["shrunk_high"] <= 1 for row in rows)
    assert rows[0]["difference_low"] < rows[0]["difference"] < rows[0]["difference_high"]


def test_equal_answers_inside_a_community_borrow_the_spread_of_the_others() -> None:
    rows, _ = compared([0, 0, 0, 1, 1, 1, 2, 2, 2], [2, 2, 2, 1, 2, 3, 2, 3, 4])
    pooled = 4 / 6
    assert rows[0]["conf_high"] - 2 == pytest.approx(t.ppf(0.975, 2) * math.sqrt(pooled / 3))


@pytest.mark.parametrize(
    ("codes", "values", "unknown"),
    [
        ([0, 0, 0], [1.0, 2.0, 3.0], [True]),  # one community: nobody to compare with
        ([0, 1, 2, 3], [1.0, 2.0, 3.0, 4.0], [True] * 4),  # one person each: no spread inside
        ([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], [True, True]),  # the others are a single cluster
        ([0, 0, 1, 1, 2, 2], [5.0] * 6, [True] * 3),  # nothing varies
        ([0, 0, 1, 1, 2, 2, 3], [1.0, 2.0, 2.0, 4.0, 3.0, 5.0, 2.0], [False] * 3 + [True]),
        ([0, 0, 1, 1, 2, 2, 3], [1.0, 2.0, 2.0, 4.0, 3.0, 5.0, None], [False] * 3 + [True]),
        ([0, 1, 2], [None, None, None], [True] * 3),
    ],
)
def test_what_cannot_be_told_is_unknown_and_empty(codes: list[int], values: list[float], unknown: list[bool]) -> None:
    rows, _ = compared(codes, values)
    assert [row["standing"] == "unknown" for row in rows] == unknown
    for row in rows:
        assert (row["difference_low"] is None) == (row["standing"] == "unknown")
        assert all(value is None or not isinstance(value, float) or math.isfinite(value) for value in row.values())


def test_means_that_vary_between_communities_only_are_all_there_is() -> None:
    rows, spread = compared([0, 0, 1, 1, 2, 2], [1, 1, 2, 2, 6, 6])
    assert [row["shrunk"] for row in rows] == [1, 2, 6]
    assert (spread["sd_between"] ** 2, spread["icc"], spread["sd_within"]) == pytest.approx((7, 1, 0))


def test_nobody_is_compared_without_people() -> None:
    table, spread = compare_communities(pl.DataFrame({"score": []}), [SCORE], communities([]))
    assert table.is_empty()
    assert spread["n_clusters"].to_list() == [0]
    nothing, _ = compare_communities(pl.DataFrame({"score": [1.0]}), [], communities([0]))
    assert nothing.is_empty()


def test_the_order_of_rows_and_of_communities_does_not_matter() -> None:
    codes, values = sample()
    rng = np.random.default_rng(3)
    shuffled = rng.permutation(len(codes))
    other = rng.permutation(12)
    first, spread = compared(codes.tolist(), values.tolist())
    second, same = compared(other[codes[shuffled]].tolist(), values[shuffled].tolist())
    for at, row in enumerate(first):
        moved = second[int(other[at])]
        for name, value in row.items():
            if name != "cluster":
                assert moved[name] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value)
    assert same["sd_between"] == pytest.approx(spread["sd_between"], rel=1e-9)


def test_another_origin_and_unit_move_everything_with_them() -> None:
    codes, values = sample()
    plain, spread = compared(codes.tolist(), values.tolist())
    moved, other = compared(codes.tolist(), (1000 + 20 * values).tolist())
    for row, there in zip(plain, moved, strict=True):
        for name in ("estimate", "conf_low", "shrunk", "shrunk_high", "rest", "rest_low"):
            assert there[name] == pytest.approx(1000 + 20 * row[name], rel=1e-9)
        assert there["difference_low"] == pytest.approx(20 * row["difference_low"], rel=1e-7)
        assert (there["standing"], there["reliability"]) == (row["standing"], pytest.approx(row["reliability"]))
    assert other["sd_between"] == pytest.approx(20 * spread["sd_between"], rel=1e-9)
    assert other["p_value"] == pytest.approx(spread["p_value"], rel=1e-7)


def test_shrunken_estimates_lie_between_the_own_and_that_of_all() -> None:
    codes, values = sample()
    rows, spread = compared(codes.tolist(), values.tolist())
    for row in rows:
        low, high = sorted((row["estimate"], spread["centre"]))
        assert low <= row["shrunk"] <= high
        assert 0 <= row["reliability"] <= 1


def test_equal_weights_change_nothing_and_unequal_ones_count() -> None:
    codes, values = sample()
    frame = pl.DataFrame({"score": values})
    plain, _ = compare_communities(frame, [SCORE], communities(codes))
    ones = pl.Series(np.ones(len(codes)))
    same, _ = compare_communities(frame, [SCORE], communities(codes, weight=ones))
    for name, dtype in plain.schema.items():
        if dtype == pl.Float64:
            np.testing.assert_allclose(same[name].to_numpy(), plain[name].to_numpy(), rtol=1e-9)
    unequal = pl.Series(np.random.default_rng(1).uniform(0.2, 3, len(codes)))
    weighted, _ = compare_communities(frame, [SCORE], communities(codes, weight=unequal))
    assert (weighted["reliability"] != plain["reliability"]).all()


def test_a_rare_share_is_not_tested() -> None:
    answers = [1.0] * 3 + [0.0] * 57
    _, spread = compared([at % 6 for at in range(60)], answers, YES)
    assert spread["statistic"] is not None
    assert spread["p_value"] is None
    assert spread["sd_between_high"] is None
