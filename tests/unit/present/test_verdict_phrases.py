"""What the report says of a verdict, on the made-up audit of tests/cases/present/audited.py."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any, get_args

import pytest
from tests.cases.present.reading import as_read

from liandong.audit import reasons
from liandong.audit.judgement import Verdict
from liandong.definitions import Language
from liandong.present import cautions, limitations, phrases, phrases_verdict, words
from liandong.present.facts import METHODS, Facts, Row, believed_row
from liandong.present.tables_appendix import key_table
from liandong.present.tables_models import size_table
from liandong.present.words import known

brief_phrase = as_read(phrases.brief_phrase)
effect_phrase = as_read(phrases.effect_phrase)
p_phrase = as_read(phrases.p_phrase)
caution_phrases = as_read(cautions.caution_phrases)
limitations = as_read(limitations.limitations)
reasons_phrase = as_read(phrases_verdict.reasons_phrase)
verdict_items = as_read(phrases_verdict.verdict_items)
word = as_read(words.word)

CAUSAL = {"zh": re.compile("影响|效果|提高|降低"), "en": re.compile(r"\b(effects?|affects?|raised|lowered|impact)\b")}


def with_verdict(facts: Facts, **own: Any) -> Facts:
    """Return facts in which every verdict has other values."""
    rows = [{**row, **own} for row in facts.records["verdicts"]]
    return dataclasses.replace(facts, records={**facts.records, "verdicts": rows})


def effect_of(facts: Facts, name: str) -> Row:
    return next(effect for effect in facts.effects if effect["id"] == name)


def test_every_reason_and_verdict_has_words() -> None:
    codes = {*reasons.FATAL, *reasons.LIMITING, *reasons.REMARKS, "enough_clusters"}
    assert {code for code in codes if not known(f"reason_{code}")} == set()
    assert all(known(f"verdict_{verdict}") for verdict in (*get_args(Verdict), "not_assessed"))
    assert all(known(f"{kind}_{method}") for kind in ("vcov", "method") for method in METHODS)


def test_text_uses_the_inference_that_the_verdict_recommends(audited_facts: Facts) -> None:
    text = effect_phrase(audited_facts, effect_of(audited_facts, "linkage"), "belonging")
    assert "CR2" in text
    assert "[0.0120,\u00a00.0500]" in text
    assert "p = 0.002" in text


def test_a_design_that_cannot_carry_a_claim_gets_no_direction(audited_facts: Facts, lang: Language) -> None:
    effect = effect_of(audited_facts, "social_work")
    for phrase in (effect_phrase, brief_phrase):
        text = phrase(with_verdict(audited_facts, conf_low=0.01, conf_high=0.03), effect, "belonging")
        assert {"zh": "不足以就此作出", "en": "cannot carry a conclusion"}[lang] in text
        assert not CAUSAL[lang].search(text)
        assert {"zh": "较高", "en": "higher"}[lang] not in text


def test_seven_untreated_cannot_carry_the_claim_and_what_could_have_been_seen(
    audited_facts: Facts, lang: Language
) -> None:
    (text,) = caution_phrases(audited_facts, effect_of(audited_facts, "social_work"))
    said = {
        "zh": "对照组只有7人，分布在6个社区，不足以支持这一结论；在80%的检验功效下，这样的设计（按CR2粗估）",
        "en": "7 untreated people in 6 communities cannot carry this claim; by a rough reckoning with CR2, the "
        "smallest association that such a design would have detected with 80% probability is",
    }
    assert said[lang] in text
    assert text.count("0.21") == 2
    assert {"zh": "0–1分制上的0.210分（1.10个标准差）", "en": "0.210 points on the 0–1 scale (1.10 st"}[lang] in text
    assert text.count(word(lang, "detectable_huge")) == 1


def test_one_untreated_person_is_not_several_people(audited_facts: Facts, lang: Language) -> None:
    facts = with_verdict(audited_facts, n_untreated=1, clusters_with_untreated=1)
    (text,) = caution_phrases(facts, effect_of(facts, "social_work"))
    assert {"zh": "1人，分布在1个社区", "en": "1 untreated person in 1 community cannot"}[lang] in text


def test_hidden_counts_are_not_told(audited_facts: Facts, lang: Language) -> None:
    hidden = dict.fromkeys(("n_treated", "n_untreated", "clusters_with_treated", "clusters_with_untreated"))
    facts = with_verdict(audited_facts, suppressed=True, **hidden)
    (text,) = caution_phrases(facts, effect_of(facts, "social_work"))
    assert {"zh": "对照组不足10人", "en": "Fewer than 10 untreated people"}[lang] in text
    assert "7" not in reasons_phrase(facts, facts.rows("verdicts")[0])


def test_a_design_that_carries_needs_no_caution_and_reservations_are_named(
    audited_facts: Facts, lang: Language
) -> None:
    assert caution_phrases(audited_facts, effect_of(audited_facts, "linkage")) == []
    (text,) = caution_phrases(audited_facts, effect_of(audited_facts, "contact"))
    assert {"zh": "CR2的有效自由度不高", "en": "not many effective degrees of freedom with CR2"}[lang] in text


def test_reasons_about_degrees_of_freedom_quote_those_of_cr2(audited_facts: Facts) -> None:
    row = {**audited_facts.rows("verdicts")[0], "reasons": "low_df", "df": 31.0}
    assert "4.6" in reasons_phrase(audited_facts, row)


def test_an_unknown_reason_is_printed_as_it_is(audited_facts: Facts) -> None:
    row = {**audited_facts.rows("verdicts")[0], "reasons": "of_the_future"}
    assert reasons_phrase(audited_facts, row) == "of_the_future"


def test_a_method_without_an_interval_is_quoted_by_its_p_value(audited_facts: Facts, lang: Language) -> None:
    gone = {"conf_low": None, "conf_high": None, "verdict": "carries", "recommended": "RI", "p_value": 0.431}
    facts = with_verdict(audited_facts, **gone)
    text = effect_phrase(facts, effect_of(facts, "linkage"), "belonging")
    assert "p = 0.431" in text
    assert {"zh": "也不能说明没有差别", "en": "does not show that there is none"}[lang] in text
    assert "—" not in text


def test_an_interval_without_end_is_printed_with_its_infinity(audited_facts: Facts) -> None:
    open_end = {"conf_low": -math.inf, "verdict": "limited", "recommended": "WCR-R"}
    facts = with_verdict(audited_facts, **open_end)
    assert "[−∞,\u00a00.0500]" in effect_phrase(facts, effect_of(facts, "linkage"), "belonging")


@pytest.mark.parametrize(("p", "said"), [(0.0004, "p < 0.001"), (0.0416, "p = 0.042")])
def test_small_p_values_are_bounded(audited_facts: Facts, p: float, said: str) -> None:
    assert p_phrase(audited_facts, p) == said


def test_key_figures_and_sizes_take_the_same_interval_as_the_text(audited_facts: Facts) -> None:
    rows = [row for row in key_table(audited_facts).rows if "CR2" in row.text(0)]
    assert [(row.text(2), row.text(3)) for row in rows] == [("[−0.212, 0.252]", "0.830")] * 2
    size = size_table(audited_facts, effect_of(audited_facts, "social_work"))
    assert size.rows[0].text(2) == "[−0.212, 0.252]"
    assert "CR2" in size.notes[0]


def test_without_a_verdict_cr1_stands(survey_facts: Facts) -> None:
    row = believed_row(survey_facts, "social_work", "belonging")
    assert row["vcov"] == "CR1"
    assert "CR1" not in effect_phrase(survey_facts, survey_facts.effects[0], "belonging")


def test_verdicts_are_listed_with_their_diagnostics(audited_facts: Facts) -> None:
    ((first, text),) = verdict_items(audited_facts, effect_of(audited_facts, "social_work"))
    assert audited_facts.title("belonging") in first
    assert audited_facts.title("trust") in first  # the same verdict is said once
    for number in ("5.4", "2.2", "31%", "−0.011", "0.052"):
        assert number in text


def test_limitations_name_what_the_design_cannot_carry(audited_facts: Facts, lang: Language) -> None:
    found = dict(limitations(audited_facts))
    few = found[word(lang, "limit_few_lead")]
    assert "1.10" in few
    cannot = found[word(lang, "limit_cannot_lead")]
    assert cannot.count(audited_facts.title("served")) == 1
    assert audited_facts.title("belonging") in cannot
    assert audited_facts.title("trust") in cannot
    assert word(lang, "limit_limited_lead") in found
    assert word(lang, "limit_plan_lead") in found
