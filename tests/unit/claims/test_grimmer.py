"""Standard deviations of whole answers, against the enumeration of all answers."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from liandong.claims.form import Bounds
from liandong.claims.grimmer import grimmer, possible_squares
from liandong.definitions import Claim

ANYTHING = Bounds(Fraction(0), Fraction(1000))


def _squares(n: int, ends: tuple[int, int]) -> dict[int, set[int]]:
    """Return, for every sum of n answers between the ends, all sums of squares."""
    found: dict[int, set[int]] = {}
    for answers in combinations_with_replacement(range(ends[0], ends[1] + 1), n):
        found.setdefault(sum(answers), set()).add(sum(answer * answer for answer in answers))
    return found


@pytest.mark.parametrize(("n", "ends"), [(2, (1, 5)), (3, (0, 1)), (5, (1, 7)), (7, (-2, 2)), (9, (1, 4))])
def test_sums_of_squares_on_a_scale_are_all_that_answers_have(n: int, ends: tuple[int, int]) -> None:
    enumerated = _squares(n, ends)
    for total in range(n * ends[0] - 3, n * ends[1] + 4):
        assert set(possible_squares(n, total, ANYTHING, n - 1, ends)) == enumerated.get(total, set()), total


@pytest.mark.parametrize(("n", "reach"), [(2, 30), (3, 14), (4, 9)])
def test_few_people_without_a_scale_miss_some_squares(n: int, reach: int) -> None:
    # Answers of n people from -reach to reach hold every sum of squares with a standard deviation up to reach / 4.
    spread = Bounds(Fraction(0), Fraction(reach, 4))
    enumerated = _squares(n, (-reach, reach))
    for total in (0, 1, 2):
        limit = spread.high**2 * (n - 1) + Fraction(total * total, n)
        expected = {square for square in enumerated[total] if square <= limit}
        assert set(possible_squares(n, total, spread, n - 1, None)) == expected, total


@pytest.mark.parametrize("n", [5, 6])
def test_five_people_and_more_attain_every_square_of_the_right_parity(n: int) -> None:
    # Not proven for every n; the conditions are necessary for all of them, and here sufficient as well.
    spread = Bounds(Fraction(0), Fraction(3, 2))
    enumerated = _squares(n, (-6, 6))
    for total in (0, 1, 3):
        limit = float(spread.high) ** 2 * (n - 1) + total * total / n
        expected = [square for square in sorted(enumerated[total]) if square <= limit]
        assert possible_squares(n, total, spread, n - 1, None) == [expected[0], expected[-1]]
        assert expected == list(range(expected[0], expected[-1] + 1, 2))


def _reason(**keys: object) -> str | None:
    claim = Claim.model_validate({"id": "a", "kind": "mean", "source": {"title": "t"}, **keys})
    found = list(grimmer(claim))
    return found[0].reason if found else None


@pytest.mark.parametrize("ends", [(1, 5), None])
def test_every_standard_deviation_of_five_answers_is_possible(ends: tuple[int, int] | None) -> None:
    for answers in combinations_with_replacement(range(1, 6), 5):
        mean = sum(answers) / 5
        for divisor in (4, 5):
            deviation = math.sqrt(sum((answer - mean) ** 2 for answer in answers) / divisor)
            keys = {"published": f"{mean:.2f}", "sd": f"{deviation:.2f}", "n": 5, "items": 1, "scale_range": ends}
            assert _reason(**{key: value for key, value in keys.items() if value is not None}) == "grimmer_possible"


def test_most_other_standard_deviations_of_five_answers_are_impossible() -> None:
    # √((Q - T²/5) / 4) or √((Q - T²/5) / 5) with T = 12 and even Q from 30 on
    spreads = [f"{hundredths / 100:.2f}" for hundredths in range(200)]
    keys = {"published": "2.40", "n": 5, "items": 1, "rounding": "nearest", "scale_range": (1, 5)}
    possible = {sd for sd in spreads if _reason(**keys, sd=sd) == "grimmer_possible"}
    answers = [each for each in combinations_with_replacement(range(1, 6), 5) if sum(each) == 12]
    deviations = {
        f"{math.sqrt((sum(answer**2 for answer in each) - 28.8) / divisor):.2f}"
        for each in answers
        for divisor in (4, 5)
    }
    assert possible == {sd for sd in deviations if float(sd) < 2}
    assert len(possible) < 20


def test_two_items_halve_the_steps() -> None:
    # Two people, each the mean of two answers: 1.5 and 2.5 have SD 0.7071 and mean 2.
    assert _reason(published="2.00", sd="0.71", n=2, items=2) == "grimmer_possible"
    assert _reason(published="2.00", sd="0.36", n=2, items=2, rounding="nearest") == "grimmer_impossible"
    assert _reason(published="2.00", sd="0.71", n=2, items=1, rounding="nearest") == "grimmer_impossible"


@pytest.mark.parametrize("lacking", ["sd", "n", "items"])
def test_without_its_parts_nothing_is_said(lacking: str) -> None:
    keys = {"published": "2.00", "sd": "0.71", "n": 2, "items": 2}
    assert _reason(**{key: value for key, value in keys.items() if key != lacking}) is None
    assert _reason(**keys, weighted=True) is None


def test_hundreds_of_people_are_judged_at_once() -> None:
    assert _reason(published="3.21", sd="1.04", n=618, items=8, scale_range=(1, 5)) == "grimmer_possible"
    assert _reason(published="3.21", sd="2.04", n=618, items=8, scale_range=(1, 5)) == "grimmer_beyond_scale"
