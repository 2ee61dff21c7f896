from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "validate" / "verdicts.yaml").read_text(encoding="utf-8"))
CASE_NAMES = [case["name"] for case in CASES]


def _expected_rejections(case: dict[str, Any]) -> dict[int, str]:
    rejected = {number: row["rejected"] for number, row in enumerate(case["rows"], start=1) if "rejected" in row}
    rejected |= case.get("also_rejected", {})
    return {number: "; ".join(rules) for number, rules in rejected.items()}


def _expected_blanks(case: dict[str, Any]) -> dict[tuple[int, str], str]:
    return {
        (number, field): rules
        for number, row in enumerate(case["rows"], start=1)
        for field, rules in row.get("blanks", {}).items()
    }


def _rejections(result: Any) -> dict[int, str]:
    return dict(result.rejected.select("_row", "_rules").iter_rows())


@pytest.mark.parametrize("case", CASES, ids=CASE_NAMES)
def test_rows_are_rejected_for_the_reasons_worked_out_by_hand(case: dict[str, Any], build: Any) -> None:
    assert _rejections(build(case).validate()) == _expected_rejections(case)


@pytest.mark.parametrize("case", CASES, ids=CASE_NAMES)
def test_values_are_blanked_where_worked_out_by_hand(case: dict[str, Any], build: Any) -> None:
    result = build(case).validate()
    corrections = {(row, field): rule for row, field, _, _, rule in result.corrections.iter_rows()}
    assert corrections == _expected_blanks(case)
    for row, field in corrections:
        cell = result.accepted.filter(pl.col("_row") == row)[field]
        kind = result.missing.filter(result.accepted["_row"] == row)[field]
        assert cell.to_list() == [None]
        assert kind.to_list() == ["blanked"]


@pytest.mark.parametrize("case", CASES, ids=CASE_NAMES)
def test_everything_else_is_left_as_it_was(case: dict[str, Any], build: Any) -> None:
    built = build(case)
    result = built.validate()
    blanked = _expected_blanks(case)
    for after in result.accepted.iter_rows(named=True):
        before = built.frame.row(by_predicate=pl.col("_row") == after["_row"], named=True)
        for field in built.codebook.names:
            if (after["_row"], field) not in blanked:
                assert after[field] == before[field]
                kind = built.missing[field][after["_row"] - 1] if field in built.missing.columns else None
                position = result.accepted["_row"].to_list().index(after["_row"])
                assert (result.missing[field][position] if field in result.missing.columns else None) == kind


@pytest.mark.parametrize("case", CASES, ids=CASE_NAMES)
def test_rules_are_counted_as_worked_out_by_hand(case: dict[str, Any], build: Any) -> None:
    rules = build(case).validate().rules
    counted = {
        rule: [checked, failed] for rule, checked, failed in rules.select("rule", "n_checked", "n_failed").rows()
    }
    for rule, expected in case.get("counts", {}).items():
        assert counted[rule] == expected, rule
