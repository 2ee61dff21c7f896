"""The ANOVA estimator, its F test, Wald's interval and the predictions, held against R (base and lme4)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from liandong.quality import components
from liandong.quality.components import Components, make_design, variance_components

FOLDER = Path(__file__).resolve().parents[2] / "reference" / "quality"
DATA = pl.read_csv(FOLDER / "interviews.csv")
VALUES = pl.read_csv(FOLDER / "components.csv")
CASES = ["balanced", "unequal", "none", "nested", "crossed"]
QUANTITIES = ["f", "df_numerator", "df_denominator", "p_value", "between", "within", "icc", "low", "high"]


def _expected(case: str) -> dict[str, float]:
    return dict(VALUES.filter(pl.col("case") == case).select("quantity", "value").iter_rows())


def _found(case: str) -> Components:
    rows = DATA.filter(pl.col("case") == case)
    numbers = [(rows[name].rank("dense") - 1).cast(pl.Int64).to_numpy() for name in ("interviewer", "community")]
    found = variance_components(rows["y"].to_numpy(), make_design(*numbers))
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES)
def test_components_equal_those_of_r(case: str) -> None:
    found, expected = _found(case), _expected(case)
    for quantity in QUANTITIES:
        # R printed 12 digits; the ends of the interval come from uniroot with 1e-13 of ρ
        assert getattr(found, quantity) == pytest.approx(expected[quantity], rel=1e-9, abs=1e-10), quantity


def test_with_equal_numbers_walds_interval_is_the_classical_one() -> None:
    found, expected = _found("balanced"), _expected("balanced")
    assert (found.low, found.high) == pytest.approx((expected["searle_low"], expected["searle_high"]), rel=1e-9)


def test_with_equal_numbers_variances_and_predictions_are_those_of_lme4() -> None:
    found, expected = _found("balanced"), _expected("balanced")
    # lme4 stops its search some 1e-7 away from the optimum
    assert (found.between, found.within) == pytest.approx((expected["reml_between"], expected["reml_within"]), rel=1e-6)
    assert found.shrunk.tolist() == pytest.approx([expected[f"blup_{k}"] for k in range(1, 13)], rel=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_many_interviewers_take_another_way_to_the_same_test(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = _found(case)
    monkeypatch.setattr(components, "MOST_EXACT", 1)
    found = _found(case)
    assert (found.method, exact.method) == ("Searle", "Wald")
    for quantity in QUANTITIES[:-2]:
        assert getattr(found, quantity) == pytest.approx(getattr(exact, quantity), rel=1e-9), quantity
    # n₀ for all: exact with equal numbers, near it with unequal ones
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-9 if case == "balanced" else 0.06)


def test_a_deviation_is_the_difference_from_the_others_of_the_same_community() -> None:
    rows = DATA.filter(pl.col("case") == "nested")
    found = _found("nested")
    own = rows.filter(pl.col("interviewer") == 1)["y"].mean()
    others = rows.filter(pl.col("community") == 1, pl.col("interviewer") != 1)["y"].mean()
    assert found.deviation[0] == pytest.approx(own - others)  # type: ignore[operator]


def test_one_interviewer_per_community_leaves_nothing_to_compare() -> None:
    alone = np.repeat(np.arange(5), 8)
    assert variance_components(np.random.default_rng(1).normal(size=40), make_design(alone, alone)) is None


def test_few_rows_or_no_variation_give_nothing() -> None:
    who = np.repeat(np.arange(4), 3)
    everybody = np.zeros(12, dtype=np.int64)
    assert variance_components(np.arange(12.0), make_design(who, everybody)) is None  # 8 degrees of freedom
    who = np.repeat(np.arange(4), 10)
    assert variance_components(who.astype(float), make_design(who, np.zeros(40, dtype=np.int64))) is None


def test_the_interval_covers_and_the_test_keeps_its_level_with_unequal_numbers() -> None:
    """1,000 surveys with ρ = 0.1: coverage of Wald's interval is exact, 95 % within three standard errors (0.7 %)."""
    draw = np.random.default_rng(20261122)
    who = np.repeat(np.arange(10), [3, 4, 5, 6, 8, 10, 14, 18, 25, 40])
    design = make_design(who, np.zeros(who.size, dtype=np.int64))
    covered = 0
    for _ in range(1000):
        y = draw.normal(scale=np.sqrt(0.1), size=10)[who] + draw.normal(scale=np.sqrt(0.9), size=who.size)
        found = variance_components(y, design)
        assert found is not None
        covered += found.low <= 0.1 <= found.high
    assert 0.929 < covered / 1000 < 0.971
