from __future__ import annotations

import dataclasses
import re
from string import Formatter
from typing import Any

import polars as pl
import pytest
from tests.cases.present.reading import as_read

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present import cautions, phrases, words
from liandong.present.facts import Facts, read_facts
from liandong.present.words import catalogue, joined, lowered

both_phrase = as_read(phrases.both_phrase)
brief_phrase = as_read(phrases.brief_phrase)
effect_phrase = as_read(phrases.effect_phrase)
mean_phrases = as_read(phrases.mean_phrases)
range_phrase = as_read(phrases.range_phrase)
share_phrase = as_read(phrases.share_phrase)
caution_phrases = as_read(cautions.caution_phrases)
word = as_read(words.word)

CAUSAL = {"zh": re.compile("影响|效果|提高|降低"), "en": re.compile(r"\b(effects?|affects?|raised|lowered|impact)\b")}
SIGNIFICANT = re.compile("显著|significan", re.IGNORECASE)


def changed(facts: Facts, table: str, **values: Any) -> Facts:
    """Return facts with columns of a table set to other values in all rows."""
    frame = facts.tables[table].with_columns(
        pl.lit(value, dtype=facts.tables[table].schema[name]).alias(name) for name, value in values.items()
    )
    return dataclasses.replace(facts, records={**facts.records, table: frame.rows(named=True)})


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_words_and_the_same_places() -> None:
    for key, texts in catalogue().items():
        assert set(texts) == {"zh", "en"}, key
        assert placeholders(texts["zh"]) == placeholders(texts["en"]), key


def test_no_sentence_calls_anything_significant() -> None:
    for key, texts in catalogue().items():
        if not key.startswith("claim_word_"):  # published words, quoted as they were published
            assert not SIGNIFICANT.search(texts["zh"] + texts["en"]), key


def test_sentences_on_associations_never_speak_of_effects() -> None:
    for key, texts in catalogue().items():
        if key.startswith(("associated", "brief_associated")):
            for lang, pattern in CAUSAL.items():
                assert not pattern.search(texts[lang]), (key, texts[lang])


def test_an_unclear_association_is_no_evidence_in_either_direction(survey_facts: Facts, lang: Language) -> None:
    text = effect_phrase(survey_facts, survey_facts.effects[0], "belonging")
    assert "0.020" in text
    assert "[−0.123,\u00a00.163]" in text
    assert {"zh": "也不能说明没有差别", "en": "do not show that there is none"}[lang] in text
    assert not CAUSAL[lang].search(text)
    assert {"zh": "相当于0.10个标准差 [−0.65,", "en": "that is 0.10 standard deviations [−0.65,"}[lang] in text
    assert {"zh": "取值范围的2.0% [−12.3%,", "en": "or 2.0% of the range [−12.3%,"}[lang] in text


def test_a_clear_association_names_its_direction_without_a_sign(survey_facts: Facts, lang: Language) -> None:
    facts = changed(survey_facts, "estimates", estimate=-0.05, conf_low=-0.08, conf_high=-0.02, std_error=0.015)
    text = effect_phrase(facts, facts.effects[0], "belonging")
    assert "0.050" in text
    assert "[0.020,\u00a00.080]" in text
    assert "−" not in text
    assert {"zh": "较低", "en": "associated with lower"}[lang] in text


def test_only_a_treatment_assigned_by_lot_changes_anything(trial_facts: Facts, lang: Language) -> None:
    session, default = trial_facts.effects
    clear = effect_phrase(trial_facts, default, "rate")
    assert {"zh": "提高0.118", "en": "raised “Take-up rate” by 0.118"}[lang] in clear
    assert {"zh": "11.8个百分点", "en": "11.8 percentage points"}[lang] in clear
    unclear = effect_phrase(trial_facts, session, "takeup")
    assert {"zh": "也不能说明没有影响", "en": "do not show that there is none"}[lang] in unclear
    assert CAUSAL[lang].search(brief_phrase(trial_facts, session, "takeup"))


def test_a_treatment_of_many_values_is_told_per_unit(survey_facts: Facts, lang: Language) -> None:
    facts = changed(survey_facts, "design", treatment_is_binary=False, n_treated=None, n_untreated=None)
    text = effect_phrase(facts, facts.effects[0], "belonging")
    assert {"zh": "每增加1", "en": "per unit"}[lang] in text
    assert caution_phrases(facts, facts.effects[0]) == []


def test_seven_untreated_call_for_caution(survey_facts: Facts, lang: Language) -> None:
    (text,) = caution_phrases(survey_facts, survey_facts.effects[0])
    counted = {"zh": "对照组只有7人，分布在6个社区", "en": "group counts only 7 people, in 6 communities"}
    assert counted[lang] in text


def test_hidden_numbers_still_call_for_caution(survey_facts: Facts, lang: Language) -> None:
    hidden = dict.fromkeys(("n_treated", "n_untreated", "clusters_with_untreated", "clusters_with_both"))
    facts = changed(survey_facts, "design", suppressed=True, **hidden)
    (text,) = caution_phrases(facts, facts.effects[0])
    assert {"zh": "对照组人数很少", "en": "untreated group counts very few people"}[lang] in text
    assert "7" not in text


def test_large_groups_need_no_caution(trial_facts: Facts) -> None:
    assert caution_phrases(trial_facts, trial_facts.effects[0]) == []


def test_an_effect_that_was_not_estimated_is_said_so(survey_facts: Facts, lang: Language) -> None:
    facts = changed(survey_facts, "estimates", estimate=None, conf_low=None, conf_high=None)
    said = {"zh": "无法由这些数据估计", "en": "cannot be estimated"}[lang]
    for phrase in (effect_phrase, brief_phrase):
        assert said in phrase(facts, facts.effects[0], "trust")


def test_highest_and_lowest_leave_out_what_only_some_were_asked(survey_facts: Facts, lang: Language) -> None:
    text = range_phrase(survey_facts, "coverage")
    assert {"zh": "得到社工服务", "en": "Reached by social workers"}[lang] in text
    assert "98.9%" in text
    assert {"zh": "满意", "en": "Content"}[lang] not in text


def test_a_group_without_shares_says_nothing(trial_facts: Facts) -> None:
    assert range_phrase(trial_facts, "coverage") == ""
    assert both_phrase(trial_facts, "wellbeing") == ""
    assert mean_phrases(trial_facts, "coverage") == ""


def test_an_improvement_is_given_with_both_denominators(survey_facts: Facts) -> None:
    text = both_phrase(survey_facts, "wellbeing")
    assert "31.1%" in text
    assert "53.2%" in text


def test_a_mean_keeps_its_unit(survey_facts: Facts) -> None:
    assert "3.55" in mean_phrases(survey_facts, "coverage")


def test_a_share_comes_with_its_interval(survey: Bundle) -> None:
    facts = read_facts(survey, "en", bound=False)
    row = facts.row("indicators", indicator="joined")
    assert share_phrase(facts, row) == "47.0% (95% interval [42.3%,\u00a052.3%])"


@pytest.mark.parametrize(
    ("names", "zh", "en"), [([], "", ""), (["甲"], "甲", "甲"), (["甲", "乙", "丙"], "甲、乙和丙", "甲, 乙 and 丙")]
)
def test_enumerations_follow_the_language(names: list[str], zh: str, en: str) -> None:
    assert joined("zh", names) == zh
    assert joined("en", names) == en


def test_titles_in_a_sentence_lose_their_capital_but_abbreviations_do_not() -> None:
    assert lowered("With personal characteristics") == "with personal characteristics"
    assert lowered("NGO staff") == "NGO staff"


def test_unknown_words_are_a_defect() -> None:
    with pytest.raises(KeyError):
        word("zh", "nothing_of_this_name")
