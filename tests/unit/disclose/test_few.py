"""What a model tells of an arm of few people is hidden or rounded, in every table that repeats it."""

from __future__ import annotations

from typing import Any

import polars as pl

from liandong.definitions import Disclosure
from liandong.disclose import disclose
from liandong.evidence import TABLES

ALONE = {"effect": "e", "outcome": "y", "term": "d", "step": "M1"}
RULES = Disclosure(minimum_cell=10)


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    schema = dict(TABLES[name].columns)
    texts = {column: "" for column, dtype in schema.items() if dtype == pl.String}
    marks = {column: False for column, dtype in schema.items() if dtype == pl.Boolean}
    full = [dict.fromkeys(schema) | texts | marks | row for row in rows]
    return pl.DataFrame(full, schema=schema, orient="row")


def bundle(untreated: int, error: float) -> dict[str, pl.DataFrame]:
    design = {"effect": "e", "outcome": "y", "treatment_is_binary": True, "n_obs": 500}
    estimate = ALONE | {"is_treatment": True, "estimate": 0.123456, "std_error": error, "df": 17.654, "n_obs": 500}
    return {
        "design": table("design", design | {"n_treated": 500 - untreated, "n_untreated": untreated}),
        "estimates": table(
            "estimates",
            estimate | {"r2_within": 0.000123456},
            estimate | {"term": "age", "is_treatment": False, "estimate": 0.23456, "std_error": 0.0345678},
        ),
        "contours": table("contours", ALONE | {"r2_treatment": 0.0, "r2_outcome": 0.0, "adjusted_estimate": 0.123456}),
        "balance_tests": table("balance_tests", {"effect": "e", "method": "wald", "n_obs": 497, "statistic": 1.23456}),
    }


def test_few_people_leave_three_digits_and_no_fit() -> None:
    shown = disclose(bundle(untreated=7, error=0.0456789), RULES)
    treated = shown["estimates"].row(0, named=True)
    assert (treated["estimate"], treated["std_error"], treated["df"]) == (0.123, 0.0457, 18.0)
    assert shown["estimates"]["r2_within"].to_list() == [None, None]
    assert shown["contours"]["adjusted_estimate"].to_list() == [0.123]
    again = disclose(shown, RULES)
    assert all(again[name].equals(shown[name]) for name in shown if name != "suppressions")


def test_an_estimate_without_error_is_one_person_and_goes_everywhere() -> None:
    shown = disclose(bundle(untreated=1, error=1e-17), RULES)
    treated = shown["estimates"].row(0, named=True)
    assert treated["estimate"] is treated["std_error"] is treated["df"] is None
    assert shown["contours"]["adjusted_estimate"].to_list() == [None]
    assert shown["estimates"]["estimate"].to_list() == [None, 0.235]  # the covariate has an error


def test_large_arms_keep_every_digit() -> None:
    shown = disclose(bundle(untreated=200, error=0.0456789), RULES)
    assert shown["estimates"].row(0, named=True)["estimate"] == 0.123456
    assert shown["estimates"]["r2_within"].to_list() == [0.000123456, None]
    assert shown["contours"]["adjusted_estimate"].to_list() == [0.123456]


def test_a_balance_test_near_the_sample_of_its_model_loses_its_size() -> None:
    row = disclose(bundle(untreated=200, error=0.05), RULES)["balance_tests"].row(0, named=True)
    assert (row["n_obs"], row["statistic"]) == (None, 1.23)
