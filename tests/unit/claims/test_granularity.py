"""Which whole numbers print as a figure, against the enumeration of all of them."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest

from liandong.claims.granularity import (
    attainable_either_way,
    attainable_means,
    attainable_shares,
    base_that_fits,
    chance_with_smaller_bases,
    smallest_base,
    wholes_printing,
)
from liandong.definitions.claims import Rounding

SPANS = (1, 7, 10, 20, 100, 1000)
PEOPLE = (1, 2, 3, 4, 7, 8, 16, 40, 80, 99, 100, 101, 125, 250)
ROUNDINGS: tuple[Rounding, ...] = ("nearest", "truncated")


def _printed(share: Fraction, rounding: Rounding) -> set[int]:
    """Return the figures that a share may be printed as: both neighbours of a tie, or what is left when it is cut."""
    if rounding == "truncated":
        return {floor(share) if share >= 0 else ceil(share)}
    return {floor(share + Fraction(1, 2)), ceil(share - Fraction(1, 2))}


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("span", SPANS)
def test_attainable_figures_are_those_that_somebody_can_print(span: int, rounding: Rounding) -> None:
    for n in PEOPLE:
        shares = {figure for k in range(n + 1) for figure in _printed(Fraction(k * span, n), rounding)}
        assert len(shares) == attainable_shares(n, span, rounding), n
        means = {figure % span for k in range(n) for figure in _printed(Fraction(k * span, n), rounding)}
        assert len(means) == attainable_means(n, span, rounding), n


@pytest.mark.parametrize("span", SPANS)
def test_either_way_counts_a_figure_once(span: int) -> None:
    for n in PEOPLE:
        steps = [Fraction(k * span, n) for k in range(n + 1)]
        shares = {figure for step in steps for how in ROUNDINGS for figure in _printed(step, how)}
        assert attainable_either_way(n, span, share=True) == len(shares), n
        means = {figure % span for step in steps[:-1] for how in ROUNDINGS for figure in _printed(step, how)}
        assert attainable_either_way(n, span, share=False) == len(means), n


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_whole_numbers_behind_a_figure_are_all_that_print_as_it(rounding: Rounding) -> None:
    for span in (7, 10, 100):
        for n in (1, 3, 8, 40, 101):
            for figure in (-13, -1, 0, 1, 5, 12, 50, 99, 100):
                around = range(-3 * n * (13 + span) // span, 3 * n * (100 + span) // span)
                behind = [k for k in around if figure in _printed(Fraction(k * span, n), rounding)]
                assert list(wholes_printing(figure, n, span, rounding)) == behind, (span, n, figure)


def test_chances_of_618_people() -> None:
    assert attainable_shares(618, 1000) == 619
    assert attainable_shares(618, 10_000) == 619
    assert attainable_shares(618, 100) == 101


def test_smaller_bases_are_a_tenth_fewer_and_at_most_a_hundred() -> None:
    assert [smallest_base(n) for n in (1, 3, 10, 28, 618, 5000)] == [1, 3, 9, 26, 557, 4900]


def test_largest_smaller_base_is_found() -> None:
    assert base_that_fits(519, 28, 100) == 27  # 140 / 27
    assert base_that_fits(512, 28, 100) == 26  # 133 / 26, and no other
    assert base_that_fits(520, 28, 100) is None
    assert base_that_fits(520, 28, 100, items=2) == 27  # 281 / 54
    assert base_that_fits(334, 3, 1000) is None


@pytest.mark.parametrize(("n", "span", "share"), [(28, 100, False), (50, 1000, True), (618, 10_000, True)])
def test_chance_with_smaller_bases_is_that_of_all_their_figures(n: int, span: int, share: bool) -> None:  # noqa: FBT001
    figures: set[int] = set()
    for base in range(smallest_base(n), n + 1):
        steps = [Fraction(k * span, base) for k in range(base + share)]
        found = {figure for step in steps for figure in _printed(step, "nearest")}
        figures |= found if share else {figure % span for figure in found}
    assert chance_with_smaller_bases(n, span, share=share) == pytest.approx(len(figures) / (span + share), rel=1e-12)


def test_absurd_decimals_and_bases_cost_nothing() -> None:
    assert chance_with_smaller_bases(618, 10**14, share=True) < 1e-8
    assert attainable_either_way(10**7, 10**9, share=True) == 2 * (10**7 + 1)
    assert attainable_either_way(618, 10**14, share=True) <= 2 * 619
    assert attainable_shares(10**12, 10**6) == 10**6 + 1
