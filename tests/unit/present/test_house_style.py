"""The house style on the page: title block, letterhead, colour, signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.cases.present.survey import survey_manifest, survey_tables

from liandong.definitions import Language
from liandong.definitions.house import contrast
from liandong.evidence import Bundle
from liandong.present.facts import Facts, read_facts
from liandong.present.house import house_css, letterhead, lighter, signatures, title_block

LINES = [
    {"role": {"zh": "评估负责人", "en": "Lead evaluator"}, "name": {"zh": "甲", "en": "A *B*"}},
    {"role": {"zh": "审核", "en": "Reviewed by"}, "name": None},
]


@pytest.fixture(scope="module")
def styled(make_bundle: Callable[..., Bundle]) -> Bundle:
    manifest: dict[str, Any] = survey_manifest()
    manifest["study"]["report"] |= {
        "number": "示例〔2026〕1号",
        "house": {"logo": "house/logo.png", "logo_text": {"zh": "徽标", "en": 'Emblem "A"'}, "colour": "#8a1c1c"},
        "signatures": LINES,
    }
    return make_bundle("styled", manifest, survey_tables())


@pytest.fixture
def facts(styled: Bundle, lang: Language) -> Facts:
    return read_facts(styled, lang)


def test_the_title_block_names_number_colour_and_logo(facts: Facts) -> None:
    found = title_block(facts, "../bundle")
    assert "示例〔2026〕1号" in str(found["document-number"])
    assert found["house-colour"] == "8a1c1c"  # a hash sign would be markup of Typst
    assert found["house-logo"] == "../bundle/house/logo.png"


def test_the_letterhead_stands_where_title_blocks_have_no_place_for_it(facts: Facts) -> None:
    text = letterhead(facts, "../bundle")
    assert '{.content-visible unless-format="typst"}' in text
    assert "![](../bundle/house/logo.png)" in text
    assert 'fig-alt="徽标"' in text or 'fig-alt="Emblem ”A”"' in text
    assert "2026" in text


def test_the_colour_is_lighter_on_dark_pages(facts: Facts) -> None:
    light, dark = house_css(facts).splitlines()
    assert "--teal: #8a1c1c" in light
    assert '[data-theme="dark"]' in dark
    assert "#8a1c1c" not in dark


@pytest.mark.parametrize("colour", ["#000000", "#8a1c1c", "#17565c", "#0000ff", "#767676"])
def test_a_lighter_colour_can_be_read_on_black_and_keeps_its_hue(colour: str) -> None:
    found = lighter(colour)
    assert 21 / contrast(found) >= 4.5, "contrasts with white and with black multiply to 21"
    parts = [int(found[at : at + 2], 16) for at in (1, 3, 5)]
    before = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    order = sorted(range(3), key=lambda at: before[at])
    assert [parts[at] for at in order] == sorted(parts)


def test_everybody_has_a_line_to_sign_on(facts: Facts, lang: Language) -> None:
    text = signatures(facts)
    for line in LINES:
        assert text.count(str(line["role"][lang])) == 3, "in HTML, Typst and OpenXML"
    assert "tbl-signatures" not in text, "a form has no number"
    assert ("＿" in text) is True
    assert "{=openxml}" in text


def test_a_plain_study_has_none_of_it(survey_facts: Facts) -> None:
    assert signatures(survey_facts) == ""
    assert house_css(survey_facts) == ""
    assert letterhead(survey_facts, "x") == ""
    assert not {"document-number", "house-colour", "house-logo"} & title_block(survey_facts, "x").keys()
