from __future__ import annotations

from typing import Any

import pytest

from liandong.definitions.codebook import Codebook
from liandong.definitions.shape import check_shape, nearest, path_text
from liandong.definitions.study import StudyFile

TEXT = {"zh": "题", "en": "title"}
STUDY: dict[str, Any] = {"id": "s", "title": TEXT}
EFFECT: dict[str, Any] = {
    "id": "e", "title": TEXT, "role": "primary", "outcomes": ["y"], "treatment": "t", "cluster": ["c"],
    "steps": [{"name": "M1"}],
}  # fmt: skip
CLAIM: dict[str, Any] = {"id": "c", "kind": "percent", "published": 1, "source": {"title": "t"}}
CODEBOOK: dict[str, Any] = {"fields": [], "liandong": {"title": TEXT, "version": "1"}}
QUOTES = "(put it in quotes; YAML reads yes, no, 1.0 and 2020-01-01 as other things than text)"

STUDY_MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"titel": TEXT}, "titel: is not a key that is known here (did you mean 'title'?)"),
    ({"title": "plain"}, "title: expected a mapping with the keys zh, en; got 'plain'"),
    ({"title": {"zh": "题"}}, "title.en: is required, but is not there"),
    ({"title": {"zh": True, "en": "x"}}, f"title.zh: expected text; got True {QUOTES}"),
    ({"title": {"zh": None, "en": "x"}}, "title.zh: expected text; got None"),
    (
        {"id": "Hubei 21"},
        "id: expected small letters, digits and underscores, a letter first; got 'Hubei 21' (for example 'hubei_21')",
    ),
    ({"instrument": 3}, f"instrument: expected text; got 3 {QUOTES}"),
    ({"claims": 3}, "claims: expected text or a list; got 3"),
    ({"claims": {"a": 1}}, "claims: expected text or a list; got a mapping"),
    ({"data": ["a.csv"]}, "data: expected a mapping; got a list"),
    ({"claims": [{**CLAIM, "df": float("inf")}]}, "claims[0].df: should be a finite number; got inf"),
    ({"disclosure": {"minimum_cell": 0}}, "disclosure.minimum_cell: should be greater than or equal to 1; got 0"),
    ({"report": {"languages": ["fr"]}}, "report.languages[0]: 'fr' is not one of 'zh' or 'en'"),
    (
        {"design": {"assignment": {"kind": "observatonal"}}},
        (
            "design.assignment.kind: 'observatonal' is not one of 'observational' or 'randomised' "
            "(did you mean 'observational'?)"
        ),
    ),
    ({"analysis": {"effects": {"a": 1}}}, "analysis.effects: expected a list; got a mapping"),
    (
        {"analysis": {"effects": [{**EFFECT, "outcomes": []}]}},
        "analysis.effects[0].outcomes: expected at least 1 entries; got 0",
    ),
    (
        {"analysis": {"effects": [{**EFFECT, "absorb": ["a", "b", "c"]}]}},
        "analysis.effects[0].absorb: expected at most 2 entries; got 3",
    ),
    (
        {"analysis": {"derived": [{"name": "d", "title": TEXT, "expression": "import os"}]}},
        "analysis.derived[0].expression: cannot be read at column 1 (invalid syntax): 'import os'",
    ),
    (
        {"analysis": {"derived": [{"name": "d", "title": TEXT, "expression": ["a"]}]}},
        "analysis.derived[0].expression: an expression is text, such as \"age >= 18\"; got ['a']",
    ),
    (
        {"analysis": {"derived": [{"name": "d", "title": TEXT, "expression": "a", "categories": [[None, TEXT]]}]}},
        "analysis.derived[0].categories[0][0]: expected text or a whole number or a number; got None",
    ),
    (
        {"claims": [{**CLAIM, "kind": "percnt"}]},
        (
            "claims[0].kind: 'percnt' is not one of 'percent', 'count', 'mean', 'difference', 'coefficient', "
            "'p_value', 'comparison', 'ratio' or 'growth' (did you mean 'percent'?)"
        ),
    ),
    (
        {"claims": [{**CLAIM, "published": None}]},
        "claims[0].published: expected a number or text; got None",
    ),
    (
        {"claims": [{**CLAIM, "published": float("nan")}]},
        "claims[0].published: expected a number or text; got nan",
    ),
]
FIELD: dict[str, Any] = {"name": "a", "title": "题", "type": "integer", "liandong": {"title_en": "a"}}
FIELD_MISTAKES: list[tuple[dict[str, Any], str]] = [
    (
        {"type": "intger"},
        (
            "type: 'intger' is not one of 'integer', 'number', 'string', 'boolean', 'date', 'datetime', 'time' or "
            "'year' (did you mean 'integer'?)"
        ),
    ),
    ({"title": 2020}, f"title: expected text; got 2020 {QUOTES}"),
    ({"constraints": {"minimun": 3}}, "constraints.minimun: is not a key that is known here (did you mean 'minimum'?)"),
    ({"categories": ["a"]}, "categories[0]: expected a mapping with the keys value, label; got 'a'"),
    (
        {"categories": [{"value": None}]},
        "categories[0].value: expected a whole number or a number or text or true or false; got None",
    ),
    (
        {"categories": [{"value": 0, "label": False}]},
        f"categories[0].label: expected text; got False {QUOTES}",
    ),
    (
        {"liandong": {"title_en": "a", "on_failure": {"required": "blank"}}},
        "liandong.on_failure.required: 'blank' is not one of 'reject' or 'warn'",
    ),
    (
        {"liandong": {"title_en": "a", "on_failure": {"type": "warn"}}},
        "liandong.on_failure.type: 'warn' is not one of 'reject' or 'blank'",
    ),
]


@pytest.mark.parametrize(("change", "expected"), STUDY_MISTAKES, ids=[expected for _, expected in STUDY_MISTAKES])
def test_mistake_in_a_study_is_told_at_its_path(change: dict[str, Any], expected: str) -> None:
    raw = {**STUDY, **change}
    model, problems = check_shape(StudyFile, raw, "study.yaml")
    assert model is None
    assert [str(problem) for problem in problems] == [f"study.yaml: {expected}"]


@pytest.mark.parametrize(("change", "expected"), FIELD_MISTAKES, ids=[expected for _, expected in FIELD_MISTAKES])
def test_mistake_in_a_field_is_told_at_its_path(change: dict[str, Any], expected: str) -> None:
    _, problems = check_shape(Codebook, {**CODEBOOK, "fields": [{**FIELD, **change}]}, "codebook.yaml")
    assert [str(problem) for problem in problems] == [f"codebook.yaml: fields[0].{expected}"]


@pytest.mark.parametrize(("value", "got"), [(3, "3"), ({"x": 1}, "a mapping"), (None, "None")])
def test_alternatives_are_told_once_and_without_names_of_the_library(value: Any, got: str) -> None:
    keys = [{"fields": value, "reference": {"fields": "a"}}]
    _, problems = check_shape(Codebook, {**CODEBOOK, "foreignKeys": keys}, "f")
    assert [str(problem) for problem in problems] == [f"f: foreignKeys[0].fields: expected a list or text; got {got}"]


def test_problems_do_not_hide_each_other() -> None:
    raw = {"id": "A B", "foo": 1, "data": 3, "report": {"formats": ["odt"]}}
    _, problems = check_shape(StudyFile, raw, "study.yaml")
    paths = {problem.where.removeprefix("study.yaml: ") for problem in problems}
    assert paths == {"id", "title", "foo", "data", "report.formats[0]"}


@pytest.mark.parametrize("raw", [[], None, "text"])
def test_something_else_than_a_mapping_is_told_at_the_top(raw: Any) -> None:
    _, problems = check_shape(StudyFile, raw, "study.yaml")
    (problem,) = problems
    assert problem.where == "study.yaml: (top level)"
    assert problem.message.startswith("expected a mapping with the keys id, title")


def test_long_values_are_not_printed_whole() -> None:
    _, problems = check_shape(StudyFile, {**STUDY, "id": "X" * 10_000}, "study.yaml")
    assert len(str(problems[0])) < 200


def test_path_is_written_as_one_would_type_it() -> None:
    assert path_text(("analysis", "effects", 0, "absorb", 1)) == "analysis.effects[0].absorb[1]"
    assert path_text(()) == "(top level)"


def test_only_a_close_name_is_suggested() -> None:
    assert nearest("comunity", ["community", "age"]) == "did you mean 'community'?"
    assert nearest("income", ["community", "age"]) is None
    assert nearest(3, []) is None
