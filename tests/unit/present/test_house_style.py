"""The house style on the page: title block, letterhead, colour, signatures."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.cases.present.survey import survey_manifest, survey_tables

from liandong.definitions import Language
from liandong.definitions.house import contrast
from liandong.evidence import Bundle
from liandong.present.facts import Facts, read_facts
from liandong.present.house import LETTERHEAD, house_css, letterhead, lighter, signatures, small_letterhead, title_block
from liandong.render.docx import with_letterhead_first

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
    for head in {"zh": ("盖章", "地点、日期"), "en": ("Seal", "Place, date")}[lang]:
        assert text.count(head) == 3


def test_a_row_to_sign_in_has_room_for_a_seal_and_three_cells_to_fill(facts: Facts) -> None:
    html, typst, word = re.findall(r"```{=\w+}\n(.*?)\n```", signatures(facts), re.DOTALL)
    assert html.count('style="height: 4.2cm') == len(LINES)
    assert "range(2).map(_ => 4.2cm)" in typst
    assert word.count('<w:trHeight w:val="2381" w:hRule="atLeast"/>') == len(LINES)
    assert len(re.findall(r"<td style=[^>]*></td>", html)) == 3 * len(LINES) + 1, "one name is to be written too"
    ET.fromstring(f'<x xmlns:w="urn:w">{word}</x>')  # noqa: S314 (ours)


def test_the_unit_is_not_called_an_author(facts: Facts, lang: Language) -> None:
    assert title_block(facts, "x")["author-title"] == {"zh": "评估单位", "en": "Unit"}[lang]


def test_a_sheet_has_logo_and_number_in_one_line_of_every_format(facts: Facts) -> None:
    text = small_letterhead(facts, "../bundle")
    assert "content-visible" not in text
    (line,) = (line for line in text.splitlines() if "logo.png" in line)
    assert "2026" in line


def test_a_plain_study_has_none_of_it(survey_facts: Facts) -> None:
    assert signatures(survey_facts) == ""
    assert house_css(survey_facts) == ""
    assert letterhead(survey_facts, "x") == ""
    assert small_letterhead(survey_facts, "x") == ""
    assert not {"document-number", "house-colour", "house-logo"} & title_block(survey_facts, "x").keys()


def test_the_letterhead_stands_on_top_of_a_word_document(facts: Facts) -> None:
    start, end = LETTERHEAD
    assert str(letterhead(facts, "x")).index(start) < str(letterhead(facts, "x")).index(end)
    body = f"<w:document><w:body><w:p>title</w:p>\n{start}\n<w:p>logo</w:p>\n{end}\n<w:p>text</w:p></w:body>"
    moved = with_letterhead_first(body)
    assert re.findall(r"<w:p>(\w+)</w:p>", moved) == ["logo", "title", "text"]
    assert "bookmark" not in moved
    plain = body.replace(start, "").replace(end, "")
    assert with_letterhead_first(plain) == plain
