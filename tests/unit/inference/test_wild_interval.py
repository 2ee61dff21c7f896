"""From five numbers per draw to p-values anywhere and to the accepted set, with curves whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from liandong.inference.wild_interval import PCurve, accepted, p_curve

TIE = [0.0, 1.0, 1.0, 0.0, 0.0]  # t* = s: the draw that reproduces t


def curve(*draws: list[float], enumerated: bool = True) -> PCurve:
    return p_curve(np.array(draws).T, enumerated=enumerated)


def reaching(s: float) -> list[float]:
    """A draw with t* = s everywhere: it counts while |s| is not larger."""
    return [s, 0.0, 1.0, 0.0, 0.0]


def test_a_draw_counts_while_it_is_at_least_as_large() -> None:
    found = curve(TIE, reaching(1.0), reaching(-2.0), reaching(3.0))
    np.testing.assert_array_equal(found.at(np.array([0.0, 0.5, -1.5, 2.5, -4.0])), [1, 1, 0.75, 0.5, 0.25])


def test_sampled_draws_are_joined_by_the_observed_sample() -> None:
    found = curve(reaching(1.0), reaching(2.0), reaching(3.0), enumerated=False)
    np.testing.assert_array_equal(found.at(np.array([0.5, 2.5, 9.0])), [1, 0.5, 0.25])


def test_the_observed_statistic_is_never_smaller_than_itself_by_rounding() -> None:
    noisy = [1e-16, 1 + 3e-16, 1 + 4e-16, -1e-16, 0.0]
    np.testing.assert_array_equal(curve(noisy).at(np.array([-1e6, -2.0, 0.3, 1e6])), 1.0)


def test_ends_are_found_where_draws_drop_out() -> None:
    found = accepted(curve(TIE, *(reaching(0.1 * i) for i in range(1, 40))), level=0.9)
    # Forty draws: p > 0.1 while five count, the tie and the four that reach furthest: s = 3.6.
    assert (found.low, found.high) == pytest.approx((-3.6, 3.6), rel=1e-8)
    assert found.connected


def test_ends_far_out_are_found_to_the_same_relative_precision() -> None:
    found = accepted(curve(reaching(12_345.0), reaching(2.0)), level=0.6)
    assert found.high == pytest.approx(12_345.0, rel=1e-8)


def test_draws_without_variance_count_everywhere() -> None:
    found = curve(TIE, [1.0, 0.5, -1e-20, 0.0, 0.0], reaching(1.0), reaching(1.0))
    assert found.at(np.array([50.0]))[0] == 0.5
    assert accepted(found, level=0.6).high == np.inf


def test_a_gap_does_not_hide_that_the_set_has_no_ends() -> None:
    # (1 + 2 s)² ≥ s² outside (-1, -1/3).
    found = accepted(curve(TIE, [1.0, 2.0, 1.0, 0.0, 0.0]), level=0.4)
    assert (found.low, found.high, found.connected) == (-np.inf, np.inf, False)


def test_a_gap_is_seen_and_the_hull_given() -> None:
    # t*² = 100 / (1 + 4 (s - 5)²): large near s = 5 only, where t² is 25, besides values of s near 0.
    island = [10.0, 0.0, 101.0, -40.0, 4.0]
    found = accepted(curve(TIE, island, reaching(1.0), reaching(1.0)), level=0.6)
    assert not found.connected
    assert found.low == pytest.approx(-1.0, abs=1e-8)
    roots = np.roots([4.0, -40.0, 101.0, 0.0, -100.0])
    assert found.high == pytest.approx(roots[np.isreal(roots)].real.max(), rel=1e-8)
    assert found.high > 4


def test_an_accepted_set_beyond_the_grid_has_no_end() -> None:
    found = accepted(curve(TIE, reaching(1e9)), level=0.4)
    assert (found.low, found.high) == (-np.inf, np.inf)
