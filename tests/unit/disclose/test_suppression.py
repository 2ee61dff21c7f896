"""Small cells, and what would give them away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.disclose import suppress_small_cells
from liandong.evidence import TABLES

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/disclose/small_cells.yaml").read_text(encoding="utf-8"))
HIDDEN_COLUMNS = ["numerator_n", "denominator_n", "estimate", "conf_low", "conf_high", "design_effect", "n_clusters"]


def indicators(cells: list[list[Any]], layout: str = "levels") -> pl.DataFrame:
    rows = [
        {
            "indicator": name,
            "category": member if layout == "categories" else "",
            "universe": "all",
            "subgroup": "gender" if layout == "levels" and member else "",
            "level": member if layout == "levels" else "",
            "numerator_n": count,
            "denominator_n": universe,
            "estimate": 0.5,
            "conf_low": 0.4,
            "conf_high": 0.6,
            "design_effect": 1.0,
            "n_clusters": 5,
            "suppressed": False,
            "group": "coverage",
            "kind": "distribution" if layout == "categories" else "share",
            "unit": "percent",
        }
        for name, member, count, universe in cells
    ]
    return pl.DataFrame(rows, schema=dict(TABLES["indicators"].columns))


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_hand_worked_cells(case: dict[str, Any]) -> None:
    table = indicators([cell[:4] for cell in case["cells"]], case["layout"])
    assert suppress_small_cells("indicators", table, 10)["suppressed"].to_list() == [cell[4] for cell in case["cells"]]


def test_a_hidden_row_keeps_its_names_and_loses_its_numbers() -> None:
    table = indicators([["a", "", 3, 100], ["b", "", 30, 100]])
    hidden = suppress_small_cells("indicators", table, 10)
    assert hidden.columns == table.columns
    assert hidden.schema == table.schema
    assert hidden.select(HIDDEN_COLUMNS).row(0) == (None,) * len(HIDDEN_COLUMNS)
    assert hidden.drop(*HIDDEN_COLUMNS, "suppressed").equals(table.drop(*HIDDEN_COLUMNS, "suppressed"))
    assert hidden.row(1) == table.row(1)


def test_the_table_handed_in_is_not_changed() -> None:
    table = indicators([["a", "", 3, 100]])
    before = table.clone()
    suppress_small_cells("indicators", table, 10)
    assert table.equals(before)


def test_a_minimum_of_one_hides_nothing() -> None:
    table = indicators([["a", "", 1, 2], ["a", "x", 1, 1], ["a", "y", 0, 1]])
    assert suppress_small_cells("indicators", table, 1).equals(table)


def test_categories_within_a_subgroup_are_guarded_both_ways() -> None:
    # Gender × education, and the totals. 4 is small; 30 goes so that the women's row does not give it away, and the
    # same two categories of the men so that the columns do not.
    counts = {"": {"p": 44, "q": 70, "r": 86}, "men": {"p": 40, "q": 40, "r": 20}, "women": {"p": 4, "q": 30, "r": 66}}
    rows = [
        indicators([["edu", category, count, sum(by_category.values())]], "categories").with_columns(
            subgroup=pl.lit("gender" if level else ""), level=pl.lit(level)
        )
        for level, by_category in counts.items()
        for category, count in by_category.items()
    ]
    got = suppress_small_cells("indicators", pl.concat(rows), 10)
    hidden = got.filter("suppressed").select("level", "category").rows()
    assert hidden == [("men", "p"), ("men", "q"), ("women", "p"), ("women", "q")]


def test_a_distribution_finds_its_own_total() -> None:
    table = pl.DataFrame(
        {
            "variable": ["score"] * 3 + ["age"],
            "level": ["0–1", "1–2", "2–3", "1"],
            "lower": [0.0, 1.0, 2.0, None],
            "upper": [1.0, 2.0, 3.0, None],
            "n": [4, 20, 76, 100],
            "share": [0.04, 0.2, 0.76, 1.0],
            "suppressed": [False] * 4,
        }
    )
    hidden = suppress_small_cells("distributions", table, 10)
    assert hidden["n"].to_list() == [None, None, 76, 100]
    assert hidden["share"].to_list() == [None, None, 0.76, 1.0]
    assert hidden["lower"].to_list() == [0.0, 1.0, 2.0, None]


def test_few_refusals_hide_how_many_answered() -> None:
    table = pl.DataFrame(
        {
            "field": ["income", "income", "age"],
            "kind": ["answered", "refused", "answered"],
            "n": [97, 3, 100],
            "n_rows": [100] * 3,
            "share": [0.97, 0.03, 1.0],
            "suppressed": [False] * 3,
        }
    )
    hidden = suppress_small_cells("missingness", table, 10)
    assert hidden["n"].to_list() == [None, None, 100]
    assert hidden["n_rows"].to_list() == [100] * 3


def design(**values: Any) -> pl.DataFrame:
    row = {
        "effect": "e",
        "outcome": "y",
        "n_obs": 618,
        "n_clusters": 32,
        "cluster_size_min": 15,
        "cluster_size_median": 19.0,
        "cluster_size_max": 25,
        "treatment_is_binary": True,
        "n_treated": 611,
        "n_untreated": 7,
        "clusters_with_treated": 32,
        "clusters_with_untreated": 6,
        "clusters_with_both": 6,
        "outcome_mean": 0.6,
        "outcome_sd": 0.2,
        "outcome_low": 0.0,
        "outcome_high": 1.0,
        "suppressed": False,
    }
    return pl.DataFrame([row | values], schema=dict(TABLES["design"].columns))


def test_seven_untreated_hide_both_arms_and_where_they_live() -> None:
    row = suppress_small_cells("design", design(), 10).row(0, named=True)
    arms = ["n_treated", "n_untreated", "clusters_with_treated", "clusters_with_untreated", "clusters_with_both"]
    assert row["suppressed"] is True
    assert [row[name] for name in arms] == [None] * 5
    assert (row["n_obs"], row["n_clusters"], row["outcome_mean"]) == (618, 32, 0.6)


def test_ten_untreated_are_shown() -> None:
    table = design(n_treated=608, n_untreated=10)
    assert suppress_small_cells("design", table, 10).equals(table)


def test_a_treatment_that_is_not_binary_has_no_arms_to_hide() -> None:
    table = design(treatment_is_binary=False, n_treated=None, n_untreated=None)
    assert suppress_small_cells("design", table, 10).equals(table)


def test_a_sample_below_the_minimum_hides_every_figure_of_the_design() -> None:
    row = suppress_small_cells("design", design(n_obs=9, n_treated=9, n_untreated=0), 10).row(0, named=True)
    assert {name for name, value in row.items() if value is not None} == {
        "effect",
        "outcome",
        "treatment_is_binary",
        "suppressed",
    }


def test_tables_without_counts_of_people_pass() -> None:
    table = TABLES["estimates"].empty()
    assert suppress_small_cells("estimates", table, 10) is table


@pytest.mark.parametrize("name", ["indicators", "distributions", "missingness", "design"])
def test_an_empty_table_passes(name: str) -> None:
    assert suppress_small_cells(name, TABLES[name].empty(), 10).equals(TABLES[name].empty())
