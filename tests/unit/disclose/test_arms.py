"""Small arms are hidden, with what would give them away."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from liandong.disclose import suppress_small_cells
from liandong.disclose.arms import ARM_TABLES
from liandong.evidence import TABLES

ARMS = ["n_treated", "n_untreated"]


def made(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """Return table `name` with numbers in every cell that `rows` leave open: 200 people in an arm, and so on."""
    schema = dict(TABLES[name].columns)
    fill = {
        column: 0.25 if dtype.is_float() else 200 if dtype.is_integer() else False if dtype == pl.Boolean else ""
        for column, dtype in ((c, t() if isinstance(t, type) else t) for c, t in schema.items())
    }
    return pl.DataFrame([fill | row for row in rows], schema=schema, orient="row")


def hidden(name: str, *rows: dict[str, Any], minimum: int = 10) -> list[dict[str, Any]]:
    table = made(name, *rows)
    found = suppress_small_cells(name, table, minimum)
    assert found.schema == table.schema
    assert suppress_small_cells(name, found, minimum).equals(found)  # applying it twice changes nothing more
    return found.rows(named=True)


@pytest.mark.parametrize("name", sorted(ARM_TABLES - {"influence"}))
@pytest.mark.parametrize("arm", ARMS)
def test_nine_people_in_an_arm_hide_both_arms(name: str, arm: str) -> None:
    (row,) = hidden(name, {arm: 9})
    assert row["suppressed"]
    assert [row[column] for column in ARMS] == [None, None]
    estimates = {"estimate", "std_error", "conf_low", "mde", "outcome_mean"} & set(row)
    # Of the whole sample the estimate stays, as precisely as the other tables have it; that of a level goes.
    assert all(row[column] == (None if name == "heterogeneity" else 0.25) for column in estimates)
    telling = {"effective_clusters", "leverage_ratio", "partial_leverage_max", "without_one_low", "without_one_high"}
    assert all(row[column] is None for column in telling & set(row))
    assert row.get("n_obs") in {None, 200} if name == "balance" else row["n_obs"] == 200


@pytest.mark.parametrize("name", sorted(ARM_TABLES))
@pytest.mark.parametrize("people", [0, 10, None])
def test_nobody_ten_people_and_unknown_arms_hide_nothing(name: str, people: int | None) -> None:
    table = made(name, {"n_untreated": people})
    assert suppress_small_cells(name, table, 10).equals(table)


@pytest.mark.parametrize("name", sorted(ARM_TABLES))
def test_a_minimum_of_one_hides_nothing(name: str) -> None:
    table = made(name, {"n_untreated": 1})
    assert suppress_small_cells(name, table, 1).equals(table)


@pytest.mark.parametrize("name", sorted(ARM_TABLES - {"balance"}))
def test_a_sample_of_nine_hides_every_figure(name: str) -> None:
    (row,) = hidden(name, {"n_obs": 9})
    assert row["suppressed"]
    numbers = [column for column, dtype in made(name, {}).schema.items() if dtype.is_numeric()]
    assert [row[column] for column in numbers] == [None] * len(numbers)


def test_a_small_arm_hides_which_clusters_carry_the_coefficient() -> None:
    # Partial leverage lies where the untreated are; by community it would say where the seven live.
    rows = hidden("influence", {"cluster": "A", "n_untreated": 7}, {"cluster": "B", "n_untreated": 7})
    assert [row["cluster"] for row in rows] == ["A", "B"]
    for row in rows:
        assert row["partial_leverage"] is row["estimate_without"] is row["leverage"] is row["n_obs"] is None
        assert row["suppressed"]


def test_a_small_cluster_is_hidden_and_takes_the_next_smallest_with_it() -> None:
    # Respondents add up to those of the sample, partial leverage to one.
    sizes = {"A": 9, "B": 30, "C": 20}
    rows = hidden("influence", *({"cluster": name, "n_obs": size} for name, size in sizes.items()))
    assert [row["suppressed"] for row in rows] == [True, False, True]
    assert [row["partial_leverage"] for row in rows] == [None, 0.25, None]
    assert [row["n_obs"] for row in rows] == [None, 30, None]


@pytest.mark.parametrize(
    ("treated", "untreated", "is_hidden"),
    [
        (0.02, 0.5, True),  # 2 of 100
        (0.98, 0.5, True),  # all but 2 of 100
        (0.5, 0.09, True),
        (0.1, 0.9, False),
        (0.0, 1.0, False),  # nobody and everybody
        (0.025, 0.5, False),  # two and a half people: a mean, no share
        (3.02, 0.5, False),
    ],
)
def test_a_share_that_is_a_small_count_hides_the_means(treated: float, untreated: float, is_hidden: bool) -> None:  # noqa: FBT001
    arms = {"n_treated": 100, "n_untreated": 100}
    (row,) = hidden("balance", {"mean_treated": treated, "mean_untreated": untreated, **arms})
    assert row["suppressed"] is is_hidden
    assert (row["mean_treated"] is None) is is_hidden
    assert (row["difference"] is None) is is_hidden
    assert (row["std_difference"] is None) is is_hidden
    assert row["within_difference"] == 0.25


def level(name: str, treated: int, untreated: int) -> dict[str, Any]:
    return {"level": name, "n_treated": treated, "n_untreated": untreated, "n_obs": treated + untreated}


def test_one_hidden_level_takes_the_next_smallest_with_it() -> None:
    rows = hidden("heterogeneity", level("a", 100, 4), level("b", 100, 30), level("c", 100, 20))
    assert [row["suppressed"] for row in rows] == [True, False, True]
    assert [row["n_untreated"] for row in rows] == [None, 30, None]
    assert [row["n_obs"] for row in rows] == [104, 130, 120]


def test_two_hidden_levels_of_seven_together_take_a_third() -> None:
    rows = hidden("heterogeneity", level("a", 90, 4), level("b", 90, 3), level("c", 90, 40), level("d", 90, 50))
    assert [row["suppressed"] for row in rows] == [True, True, True, False]


def test_two_hidden_levels_of_ten_together_protect_each_other() -> None:
    rows = hidden("heterogeneity", level("a", 90, 5), level("b", 90, 5), level("c", 90, 40))
    assert [row["suppressed"] for row in rows] == [True, True, False]


def test_a_level_that_nobody_is_in_protects_nobody() -> None:
    rows = hidden("heterogeneity", level("a", 90, 4), level("b", 0, 0), level("c", 90, 40))
    assert [row["suppressed"] for row in rows] == [True, False, True]


def test_a_level_of_nine_people_takes_the_size_of_another_with_it() -> None:
    rows = hidden("heterogeneity", level("a", 4, 4), level("b", 60, 60), level("c", 50, 50))
    assert [row["n_obs"] for row in rows] == [None, 120, None]
    assert [row["estimate"] for row in rows] == [None, 0.25, None]


def test_subgroups_and_outcomes_are_totals_of_their_own() -> None:
    parts = [
        {"subgroup": "sex", **level("f", 90, 4)},
        {"subgroup": "sex", **level("m", 90, 40)},
        {"subgroup": "age", **level("old", 90, 40)},
        {"subgroup": "sex", "outcome": "other", **level("f", 90, 40)},
    ]
    assert [row["suppressed"] for row in hidden("heterogeneity", *parts)] == [True, True, False, False]


def test_a_hidden_share_is_not_what_the_other_levels_leave() -> None:
    def share(name: str, treated: float) -> dict[str, Any]:
        return {"covariate": "school", "level": name, "mean_treated": treated, "mean_untreated": 0.3, **arms}

    arms = {"n_treated": 100, "n_untreated": 100}
    whole = {"covariate": "age", "level": "", "mean_treated": 44.5, "mean_untreated": 45.1, **arms}
    rows = hidden("balance", share("a", 0.02), share("b", 0.48), share("c", 0.5), whole)
    assert [row["suppressed"] for row in rows] == [True, True, False, False]
    assert sum(row["mean_treated"] is None for row in rows) == 2


def test_the_input_stays_as_it_was() -> None:
    table = made("heterogeneity", level("a", 100, 4), level("b", 100, 30))
    before = table.clone()
    suppress_small_cells("heterogeneity", table, 10)
    assert table.equals(before)


@pytest.mark.parametrize(("treated", "shown"), [(518, None), (7, None), (515, 515 / 525), (525, 1.0)])
def test_the_share_of_treated_people_does_not_give_a_small_arm_away(treated: int, shown: float | None) -> None:
    row = {"n_clusters": 32, "cluster_size": 525 / 32, "share_treated": treated / 525}
    planned = {"n_clusters": 32, "cluster_size": 0.25, "share_treated": 0.5, "is_actual": False}
    table = made("power", {**row, "is_actual": True}, planned)
    assert suppress_small_cells("power", table, 10)["share_treated"].to_list() == [shown, 0.5]
    assert suppress_small_cells("power", table, 1)["share_treated"].to_list() == [treated / 525, 0.5]


def test_a_level_hidden_for_its_small_rest_takes_a_second_with_it() -> None:
    # 95 of 100 leave five; the other shares are weighted and count nobody, but the three still add up to one.
    def share(name: str, treated: float) -> dict[str, Any]:
        arms = {"n_treated": 100, "n_untreated": 100}
        return {"covariate": "school", "level": name, "mean_treated": treated, "mean_untreated": 1 / 3, **arms}

    rows = hidden("balance", share("a", 0.95), share("b", 0.026), share("c", 0.024))
    assert [row["suppressed"] for row in rows] == [True, False, True]


@pytest.mark.parametrize(
    ("smallest", "largest", "shown"),
    [(9, 40, (None, 40)), (10, 40, (10, 40)), (3, 8, (None, None))],
)
def test_the_size_of_a_small_cluster_is_hidden_and_the_arms_are_not(
    smallest: int, largest: int, shown: tuple[int | None, int | None]
) -> None:
    (row,) = hidden("design", {"cluster_size_min": smallest, "cluster_size_max": largest})
    assert (row["cluster_size_min"], row["cluster_size_max"]) == shown
    assert row["suppressed"] is (None in shown)
    assert (row["n_treated"], row["clusters_with_untreated"], row["cluster_size_median"]) == (200, 200, 0.25)


@pytest.mark.parametrize("arm", ["treated", "untreated"])
def test_a_hidden_arm_is_not_said_to_lie_in_one_cluster(arm: str) -> None:
    flag = {"flag": f"one_{arm}_cluster"}
    rows = hidden(
        "heterogeneity", {**level("a", 90, 4), **flag}, {**level("b", 90, 40), **flag}, {**level("c", 90, 60), **flag}
    )
    assert [row["flag"] for row in rows] == [f"few_{arm}_clusters"] * 2 + [f"one_{arm}_cluster"]
