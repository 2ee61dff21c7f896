"""What a share of everybody would be among those in need."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.claims.published_rows import claim, evidence, share

from liandong.claims.denominator_data import denominator_in_data
from liandong.claims.findings import CheckResult

ALL, NEED = share(192, 618, 0.24, 0.38), share(192, 361, 0.44, 0.62, universe="in_need")
A = {"quantity": {"indicator": "a"}}


def checked(published: float, *rows: dict[str, Any], **own: Any) -> CheckResult | None:
    rules = {name: own.pop(name) for name in ("simulated", "minimum_cell") if name in own}
    needs = own.pop("needs", frozenset({"a"}))
    return denominator_in_data(claim(published, **{**A, **own}), evidence(indicators=list(rows), needs=needs, **rules))


def test_both_shares_and_their_ratio() -> None:
    found = checked(31.1, ALL, NEED, n=618)
    assert found is not None
    assert found.reason == "denominator_both"
    assert found.values["all"] == pytest.approx(31.0679611650, abs=1e-9)
    assert found.values["in_need"] == pytest.approx(53.1855955679, abs=1e-9)  # 192 of 361
    assert found.values["ratio"] == pytest.approx(618 / 361)
    assert (found.values["n_all"], found.values["n_need"]) == (618, 361)
    assert (found.recomputed, found.conf_low, found.conf_high) == (found.values["in_need"], 44.0, 62.0)
    assert found.found_in == "indicators: indicator=a; universe=in_need"


def test_a_figure_of_those_in_need_that_is_told_of_everybody() -> None:
    found = checked(53.2, ALL, NEED)
    assert found is not None
    assert found.reason == "denominator_exchanged"


def test_a_figure_of_everybody_that_is_told_of_those_in_need() -> None:
    found = checked(31.1, ALL, NEED, quantity={"indicator": "a", "universe": "in_need"})
    assert found is not None
    assert found.reason == "denominator_exchanged"


def test_a_figure_of_neither_is_not_exchanged() -> None:
    found = checked(40.0, ALL, NEED)
    assert found is not None
    assert found.reason == "denominator_both"


def test_a_figure_of_both_is_not_exchanged() -> None:
    found = checked(31.1, ALL, share(112, 360, 0.26, 0.36, universe="in_need"))  # 31.07 and 31.11
    assert found is not None
    assert found.reason == "denominator_both"


def test_a_need_that_was_made_up_says_nothing() -> None:
    found = checked(31.1, ALL, NEED, simulated=True)
    assert found is not None
    assert (found.reason, found.verdict) == ("denominator_simulated", "not_checkable")


def test_sizes_that_must_not_be_known_are_left_out() -> None:
    rounded = share(None, None, 0.44, 0.62, universe="in_need", estimate=0.53)
    found = checked(31.1, ALL, rounded, minimum_cell=10)
    assert found is not None
    assert found.reason == "denominator_both_coarse"
    assert "n_need" not in found.values


def test_a_hidden_share_is_said_to_be_hidden() -> None:
    hidden = share(None, None, None, None, universe="in_need", suppressed=True)
    found = checked(31.1, ALL, hidden, minimum_cell=10)
    assert found is not None
    assert (found.reason, found.values["minimum_cell"]) == ("denominator_hidden", 10)


def test_that_nobody_was_asked_is_said_where_the_source_names_a_need() -> None:
    need = {"zh": "并非人人有此需要", "en": "Not everybody had the need"}
    found = checked(31.1, ALL, needs=frozenset(), need=need)
    assert found is not None
    assert found.reason == "denominator_no_need"
    assert checked(31.1, ALL, needs=frozenset()) is None


def test_nobody_says_so_with_the_need_or_without() -> None:
    assert checked(0.0, share(0, 618, 0, 0.01), share(0, 361, 0, 0.01, universe="in_need")) is None
