"""Means and proportions of clustered samples: textbook cases and edges; R's values are in tests/reference."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from liandong.errors import EstimationError
from liandong.inference import survey_mean, survey_proportion

CASES = json.loads((Path(__file__).parents[2] / "cases" / "proportions_by_hand.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["exact"], ids=lambda case: case["name"])
def test_none_and_all_give_the_exact_interval(case: dict) -> None:
    rows = np.array(case["rows"])
    found = survey_proportion(np.array(case["positive"], dtype=float), rows.astype(float), rows)
    assert (found.estimate, found.n_obs) == (case["estimate"], sum(case["rows"]))
    # Closed form: 1 - 0.025^(1/n) and its mirror image.
    assert found.conf_low == pytest.approx(case["low"], abs=1e-12)
    assert found.conf_high == pytest.approx(case["high"], abs=1e-12)


@pytest.mark.parametrize("served", [611, 26])
def test_intervals_stay_inside_zero_and_one_at_published_extremes(served: int) -> None:
    """98.87 % and 4.2 % of 618 respondents in 32 communities, the few in as few communities as can be."""
    rows = np.full(32, 19)
    rows[:10] += 1
    few = min(served, 618 - served)
    hit = np.zeros(32)
    hit[: -(-few // 5)] = 5
    hit[-(-few // 5) - 1] = few - 5 * (-(-few // 5) - 1)
    positive = hit if served == few else rows - hit
    found = survey_proportion(positive, rows.astype(float), rows)
    assert found.estimate == pytest.approx(served / 618)
    assert 0 <= found.conf_low < found.estimate < found.conf_high <= 1
    assert found.design_effect > 1


def test_clusters_that_agree_do_not_make_the_sample_larger_than_it_is() -> None:
    rows = np.full(20, 10)
    alike = survey_proportion(np.full(20, 3.0), rows.astype(float), rows)
    # Clopper-Pearson for 60 of 200, from R: binom.test(60, 200)$conf.int.
    assert alike.conf_low == pytest.approx(0.2373896441, abs=1e-10)
    assert alike.conf_high == pytest.approx(0.3686498755, abs=1e-10)
    assert alike.design_effect == 0


def test_a_mean_by_hand() -> None:
    # Cluster means 1, 2, 6 of two rows each: r = 3, u = (-4, -2, 6)/6, V = 3/2 · 56/36, df = 2, t = 4.302653.
    found = survey_mean(np.array([2.0, 4.0, 12.0]), np.full(3, 2.0), np.full(3, 2))
    assert (found.estimate, found.df) == (3.0, 2)
    assert found.std_error == pytest.approx(np.sqrt(7 / 3), rel=1e-14)
    assert found.conf_high - 3 == pytest.approx(4.30265273 * np.sqrt(7 / 3), rel=1e-8)


def test_one_cluster_gives_the_estimate_and_says_why_there_is_no_interval() -> None:
    for found in (
        survey_mean(np.array([4.0, 0.0]), np.array([5.0, 0.0]), np.array([5, 0])),
        survey_proportion(np.array([4.0, 0.0]), np.array([5.0, 0.0]), np.array([5, 0])),
    ):
        assert found.estimate == 0.8
        assert np.isnan([found.std_error, found.conf_low, found.conf_high, found.design_effect]).all()
        assert found.note is not None
        assert "too few" in found.note


def test_a_lonely_stratum_is_noted() -> None:
    values = np.array([1.0, 3.0, 2.0])
    found = survey_mean(values, np.full(3, 2.0), np.full(3, 2), np.array(["a", "a", "b"]))
    assert found.df == 1
    assert found.note is not None
    assert "single cluster" in found.note


def test_an_empty_domain_is_an_error() -> None:
    with pytest.raises(EstimationError, match="at least one row in the domain"):
        survey_proportion(np.zeros(3), np.zeros(3), np.zeros(3, dtype=np.int64))


def test_arrays_of_different_length_are_an_error() -> None:
    with pytest.raises(EstimationError, match="one total per cluster"):
        survey_mean(np.zeros(3), np.ones(2), np.ones(3, dtype=np.int64))


def test_a_share_above_one_is_an_error() -> None:
    with pytest.raises(EstimationError, match="expected a proportion"):
        survey_proportion(np.array([3.0, 3.0]), np.array([2.0, 2.0]), np.array([2, 2]))
