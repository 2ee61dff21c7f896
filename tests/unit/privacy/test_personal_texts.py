from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.privacy.headings import announced
from liandong.privacy.names import looks_like_name, mentions_person
from liandong.privacy.patterns import holds_personal, kinds_in

CASES = Path(__file__).resolve().parents[2] / "cases" / "privacy"


def _load(name: str) -> Any:
    return yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))


VALUES = _load("values")
FOUND = [(kind, text) for kind, texts in VALUES["found"].items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), FOUND)
def test_every_form_of_personal_data_is_found(kind: str, text: str) -> None:
    found = kinds_in(pl.Series([text]))
    assert kind in found
    assert found[kind].to_list() == [text]


def test_what_only_looks_like_personal_data_is_left() -> None:
    texts = pl.Series(VALUES["nothing"]).unique()
    assert {kind: values.to_list() for kind, values in kinds_in(texts).items()} == {}


@pytest.mark.parametrize(("kind", "text"), [pair for pair in FOUND if pair[0] in {"resident_id", "bank_card"}])
def test_a_number_that_proves_itself_is_of_one_kind(kind: str, text: str) -> None:
    numbers = {"resident_id", "bank_card", "mobile", "landline"}
    assert set(kinds_in(pl.Series([text]))) & numbers == {kind}


def test_one_wrong_digit_anywhere_breaks_an_id() -> None:
    right = VALUES["found"]["resident_id"][0]
    wrong = [f"{right[:at]}{(int(right[at]) + 1) % 10}{right[at + 1 :]}" for at in range(17)]
    assert "resident_id" not in kinds_in(pl.Series(wrong))


def test_a_null_holds_nothing() -> None:
    texts = pl.Series([None, "没有", "13800000000", "13800000000"])
    assert holds_personal(texts).to_list() == [False, False, True, True]
    assert holds_personal(pl.Series([], dtype=pl.String)).to_list() == []


def test_names_in_sentences_are_found_with_measured_precision_and_recall() -> None:
    cases = _load("names")
    right = int(mentions_person(pl.Series(cases["named"])).sum())
    wrong = int(mentions_person(pl.Series(cases["unnamed"])).sum())
    recall, precision = right / len(cases["named"]), right / (right + wrong)
    # As measured on the sentences beside this test; a change for the worse has to be seen.
    assert recall >= 0.94
    assert precision >= 0.98


NAMES = [
    "张三",
    "李四",
    "王小二",
    "欧阳修远",
    "赵六",
    "阿依古丽·买买提",
    "孙七",
    "周八",
    "吴小九",
    "王建国",
    "王　建国",
    "王 建 国",
    "张\u200b伟",
    "逄建国",
    "仝秀英",
    "亓伟",
    "司空明月",
    "农爱民",
    "Wang Wei",
    "LI Na",
    "ZhouJianjun",
    "Zhang Xiao-ming",
]
WORDS = [
    "高中",
    "武汉市",
    "江岸区",
    "李家村",
    "农民",
    "安全",
    "时间",
    "方便",
    "文化程度",
    "和睦",
    "同意",
    "不知道",
    "马上",
    "水电",
    "农民工",
    "Very Good",
    "No Change",
    "Male",
    "Secondary School",
]


@pytest.mark.parametrize("text", NAMES)
def test_a_name_by_itself_has_the_form_of_a_name(text: str) -> None:
    assert pl.select(looks_like_name(pl.lit(text))).item()


@pytest.mark.parametrize("text", WORDS)
def test_a_word_has_not(text: str) -> None:
    assert not pl.select(looks_like_name(pl.lit(text))).item()


@pytest.mark.parametrize(
    ("name", "titles", "kind"),
    [
        ("q1", ["您的姓名："], "name"),
        ("q1", ["1、受访者姓名（选填）"], "name"),
        ("q2", ["您的手机号码是？"], "mobile"),
        ("q3", ["紧急联系人电话"], "landline"),
        ("q4", ["家庭详细地址（省市区、街道、门牌号）"], "address"),
        ("q5", ["身份证号"], "resident_id"),
        ("q6", ["", "Mobile phone number"], "mobile"),
        ("q7", ["来自IP"], "ip"),
        ("intro/respondent_name", [], "name"),
        ("hhGpsLatitude", [], "gps"),
        ("phone_2", [], "landline"),
        ("姓名", [], "name"),
        ("name", [], "name"),
        ("q10", ["户主"], "name"),
        ("q11", ["5、填写人（签字）"], "name"),
        ("q12", ["监护人姓名"], "name"),
        ("q13", ["村干部"], "name"),
        ("q14", ["您是不是户主"], None),
        ("q15", ["与户主的关系"], None),
        ("q16", ["访员"], None),
        ("q17", ["受访者编号"], None),
        ("q8", ["您知道网格员的姓名吗"], None),
        ("q9", ["是否有手机号登记"], None),
        ("school_name", [], None),
        ("community", ["社区名称"], None),
        ("platelets", [], None),
        ("email_frequency", [], None),
        ("respondent_id", ["受访者编号"], None),
    ],
)
def test_headings_announce_what_they_ask_for(name: str, titles: list[str], kind: str | None) -> None:
    assert announced(name, titles) == kind
