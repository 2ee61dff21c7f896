"""Headers become names: kept where they are valid, made where they are not."""

from __future__ import annotations

import keyword

from hypothesis import given
from hypothesis import strategies as st

from liandong.definitions import parse_expression
from liandong.scaffold import field_names
from liandong.scaffold.headers import take_apart


def names(*headers: str) -> tuple[str, ...]:
    return field_names(take_apart(headers))


def test_valid_names_stay_and_others_are_made() -> None:
    assert names("age", "Q1_a", "性别", "价格（元）", "GDP per head", "é") == (
        "age",
        "Q1_a",
        "gender",
        "v4",
        "GDP_per_head",
        "v6",
    )


def test_questions_of_wjx_are_called_by_their_numbers() -> None:
    headers = [
        "序号",
        "1、您的性别",
        "5、获得过哪些服务?(物资)",
        "5、(陪伴)",
        "6、同意程度—自在",
        "6、同意程度—互助",
        "来自IP",
    ]
    assert names(*headers) == ("serial", "q1", "q5_1", "q5_2", "q6_1", "q6_2", "ip")


def test_matrices_and_options_keep_question_and_part_apart() -> None:
    found = take_apart(["5、获得过哪些服务?(物资（粮、油）)", "5、(陪伴)", "7、您的年龄（周岁）"])
    assert [(one.stem, one.part) for one in found] == [
        ("获得过哪些服务?", "物资（粮、油）"),
        ("", "陪伴"),
        ("您的年龄（周岁）", ""),
    ]


def test_groups_of_kobo_go_where_the_last_word_is_enough() -> None:
    headers = ["start", "hh/size", "hh/assets", "hh/assets/radio", "hh/assets/bike", "a/note", "b/note", "_id"]
    assert names(*headers) == ("start", "size", "assets", "assets_radio", "assets_bike", "a_note", "b_note", "id")


def test_names_differ_in_more_than_case_and_none_is_reserved() -> None:
    assert names("Name", "name", "NAME", "and", "count", "_row") == (
        "Name",
        "name_2",
        "NAME_3",
        "and_",
        "count_",
        "row",
    )


@given(st.lists(st.text(max_size=40), max_size=12))
def test_every_name_can_be_used_in_an_expression(headers: list[str]) -> None:
    made = names(*headers)
    assert len({name.lower() for name in made}) == len(headers)
    for name in made:
        assert name.isascii()
        assert not keyword.iskeyword(name)
        assert parse_expression(f"{name} == 1").names == (name,)
