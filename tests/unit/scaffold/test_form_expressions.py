"""Expressions of forms: what is translated means the same, row by row; what cannot be is refused with the reason."""

from __future__ import annotations

import re

import polars as pl
import pytest

from liandong.definitions import parse_expression
from liandong.scaffold.form_expressions import Answer, translate
from liandong.scaffold.form_tokens import UntranslatableError

ANSWERS = {
    "age": Answer("age", is_whole=True),
    "sex": Answer("sex", missing=frozenset({"9"})),
    "name": Answer("person_name", is_text=True),
    "code": Answer("code", is_text=True),
    "services": Answer("", options={"a": "services_a", "b": "services_b"}),
    "place": Answer(""),
}
ROWS = pl.DataFrame(
    {
        "age": [17, 18, 40, None],
        "sex": [1, 2, 1, 2],
        "person_name": ["x", None, "y", "z"],
        "code": ["7", "8", None, "7"],
        "services_a": [1, 0, 1, None],
        "services_b": [0, 0, 1, None],
    }
)

TRANSLATED = [
    ("${age} >= 18 and ${age} <= 39", "age >= 18 and age <= 39", [False, True, False, None]),
    ("${sex} = '1'", "sex == 1", [True, False, True, False]),
    ("'1' = ${sex}", "1 == sex", [True, False, True, False]),
    ("${sex} != ‘1’", "sex != 1", [False, True, False, True]),
    ("${code}=7", "code == '7'", [True, False, None, True]),
    ("selected(${services}, 'a')", "services_a == 1", [True, False, True, None]),
    ("selected(${sex}, '2')", "sex == 2", [False, True, False, True]),
    ("not(selected(${services}, 'b')) and ${age} > 20", None, [False, False, False, None]),
    ("count-selected(${services}) >= 2", "services_a + services_b >= 2", [False, False, True, None]),
    ("${name} = ''", "missing(person_name)", [False, True, False, False]),
    ("${services} != ''", "answered(services_a)", [True, True, True, False]),
    ("(${age} < 18 or ${sex} = 2) and ${code} = '8'", None, [False, True, False, False]),
    ("${age} - (3 - 1) * 2 = 14", None, [False, True, False, None]),
    ("${age} - 3 - 1 = 14", None, [False, True, False, None]),
    ("-${age} < -17", "-age < -17", [False, True, True, None]),
    ("${age} div 2 > 8.9", "age / 2 > 8.9", [False, True, True, None]),
    ("number(${age}) >= int('18')", None, [False, True, True, None]),
    ("${age} - (20 - 3) = 1", "age - (20 - 3) == 1", [False, True, False, None]),
    ("round(${age}) = 18", "age == 18", [False, True, False, None]),
    (" ${ age }>=18 ", "age >= 18", [False, True, True, None]),
    ("true()", None, [True]),
]


@pytest.mark.parametrize(("text", "expected", "values"), TRANSLATED, ids=[case[0] for case in TRANSLATED])
def test_a_translation_means_what_the_form_says(text: str, expected: str | None, values: list[bool | None]) -> None:
    found = translate(text, ANSWERS)
    assert expected in {None, found}
    answers = ROWS.select(parse_expression(found).polars().alias("found"))["found"]
    assert answers.to_list() == values


def test_a_dot_is_the_answer_at_hand() -> None:
    assert translate(". >= 18 and (. < 100 or . = 999)", ANSWERS, ANSWERS["age"]) == (
        "age >= 18 and (age < 100 or age == 999)"
    )
    assert translate("count-selected(.) <= 1", ANSWERS, ANSWERS["services"]) == "services_a + services_b <= 1"


REFUSED = [
    ("if(${age} > 3, 1, 2) = 1", "if()"),
    ("${nobody} = 1", "no question 'nobody'"),
    ("../age > 3", "'../age'"),
    ("/data/age > 3", "'/data/age'"),
    ("${age} mod 2 = 0", "'mod'"),
    ("${age}", "alone is no condition"),
    ("${age} + 1", "no condition"),
    ("today() > ${age}", "today()"),
    ("(${age} > 3", "')' is missing"),
    ("${age} > 3)", "')' was not expected"),
    ("${age} >", "something is missing"),
    ("${age} > 3 ${sex}", "was not expected"),
    ("${services} = 'a'", "selected()"),
    ("int(${age} div 12) = 3", "cut to a whole number"),
    ("round(${sex}) = 1", "cut to a whole number"),
    ("number(${name}) > 3", "is no number"),
    ("${sex} = '9'", "stands for a missing answer"),
    ("selected(${sex}, '9')", "stands for a missing answer"),
    ("selected(${services}, 'c')", "no option 'c'"),
    ("${sex} = 'male'", "holds numbers"),
    ("${place} = 1", "no field holds"),
    (". > 3", "stands for no answer"),
    ('${name} = "it\'s"', "quotation mark"),
    ("${age} # 3", "cannot be read"),
    ("", "something is missing"),
    ("(" * 200 + "${age} > 1" + ")" * 200, "too deeply"),
    ("not(${age})", "alone is no condition"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_a_codebook_cannot_say_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UntranslatableError, match=re.escape(reason)):
        translate(text, ANSWERS)
