"""Intervals that an attacker works out: by sums alone where they make a forest, by programs elsewhere."""

from __future__ import annotations

import pytest

from liandong.disclose.audit import Sum, components, first_narrow, is_forest


def total(value: int, *unknowns: int) -> Sum:
    return Sum(unknowns, (1,) * len(unknowns), value, ())


def test_what_does_not_hang_together_is_apart() -> None:
    found = components([total(12, 0, 2), total(5, 1)], [0] * 4, [100] * 4, range(4))
    assert [one.unknowns for one in found] == [(0, 2), (1,), (3,)]


def test_one_missing_part_is_what_the_others_leave() -> None:
    (alone,) = components([total(7, 0)], [0], [618], [0])
    assert (alone.low[0], alone.high[0]) == (7, 7)


def test_two_missing_parts_share_what_is_left() -> None:
    (pair,) = components([total(12, 0, 1)], [0, 0], [618, 618], range(2))
    assert (pair.low, pair.high) == ({0: 0, 1: 0}, {0: 12, 1: 12})


def test_bounds_run_along_a_chain_of_sums() -> None:
    # x + y = 40 and y + z = 30, with z at most 4: y is at least 26, x at most 14.
    (chain,) = components([total(40, 0, 1), total(30, 1, 2)], [0, 0, 0], [618, 618, 4], range(3))
    assert is_forest(chain)
    assert (chain.low, chain.high) == ({0: 10, 1: 26, 2: 0}, {0: 14, 1: 30, 2: 4})


def test_a_difference_is_bounded_like_a_sum() -> None:
    # big − small = difference, with the small one published as 600 of at most 618.
    (gap,) = components([Sum((0, 1), (1, -1), 600, ())], [0, 0], [618, 618], range(2))
    assert (gap.low, gap.high) == ({0: 600, 1: 0}, {0: 618, 1: 18})


@pytest.mark.parametrize(
    ("high", "minimum", "narrow"),
    [
        (9, 10, True),  # surely below ten
        (10, 10, False),
        (10, 11, True),
    ],
)
def test_an_interval_is_wide_when_it_reaches_the_minimum(high: int, minimum: int, *, narrow: bool) -> None:
    (pair,) = components([total(high, 0, 1)], [0, 0], [618, 618], range(2))
    assert (first_narrow(pair, [0], minimum) == 0) is narrow


def test_an_interval_above_the_minimum_may_still_be_too_short() -> None:
    (pair,) = components([total(12, 0, 1)], [3, 0], [618, 618], range(2))  # x lies in 3–12: nine people wide
    assert first_narrow(pair, [0], 10) == 0
    assert first_narrow(pair, [0], 9) is None


def square(rows: tuple[int, int], columns: tuple[int, int], *more: Sum) -> list[Sum]:
    """Return the margins of a hidden 2 × 2 table of unknowns 0 1 / 2 3."""
    return [total(rows[0], 0, 1), total(rows[1], 2, 3), total(columns[0], 0, 2), total(columns[1], 1, 3), *more]


def test_a_rectangle_of_hidden_cells_protects_its_corners() -> None:
    (found,) = components(square((44, 60), (40, 64)), [0] * 4, [618] * 4, range(4))
    assert not is_forest(found)
    assert first_narrow(found, [0, 1, 2, 3], 10) is None


def test_programs_see_what_bounds_alone_do_not() -> None:
    # The margins make the fourth cell 20 more than the first; that both are 60 fixes these at 20 and 40.
    # Sum by sum, every interval stays wide.
    sums = square((44, 60), (40, 64), total(60, 0, 3))
    (found,) = components(sums, [0] * 4, [618] * 4, range(4))
    assert (found.low[0], found.high[0]) == (0, 40)
    assert first_narrow(found, [0], 10) == 0


def test_only_the_wanted_are_judged() -> None:
    (found,) = components([total(3, 0), total(700, 1)], [0, 0], [618, 999], [0])
    assert first_narrow(found, [], 10) is None


def test_counts_are_whole() -> None:
    # Odd cycle: x + y = y + z = x + z = 11 has only the solution 5.5, 5.5, 5.5, so no number of people at all.
    sums = [total(11, 0, 1), total(11, 1, 2), total(11, 0, 2)]
    (found,) = components(sums, [0] * 3, [20] * 3, range(3))
    assert first_narrow(found, [0], 1) == 0
