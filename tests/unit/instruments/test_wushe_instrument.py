"""The five-society questionnaire: complete, bilingual, and consistent with itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Instrument, load_instrument

FOLDER = Path(__file__).parents[3] / "data_schema" / "wushe"
INSTRUMENT = load_instrument(FOLDER)
FIELDS = {field.name: field for field in INSTRUMENT.codebook.fields}
PROVIDERS = ("community", "social_org", "social_worker", "volunteer", "charity", "self_org")
PUBLISHED_AREAS = ("anxiety", "sleep", "appetite", "hope", "depression", "integration", "social", "family")
MATERIAL_AREAS = ("economic", "medical", "job")
AREAS = (*PUBLISHED_AREAS, *MATERIAL_AREAS)
MISSING_CODES = {"97": "not_applicable", "98": "dont_know", "99": "refused"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def instrument() -> Instrument:
    return INSTRUMENT


def test_the_questionnaire_has_between_60_and_90_fields(instrument: Instrument) -> None:
    assert 60 <= len(instrument.codebook.fields) <= 90


@pytest.mark.parametrize("name", FIELDS)
def test_every_title_and_label_is_chinese_with_english_beside_it(name: str) -> None:
    field = FIELDS[name]
    assert CHINESE.search(field.title)
    assert field.liandong.title_en
    assert not CHINESE.search(field.liandong.title_en)
    if field.categories:
        chinese, english = field.category_labels("zh"), field.category_labels("en")
        assert all(CHINESE.search(label) for label in chinese.values())
        assert not any(CHINESE.search(label) for label in english.values())
        assert list(chinese) == list(english) == list(field.constraints.enum or ())


@pytest.mark.parametrize("name", FIELDS)
def test_missing_codes_keep_one_meaning_and_never_collide_with_an_answer(name: str) -> None:
    field = FIELDS[name]
    codes = [entry.value for entry in field.missing_values or () if entry.value]
    assert field.liandong.missing_kinds == {code: MISSING_CODES[code] for code in codes}
    assert not {int(code) for code in codes} & set(field.constraints.enum or ())
    if codes and field.constraints.maximum is not None:
        assert field.constraints.maximum < int(min(codes))
    labels = [entry.label for entry in field.missing_values or ()]
    assert len(set(labels)) == len(labels)


def test_not_applicable_is_a_code_wherever_a_question_can_be_skipped() -> None:
    for field in FIELDS.values():
        codes = field.liandong.missing_kinds
        if field.liandong.asked_if is not None:
            assert set(codes) == set(MISSING_CODES), field.name
        elif field.name != "income_loss":  # households without income before the epidemic
            assert "97" not in codes, field.name


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_has_reach_frequency_content_and_satisfaction(provider: str) -> None:
    for part in ("freq", "content", "satisfaction"):
        condition = FIELDS[f"{part}_{provider}"].liandong.asked_if
        assert condition is not None
        assert condition.text == f"served_{provider} == 1"
    assert FIELDS[f"served_{provider}"].liandong.asked_if is None


@pytest.mark.parametrize("area", AREAS)
def test_improvement_is_asked_of_those_in_need_and_a_contradiction_rejects(area: str) -> None:
    improved = FIELDS[f"improved_{area}"].liandong
    assert improved.asked_if is not None
    assert improved.asked_if.text == f"need_{area} == 1"
    assert improved.on_failure.skip == "reject"


@pytest.mark.parametrize("area", AREAS)
def test_improvement_has_everybody_below_the_line_and_those_in_need_as_well(instrument: Instrument, area: str) -> None:
    indicator = next(i for i in instrument.indicators.indicators if i.id == f"improvement_{area}")
    people = pl.DataFrame({f"need_{area}": [1, 1, 0, 0, None], f"improved_{area}": [1, 0, None, None, None]})
    assert people.select(indicator.numerator.polars()).to_series().to_list() == [True, False, False, False, None]
    assert indicator.need is not None
    assert people.select(indicator.need.polars()).to_series().to_list() == [True, True, False, False, None]
    assert indicator.group == ("relations" if area in {"integration", "social", "family"} else "wellbeing")


def test_every_group_of_indicators_is_there_and_names_its_source(instrument: Instrument) -> None:
    indicators = instrument.indicators.indicators
    groups = {indicator.group for indicator in indicators}
    assert groups == {"profile", "coverage", "service", "participation", "needs", "wellbeing", "relations", "outcomes"}
    assert all(indicator.source.citation for indicator in indicators)
    assert any(indicator.subgroups for indicator in indicators)


def test_both_scales_cite_what_they_follow_and_come_out_between_0_and_1(instrument: Instrument) -> None:
    belonging, trust = instrument.scale("belonging"), instrument.scale("trust")
    assert belonging is not None
    assert trust is not None
    assert (len(belonging.items), len(trust.items)) == (8, 5)
    assert belonging.reversed == ("belong_outsider", "belong_distant")
    for scale in (belonging, trust):
        assert scale.score_range == (0, 1)
        assert scale.source.url is not None
        assert all(FIELDS[item].constraints.enum == (1, 2, 3, 4, 5) for item in scale.items)
        assert all(FIELDS[item].liandong.role == "item" for item in scale.items)


def test_what_leads_to_a_person_is_marked(instrument: Instrument) -> None:
    assert {field.name for field in instrument.codebook.fields if field.liandong.pii} == {"respondent_id", "phone_tail"}


def test_roles_and_keys_are_set(instrument: Instrument) -> None:
    book = instrument.codebook
    assert book.key == ("respondent_id",)
    assert [field.name for field in book.with_role("cluster")] == ["community"]
    assert [(key.columns, key.reference.resource, key.referenced) for key in book.foreign_keys] == [
        (("community",), "communities", ("community",))
    ]
    assert FIELDS["age"].liandong.on_failure.range == "reject"


GOOD: Mapping[str, Any] = {
    "consent": 1,
    "interview_start": datetime(2021, 6, 7, 9, 30),  # noqa: DTZ001 (survey files hold local clock time)
    "interview_end": datetime(2021, 6, 7, 10, 5),  # noqa: DTZ001
    "residence_years": 20,
    "age": 45,
    "employment": 1,
    "household_size": 3,
    "marital": 2,
    "district": "A1",
    "communities.district": "A1",
}
BROKEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("consent_given", {"consent": 0}),
    ("end_after_start", {"interview_end": datetime(2021, 6, 7, 9, 30)}),  # noqa: DTZ001
    ("duration_plausible", {"interview_end": datetime(2021, 6, 7, 9, 37)}),  # noqa: DTZ001
    ("duration_plausible", {"interview_end": datetime(2021, 6, 7, 12, 31)}),  # noqa: DTZ001
    (
        "hour_of_day",
        {
            "interview_start": datetime(2021, 6, 7, 22, 0),  # noqa: DTZ001
            "interview_end": datetime(2021, 6, 7, 22, 30),  # noqa: DTZ001
        },
    ),
    ("residence_within_life", {"residence_years": 46}),
    ("retired_too_young", {"employment": 3, "age": 39}),
    ("alone_but_married", {"household_size": 1}),
    ("district_of_community", {"communities.district": "A2"}),
)


def broken_rules(instrument: Instrument, answers: Mapping[str, Any]) -> list[str]:
    frame = pl.DataFrame([answers])
    rules = instrument.codebook.liandong.rules
    return [rule.id for rule in rules if frame.select(rule.check.polars()).item() is False]


def test_a_plausible_interview_breaks_no_rule(instrument: Instrument) -> None:
    assert broken_rules(instrument, GOOD) == []


@pytest.mark.parametrize(("rule", "changes"), BROKEN)
def test_each_rule_finds_what_it_is_for_and_nothing_else(
    instrument: Instrument, rule: str, changes: dict[str, Any]
) -> None:
    assert broken_rules(instrument, {**GOOD, **changes}) == [rule]


def test_every_rule_is_tried(instrument: Instrument) -> None:
    assert {rule for rule, _ in BROKEN} == {rule.id for rule in instrument.codebook.liandong.rules}
