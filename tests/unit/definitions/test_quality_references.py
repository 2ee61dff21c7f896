from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from liandong.definitions import load_study, plan_items
from liandong.definitions.expression_types import Kind
from liandong.definitions.quality import Quality
from liandong.definitions.quality_references import check_quality

HUBEI = Path(__file__).resolve().parents[3] / "examples" / "hubei"
COLUMNS: dict[str, Kind | None] = {
    "who": "text",
    "place": "text",
    "begin": "datetime",
    "end": "datetime",
    "born": "date",
    "seconds": "number",
    "age": "number",
    "q1": "number",
    "q2": "number",
    "q3": "number",
    "unclear": None,
}
LINKED: dict[str, Kind | None] = {"places.size": "number"}


def _problems(**quality: Any) -> list[str]:
    raw = {"data": {"responses": "a.csv", "again": "b.csv"}, "quality": quality}
    return [str(problem) for problem in check_quality(raw, COLUMNS, LINKED)]


def test_a_sound_block_has_no_problems() -> None:
    assert not _problems(
        interviewer="who",
        community="place",
        started="begin",
        ended="end",
        seconds="seconds",
        submitted="end",
        blocks=[{"id": "b", "fields": ["q1", "q2", "q3"]}],
        numbers=["age", "unclear"],
        ages=["age"],
        effects_on=["q1"],
        date_order=[["born", "begin"]],
        contradictions=[{"id": "young", "check": "age < 18 and q1 == 1"}],
        targets={"column": "place", "counts": [["A", 3]]},
        back_check={"table": "again", "key": ["who"], "stable": ["age"], "tolerance": {"age": 1}},
    )


# what stands under quality, and a part of the one problem that it makes
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"interviewer": "woh"}, "quality.interviewer: 'woh' is not a column (did you mean 'who'?)"),
    ({"started": "born"}, "quality.started: 'born' is not a date with a time"),
    ({"submitted": "age"}, "quality.submitted: 'age' is not a date with a time or a date"),
    ({"seconds": "who"}, "quality.seconds: 'who' is not a number"),
    ({"numbers": ["age", "who"]}, "quality.numbers[1]: 'who' is not a number"),
    ({"ages": ["age", "age"]}, "quality.ages: 'age' is defined 2 times"),
    ({"blocks": [{"id": "b", "fields": ["q1", "q2", "q4"]}]}, "quality.blocks[0].fields[2]: 'q4' is not a column"),
    ({"blocks": [{"id": "b", "fields": []}, {"id": "b", "fields": []}]}, "'b' is defined 2 times"),
    ({"date_order": [["begin", "age"]]}, "quality.date_order[0][1]: 'age' is not a date or a date with a time"),
    ({"contradictions": [{"id": "x", "check": "agee < 3"}]}, "contradictions[0].check: 'agee' is not a column"),
    ({"contradictions": [{"id": "x", "check": "age + 3"}]}, "but a condition is expected"),
    ({"targets": {"column": "plaec"}}, "quality.targets.column: 'plaec' is not a column"),
    ({"back_check": {"table": "agian"}}, "back_check.table: 'agian' is not a second table under data (did you mean"),
    ({"back_check": {"table": "responses"}}, "'responses' is not a second table"),
    ({"back_check": {"table": "again", "tolerance": {"who": 1}}}, "tolerance.who: 'who' is not a number"),
]


@pytest.mark.parametrize(("quality", "expected"), WRONG)
def test_each_wrong_name_is_said_once_with_its_place(quality: dict[str, Any], expected: str) -> None:
    (problem,) = _problems(**quality)
    assert expected in problem


@pytest.mark.parametrize("shape", [None, [], "x", {"blocks": 3, "date_order": ["x"], "back_check": []}])
def test_wrong_shapes_are_left_to_the_check_of_shapes(shape: Any) -> None:
    assert not check_quality({"quality": shape}, COLUMNS, LINKED)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"hours": [22, 7]}, "earlier to a later hour"),
    ({"period": ["2026-05-02", "2026-05-01"]}, "ends before it begins"),
    ({"shortest_minutes": 2000}, "below longest_minutes"),
    ({"speeder_share": 1.5}, "less than 1"),
    ({"targets": {}}, "expected total, or column with counts"),
    ({"targets": {"total": 3, "column": "place"}}, "belong together"),
    ({"targets": {"column": "place", "counts": [["A", 3], ["A", 4]]}}, "more than once"),
    ({"targets": {"column": "place", "counts": [[False, 3]]}}, "in quotes"),
    ({"back_check": {"table": "b", "key": ["k"]}}, "fields to compare"),
    ({"back_check": {"table": "b", "key": ["k"], "stable": ["a"], "checked": ["a"]}}, "more than once"),
    ({"back_check": {"table": "b", "key": ["k"], "stable": ["a"], "tolerance": {"c": 1}}}, "neither under stable"),
    (
        {"blocks": [{"id": "b", "title": {"zh": "甲", "en": "A"}, "fields": ["a", "b", "c"], "reversed": ["d"]}]},
        "among",
    ),
]


@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_what_cannot_be_meant_is_refused(content: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        Quality.model_validate(content)


def test_planned_interviews_are_the_total_or_the_sum_of_the_counts() -> None:
    counts = Quality.model_validate({"targets": {"column": "place", "counts": [["A", 3], ["B", 4]]}}).targets
    total = Quality.model_validate({"targets": {"total": 9, "column": "place", "counts": [["A", 3]]}}).targets
    assert counts is not None
    assert total is not None
    assert (counts.planned, total.planned) == (7, 9)


def test_field_supervision_is_no_part_of_the_plan(tmp_path: Path) -> None:
    raw = yaml.safe_load((HUBEI / "study.yaml").read_text(encoding="utf-8"))
    raw["instrument"] = str(HUBEI.parents[1] / "data_schema" / "wushe")
    raw["claims"] = []
    plans = []
    variants: list[dict[str, Any]] = [raw["quality"], {}]
    for quality in variants:
        (tmp_path / "study.yaml").write_text(yaml.safe_dump({**raw, "quality": quality}), encoding="utf-8")
        plans.append(plan_items(load_study(tmp_path)))
    assert plans[0] == plans[1]


def test_a_contradiction_may_read_another_table_but_no_column_is_one() -> None:
    title = {"zh": "矛盾", "en": "Contradiction"}
    assert not _problems(contradictions=[{"id": "a", "title": title, "check": "places.size < age"}])
    (problem,) = _problems(interviewer="places.size")
    assert "'places.size' is not a column" in problem
