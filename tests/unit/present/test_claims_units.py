"""Amounts in ten thousands, in the units that each language reads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.present.claimed import claim_row

from liandong.present.claims_units import MYRIADS, amount_in_singles, in_singles, single_unit
from liandong.present.claims_values import ROW_VALUES, number, span
from liandong.present.marks import unmarked

_AMOUNTS = st.decimals(min_value=-(10**8), max_value=10**8, places=4)


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("510", "5.1 million"), ("1008", "10.08 million"), ("2000", "20 million"), ("99.99", "999,900"),
        ("100", "1 million"), ("8", "80,000"), ("8.4", "84,000"), ("0.00015", "1.5"), ("0", "0"), ("-12", "−120,000"),
        ("123456.78", "1,234.5678 million"),
    ],
)  # fmt: skip
def test_ten_thousands_are_converted_digit_by_digit(figure: str, said: str) -> None:
    assert in_singles(Decimal(figure)) == said


@given(_AMOUNTS)
def test_no_digit_is_lost(figure: Decimal) -> None:
    said = in_singles(figure).replace("−", "-").replace(",", "")
    amount, _, million = said.partition(" ")
    assert Decimal(amount) * (1_000_000 if million else 1) == figure * 10_000


@pytest.mark.parametrize(("value", "decimals", "said"), [(36.428571, 1, "364,000"), (4763.0, 0, "47.63 million")])
def test_a_calculated_amount_is_as_precise_as_asked(value: float, decimals: int, said: str) -> None:
    assert amount_in_singles(value, decimals) == said


def test_chinese_keeps_ten_thousands() -> None:
    assert {single_unit("zh", unit) for unit in MYRIADS} == {None}
    assert single_unit("en", "10,000 yuan per project") == "yuan per project"
    assert single_unit("en", "people per 10,000") is None


def _row(**own: Any) -> dict[str, Any]:
    row = claim_row("a", "arithmetic", "arithmetic_unpublished", kind="ratio", published="no figure", **own)
    return {**dict.fromkeys(ROW_VALUES), **row}


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (510 / 14, "10,000 yuan per project", "364,000 yuan per project", "每个项目36.4万元"),
        (4763.0, "10,000 yuan", "47.63 million yuan", "4,763万元"),
        (108.39895, "percent", "108%", "108%"),
        (40.7227, "percent", "40.7%", "40.7%"),
        (1867.0, "places", "1,867 places", "1,867个"),
        (0.43487, None, "0.435", "0.435"),
    ],
)
def test_what_nobody_published_has_three_digits_and_whole_numbers_all(
    value: float, unit: str | None, en: str, zh: str
) -> None:
    assert unmarked(number("en", _row(unit=unit), "recomputed", value)) == en
    assert unmarked(number("zh", _row(unit=unit), "recomputed", value)) == zh


def test_the_ends_of_a_range_have_one_digit_more_so_that_they_hold_the_value() -> None:
    assert unmarked(span("en", _row(unit="percent"), "conf_low", 291.6789, 292.6376)) == "291.7 to 292.6%"
    money = _row(unit="10,000 yuan")
    assert unmarked(span("en", money, "conf_low", 999.5, 1000.5)) == "9.995 million to 10.005 million yuan"
    assert unmarked(span("zh", money, "conf_low", 999.5, 1000.5)) == "999.5至1,000.5万元"
