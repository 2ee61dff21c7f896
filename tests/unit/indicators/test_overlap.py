"""Who has several things at once: every combination, and what stays out."""

from __future__ import annotations

import polars as pl
import pytest

from liandong.definitions import Indicator
from liandong.indicators import indicator_table, overlap_table


def served(*names: str, **more: object) -> list[Indicator]:
    return [
        Indicator.model_validate(
            {
                "id": f"by_{name}",
                "group": "coverage",
                "title": {"zh": name, "en": name},
                "numerator": f"{name} == 1",
                "source": {"citation": "own"},
                **more,
            }
        )
        for name in names
    ]


FRAME = pl.DataFrame(
    {
        "a": [1, 1, 1, 0, 0, 1, None],
        "b": [1, 1, 0, 0, 0, 1, 1],
        "c": [0, 0, 0, 0, 0, 1, 1],
        "place": ["x", "x", "y", "y", "z", "z", "z"],
        "weight": [1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0],
    }
)


def test_every_combination_that_occurs_is_counted_once_the_most_frequent_first() -> None:
    table = overlap_table(FRAME, served("a", "b", "c"), "place")
    assert table.select("members", "n_members", "n").rows() == [
        ("", 0, 2),
        ("by_a+by_b", 2, 2),
        ("by_a", 1, 1),
        ("by_a+by_b+by_c", 3, 1),
    ]
    assert set(table["n_rows"]) == {6}  # of the seventh one answer is missing
    assert table["share"].to_list() == pytest.approx([2 / 6, 2 / 6, 1 / 6, 1 / 6])


def test_shares_and_intervals_are_those_of_an_indicator_of_the_combination() -> None:
    both = served("a", "b", "c")
    frame = FRAME.drop_nulls().with_columns(both=(pl.col("a") * pl.col("b") * (1 - pl.col("c"))))
    wanted = indicator_table(frame, served("both"), "place", "weight").row(0, named=True)
    found = overlap_table(frame, both, "place", "weight").filter(pl.col("members") == "by_a+by_b").row(0, named=True)
    assert found["n"] == wanted["numerator_n"]
    for ours, theirs in (("share", "estimate"), ("conf_low", "conf_low"), ("conf_high", "conf_high")):
        assert found[ours] == pytest.approx(wanted[theirs], rel=1e-12)


def test_margins_are_the_indicators_own_counts() -> None:
    members = served("a", "b", "c")
    frame = FRAME.drop_nulls()
    table, own = overlap_table(frame, members, "place"), indicator_table(frame, members, "place")
    for row in own.rows(named=True):
        having = table.filter(pl.col("members").str.split("+").list.contains(row["indicator"]))
        assert having["n"].sum() == row["numerator_n"]


@pytest.mark.parametrize(
    "indicators",
    [
        served("a", "b"),
        served("a", "b", "c", group="profile"),
        served("a", "b", "c", universe="place == 'x'"),
        served("a", "b", "c", kind="mean"),
    ],
    ids=["two", "another group", "not of everybody", "means"],
)
def test_fewer_than_three_shares_of_everybody_make_no_overlap(indicators: list[Indicator]) -> None:
    assert overlap_table(FRAME, indicators, "place").is_empty()


def test_nobody_with_all_answers_makes_no_row() -> None:
    frame = FRAME.with_columns(a=pl.lit(None, dtype=pl.Int64))
    assert overlap_table(frame, served("a", "b", "c"), None).is_empty()


def test_many_indicators_keep_all_their_combinations() -> None:
    names = [f"p{at}" for at in range(9)]
    frame = pl.DataFrame({name: [(row >> at) & 1 for row in range(512)] for at, name in enumerate(names)})
    table = overlap_table(frame, served(*names), None)
    assert table.height == 512
    assert table["n_members"].to_list() == sorted(table["n_members"])
