"""The gate against a reading of the same codebook row by row in plain Python, and what holds for any survey file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from liandong.definitions import Codebook
from liandong.errors import ValidationError
from liandong.evidence.typed_rows import typed_rows
from liandong.validate import Flow, changes, validate

TITLE = {"zh": "题", "en": "Title"}


def _field(name: str, field_type: str, constraints: dict[str, Any] | None = None, **extras: Any) -> dict[str, Any]:
    liandong = {"title_en": name, **extras}
    return {"name": name, "title": name, "type": field_type, "constraints": constraints or {}, "liandong": liandong}


CODEBOOK = Codebook.model_validate(
    {
        "primaryKey": "id",
        "foreignKeys": [{"fields": "community", "reference": {"resource": "places", "fields": "code"}}],
        "liandong": {
            "title": TITLE,
            "version": "1",
            "rules": [
                {"id": "stay", "title": TITLE, "check": "years <= age", "action": "reject"},
                {
                    "id": "calm", "title": TITLE, "check": "not (age > 60 and years < 2)",
                    "action": "blank", "fields": ["years"],
                },
                {"id": "told", "title": TITLE, "check": "missing(years) or answered(age)", "action": "warn"},
            ],
        },
        "fields": [
            _field("id", "string"),
            _field("community", "string"),
            _field("phone", "string", {"unique": True, "pattern": "[0-9]+"}, on_failure={"unique": "reject"}),
            _field(
                "age", "integer", {"required": True, "minimum": 16, "maximum": 110}, on_failure={"required": "reject"}
            ),
            _field("years", "number", {"minimum": 0}),
            _field("served", "integer", {"enum": [0, 1]}),
            _field("satisfied", "integer", {"required": True, "enum": [1, 2, 3]}, asked_if="served == 1"),
        ],
    }
)  # fmt: skip
PLACES = {"places": pl.DataFrame({"code": ["C1", "C2"]})}
KINDS = ["not_applicable", "refused"]
SCHEMA = {
    "_row": pl.Int64, "id": pl.String, "community": pl.String, "phone": pl.String, "age": pl.Int64,
    "years": pl.Float64, "served": pl.Int64, "satisfied": pl.Int64,
}  # fmt: skip
CODED = ("age", "satisfied")
UNREADABLE = "?"


@dataclass(frozen=True)
class Verdict:
    """What `validate` returns, its lazy frames collected."""

    accepted: pl.DataFrame
    missing: pl.DataFrame
    rejected: pl.DataFrame
    rejected_missing: pl.DataFrame
    corrections: pl.DataFrame
    rules: pl.DataFrame
    flow: Flow


@dataclass(frozen=True)
class Survey:
    """A survey file as ingest would give it."""

    frame: pl.DataFrame
    missing: pl.DataFrame
    type_problems: pl.DataFrame

    def validate(self, batch: int | None = None) -> Verdict:
        table = typed_rows(self.frame, self.missing, self.type_problems, batch=batch)
        result = validate(table, CODEBOOK, PLACES)
        return Verdict(
            accepted=result.accepted.collect(),
            missing=result.missing.collect(),
            rejected=result.rejected.collect(),
            rejected_missing=result.rejected_missing.collect(),
            corrections=result.corrections,
            rules=result.rules,
            flow=result.flow,
        )


def _survey(rows: list[dict[str, Any]]) -> Survey:
    """Split cells into values, kinds of missing and unreadable texts."""
    problems = [(row["_row"], name, "x") for row in rows for name in row if row[name] == UNREADABLE]
    values = [{name: None if cell in {*KINDS, UNREADABLE} else cell for name, cell in row.items()} for row in rows]
    kinds = [{name: row[name] if row[name] in KINDS else None for name in CODED} for row in rows]
    return Survey(
        frame=pl.DataFrame(values, schema=SCHEMA),
        missing=pl.DataFrame(kinds, schema=dict.fromkeys(CODED, pl.String)),
        type_problems=pl.DataFrame(
            problems, schema={"row": pl.Int64, "field": pl.String, "value": pl.String}, orient="row"
        ),
    )


ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["A", "B", "C", "D", "E", None]),
        "community": st.sampled_from(["C1", "C2", "C3", None]),
        "phone": st.sampled_from(["1", "2", "3", "no", None, None]),
        "age": st.sampled_from([15, 16, 40, 65, 111, None, UNREADABLE, *KINDS]),
        "years": st.sampled_from([-1.0, 0.0, 1.0, 16.0, 50.0, float("inf"), None, UNREADABLE]),
        "served": st.sampled_from([0, 1, 1, 2, None, UNREADABLE]),
        "satisfied": st.sampled_from([1, 3, 4, None, UNREADABLE, *KINDS]),
    }
)
# One sound row, so that something is always accepted.
SOUND: dict[str, Any] = {
    "id": "Z", "community": "C1", "phone": "9", "age": 40, "years": 3.0, "served": 1, "satisfied": 1,
}  # fmt: skip


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"_row": number, **row} for number, row in enumerate(rows, start=1)]


ROWS = st.lists(ROW, min_size=1, max_size=12).map(lambda rows: _numbered([SOUND, *rows]))


def _broken(row: dict[str, Any], rows: list[dict[str, Any]]) -> set[str]:
    """Return the rules that `row` breaks, told in plain Python."""
    broken: set[str] = set()
    content = {name: cell for name, cell in row.items() if name != "_row"}
    same_key = [other for other in rows if other["id"] == row["id"]]
    contents = [{name: cell for name, cell in other.items() if name != "_row"} for other in same_key]
    copies = {
        other["_row"]
        for other in rows
        for first in rows
        if other["id"] is not None and first["_row"] < other["_row"]
        and all(first[name] == other[name] for name in other if name != "_row")
    }  # fmt: skip
    if row["id"] is None:
        broken.add("key.missing")
    else:
        broken |= {"key.duplicate_row"} if row["_row"] in copies else set()
        broken |= {"key.conflict"} if any(other != content for other in contents) else set()
    broken |= {f"{name}.type" for name, cell in row.items() if cell == UNREADABLE}
    broken |= {"years.type"} if row["years"] == float("inf") else set()
    if row["phone"] is not None:
        phones = Counter(other["phone"] for other in rows if other["_row"] not in copies)
        broken |= {"phone.pattern"} if row["phone"] == "no" else set()
        broken |= {"phone.unique"} if phones[row["phone"]] > 1 and row["_row"] not in copies else set()
    broken |= {"community.foreign_key"} if row["community"] == "C3" else set()
    broken |= {"age.range"} if row["age"] in {15, 111} else set()
    broken |= {"age.required"} if row["age"] is None else set()
    broken |= {"years.range"} if row["years"] == -1.0 else set()
    broken |= {"served.enum"} if row["served"] == 2 else set()
    broken |= {"satisfied.enum"} if row["satisfied"] == 4 else set()
    broken |= {"satisfied.required"} if row["served"] == 1 and row["satisfied"] in {None, "not_applicable"} else set()
    broken |= (
        {"satisfied.skip"}
        if row["served"] == 0 and row["satisfied"] not in {None, "not_applicable", UNREADABLE}
        else set()
    )
    return broken | _contradictions(row, broken)


def _contradictions(row: dict[str, Any], broken: set[str]) -> set[str]:
    """Return the cross-field rules that `row` breaks; a value that breaks a rule of its own says nothing."""
    own = {"age.type", "age.range", "years.type", "years.range"}
    if broken & own:
        return set()
    age = row["age"] if isinstance(row["age"], int) else None
    years = row["years"]
    contradictions = set()
    if age is not None and years is not None and years > age:
        contradictions.add("stay")
    if age is not None and years is not None and age > 60 and years < 2:
        contradictions.add("calm")
    if years is not None and age is None:
        contradictions.add("told")
    return contradictions


REJECTING = {
    "key.missing", "key.duplicate_row", "key.conflict", "phone.unique", "community.foreign_key", "age.required", "stay",
}  # fmt: skip
BLANKING = {
    "phone.type": "phone", "phone.pattern": "phone", "age.type": "age", "age.range": "age", "years.type": "years",
    "years.range": "years", "served.type": "served", "served.enum": "served", "satisfied.type": "satisfied",
    "satisfied.enum": "satisfied", "satisfied.skip": "satisfied", "calm": "years",
}  # fmt: skip


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_gate_agrees_with_a_reading_row_by_row(rows: list[dict[str, Any]]) -> None:
    result = _survey(rows).validate()
    broken = {row["_row"]: _broken(row, rows) for row in rows}
    rejected = {number: rules for number, rules in broken.items() if rules & REJECTING}
    told = {number: set(rules.split("; ")) for number, rules in result.rejected.select("_row", "_rules").iter_rows()}
    assert told == rejected
    counted = dict(result.rules.select("rule", "n_failed").iter_rows())
    failures = Counter(rule for rules in broken.values() for rule in rules)
    assert {rule: failed for rule, failed in counted.items() if failed} == dict(failures)
    corrected = {
        (number, BLANKING[rule])
        for number, rules in broken.items()
        if number not in rejected
        for rule in rules & BLANKING.keys()
    }
    assert set(result.corrections.select("row", "field").iter_rows()) == corrected


@given(ROWS)
@settings(max_examples=30, deadline=None)
def test_every_row_is_accepted_or_rejected_exactly_once(rows: list[dict[str, Any]]) -> None:
    result = _survey(rows).validate()
    numbers = [*result.accepted["_row"].to_list(), *result.rejected["_row"].to_list()]
    assert sorted(numbers) == [row["_row"] for row in rows]
    assert result.flow.received == result.flow.accepted + result.flow.rejected == len(rows)
    assert result.missing.height == result.flow.accepted
    assert result.rules.filter(pl.col("n_failed") > pl.col("n_checked")).is_empty()


@given(ROWS)
@settings(max_examples=30, deadline=None)
def test_rejected_rows_are_whole_and_name_a_rule_that_rejects(rows: list[dict[str, Any]]) -> None:
    survey = _survey(rows)
    result = survey.validate()
    whole = survey.frame.filter(pl.col("_row").is_in(result.rejected["_row"].implode()))
    assert_frame_equal(result.rejected.drop("_rules", "_unreadable"), whole)
    for rules in result.rejected["_rules"]:
        assert set(rules.split("; ")) & REJECTING


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_of_rows_changes_nothing(rows: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = _survey(rows).validate(), _survey(shuffled).validate()
    assert_frame_equal(one.accepted, other.accepted.sort("_row"))
    assert_frame_equal(one.rejected, other.rejected.sort("_row"))
    assert_frame_equal(one.rules, other.rules)
    assert_frame_equal(one.corrections, other.corrections)
    assert other.accepted["_row"].to_list() == [
        row["_row"] for row in shuffled if row["_row"] in set(one.accepted["_row"])
    ]


@given(ROWS, st.integers(1, 15))
@settings(max_examples=40, deadline=None)
def test_rows_looked_at_by_parts_of_any_size_give_the_same(rows: list[dict[str, Any]], batch: int) -> None:
    whole, parts = _survey(rows).validate(), _survey(rows).validate(batch)
    for name in ("accepted", "missing", "rejected", "rejected_missing", "corrections", "rules"):
        assert_frame_equal(getattr(whole, name), getattr(parts, name))
    assert whole.flow == parts.flow


@given(ROWS)
@settings(max_examples=20, deadline=None)
def test_long_lists_of_rows_are_joined_with_the_same_outcome(rows: list[dict[str, Any]]) -> None:
    listed = _survey(rows).validate(3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "LISTED", -1)
        joined = _survey(rows).validate(3)
    assert_frame_equal(listed.accepted, joined.accepted)
    assert_frame_equal(listed.missing, joined.missing)


@given(ROWS, st.data())
@settings(max_examples=30, deadline=None)
def test_copy_of_an_accepted_row_is_rejected_and_changes_nothing_else(rows: list[dict[str, Any]], data: Any) -> None:
    before = _survey(rows).validate()
    original = data.draw(st.sampled_from([row for row in rows if row["_row"] in set(before.accepted["_row"])]))
    after = _survey([*rows, {**original, "_row": len(rows) + 1}]).validate()
    assert_frame_equal(before.accepted, after.accepted)
    assert_frame_equal(before.corrections, after.corrections)
    copy = after.rejected.row(-1, named=True)
    assert copy["_row"] == len(rows) + 1
    assert "key.duplicate_row" in copy["_rules"].split("; ")


@given(ROWS)
@settings(max_examples=20, deadline=None)
def test_nothing_that_was_handed_in_is_changed(rows: list[dict[str, Any]]) -> None:
    survey = _survey(rows)
    same = _survey(rows)
    survey.validate()
    assert_frame_equal(survey.frame, same.frame)
    assert_frame_equal(survey.missing, same.missing)
    assert_frame_equal(survey.type_problems, same.type_problems)


@given(st.lists(ROW, max_size=8))
@settings(max_examples=20, deadline=None)
def test_file_is_either_refused_whole_or_something_is_accepted(rows: list[dict[str, Any]]) -> None:
    survey = _survey(_numbered(rows))
    try:
        result = survey.validate()
    except ValidationError as error:
        assert error.zh  # noqa: PT017 (either outcome is right)
    else:
        assert result.flow.accepted > 0
