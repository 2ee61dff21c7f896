"""All tables of a run together: what one shows and another hides, how figures are rounded, and what is listed."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from liandong.definitions import Disclosure
from liandong.disclose import Outline, disclose
from liandong.disclose.coarse import coarse, share_unit, significant, to_unit
from liandong.evidence import TABLES, conform

RULES = Disclosure()
Tables = dict[str, pl.DataFrame]


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    schema = dict(TABLES[name].columns)
    blank = {column: "" for column, dtype in schema.items() if dtype == pl.String}
    flags = {column: False for column, dtype in schema.items() if dtype == pl.Boolean}
    return pl.DataFrame([{**blank, **flags, **row} for row in rows], schema=schema, orient="row")


def flow(*stages: tuple[str, int], accepted: int = 618, outcome: str = "y") -> pl.DataFrame:
    head = [{"order": 1, "stage": "received", "rows": 627}, {"order": 2, "stage": "rejected", "rows": 9}]
    head.append({"order": 3, "stage": "accepted", "rows": accepted})
    models = [
        {"order": at, "stage": stage, "effect": "e", "outcome": outcome, "rows": rows}
        for at, (stage, rows) in enumerate([("accepted", accepted), *stages], start=4)
    ]
    return table("sample_flow", *head, *models)


def missing(answered: int, refused: int, field: str = "income") -> list[dict[str, Any]]:
    rows = answered + refused
    return [
        {"field": field, "kind": "answered", "n": answered, "n_rows": rows, "share": answered / rows},
        {"field": field, "kind": "refused", "n": refused, "n_rows": rows, "share": refused / rows},
    ]


def levels(*counts: int, variable: str = "income") -> list[dict[str, Any]]:
    return [
        {"variable": variable, "level": str(at), "n": count, "share": count / sum(counts)}
        for at, count in enumerate(counts)
    ]


def released(tables: Tables, rules: Disclosure = RULES, outline: Outline | None = None) -> Tables:
    before = {name: frame.clone() for name, frame in tables.items()}
    shown = disclose(tables, rules, outline or Outline())
    assert all(tables[name].equals(before[name]) for name in tables)  # nothing handed in is changed
    again = disclose({name: shown[name] for name in tables}, rules, outline or Outline())
    for name in tables:
        assert again[name].equals(shown[name]), name  # applying it twice changes nothing more
    return shown


def test_answers_do_not_add_up_to_what_non_response_hides() -> None:
    tables = {
        "missingness": table("missingness", *missing(615, 3)),
        "distributions": table("distributions", *levels(200, 215, 200)),
    }
    shown = released(tables)
    assert shown["missingness"]["n"].to_list() == [None, None]
    assert shown["distributions"]["n"].to_list() == [None, None, None]
    assert shown["distributions"]["share"].to_list() == [0.33, 0.35, 0.33]  # 200 of 615 are 0.3252
    assert shown["distributions"]["suppressed"].to_list() == [False] * 3


def test_enough_missing_answers_hide_nothing() -> None:
    tables = {
        "missingness": table("missingness", *missing(608, 10)),
        "distributions": table("distributions", *levels(200, 208, 200)),
    }
    shown = released(tables)
    assert all(shown[name].equals(conform(name, tables[name])) for name in tables)
    assert shown["suppressions"].is_empty()


def test_the_base_of_an_item_does_not_give_its_refusals_back() -> None:
    item = {"scale": "s", "item": "income", "n_obs": 615, "mean": 3.4515162, "sd": 1.0852094, "item_rest": 0.6358584}
    tables = {"missingness": table("missingness", *missing(615, 3)), "items": table("items", item)}
    (row,) = released(tables)["items"].rows(named=True)
    assert (row["n_obs"], row["mean"], row["sd"], row["item_rest"]) == (None, 3.45, 1.09, 0.636)


def test_a_level_that_other_numbers_hide_takes_a_second_level_of_its_table_with_it() -> None:
    # 42 less 11 less 26 are 5 people without a gender, so that one level has to go; the other one would give it back.
    known = {"indicator": "helped", "kind": "share", "universe": "all", "unit": "percent"}
    counts = [("", "", 42, 189), ("gender", "1", 11, 88), ("gender", "2", 26, 86)]
    rows = [
        {**known, "subgroup": subgroup, "level": level, "numerator_n": n, "denominator_n": of, "estimate": n / of}
        for subgroup, level, n, of in counts
    ]
    tables = {
        "indicators": table("indicators", *rows),
        "distributions": table("distributions", *levels(88, 86, variable="gender")),
    }
    shown = released(tables)
    assert shown["indicators"]["numerator_n"].to_list() == [42, None, None]
    assert shown["indicators"]["suppressed"].to_list() == [False, True, True]
    assert shown["distributions"]["n"].to_list() == [88, 86]


def test_stages_of_the_sample_that_are_too_near_are_merged() -> None:
    stages = flow(("outcome_known", 617), ("complete_cases", 525), ("estimation_sample", 525))
    shown = released({"sample_flow": stages})["sample_flow"]
    assert shown["rows"].to_list() == [627, 9, 618, 618, None, 525, 525]


def test_received_rejected_and_accepted_are_always_shown() -> None:
    shown = released({"sample_flow": flow(("outcome_known", 610), ("estimation_sample", 609))})["sample_flow"]
    assert shown["rows"].to_list() == [627, 9, 618, 618, None, None]


def model(**more: Any) -> dict[str, Any]:
    return {"effect": "e", "outcome": "y", "step": "M1", "term": "t", "metric": "points", "sample": "common",
            "estimate": 0.0199989262, "std_error": 0.070333297, "n_obs": 612, "n_clusters": 32, **more}  # fmt: skip


def test_a_hidden_sample_takes_its_residual_degrees_of_freedom_with_it() -> None:
    estimates = table("estimates", model(vcov="CR1", df=31.0), model(vcov="iid", df=594.0))
    note = {"effect": "e", "outcome": "y", "step": "M1", "term": "t"}
    explained = [
        {**note, "convention": "iid", "df": 594.0, "distribution": "t(594)", "factor": 1.0284974093},
        {**note, "convention": "cr1", "df": 31.0, "distribution": "t(31)", "factor": 1.0668702678},
    ]
    tables = {"sample_flow": flow(("estimation_sample", 612)), "estimates": estimates}
    shown = released({**tables, "explanations": table("explanations", *explained)})
    assert shown["estimates"]["n_obs"].to_list() == [None, None]
    assert shown["estimates"]["df"].to_list() == [31.0, None]
    assert shown["estimates"]["estimate"].to_list() == [0.02, 0.02]
    assert shown["estimates"]["std_error"].to_list() == [0.0703, 0.0703]
    assert shown["explanations"]["df"].to_list() == [None, 31.0]
    assert shown["explanations"]["distribution"].to_list() == ["t(N − K)", "t(31)"]
    assert shown["explanations"]["factor"].to_list() == [1.03, 1.07]


def test_a_sample_that_may_be_known_keeps_all_its_digits() -> None:
    tables = {
        "sample_flow": flow(("estimation_sample", 600)),
        "estimates": table("estimates", model(n_obs=600, df=582.0)),
    }
    shown = released(tables)
    assert shown["estimates"]["df"].to_list() == [582.0]
    assert shown["estimates"]["estimate"].to_list() == [0.0199989262]


def test_specifications_of_a_sample_that_is_too_near_do_not_give_it_back() -> None:
    rows = [
        {"effect": "e", "outcome": "y", "specification": at, "scoring": "y", "controls": controls, "sample": "complete",
         "estimate_sd": 0.12345678, "n_obs": size}
        for at, (controls, size) in enumerate([("", 614), ("M2", 600)])
    ]  # fmt: skip
    shown = released(
        {"sample_flow": flow(("estimation_sample", 600)), "specifications": table("specifications", *rows)}
    )
    assert shown["specifications"]["n_obs"].to_list() == [None, 600]
    assert shown["specifications"]["estimate_sd"].to_list() == [0.123, 0.12345678]


def test_the_size_of_clusters_does_not_give_a_hidden_sample_back() -> None:
    power = {
        "effect": "e",
        "outcome": "y",
        "n_clusters": 32,
        "cluster_size": 612 / 32,
        "is_actual": True,
        "icc": 0.1373,
    }
    tables = {"sample_flow": flow(("estimation_sample", 612)), "estimates": table("estimates", model())}
    shown = released({**tables, "power": table("power", power)})
    assert shown["power"]["cluster_size"].to_list() == [None]


def test_the_small_binary_outcome_of_a_sample_is_a_small_cell() -> None:
    # A score of other bounds may have such a mean by chance.
    means = {"few": 5 / 600, "all_but_few": 595 / 600, "many": 0.5, "score": 0.00873, "none": 0.0}
    shared = {"effect": "e", "n_obs": 600, "outcome_sd": 0.1, "outcome_low": 0.0, "outcome_high": 1.0}
    rows = [{**shared, "outcome": name, "outcome_mean": mean} for name, mean in means.items()]
    shown = released({"design": table("design", *rows)})["design"]
    assert [mean is None for mean in shown["outcome_mean"]] == [True, True, False, False, False]
    assert [sd is None for sd in shown["outcome_sd"]] == [True, True, False, False, False]


def test_an_arm_that_other_tables_give_away_is_hidden_with_its_clusters() -> None:
    # 5 of the treated did not answer: what the accepted treated are and what the sample holds lie too near.
    sizes = {"n_obs": 590, "n_treated": 300, "n_untreated": 290}
    clusters = dict.fromkeys(("clusters_with_treated", "clusters_with_untreated", "clusters_with_both"), 20)
    design = {"effect": "e", "outcome": "y", "treatment_is_binary": True, **sizes, **clusters}
    lost = [
        {"effect": "e", "outcome": "y", "stage": stage, "arm": arm, "rows": rows, "share": 0.5, "clusters": 20}
        for stage, people in {"accepted": (305, 313), "estimation_sample": (300, 290)}.items()
        for arm, rows in zip(("treated", "untreated"), people, strict=True)
    ]
    tables = {"sample_flow": flow(("estimation_sample", 590)), "design": table("design", design)}
    shown = released({**tables, "arms": table("arms", *lost)})
    assert shown["design"].select("n_treated", "n_untreated", "clusters_with_both").row(0) == (300, 290, 20)
    assert shown["arms"]["rows"].to_list() == [None, None, 300, 290]
    assert shown["arms"]["share"].to_list() == [None, None, 0.5, 0.5]
    assert shown["arms"]["suppressed"].to_list() == [True, True, False, False]


def test_a_mean_that_is_no_share_is_no_count() -> None:
    row = {"effect": "e", "outcome": "y", "n_obs": 600, "outcome_mean": 0.01, "outcome_low": -1.0, "outcome_high": 1.0}
    assert released({"design": table("design", row)})["design"]["outcome_mean"].to_list() == [0.01]


def test_a_stage_at_which_nobody_left_holds_the_same_people() -> None:
    # One of two equal stages hidden alone would be read from the other one.
    stages = flow(("outcome_known", 613), ("complete_cases", 613), ("estimation_sample", 600))
    shown = released({"sample_flow": stages})["sample_flow"]
    assert shown["rows"].to_list() == [627, 9, 618, 618, None, None, 600]


def test_the_share_of_treated_people_does_not_give_a_hidden_arm_back() -> None:
    design = {
        "effect": "e",
        "outcome": "y",
        "n_obs": 600,
        "n_treated": 593,
        "n_untreated": 7,
        "treatment_is_binary": True,
    }
    power = {"effect": "e", "outcome": "y", "n_clusters": 32, "cluster_size": 600 / 32, "is_actual": True,
             "share_treated": 590.6 / 600}  # fmt: skip
    tables = {"sample_flow": flow(("estimation_sample", 600)), "design": table("design", design)}
    shown = released({**tables, "power": table("power", power)})
    assert shown["power"]["share_treated"].to_list() == [None]
    assert shown["power"]["cluster_size"].to_list() == [18.75]


def test_a_level_whose_size_alone_is_hidden_keeps_its_estimate() -> None:
    level = {"effect": "e", "outcome": "y", "subgroup": "sex", "estimate": 0.0123456, "n_treated": None,
             "n_untreated": None, "suppressed": False}  # fmt: skip
    rows = [{**level, "level": "f", "n_obs": None}, {**level, "level": "m", "n_obs": 300}]
    shown = released({"heterogeneity": table("heterogeneity", *rows)})["heterogeneity"]
    assert shown["estimate"].to_list() == [0.0123456, 0.0123456]


def test_what_was_hidden_is_listed_without_its_value() -> None:
    tables = {
        "missingness": table("missingness", *missing(615, 3)),
        "distributions": table("distributions", *levels(200, 215, 200)),
    }
    listed = released(tables)["suppressions"]
    assert listed.rows() == [
        ("missingness", "field=income; kind=answered", "n+share", "threshold+secondary"),
        ("missingness", "field=income; kind=refused", "n+share", "threshold+secondary"),
        ("distributions", "variable=income; level=0", "n", "difference"),
        ("distributions", "variable=income; level=0", "share", "rounding"),
        ("distributions", "variable=income; level=1", "n", "difference"),
        ("distributions", "variable=income; level=1", "share", "rounding"),
        ("distributions", "variable=income; level=2", "n", "difference"),
        ("distributions", "variable=income; level=2", "share", "rounding"),
    ]


def test_rules_that_are_off_change_nothing() -> None:
    tables = {
        "missingness": table("missingness", *missing(615, 3)),
        "distributions": table("distributions", *levels(2, 413, 200)),
    }
    shown = disclose(tables, Disclosure(minimum_cell=1, p_percent=0))
    assert all(shown[name] is tables[name] for name in tables)
    assert shown["suppressions"].is_empty()


def test_counts_are_rounded_to_the_base_and_shares_as_coarsely() -> None:
    tables = {
        "sample_flow": flow(("estimation_sample", 523)),
        "missingness": table("missingness", *missing(572, 46)),
        "indicators": table(
            "indicators",
            {"indicator": "i", "universe": "all", "kind": "share", "numerator_n": 81, "denominator_n": 572,
             "estimate": 81 / 572, "conf_low": 0.0954, "conf_high": 0.1957},
            {"indicator": "m", "universe": "all", "kind": "mean", "denominator_n": 572, "estimate": 3.552},
        ),
    }  # fmt: skip
    shown = released(tables, Disclosure(rounding=5))
    assert shown["sample_flow"]["rows"].to_list() == [627, 9, 618, 618, 525]  # the manifest says so, too
    assert shown["missingness"]["n"].to_list() == [570, 45]
    assert shown["missingness"]["share"].to_list() == [0.93, 0.07]
    assert shown["indicators"]["numerator_n"].to_list() == [80, None]
    assert shown["indicators"]["denominator_n"].to_list() == [570, 570]
    assert shown["indicators"]["estimate"].to_list() == [0.14, 3.552]
    assert set(shown["suppressions"]["reason"]) == {"rounding"}


def test_rounding_leaves_no_figure_that_contains_the_sample_size() -> None:
    row = {"effect": "e", "outcome": "y", "estimate": 0.0123456, "factor": 1.066870, "software": "s"}
    tables = {
        "sample_flow": table("sample_flow", {"stage": "accepted", "rows": 618}),
        "explanations": table(
            "explanations",
            {**row, "convention": "a", "df": 479.0, "distribution": "t(479)"},
            {**row, "convention": "b", "df": 31.0, "distribution": "t(31)"},
        ),
        "items": table("items", {"scale": "s", "item": "i", "n_obs": 611, "mean": 2201 / 611, "sd": 1.23456}),
    }
    shown = released(tables, Disclosure(minimum_cell=1, p_percent=0, rounding=5))
    assert shown["explanations"]["factor"].to_list() == [None, None]
    assert shown["explanations"]["df"].to_list() == [None, 31.0]
    assert shown["explanations"]["distribution"].to_list() == ["t(N − K)", "t(31)"]
    assert shown["items"].select("n_obs", "mean", "sd").row(0) == (610, 3.6, 1.23)


@pytest.mark.parametrize(("count", "rounded"), [(12, 10), (13, 15), (0, 0), (617, 615), (618, 620)])
def test_counts_go_to_the_nearest_multiple(count: int, rounded: int) -> None:
    tables = {"missingness": table("missingness", {"field": "a", "kind": "answered", "n": count, "n_rows": 1000})}
    assert released(tables, Disclosure(minimum_cell=1, rounding=5))["missingness"]["n"].item() == rounded


@pytest.mark.parametrize(
    ("people", "unit"), [(617, 0.01), (200, 0.01), (199, 0.02), (100, 0.02), (99, 0.05), (20, 0.1), (3, 1.0)]
)
def test_a_unit_of_a_share_stands_for_two_people(people: int, unit: float) -> None:
    assert share_unit(people) == unit


def test_figures_keep_what_may_be_known() -> None:
    assert coarse("indicators", "estimate", 73 / 617, 617) == 0.12
    assert coarse("indicators", "estimate", 52.37, 617) == 52.4
    assert coarse("estimates", "estimate", -0.0199989, 617) == -0.02
    assert coarse("contours", "adjusted_estimate", 0.0123456, 617) == 0.012
    assert significant(0.0, 3) == 0.0
    assert to_unit(0.3252, 0.05) == 0.35
    assert coarse("estimates", "conf_high", float("inf"), 617) == float("inf")
