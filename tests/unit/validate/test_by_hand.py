from __future__ import annotations

from typing import Any

import polars as pl

from liandong.evidence.typed_rows import ROW, typed_rows
from liandong.validate import Validated, validate
from liandong.validate.by_hand import BY_HAND, held_back, set_aside

FIELDS = {"id": {"type": "string"}, "age": {"type": "integer", "constraints": {"minimum": 18}, "pii": True}}


def _validated(build: Any, rows: list[dict[str, Any]], dropped: list[int]) -> Validated:
    case = build({"fields": FIELDS, "key": ["id"], "rows": rows})
    table = typed_rows(case.frame, case.missing, case.type_problems)
    aside = pl.Series(ROW, dropped, dtype=pl.Int64)
    validated = validate(set_aside(table, aside), case.codebook, {})
    return held_back(validated, table, aside, case.codebook)


ROWS: list[dict[str, Any]] = [{"id": "A", "age": 30}, {"id": "B", "age": 40}, {"id": "B", "age": "?x"}]


def test_dropped_rows_are_received_and_rejected(build: Any) -> None:
    validated = _validated(build, ROWS, [3])
    flow = validated.flow
    assert (flow.received, flow.rejected, flow.accepted) == (3, 1, 2)
    rejected = validated.rejected.collect()
    assert rejected.select(ROW, "id", "_rules", "_unreadable").rows() == [(3, "B", BY_HAND, "age=(withheld)")]
    assert validated.breaches.rows() == [(3, BY_HAND)]


def test_dropping_is_a_rule_behind_the_others_with_its_counts(build: Any) -> None:
    rules = _validated(build, ROWS, [3]).rules
    last = rules.tail(1).to_dicts()[0]
    assert (last["rule"], last["n_checked"], last["n_failed"], last["n_rows_rejected"]) == (BY_HAND, 3, 1, 1)
    assert rules["rule"].is_unique().all()


def test_rows_are_in_the_order_of_the_file(build: Any) -> None:
    rows: list[dict[str, Any]] = [
        {"id": None, "age": 30},
        {"id": "C", "age": 40},
        {"id": None, "age": 50},
        {"id": "D", "age": 50},
    ]
    assert _validated(build, rows, [2]).rejected.collect()[ROW].to_list() == [1, 2, 3]


def test_a_log_that_drops_nothing_counts_nothing(build: Any) -> None:
    validated = _validated(build, ROWS[:2], [])
    assert validated.flow.rejected == 0
    assert validated.rules.tail(1)["n_failed"].item() == 0
