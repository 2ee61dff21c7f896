"""An XLSForm becomes a study: what the form asks of whom, and what it lets pass, holds for the data as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Study, load_study, undecided
from liandong.ingest import apply_codebook, read_table
from liandong.scaffold import files_of
from liandong.scaffold.form_sheets import FormError, read_form
from liandong.scaffold.xlsform import draft_from_form
from liandong.validate import validate

ZH, EN = "label::中文 (zh)", "label::English (en)"
SURVEY: list[dict[str, str]] = [
    {"type": "start", "name": "start"},
    {"type": "end", "name": "end"},
    {"type": "select_one yesno", "name": "consent", ZH: "同意受访", EN: "Consent"},
    {"type": "begin group", "name": "person", ZH: "个人情况", "relevance": "${consent} = 'yes'"},
    {
        "type": "integer",
        "name": "age",
        ZH: "您的<b>年龄</b>",
        EN: "Your age",
        "required": "yes",
        "constraint": ". >= 18 and . < 110",
    },
    {"type": "select_one yn", "name": "served", ZH: "接受服务", EN: "Served", "required": "true()"},
    {
        "type": "select_multiple kinds or_other",
        "name": "services",
        ZH: "哪些服务",
        EN: "Which services",
        "relevant": "${served} = '1'",
        "constraint": "not(selected(., '9') and count-selected(.) > 1)",
        "constraint_message": "没有与其他不能同选",
    },
    {"type": "end group"},
    {
        "type": "integer",
        "name": "hours",
        "label": "Hours",
        "relevant": "selected(${services}, '1')",
        "constraint": ". <= ${age} * 8760",
    },
    {"type": "text", "name": "phone", "label": "电话", "constraint": "regex(., '^1[0-9]{10}$')"},
    {"type": "text", "name": "remark", "label": "备注", "constraint": "string-length(.) <= 20"},
    {"type": "date", "name": "birth", "label": "出生日期", "constraint": ". <= today()"},
    {"type": "geopoint", "name": "place", "label": "位置"},
    {"type": "note", "name": "thanks", "label": "Thanks"},
    {"type": "begin repeat", "name": "members", ZH: "家庭成员", EN: "Household members"},
    {"type": "integer", "name": "m_age", ZH: "成员年龄", EN: "Age of the member", "constraint": ". >= 0"},
    {"type": "select_one yn", "name": "m_student", ZH: "学生", EN: "Student", "relevant": "${m_age} < 30"},
    {"type": "end repeat"},
]
CHOICES = [
    {"list_name": "yesno", "name": "yes", ZH: "是", EN: "Yes"},
    {"list_name": "yesno", "name": "no", ZH: "否", EN: "No"},
    {"list_name": "yn", "name": "1", ZH: "是", EN: "Yes"},
    {"list_name": "yn", "name": "0", ZH: "否", EN: "No"},
    {"list_name": "kinds", "name": "1", ZH: "陪护", EN: "Care"},
    {"list_name": "kinds", "name": "2", ZH: "心理支持", EN: "Counselling"},
    {"list_name": "kinds", "name": "9", ZH: "没有", EN: "None"},
]
SETTINGS = [{"form_title": "社区服务", "form_id": "services", "version": "2026"}]


@pytest.fixture
def drafted(tmp_path: Path) -> Study:
    draft = draft_from_form(read_form(SURVEY, CHOICES, SETTINGS), "services", "form.xlsx")
    for path, text in files_of(draft).items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return load_study(tmp_path)


def field(study: Study, name: str) -> Any:
    assert study.instrument is not None
    return study.instrument.codebook.field(name)


def test_choices_become_codes_and_both_languages_their_labels(drafted: Study) -> None:
    served, consent = field(drafted, "served"), field(drafted, "consent")
    assert (served.type, served.allowed, served.constraints.required) == ("integer", (1, 0), True)
    assert served.category_labels("zh") == {1: "是", 0: "否"}
    assert served.category_labels("en") == {1: "Yes", 0: "No"}
    assert (consent.type, consent.allowed) == ("string", ("yes", "no"))
    assert (field(drafted, "age").title, field(drafted, "age").liandong.title_en) == ("您的年龄", "Your age")


def test_relevance_of_a_question_and_of_its_group_becomes_skip_logic(drafted: Study) -> None:
    assert field(drafted, "age").liandong.asked_if.text == "consent == 'yes'"
    assert field(drafted, "services_2").liandong.asked_if.text == "(consent == 'yes') and (served == 1)"
    assert field(drafted, "hours").liandong.asked_if.text == "services_1 == 1"


def test_constraints_become_those_of_the_field_or_rules(drafted: Study) -> None:
    age = field(drafted, "age").constraints
    assert (age.minimum, age.exclusive_maximum) == (18, 110)
    assert field(drafted, "phone").constraints.pattern == "1[0-9]{10}"
    assert field(drafted, "remark").constraints.max_length == 20
    assert drafted.instrument is not None
    rules = {rule.id: rule for rule in drafted.instrument.codebook.liandong.rules}
    assert rules["hours_constraint"].check.text == "hours <= age * 8760"
    assert rules["services_constraint"].title.zh == "没有与其他不能同选"


def test_what_cannot_be_translated_is_left_for_a_person_to_decide(drafted: Study) -> None:
    assert ("birth", "constraints") in {(guess.name, guess.key) for guess in undecided(drafted)}
    assert drafted.instrument is not None
    text = (drafted.instrument.folder / "codebook.yaml").read_text(encoding="utf-8")
    assert "not translated to constraints: . <= today()" in text


def test_a_repeat_is_a_second_table_that_points_to_the_responses(drafted: Study) -> None:
    assert drafted.instrument is not None
    members = drafted.instrument.tables["members"]
    assert members.key == ("instance_key",)
    assert members.foreign_keys[0].reference.resource == "responses"
    assert members.field("m_student").liandong.asked_if is not None


def test_the_start_and_the_end_of_the_form_are_named_for_field_supervision(drafted: Study) -> None:
    assert (drafted.spec.quality.started, drafted.spec.quality.ended) == ("start", "end")


APART = "_uuid,consent,age,served,services/1,services/2,services/9,hours\nk1,yes,40,1,1,1,0,5\nk2,yes,30,0,,,,\n"
BOTH = (
    "_uuid,consent,age,served,services,services/1,services/2,services/9,hours\n"
    "k1,yes,40,1,1 2,1,1,0,5\nk2,yes,30,0,,,,,\n"
)
ONE_CELL = "KEY,consent,person-age,person-served,person-services,hours\nk1,yes,40,1,1 2,5\nk2,yes,30,0,,\n"
EXPORTS = {
    "one cell, groups by hyphen": ONE_CELL,
    "a column each": APART,
    "both, with slashes": BOTH,
    "both, with underscores": BOTH.replace("services/", "services_").replace("_uuid", "KEY"),
}


def validated(study: Study, text: str, folder: Path) -> pl.DataFrame:
    assert study.instrument is not None
    path = folder / "answers.csv"
    path.write_text(text, encoding="utf-8")
    ingested = apply_codebook(read_table(path), study.instrument.codebook)
    return validate(ingested.table, study.instrument.codebook, {}).accepted.collect()


@pytest.mark.parametrize("export", EXPORTS)
def test_every_form_of_export_gives_the_same_answers(export: str, drafted: Study, tmp_path: Path) -> None:
    accepted = validated(drafted, EXPORTS[export], tmp_path)
    assert accepted.select("consent", "age", "served", "services_1", "services_2", "services_9", "hours").rows() == [
        ("yes", 40, 1, 1, 1, 0, 5),
        ("yes", 30, 0, None, None, None, None),
    ]


DISTRICTS = [
    {"list_name": "district", "name": "a", ZH: "甲区", EN: "A"},
    {"list_name": "district", "name": "b", ZH: "乙区", EN: "B"},
    {"list_name": "village", "name": "1", ZH: "东村", EN: "East", "district": "a"},
    {"list_name": "village", "name": "2", ZH: "西村", EN: "West", "district": "a"},
    {"list_name": "village", "name": "1", ZH: "北村", EN: "North", "district": "b"},
]


def cascade(choice_filter: str) -> list[dict[str, str]]:
    village = {"type": "select_one village", "name": "village", ZH: "村", EN: "Village", "choice_filter": choice_filter}
    return [{"type": "select_one district", "name": "district", ZH: "区", EN: "District"}, village]


def test_a_cascade_becomes_a_rule() -> None:
    draft = draft_from_form(read_form(cascade("district=${district}"), DISTRICTS, []), "small", "f.xlsx")
    (rule,) = draft.rules
    assert rule.check == "(district == 'a' and village in [1, 2]) or (district == 'b' and village in [1])"
    assert draft.field("village").enum == (1, 2)


def test_a_cascade_in_other_words_is_left_to_decide() -> None:
    draft = draft_from_form(read_form(cascade("contains(district, ${district})"), DISTRICTS, []), "small", "f.xlsx")
    assert draft.rules == ()
    assert "choice_filter" in draft.field("village").undecided


def test_choices_that_are_no_answers_become_missing_codes() -> None:
    choices = [
        {"list_name": "sat", "name": name, ZH: label, EN: english}
        for name, label, english in (
            ("1", "不满意", "Dissatisfied"),
            ("2", "满意", "Satisfied"),
            ("98", "不知道", "Don't know"),
            ("-99", "拒答", "Refused"),
        )
    ]
    survey = [
        {"type": "select_one sat", "name": "sat", ZH: "满意度", EN: "Satisfaction"},
        {"type": "text", "name": "why", ZH: "原因", EN: "Why", "relevant": "${sat} = '98'"},
    ]
    draft = draft_from_form(read_form(survey, choices, []), "small", "f.xlsx")
    one = draft.field("sat")
    assert one.enum == (1, 2)
    assert {(code.code, code.kind) for code in one.missing} == {("98", "dont_know"), ("-99", "refused")}
    assert "missing_kinds" in one.undecided
    assert "asked_if" in draft.field("why").undecided


def test_the_text_of_other_is_asked_where_other_was_chosen() -> None:
    survey = [{"type": "select_one yn or_other", "name": "kind", ZH: "种类", EN: "Kind"}]
    draft = draft_from_form(read_form(survey, CHOICES, []), "small", "f.xlsx")
    assert draft.field("kind").enum == ("1", "0", "other")
    assert draft.field("kind_other").asked_if == "kind == 'other'"


def test_a_question_of_a_repeat_may_depend_on_the_person() -> None:
    survey = [
        {"type": "integer", "name": "age", ZH: "年龄", EN: "Age"},
        {"type": "begin repeat", "name": "members", ZH: "成员", EN: "Members"},
        {"type": "integer", "name": "m_age", ZH: "年龄", EN: "Age", "relevant": "${age} > 18"},
        {"type": "end repeat"},
    ]
    (members,) = draft_from_form(read_form(survey, [], []), "small", "f.xlsx").tables
    assert [one.asked_if for one in members.fields if one.name == "m_age"] == ["responses.age > 18"]


def test_a_list_that_is_not_there_and_two_labels_of_a_choice_are_refused() -> None:
    with pytest.raises(FormError, match="the list 'nolist', which the sheet 'choices' does not have"):
        read_form([{"type": "select_one nolist", "name": "a"}], CHOICES, [])
    twice = [*CHOICES, {"list_name": "yn", "name": "1", ZH: "否", EN: "No"}]
    with pytest.raises(FormError, match="has '1' with two labels"):
        read_form([{"type": "select_one yn", "name": "a"}], twice, [])


UNSOUND = [
    ([{"type": "integer"}], "has no name"),
    ([{"type": "begin group", "name": "a"}], "has no end"),
    ([{"type": "end group"}], "was not begun"),
    ([{"type": "begin group", "name": "a"}, {"type": "end repeat"}], "was not begun"),
    ([{"type": "text", "name": "a"}, {"type": "text", "name": "A"}], "two questions"),
    ([{"name": "a"}], "no column 'type'"),
]


@pytest.mark.parametrize(("survey", "reason"), UNSOUND, ids=[case[1] for case in UNSOUND])
def test_an_unsound_form_is_refused_with_its_place(survey: list[dict[str, str]], reason: str) -> None:
    with pytest.raises(FormError, match=reason):
        read_form(survey, [], [])


def test_a_form_without_anything_special_has_no_undecided_conditions() -> None:
    form = read_form([{"type": "text", "name": "a", ZH: "甲", EN: "A"}], [], [])
    draft = draft_from_form(form, "small", "f.xlsx")
    assert [one.undecided for one in draft.fields] == [(), ()]
