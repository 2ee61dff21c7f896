from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.quality.near import Codes, full_comparison, pairs_by_bands

Found = dict[tuple[int, int], tuple[int, int]]


def _brute(codes: Codes, share: float) -> Found:
    """Compare every pair, question by question."""
    answered = (codes > 0).sum(axis=0)
    enough = answered >= 0.5 * np.median(answered)
    found: Found = {}
    for i, j in combinations(range(codes.shape[1]), 2):
        one, other = codes[:, i], codes[:, j]
        compared = int(((one > 0) | (other > 0)).sum())
        equal = int(((one == other) & (one > 0)).sum())
        if enough[i] and enough[j] and compared and equal / compared >= share - 1e-9:
            found[i, j] = compared, equal
    return found


def _survey(seed: int, questions: int = 30, rows: int = 60, levels: int = 3) -> Codes:
    draw = np.random.default_rng(seed)
    codes = draw.integers(0, levels + 1, size=(questions, rows)).astype(np.uint16)
    codes[:, 5] = codes[:, 3]
    codes[0, 5] = codes[0, 3] % levels + 1
    codes[:, 9] = codes[:, 8]
    return codes


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.55, 0.8, 0.9, 0.95, 1.0]))
def test_both_ways_find_what_a_comparison_of_all_pairs_finds(seed: int, share: float) -> None:
    codes = _survey(seed)
    expected = _brute(codes, share)
    for found in (full_comparison(codes, share, most=10_000), pairs_by_bands(codes, share, most=10_000)):
        pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
        counts = zip(found.compared.tolist(), found.equal.tolist(), strict=True)
        assert dict(zip(pairs, counts, strict=True)) == expected
        assert found.note == ""


def test_the_match_of_a_row_is_its_largest_share_with_any_other() -> None:
    codes = _survey(1, rows=300)  # more than two blocks
    found = full_comparison(codes, 0.99, most=100)
    every = _brute(codes, 0.0)
    assert found.match is not None
    for row in range(codes.shape[1]):
        best = max((equal / compared for pair, (compared, equal) in every.items() if row in pair), default=np.nan)
        assert found.match[row] == pytest.approx(best, nan_ok=True, abs=1e-6)  # shares are kept in single precision


def test_codes_beyond_a_byte_are_told_apart() -> None:
    codes = np.ones((12, 3), dtype=np.uint16)
    codes[0] = [300, 300 - 256, 300]
    found = full_comparison(codes, 0.95, most=10)
    assert (found.first.tolist(), found.second.tolist()) == ([0], [2])


def test_an_interview_that_broke_off_is_like_nobody() -> None:
    codes = np.tile(np.arange(1, 21, dtype=np.uint16)[:, None], 4)
    codes[5:, 3] = 0
    found = full_comparison(codes, 0.6, most=10)
    assert 3 not in {*found.first.tolist(), *found.second.tolist()}
    assert found.match is not None
    assert np.isnan(found.match[3])


def test_of_too_many_pairs_those_that_agree_most_are_kept_and_the_note_says_so() -> None:
    codes = np.ones((20, 30), dtype=np.uint16)
    codes[0, :5] = [2, 3, 4, 5, 6]
    found = full_comparison(codes, 0.9, most=50)
    assert found.first.size == 50
    assert (found.equal == 20).all()
    assert "435 pairs" in found.note


def test_a_crowd_that_agrees_in_a_band_is_passed_over_and_the_note_says_so() -> None:
    found = pairs_by_bands(np.ones((20, 500), dtype=np.uint16), 0.95, most=10)
    assert found.first.size == 0
    assert "may be missed" in found.note
