from __future__ import annotations

import pytest

from liandong.present.numbers import (
    count,
    decimals_for,
    fixed,
    hundredths,
    interval,
    p_value,
    percent,
    percent_interval,
    scientific,
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.02, 3, "0.020"),
        (-0.02, 3, "−0.020"),
        (-0.0004, 3, "0.000"),
        (-0.0, 1, "0.0"),
        (1234567.891, 2, "1,234,567.89"),
        (None, 3, "—"),
        (float("nan"), 3, "—"),
        (float("inf"), 3, "—"),
    ],
)
def test_a_number_has_its_decimals_and_never_a_negative_zero(value: float | None, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


def test_counts_have_thousands_separators() -> None:
    assert count(1410) == "1,410"
    assert count(None) == "—"


def test_shares_become_percentages() -> None:
    assert percent(0.988673) == "98.9%"
    assert hundredths(0.042) == "4.2"
    assert percent(None) == "—"
    assert percent_interval(0.2, 0.31) == "[20.0, 31.0]"


@pytest.mark.parametrize(("value", "text"), [(0.0009, "<0.001"), (0.001, "0.001"), (0.5, "0.500"), (None, "—")])
def test_small_p_values_are_bounded_not_zero(value: float | None, text: str) -> None:
    assert p_value(value) == text


def test_an_interval_without_an_end_is_none() -> None:
    assert interval(-0.123, 0.163, 3) == "[−0.123, 0.163]"
    assert interval(None, 0.163, 3) == "—"


@pytest.mark.parametrize(
    ("errors", "decimals"), [((0.0703,), 3), ((0.5,), 3), ((0.00055,), 5), ((45.2,), 1), ((0.0, None), 3), ((1e-9,), 6)]
)
def test_decimals_follow_the_standard_error(errors: tuple[float | None, ...], decimals: int) -> None:
    assert decimals_for(*errors) == decimals


def test_tiny_differences_are_powers_of_ten() -> None:
    assert scientific(1.24e-12) == "1e-12"
    assert scientific(0.0) == "0"
    assert scientific(None) == "—"
