from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.definitions import ExpressionError, parse_expression

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "definitions" / "expressions.yaml").read_text(encoding="utf-8")
)
TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "integer": pl.Int64,
    "number": pl.Float64,
    "string": pl.String,
    "boolean": pl.Boolean,
    "datetime": pl.Datetime("us"),
}


@pytest.fixture(scope="module")
def answers() -> pl.DataFrame:
    return pl.DataFrame(
        {name: pl.Series(column["values"], dtype=TYPES[column["type"]]) for name, column in CASES["columns"].items()}
    )


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["expression"])
def test_expression_gives_what_was_worked_out_by_hand(case: dict[str, Any], answers: pl.DataFrame) -> None:
    result = answers.with_columns(parse_expression(case["expression"]).polars().alias("result"))["result"]
    assert result.to_list() == case["gives"]


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: repr(case["expression"]))
def test_text_outside_the_language_is_refused_with_a_reason(case: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_expression(case["expression"])
    assert case["says"] in str(error.value)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    "text",
    [
        "-" * 1_990 + "1",
        "not " * 490 + "a",
        "a" + "+1" * 900,
        "(" * 900 + "a" + ")" * 900,
        "[" * 1_900,
        "a == " + "9" * 1_900,
        "a" * 2_001,
        "a == '\ud800'",
    ],
    ids=["minus signs", "not", "long sum", "parentheses", "brackets", "huge number", "too long", "lone surrogate"],
)
def test_hostile_text_is_refused_quickly_and_briefly(text: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_expression(text)
    assert len(str(error.value)) < 500


def test_ordinary_nesting_is_far_from_the_limit() -> None:
    total = parse_expression(" + ".join(f"item_{number}" for number in range(60)))
    assert len(total.names) == 60
    grouped = parse_expression("(" * 50 + "a" + ")" * 50)
    assert grouped.names == ("a",)


def test_names_are_the_columns_read_and_nothing_else() -> None:
    assert parse_expression("missing(b) or hour(a) in [1] or answered(b)").names == ("a", "b")
    assert parse_expression("missing == 1").names == ("missing",)
    assert parse_expression("missing(missing)").names == ("missing",)
    assert parse_expression("1 < 2").names == ()


def test_values_of_other_tables_are_named_in_one_spelling() -> None:
    assert parse_expression("sum( log . hours ) + town.size").names == ("sum(log.hours)", "town.size")
    assert parse_expression("count == 1 and count(count)").names == ("count", "count(count)")


def test_expression_keeps_its_text() -> None:
    assert parse_expression("  a == 1 ").text == "a == 1"


WORDS = (
    "a s 1 -2.5 'x' == < in [1,2] ( ) [ ] , and or not + / missing hour lambda : . := { } = ** None if else for 是 （ "
    "a.s count(a) sum(a.s) mean ( . __class__"
)
TOKENS = st.sampled_from([*(f" {word} " for word in WORDS.split()), "\0"])


@given(st.one_of(st.text(max_size=60), st.lists(TOKENS, max_size=12).map("".join)))
@settings(max_examples=300, deadline=None)
def test_any_text_is_an_expression_or_is_refused_as_one(text: str) -> None:
    try:
        expression = parse_expression(text)
    except ExpressionError as error:
        assert str(error)  # noqa: PT017 (either outcome is right)
    else:
        assert isinstance(expression.polars(), pl.Expr)
        assert set(expression.polars().meta.root_names()) == set(expression.names)
