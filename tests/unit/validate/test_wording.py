from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.definitions import Codebook, load_instrument, parse_expression
from liandong.definitions.link_titles import lent
from liandong.definitions.links import RESPONSES, linkable
from liandong.evidence.typed_rows import typed_rows
from liandong.validate import validate
from liandong.validate.conditions import Vocabulary, describe, tell

ROOT = Path(__file__).parents[3]
TITLES = yaml.safe_load((ROOT / "tests" / "cases" / "validate" / "titles.yaml").read_text(encoding="utf-8"))
INSTRUMENTS = sorted(path.parent for path in (ROOT / "data_schema").glob("*/codebook.yaml"))
NO_PROBLEMS = pl.DataFrame(schema={"row": pl.Int64, "field": pl.String, "value": pl.String})
YES_NO = [{"value": 0, "label": "否"}, {"value": 1, "label": "是"}]
YES_NO_EN = [{"value": 0, "label": "No"}, {"value": 1, "label": "Yes"}]


def _field(name: str, field_type: str, zh: str, en: str, extras: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "type": field_type, "title": zh, "liandong": {"title_en": en, **extras}, **more}


CODEBOOK = Codebook.model_validate(
    {
        "primaryKey": "id",
        "foreignKeys": [{"fields": "community", "reference": {"resource": "communities", "fields": "code"}}],
        "liandong": {"title": {"zh": "卷", "en": "Form"}, "version": "1"},
        "fields": [
            _field(
                "id", "string", "编号", "Number", {},
                constraints={"required": True, "pattern": "R[0-9]+", "minLength": 2, "maxLength": 6},
            ),
            _field("age", "integer", "年龄", "Age", {}, constraints={"minimum": 16, "maximum": 110}),
            _field(
                "served", "integer", "社工服务", "Served", {"categories_en": YES_NO_EN},
                constraints={"enum": [0, 1]}, categories=YES_NO,
            ),
            _field(
                "satisfied", "integer", "满意度", "Satisfied", {"asked_if": "served == 1 and age >= 18"},
                constraints={"required": True},
            ),
            _field("income", "number", "收入", "Income", {}, constraints={"exclusiveMinimum": 0, "unique": True}),
            _field("day", "date", "日期", "Day", {}),
            _field("letter", "string", "等级", "Grade", {}, constraints={"enum": list("abcdefghij")}),
            _field("community", "string", "社区", "Community", {}),
        ],
    }
)  # fmt: skip
SCHEMA = {
    "_row": pl.Int64, "id": pl.String, "age": pl.Int64, "served": pl.Int64, "satisfied": pl.Int64,
    "income": pl.Float64, "day": pl.Date, "letter": pl.String, "community": pl.String,
}  # fmt: skip
FRAME = pl.DataFrame([(1, "R1", *[None] * 7)], schema=SCHEMA, orient="row")


@pytest.fixture(scope="module")
def titles() -> dict[str, list[str]]:
    result = validate(
        typed_rows(FRAME, pl.DataFrame(), NO_PROBLEMS), CODEBOOK, {"communities": pl.DataFrame({"code": ["C1"]})}
    )
    return {rule: [zh, en] for rule, zh, en in result.rules.select("rule", "title_zh", "title_en").iter_rows()}


@pytest.mark.parametrize("rule", TITLES)
def test_rule_is_worded_for_a_field_supervisor(rule: str, titles: dict[str, list[str]]) -> None:
    assert titles[rule] == TITLES[rule]


CONDITIONS = [
    ("served == 1", "「社工服务」为“是”", "“Served” = Yes"),
    ("served != 0", "「社工服务」不为“否”", "“Served” ≠ No"),
    ("served in [0, 1]", "「社工服务」为“否”、“是”之一", "“Served” one of No, Yes"),
    ("served not in [0]", "「社工服务」不为“否”之一", "“Served” none of No"),
    ("age == 18", "「年龄」=18", "“Age” = 18"),
    ("18 <= age < 60", "18≤「年龄」<60", "18 ≤ “Age” < 60"),
    ("not (age > 60)", "并非（「年龄」>60）", "not (“Age” > 60)"),
    (
        "served == 1 and (age < 18 or missing(age))",
        "「社工服务」为“是”，且（「年龄」<18，或「年龄」未作答）",
        "“Served” = Yes and (“Age” < 18 or “Age” is unanswered)",
    ),
    ("answered(age)", "「年龄」已作答", "“Age” is answered"),
    (
        "(age + 1) * 2 - served / 3 > -1",
        "((「年龄」+1)×2)−(「社工服务」÷3)>−1",
        "((“Age” + 1) × 2) − (“Served” ÷ 3) > −1",
    ),
    ("hour(day) > 7", "「日期」的钟点>7", "the hour of “Day” > 7"),
    ("minutes(day - day) > 7", "「日期」−「日期」的分钟数>7", "the minutes of “Day” − “Day” > 7"),
    ("True", "是", "yes"),
]


@pytest.mark.parametrize(("text", "zh", "en"), CONDITIONS, ids=[text for text, _, _ in CONDITIONS])
def test_condition_is_told_with_titles_and_labels(text: str, zh: str, en: str) -> None:
    expression = parse_expression(text)
    assert describe(expression, CODEBOOK, "zh") == zh
    assert describe(expression, CODEBOOK, "en") == en


@pytest.mark.parametrize("folder", INSTRUMENTS, ids=lambda folder: folder.name)
def test_every_condition_of_the_instruments_can_be_told(folder: Path) -> None:
    instrument = load_instrument(folder)
    codebook = instrument.codebook
    links = lent(linkable(RESPONSES, instrument.schemas).values(), instrument.schemas)
    names = Vocabulary(codebook, links)
    conditions = [field.liandong.asked_if for field in codebook.fields if field.liandong.asked_if is not None]
    conditions += [rule.check for rule in codebook.liandong.rules]
    assert conditions
    for condition in conditions:
        for name in condition.names:
            field = links[name].link.field if name in links else codebook.field(name)
            assert field is not None
            assert field.title in tell(condition, names, "zh")
            assert field.liandong.title_en in tell(condition, names, "en")


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("community.kind == 2", "社区表的「类型」为“农村”", "“Kind” of Communities = rural"),
        ("sum(log.hours) >= 8", "服务记录中「时长」的合计≥8", "the sum of “Hours” in Service log ≥ 8"),
        ("missing(community.kind)", "社区表的「类型」未作答", "“Kind” of Communities is unanswered"),
        ("count(log) == 0", "服务记录的条数=0", "the number of entries of Service log = 0"),
        ("other.kind == 2", "other.kind=2", "other.kind = 2"),
    ],
)
def test_values_of_other_tables_are_told_by_their_titles(text: str, zh: str, en: str) -> None:
    kinds = [{"value": 1, "label": "城市"}, {"value": 2, "label": "农村"}]
    kinds_en = [{"value": 1, "label": "urban"}, {"value": 2, "label": "rural"}]
    schemas = {
        RESPONSES: _schema("卷", "Form", [_field("id", "string", "编号", "Number", {})], ("id", "community", "id")),
        "community": _schema(
            "社区表",
            "Communities",
            [
                _field("id", "string", "编号", "Code", {}),
                _field("kind", "integer", "类型", "Kind", {"categories_en": kinds_en}, categories=kinds),
            ],
        ),
        "log": _schema(
            "服务记录",
            "Service log",
            [_field("id", "string", "编号", "Code", {}), _field("hours", "number", "时长", "Hours", {})],
            ("id", RESPONSES, "id"),
        ),
    }
    names = Vocabulary(schemas[RESPONSES], lent(linkable(RESPONSES, schemas).values(), schemas))
    assert tell(parse_expression(text), names, "zh") == zh
    assert tell(parse_expression(text), names, "en") == en


def _schema(zh: str, en: str, fields: list[dict[str, Any]], key: tuple[str, str, str] | None = None) -> Codebook:
    keys = [] if key is None else [{"fields": key[0], "reference": {"resource": key[1], "fields": key[2]}}]
    extras = {"title": {"zh": zh, "en": en}, "version": "1"}
    return Codebook.model_validate({"fields": fields, "foreignKeys": keys, "liandong": extras})


def _codebook(field: dict[str, Any]) -> Codebook:
    extras = {"title": {"zh": "卷", "en": "F"}, "version": "1"}
    return Codebook.model_validate({"fields": [field], "liandong": extras})


@pytest.mark.parametrize(
    ("constraints", "kind", "words"),
    [
        ({"enum": ["张三", "李四"]}, "enum", "one of the declared values"),
        ({"pattern": "(张三|李四)"}, "pattern", "agreed form"),
        ({"minLength": 41, "maxLength": 43}, "length", "agreed length"),
    ],
)
def test_titles_do_not_spell_what_a_personal_field_may_hold(constraints: dict[str, Any], kind: str, words: str) -> None:
    labelled = [{"value": "张三", "label": "张三（队长）"}, {"value": "李四", "label": "李四"}]
    more = {"categories": labelled} if kind == "enum" else {}
    field = _field("who", "string", "访员", "Interviewer", {"pii": True}, constraints=constraints, **more)
    codebook = _codebook(field)
    frame = pl.DataFrame([(1, "x")], schema={"_row": pl.Int64, "who": pl.String}, orient="row")
    rule = validate(typed_rows(frame, pl.DataFrame(), NO_PROBLEMS), codebook, {}).rules.filter(
        pl.col("rule") == f"who.{kind}"
    )
    title = "".join(rule.select("title_zh", "title_en").row(0))
    assert words in title
    assert not [part for part in ("张三", "李四", "队长", "41", "43") if part in title]


def test_bounds_of_a_personal_number_are_not_spelt() -> None:
    field = _field("tel", "integer", "电话", "Telephone", {"pii": True}, constraints={"minimum": 13912345678})
    codebook = _codebook(field)
    frame = pl.DataFrame([(1, 3)], schema={"_row": pl.Int64, "tel": pl.Int64}, orient="row")
    rules = validate(typed_rows(frame, pl.DataFrame(), NO_PROBLEMS), codebook, {}).rules
    assert "declared bounds" in rules.filter(pl.col("rule") == "tel.range")["title_en"].item()
    assert "13912345678" not in rules.write_csv()


@pytest.mark.parametrize(
    "text", ["who == '张三'", "who in ['张三', '李四']", "'张三' != who and answered(who)", "who - 13912345678 > 0"]
)
def test_a_condition_does_not_spell_what_a_personal_field_is_held_against(text: str) -> None:
    field = _field("who", "string", "访员", "Interviewer", {"pii": True})
    codebook = _codebook(field)
    told = {lang: describe(parse_expression(text), codebook, lang) for lang in ("zh", "en")}
    assert told["zh"].startswith("「访员」符合规定的条件")
    assert told["en"].startswith("“Interviewer” meets the agreed condition")
    assert not [part for part in ("张三", "1391234") if part in str(told)]
