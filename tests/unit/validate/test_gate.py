from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from liandong.errors import ExitCode, ValidationError
from liandong.evidence.tables import conform
from liandong.validate import Flow

SURVEY: dict[str, Any] = {
    "key": "id",
    "fields": {
        "id": {"type": "string", "constraints": {"required": True}, "pii": True},
        "community": {"type": "string"},
        "age": {"type": "integer", "constraints": {"minimum": 16}, "on_failure": {"range": "reject"}},
        "served": {"type": "integer", "constraints": {"enum": [0, 1]}},
        "satisfied": {"type": "integer", "asked_if": "served == 1"},
        "phone": {"type": "string", "constraints": {"pattern": "1[0-9]{2}"}, "pii": True},
        "income": {"type": "number"},
    },
    "rules": [{"id": "earns", "check": "not (age < 18 and income > 9000)", "action": "warn"}],
    "foreign_keys": [{"fields": "community", "reference": {"resource": "places", "fields": "code"}}],
    "references": {"places": {"code": ["C1", "C2"]}},
    "rows": [
        {"id": "A", "community": "C1", "age": 40, "served": 1, "satisfied": "<refused>", "phone": "138"},
        {
            "id": "B",
            "community": "C2",
            "age": 12,
            "served": 0,
            "satisfied": "<refused>",
            "phone": "?x",
            "income": "?9k",
        },
        {"id": "C", "community": "C9", "age": 50, "served": 7, "satisfied": 3, "phone": "no"},
        {"id": "D", "community": "C1", "age": 17, "served": 0, "satisfied": 4, "phone": "no", "income": 9500},
        {"id": "E", "community": "C1", "age": 60, "served": 5, "income": "?none"},
    ],
}


def test_rejected_rows_are_kept_whole(build: Any) -> None:
    case = build(SURVEY)
    result = case.validate()
    kept = case.frame.filter(pl.col("_row").is_in([2, 3]))
    assert_frame_equal(result.rejected.drop("_rules", "_unreadable"), kept)
    assert result.rejected["_rules"].to_list() == [
        "age.range; satisfied.skip; phone.type; income.type",
        "served.enum; phone.pattern; community.foreign_key",
    ]
    assert result.rejected_missing["satisfied"].to_list() == ["refused", None]


def test_unreadable_texts_of_rejected_rows_are_kept_except_personal_ones(build: Any) -> None:
    result = build(SURVEY).validate()
    assert result.rejected["_unreadable"].to_list() == ["income=9k; phone=(withheld)", None]


def test_corrections_say_what_stood_where_and_withhold_personal_text(build: Any) -> None:
    result = build(SURVEY).validate()
    assert result.corrections.rows() == [
        (4, "satisfied", "4", None, "satisfied.skip"),
        (4, "phone", "(withheld)", None, "phone.pattern"),
        (5, "served", "5", None, "served.enum"),
        (5, "income", "none", None, "income.type"),
    ]
    assert result.corrections.schema == {
        "row": pl.Int64, "field": pl.String, "before": pl.String, "after": pl.String, "rule": pl.String,
    }  # fmt: skip


def test_accepted_rows_keep_their_order_columns_and_types(build: Any) -> None:
    case = build(SURVEY)
    result = case.validate()
    assert result.accepted["_row"].to_list() == [1, 4, 5]
    assert result.accepted.schema == case.frame.schema
    assert result.missing.height == 3
    assert all("blanked" in kinds.categories for kinds in result.missing.schema.values())


def test_flow_adds_up(build: Any) -> None:
    assert build(SURVEY).validate().flow == Flow(received=5, rejected=2, accepted=3)


def test_every_rule_is_listed_with_its_counts_even_without_a_failure(build: Any) -> None:
    rules = build(SURVEY).validate().rules
    listed = {rule: tuple(rest) for rule, *rest in rules.drop("title_zh", "title_en", "suppressed").iter_rows()}
    assert list(listed) == [
        "key.missing", "key.duplicate_row", "key.conflict",
        "id.type", "id.required", "community.type", "age.type", "age.range", "served.type", "served.enum",
        "satisfied.type", "satisfied.skip", "phone.type", "phone.pattern", "income.type",
        "community.foreign_key", "earns",
    ]  # fmt: skip
    assert listed["key.conflict"] == ("id", "primary_key", "reject", 5, 0, 0)
    assert listed["age.range"] == ("age", "range", "reject", 5, 1, 1)
    assert listed["phone.pattern"] == ("phone", "pattern", "blank", 3, 2, 0)
    # Row 1 has no income, but is 40: false and unknown is false, so the rule is kept. Row 2 is below its age limit and
    # row 5 has an income that nobody can read: neither is evidence.
    assert listed["earns"] == ("age+income", "cross_field", "warn", 3, 1, 0)
    assert listed["community.foreign_key"] == ("community", "foreign_key", "reject", 5, 1, 1)


def test_rule_table_is_the_bundle_s_table(build: Any) -> None:
    rules = build(SURVEY).validate().rules
    assert_frame_equal(conform("validation", rules), rules)


def test_nothing_is_rejected_or_changed_in_a_clean_file(build: Any) -> None:
    case = build({**SURVEY, "rows": SURVEY["rows"][:1]})
    result = case.validate()
    assert_frame_equal(result.accepted, case.frame)
    assert_frame_equal(result.missing.cast(pl.String), case.missing)
    assert result.rejected.columns == [*case.frame.columns, "_rules", "_unreadable"]
    assert result.rejected.is_empty()
    assert result.corrections.is_empty()
    assert result.rules["n_failed"].sum() == 0


def test_arguments_are_left_alone(build: Any) -> None:
    case = build(SURVEY)
    before = [frame.clone() for frame in (case.frame, case.missing, case.type_problems, case.references["places"])]
    hashes = [frame.hash_rows().to_list() for frame in before]
    case.validate()
    after = [case.frame, case.missing, case.type_problems, case.references["places"]]
    assert [frame.hash_rows().to_list() for frame in after] == hashes
    assert [frame.schema for frame in after] == [frame.schema for frame in before]


def test_optional_column_that_the_file_lacks_is_named_and_its_rules_check_nothing(build: Any) -> None:
    case = build({**SURVEY, "rules": [{"id": "young", "check": "missing(income) or age > 3", "action": "reject"}]})
    absent = ["age", "served", "community"]
    result = replace(case, frame=case.frame.drop(absent)).validate()
    assert result.absent == ("community", "age", "served")
    counted = dict(result.rules.select("rule", "n_checked").iter_rows())
    for rule in ("age.range", "served.enum", "satisfied.skip", "community.foreign_key", "young"):
        assert counted[rule] == 0, rule
    assert result.flow.rejected == 0


def test_required_columns_that_the_file_lacks_are_all_named_with_their_nearest(build: Any) -> None:
    survey = {**SURVEY, "fields": {**SURVEY["fields"], "income": {"type": "number", "constraints": {"required": True}}}}
    case = build(survey)
    frame = case.frame.drop("income").rename({"id": "idd"})
    with pytest.raises(ValidationError) as error:
        replace(case, frame=frame).validate()
    assert error.value.exit_code == ExitCode.DATA
    assert "  - id (id): did you mean 'idd'?" in error.value.message
    assert "  - income (income)" in error.value.message
    assert error.value.zh == "数据缺少必需的列：id、income。"


def test_file_of_which_nothing_can_be_accepted_is_an_error_with_the_three_main_reasons(build: Any) -> None:
    reject = {"type": "integer", "constraints": {"minimum": 1}, "on_failure": {"range": "reject"}}
    rows = [dict.fromkeys("abcd"[: number % 4 + 1], 0) for number in range(10)]
    case = build({"fields": dict.fromkeys("abcd", reject), "rows": rows})
    with pytest.raises(ValidationError) as error:
        case.validate()
    assert error.value.message.splitlines() == [
        "none of the 10 rows can be accepted; the most frequent reasons:",
        "  - a.range: 10 rows. “a” should be at least 1",
        "  - b.range: 7 rows. “b” should be at least 1",
        "  - c.range: 4 rows. “c” should be at least 1",
    ]
    assert error.value.zh == (
        "全部 10 行均未通过校验，主要原因：「a」应不小于 1（10 行）；「b」应不小于 1（7 行）；「c」应不小于 1（4 行）。"
    )


def test_file_without_rows_is_an_error(build: Any) -> None:
    with pytest.raises(ValidationError, match="the data have no rows"):
        build({**SURVEY, "rows": []}).validate()


@pytest.mark.parametrize(
    ("references", "message", "hint"),
    [
        ({}, "needs the table 'places', which was not given", "name its file in study.yaml"),
        ({"place": {"code": ["C1"]}}, "needs the table 'places'", "did you mean 'place'?"),
        ({"places": {"codes": ["C1"]}}, "has no column 'code'", "did you mean 'codes'?"),
        ({"places": {"x": ["C1"], "y": [1]}}, "has no column 'code'", "its columns: x, y"),
    ],
)
def test_foreign_key_without_its_table_or_column_is_an_error(
    build: Any, references: dict[str, Any], message: str, hint: str
) -> None:
    with pytest.raises(ValidationError) as error:
        build({**SURVEY, "references": references}).validate()
    assert message in error.value.message
    assert error.value.hint is not None
    assert hint in error.value.hint


@pytest.mark.parametrize("codes", [[1, 2], [1.0, 2.0, float("nan")], ["1", " 2 "], ["1", "2", None]])
def test_reference_codes_match_whatever_their_file_made_of_them(build: Any, codes: list[Any]) -> None:
    for field_type, good in (("integer", 2), ("string", "2"), ("number", 2.0)):
        survey = {
            "fields": {"place": {"type": field_type}},
            "foreign_keys": [{"fields": "place", "reference": {"resource": "places", "fields": "code"}}],
            "references": {"places": {"code": codes}},
            "rows": [{"place": good}, {"place": type(good)(3)}],
        }
        assert build(survey).validate().rejected["_row"].to_list() == [2], field_type


def test_reference_with_a_fraction_is_no_whole_number(build: Any) -> None:
    survey = {
        "fields": {"place": {"type": "integer"}},
        "foreign_keys": [{"fields": "place", "reference": {"resource": "places", "fields": "code"}}],
        "references": {"places": {"code": [1.0, 2.5]}},
        "rows": [{"place": 1}, {"place": 2}],
    }
    assert build(survey).validate().rejected["_row"].to_list() == [2]


def test_breaches_of_the_contract_are_defects_of_the_program(build: Any) -> None:
    case = build(SURVEY)
    with pytest.raises(ValueError, match="missing has 4 rows, the frame 5"):
        replace(case, missing=case.missing.head(4)).validate()
    with pytest.raises(ValueError, match="_row does not identify the rows"):
        replace(case, frame=case.frame.with_columns(_row=pl.lit(1, dtype=pl.Int64))).validate()
    with pytest.raises(ValueError, match=r"not of the codebook's type: \{'age': 'String'\}"):
        replace(case, frame=case.frame.with_columns(pl.col("age").cast(pl.String))).validate()


def test_rows_without_a_codebook_rule_beyond_types_pass(build: Any) -> None:
    result = build({"fields": {"a": {"type": "string"}}, "rows": [{"a": "x"}, {"a": "x"}, {}]}).validate()
    assert result.flow == Flow(received=3, rejected=0, accepted=3)


def test_rule_may_be_called_like_a_field(build: Any) -> None:
    survey = {
        "fields": {"age": {"type": "integer"}},
        "rules": [{"id": "age", "check": "age > 0", "action": "blank", "fields": ["age"]}],
        "rows": [{"age": 0}, {"age": 1}],
    }
    result = build(survey).validate()
    assert result.accepted["age"].to_list() == [None, 1]
    assert result.corrections["rule"].to_list() == ["age"]
