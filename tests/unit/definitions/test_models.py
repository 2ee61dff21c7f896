from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from liandong.definitions import Codebook, Expression, Scale, Text, parse_expression
from liandong.definitions.expression_types import field_kinds, kind_of, misfit

TEXT = {"zh": "题", "en": "title"}
SCALE: dict[str, Any] = {
    "id": "s",
    "title": TEXT,
    "items": ["a", "b", "c"],
    "reversed": ["b"],
    "range": [1, 5],
    "minimum_answered": 2,
    "higher_means": TEXT,
    "source": {"citation": "made for the tests"},
}
CODEBOOK = Codebook.model_validate(
    {
        "primaryKey": "a",
        "fields": [
            {
                "name": "a",
                "title": "甲",
                "type": "integer",
                "categories": [{"value": 1, "label": "是"}, {"value": 2}],
                "liandong": {"title_en": "A", "categories_en": [{"value": 1, "label": "Yes"}, {"value": 2}]},
            },
            {"name": "b", "title": "乙", "type": "string", "liandong": {"title_en": "B", "role": "cluster"}},
            {
                "name": "c",
                "title": "丙",
                "type": "number",
                "constraints": {"enum": [1, 2], "exclusiveMinimum": 0},
                "categories": [{"value": 1, "label": "一"}],
                "liandong": {"title_en": "C", "nominal": True},
            },
        ],
        "liandong": {"title": TEXT, "version": "1"},
    }
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (1, 5)),
        ({"scoring": "sum"}, (3, 15)),
        ({"scoring": "sum", "rescale": [0, 1]}, (0, 1)),
        ({"range": [0, 10]}, (0, 10)),
    ],
)
def test_score_range_is_what_can_occur(change: dict[str, Any], expected: tuple[float, float]) -> None:
    assert Scale.model_validate({**SCALE, **change}).score_range == expected


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"minimum_answered": 4}, "the scale has 3 items"),
        ({"minimum_answered": 0}, "greater than or equal to 1"),
        ({"reversed": ["d"]}, "are not among the items"),
        ({"range": [5, 1]}, "must go from low to high"),
        ({"range": [1, float("inf")]}, "finite"),
        ({"items": []}, "at least 1 item"),
    ],
)
def test_scale_that_cannot_be_scored_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Scale.model_validate({**SCALE, **change})


def test_codebook_answers_in_both_languages() -> None:
    field = CODEBOOK.field("a")
    assert (field.label("zh"), field.label("en")) == ("甲", "A")
    assert field.category_labels("zh") == {1: "是", 2: "2"}
    assert field.category_labels("en") == {1: "Yes", 2: "2"}
    assert CODEBOOK.field("b").category_labels("zh") == {}
    assert CODEBOOK.field("c").category_labels("en") == {1: "一"}


def test_codebook_knows_its_key_roles_and_allowed_values() -> None:
    assert CODEBOOK.names == ("a", "b", "c")
    assert CODEBOOK.key == ("a",)
    assert [field.name for field in CODEBOOK.with_role("cluster")] == ["b"]
    assert [field.is_nominal for field in CODEBOOK.fields] == [False, True, True]
    assert [field.allowed for field in CODEBOOK.fields] == [(1, 2), None, (1, 2)]
    assert CODEBOOK.field("c").constraints.exclusive_minimum == 0
    with pytest.raises(KeyError):
        CODEBOOK.field("d")


def test_definitions_cannot_be_changed() -> None:
    text = Text(zh="题", en="title")
    with pytest.raises(ValidationError, match="frozen"):
        text.zh = "改"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        CODEBOOK.fields = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a + 1", "number"),
        ("a == 1", "truth"),
        ("(a == 1) * 2", "number"),
        ("b", "text"),
        ("missing(b)", "truth"),
        ("'x'", "text"),
        ("True", "truth"),
        ("elsewhere", None),
        ("a == 'x'", None),
    ],
)
def test_kind_of_an_expression_follows_from_its_parts(text: str, kind: str | None) -> None:
    assert kind_of(parse_expression(text), field_kinds(CODEBOOK)) == kind


def test_unknown_names_are_left_to_the_check_of_names() -> None:
    expression = parse_expression("elsewhere + 1 > 2 and not other")
    assert isinstance(expression, Expression)
    assert misfit(expression, field_kinds(CODEBOOK), wanted="truth") is None
