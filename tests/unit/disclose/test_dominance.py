"""Means of amounts that rest on one or two people: textbook cells, and whole tables."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from liandong.definitions import Disclosure, Effect, Indicator, Step
from liandong.disclose import Concentration, concentrated_means, disclose
from liandong.disclose.dominance import is_concentrated
from liandong.evidence import TABLES

P10 = Disclosure()
TITLE = {"zh": "收入", "en": "Income"}


@pytest.mark.parametrize(
    ("amounts", "unsafe"),
    [
        ((100.0, 50.0, 9.9), True),  # the second largest knows the largest to within 9.9 of 100
        ((100.0, 50.0, 10.0), False),
        ((100.0, 50.0, 6.0, 4.0), False),
        ((100.0, 50.0), True),
        ((100.0,), True),
        ((20.0, 20.0, 20.0, 20.0), False),
        ((0.0, 0.0), False),
    ],
)
def test_the_p_percent_rule(amounts: tuple[float, ...], *, unsafe: bool) -> None:
    assert is_concentrated(amounts, sum(amounts), P10) is unsafe


@pytest.mark.parametrize(
    ("n", "k", "unsafe"), [(1, 0.5, True), (1, 0.6, False), (2, 0.79, True), (2, 0.8, False), (3, 0.89, True)]
)
def test_the_dominance_rule(n: int, k: float, *, unsafe: bool) -> None:
    # 60 of 100 with the largest, 80 with two, 90 with three
    rules = Disclosure.model_validate({"p_percent": 0, "dominance": {"n": n, "k": k}})
    assert is_concentrated((60.0, 20.0, 10.0, 10.0), 100.0, rules) is unsafe


def test_dominance_is_asked_for_beside_the_p_percent_rule() -> None:
    assert not is_concentrated((60.0, 20.0, 10.0, 10.0), 100.0, P10)
    both = Disclosure.model_validate({"dominance": {"n": 2, "k": 0.75}})
    assert is_concentrated((60.0, 20.0, 10.0, 10.0), 100.0, both)


def income(**more: Any) -> Indicator:
    source = {"citation": "own"}
    raw = {"id": "income", "group": "profile", "title": TITLE, "kind": "mean", "numerator": "yuan", "unit": "yuan"}
    return Indicator.model_validate({**raw, "subgroups": True, "source": source, **more})


def people() -> pl.DataFrame:
    """Return forty people in three districts; in B one earns nearly everything."""
    yuan = [3000.0 + 10 * i for i in range(15)] + [400_000.0] + [10.0] * 11 + [2500.0 + 20 * i for i in range(13)]
    return pl.DataFrame({"yuan": yuan, "district": ["A"] * 15 + ["B"] * 12 + ["C"] * 13, "woman": [0, 1] * 20})


def found(frame: pl.DataFrame, *indicators: Indicator, rules: Disclosure = P10) -> list[dict[str, str]]:
    return [dict(one.key) for one in concentrated_means(frame, indicators, ["district"], [], rules)]


def test_a_rich_person_hides_the_mean_of_the_district_and_not_the_others() -> None:
    (cell,) = found(people(), income())
    assert cell == {"indicator": "income", "universe": "all", "subgroup": "district", "level": "B"}


def test_a_universe_is_looked_at_by_itself() -> None:
    levels = {(cell["universe"], cell["level"]) for cell in found(people(), income(need="yuan < 20 or yuan > 100000"))}
    assert levels == {("all", "B"), ("in_need", ""), ("in_need", "B")}


def test_yes_and_no_are_no_amounts_and_missing_amounts_are_nobodys() -> None:
    assert found(people(), income(numerator="woman")) == []
    few = people().with_columns(yuan=pl.when(pl.col("yuan") < 400_000).then("yuan"))
    assert found(few, income()) == []


def test_amounts_may_be_zero_or_one_as_well() -> None:
    hours = people().with_columns(yuan=pl.when(pl.col("yuan") > 100_000).then(40.0).otherwise(pl.col("yuan") % 2))
    assert "B" in {cell["level"] for cell in found(hours, income())}


def test_without_a_rule_nothing_is_looked_at() -> None:
    assert found(people(), income(), rules=Disclosure(p_percent=0)) == []


def test_a_column_that_the_data_lack_is_no_error() -> None:
    assert found(people().drop("yuan"), income()) == []


def test_outcomes_and_compared_columns_are_amounts_too() -> None:
    title = {"zh": "一", "en": "One"}
    effect = Effect(
        id="e", title=title, role="primary", outcomes=("yuan",), treatment="woman", cluster=("district",),
        steps=(Step(name="M1", add=("yuan",)),),
    )  # fmt: skip
    cells = concentrated_means(people().filter(pl.col("district") == "B"), [], [], [effect], P10)
    assert [cell.table for cell in cells] == ["design", "balance"]


def indicator_rows(**sizes: int) -> pl.DataFrame:
    total = {"level": "", "subgroup": "", "denominator_n": sum(sizes.values())}
    parts = [{"level": level, "subgroup": "district", "denominator_n": n} for level, n in sizes.items()]
    shared = {"indicator": "income", "category": "", "universe": "all", "kind": "mean", "estimate": 3000.5,
              "conf_low": 2000.0, "conf_high": 4000.0, "n_clusters": 5, "suppressed": False}  # fmt: skip
    return pl.DataFrame([{**shared, **row} for row in (total, *parts)], schema=dict(TABLES["indicators"].columns))


def test_a_hidden_mean_takes_the_next_smallest_level_with_it() -> None:
    key = (("indicator", "income"), ("universe", "all"), ("subgroup", "district"), ("level", "B"))
    tables = {"indicators": indicator_rows(A=15, B=12, C=13)}
    after = disclose(tables, P10, concentrated=[Concentration("indicators", key)])
    shown = after["indicators"]
    assert shown["estimate"].to_list() == [3000.5, 3000.5, None, None]
    assert shown["suppressed"].to_list() == [False, False, True, True]
    reasons = {(row["row"].rsplit("=", 1)[1], row["reason"]) for row in after["suppressions"].rows(named=True)}
    assert ("B", "dominance") in reasons
    assert ("C", "threshold+secondary") in reasons


def test_the_rule_holds_where_small_numbers_are_shown() -> None:
    key = (("indicator", "income"), ("universe", "all"), ("subgroup", "district"), ("level", "B"))
    after = disclose(
        {"indicators": indicator_rows(A=3, B=12)},
        Disclosure(minimum_cell=1),
        concentrated=[Concentration("indicators", key)],
    )
    assert after["indicators"]["estimate"].to_list() == [3000.5, None, None]


def test_a_community_whose_amounts_are_one_persons_is_hidden_with_another() -> None:
    frame = pl.DataFrame({"yuan": [900.0, 10, 10, *[50.0] * 8, *[60.0] * 9], "place": [*"aaa", *"b" * 8, *"c" * 9]})
    hidden = concentrated_means(frame, [income()], [], [], P10, "place")
    assert [dict(one.key)["cluster"] for one in hidden if one.table == "communities"] == ["a", "b"]
    assert not [one for one in concentrated_means(frame, [income()], [], [], P10) if one.table == "communities"]
