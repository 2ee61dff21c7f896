"""A verdict goes where its result goes: summary, captions, further sections; and what it hides there."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.cases.present.reading import as_read

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present import groups, open_page, phrases, phrases_audit, phrases_verdict, roles, words
from liandong.present import results as results_of
from liandong.present import sections as sections_of
from liandong.present.facts import Facts, Row
from liandong.present.groups import all_compared, is_compared
from liandong.present.opening import sections
from liandong.present.sayings import sayings
from liandong.present.tables_appendix import key_table
from liandong.present.tables_further import heterogeneity_table, ordinal_table
from liandong.present.tables_inference import inference_table, multiplicity_table
from liandong.present.tables_robustness import benchmark_table, sensitivity_table

effect_phrase = as_read(phrases.effect_phrase)
group_phrases = as_read(groups.group_phrases)
prospect_phrase = as_read(phrases_audit.prospect_phrase)
early_cautions = as_read(phrases_verdict.early_cautions)
verdict_phrase = as_read(phrases_verdict.verdict_phrase)
word = as_read(words.word)
marked_title = as_read(roles.marked_title)
model_title = as_read(roles.model_title)
outcome_title = as_read(roles.outcome_title)
plain_title = as_read(roles.plain_title)
section = as_read(sections_of.section)
results = as_read(results_of.results)


def with_rows(facts: Facts, table: str, rows: list[Row]) -> Facts:
    return dataclasses.replace(facts, records={**facts.records, table: rows})


def changed(facts: Facts, table: str, **own: Any) -> Facts:
    return with_rows(facts, table, [{**row, **own} for row in facts.records[table]])


def effect(facts: Facts, name: str) -> Row:
    return next(e for e in facts.effects if e["id"] == name)


def test_the_summary_begins_with_what_cannot_be_compared(audited_facts: Facts, lang: Language) -> None:
    said = {
        "zh": "“得到社工服务”的对照组只有7人：不能据此比较处理组与对照组。",
        "en": "“Served by social workers”: only 7 people in the untreated group, so that treated and untreated cannot "
        "be compared.",
    }
    assert early_cautions(audited_facts, effect(audited_facts, "social_work")) == [said[lang]]
    assert sections(audited_facts)["has-caution"]
    assert "7" in sayings(audited_facts).caution


def test_a_design_that_carries_needs_no_early_caution(audited_facts: Facts) -> None:
    carried = changed(audited_facts, "verdicts", verdict="carries", recommended="CR2")
    assert not sections(carried)["has-caution"]
    assert sayings(carried).caution == ""


def test_an_early_caution_keeps_hidden_counts_and_names_a_design_without_a_small_arm(
    audited_facts: Facts, lang: Language
) -> None:
    own = effect(audited_facts, "social_work")
    (hidden,) = early_cautions(changed(audited_facts, "verdicts", n_untreated=None), own)
    assert "7" not in hidden
    (design,) = early_cautions(changed(audited_facts, "verdicts", reasons="low_df"), own)
    assert {"zh": "“社区归属感”和“政府信任度”", "en": "“Sense of belonging” and “Trust in government”"}[lang] in design


def test_the_early_caution_stands_before_the_coverage(audited: Bundle) -> None:
    from tests.unit.present.test_pages import execute

    for lang in ("zh", "en"):
        page = execute(audited, lang).shown  # type: ignore[arg-type]
        assert page.index(open_page(str(audited.path), lang).say.caution) < page.index("{#sec-coverage}")  # type: ignore[arg-type]


def test_titles_carry_role_and_verdict_into_every_table(audited_facts: Facts, lang: Language) -> None:
    stuck = {"zh": "（主要；设计不能支持结论）", "en": "(primary; design cannot carry a conclusion)"}[lang]
    own = effect(audited_facts, "social_work")
    assert stuck in marked_title(audited_facts, own)
    assert stuck in model_title(audited_facts, own, "trust")
    assert stuck not in plain_title(audited_facts, own)
    linkage = marked_title(audited_facts, effect(audited_facts, "linkage"))
    assert {"zh": "（次要）", "en": "(secondary)"}[lang] in linkage


def test_one_outcome_of_two_is_marked_in_its_own_row(audited_facts: Facts, lang: Language) -> None:
    rows = [
        {**row, "verdict": "limited", "recommended": "CR2"} if row["outcome"] == "trust" else row
        for row in audited_facts.rows("verdicts")
    ]
    facts = with_rows(audited_facts, "verdicts", rows)
    own = effect(facts, "social_work")
    mark = {"zh": "设计不能支持结论", "en": "design cannot carry"}[lang]
    assert mark in outcome_title(facts, own, "belonging")
    assert mark not in outcome_title(facts, own, "trust")
    assert mark not in marked_title(facts, own)
    assert word(lang, "use_some") in inference_table(facts, own).notes[0]


def test_key_figures_say_in_the_row_that_the_design_cannot_carry_them(audited_facts: Facts, lang: Language) -> None:
    table = key_table(audited_facts)
    mark = {"zh": "设计不能支持结论", "en": "design cannot carry a conclusion"}[lang]
    assert sum(mark in row.text(0) for row in table.rows) == 2
    assert word(lang, "explained_CR2") in table.notes[0]
    assert {"zh": "M2：控制变量最多的模型", "en": "M2: the model with the most control variables"}[lang] in table.notes[
        0
    ]
    carried = changed(audited_facts, "verdicts", verdict="carries", recommended="CR2")
    assert not any(mark in row.text(0) for row in key_table(carried).rows)


def test_a_table_without_a_tick_says_why(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "social_work")
    assert word(lang, "use_none") in inference_table(audited_facts, own).notes[0]
    ticked = changed(audited_facts, "verdicts", recommended="CR2", verdict="carries")
    assert word(lang, "use_ticked") in inference_table(ticked, own).notes[0]


def test_later_tables_repeat_the_verdict_in_their_notes(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "social_work")
    assert word(lang, "note_cannot_ordinal") in ordinal_table(audited_facts, own).notes[0]
    assert word(lang, "note_cannot_multiplicity") in multiplicity_table(audited_facts, "both").notes[0]
    carried = changed(audited_facts, "verdicts", verdict="carries", recommended="CR2")
    assert word(lang, "note_cannot_ordinal") not in ordinal_table(carried, own).notes[0]
    assert word(lang, "note_cannot_multiplicity") not in multiplicity_table(carried, "both").notes[0]


def test_no_size_in_other_units_where_nothing_can_be_said(audited_facts: Facts, lang: Language) -> None:
    own, other = effect(audited_facts, "social_work"), effect(audited_facts, "linkage")
    of_range = {"zh": "取值范围", "en": "of the range"}[lang]
    assert of_range not in effect_phrase(audited_facts, own, "belonging")
    assert of_range in effect_phrase(audited_facts, other, "belonging")


def groups_of(facts: Facts, *arms: tuple[int | None, int | None], **own: Any) -> Facts:
    """Return facts in which the primary effect has a grouping of so many groups, with so many people in each arm."""
    row = {**facts.rows("heterogeneity")[0], "effect": "social_work", "suppressed": False, **own}
    rows = [
        {**row, "level": str(n), "n_treated": treated, "n_untreated": untreated}
        for n, (treated, untreated) in enumerate(arms, 1)
    ]
    return changed(with_rows(facts, "heterogeneity", rows), "verdicts", verdict="carries", recommended="CR2")


@pytest.mark.parametrize(("least", "kept"), [(10, True), (9, False)])
def test_groups_with_fewer_than_ten_in_an_arm_are_not_compared(audited_facts: Facts, least: int, kept: bool) -> None:  # noqa: FBT001
    facts = groups_of(audited_facts, (200, 30), (300, least))
    own = effect(facts, "social_work")
    assert is_compared(facts, own, "belonging", "gender") is kept
    assert all_compared(facts, own) is kept
    assert bool(heterogeneity_table(facts, own).rows) is kept
    assert bool(group_phrases(facts, own)) is not kept


def test_the_sentence_in_place_of_groups_counts_the_smaller_arm(audited_facts: Facts, lang: Language) -> None:
    facts = groups_of(audited_facts, (209, 1), (309, 6))
    (said,) = group_phrases(facts, effect(facts, "social_work"))
    assert {"zh": "只有1–6人", "en": "counts 1–6 people"}[lang] in said
    (same,) = group_phrases(groups_of(audited_facts, (209, 2), (309, 2)), effect(facts, "social_work"))
    assert {"zh": "只有2人", "en": "counts 2 people"}[lang] in same


def test_hidden_arms_are_not_compared_and_not_counted(audited_facts: Facts, lang: Language) -> None:
    facts = groups_of(audited_facts, (None, None), (309, 60), suppressed=True)
    (said,) = group_phrases(facts, effect(facts, "social_work"))
    assert {"zh": "不足10人", "en": "fewer than 10 people"}[lang] in said


def test_a_design_that_carries_nothing_compares_no_groups(audited_facts: Facts, lang: Language) -> None:
    facts = changed(groups_of(audited_facts, (200, 40), (300, 50)), "verdicts", verdict="cannot_carry")
    (said,) = group_phrases(facts, effect(facts, "social_work"))
    assert {"zh": "设计对全体人群尚不能支持结论", "en": "cannot carry a conclusion on everybody"}[lang] in said
    text = section(facts, "", "heterogeneity")
    assert "tbl-heterogeneity-social-work" not in text
    assert "fig-heterogeneity-social-work" not in text


def test_values_of_many_have_no_arms_and_are_compared(audited_facts: Facts) -> None:
    facts = changed(audited_facts, "heterogeneity", n_treated=None, n_untreated=None)
    assert all_compared(facts, effect(facts, "linkage"))


def test_omitted_variables_of_a_design_that_carries_nothing_get_one_sentence(
    audited_facts: Facts, lang: Language
) -> None:
    stuck = changed(audited_facts, "verdicts", verdict="cannot_carry", recommended="")
    assert sensitivity_table(stuck).rows == ()
    assert benchmark_table(stuck).rows == ()
    text = section(stuck, "", "sensitivity")
    assert word(lang, "said_no_claim").rstrip("。.") in text.replace("\\", "")
    assert "fig-contours" not in text


def test_a_verdict_names_the_kind_of_error_and_why_cr1_will_not_do(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "linkage")
    text = verdict_phrase(audited_facts, own, "belonging")
    assert {"zh": "仅指抽样误差，不涉及因果", "en": "of sampling error only; no causal claim"}[lang] in text
    assert {"zh": "而不用CR1，因为：聚类少（32）", "en": "and not plain CR1: few clusters (32)"}[lang] in text
    plain = verdict_phrase(changed(audited_facts, "verdicts", recommended="CR1"), own, "belonging")
    assert {"zh": "而不用CR1", "en": "not plain CR1"}[lang] not in plain


def test_an_assignment_by_lot_is_no_reason_against_cr1(audited_facts: Facts, lang: Language) -> None:
    facts = changed(audited_facts, "verdicts", reasons="unequal_clusters+randomised_individual")
    text = verdict_phrase(facts, effect(facts, "linkage"), "belonging")
    assert {"zh": "另有：处理按个人随机分配", "en": "Also: people were assigned by lot"}[lang] in text


def test_a_result_that_the_design_carries_says_what_it_excludes(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "linkage")
    assert prospect_phrase(audited_facts, own, "belonging") == ""  # its interval excludes 0
    unclear = changed(audited_facts, "verdicts", conf_low=-0.02, conf_high=0.05)
    text = prospect_phrase(unclear, own, "belonging")
    assert {"zh": "高于0–1分制上的0.0500分和低于0–1分制上的−0.0200分", "en": "above 0.0500 points on the 0–1"}[
        lang
    ] in text
    assert "0.14" in text
    stuck = changed(unclear, "verdicts", verdict="cannot_carry")
    assert prospect_phrase(stuck, own, "belonging") == ""


def test_a_lock_is_dated_and_its_absence_is_said(audited_facts: Facts, lang: Language) -> None:
    locked = results(audited_facts, "", 2)
    assert {"zh": "计划锁定于2026年11月1日", "en": "The plan was locked on 1 November 2026"}[lang] in locked.replace(
        "\\", ""
    )
    open_plan = results(changed(audited_facts, "plan", status="unlocked", locked_on=""), "", 2).replace("\\", "")
    assert word(lang, "about_primary_unlocked") in open_plan
    assert {"zh": "锁定于", "en": "was locked on"}[lang] not in open_plan


def test_sizes_in_other_units_are_for_designs_that_carry_something(audited_facts: Facts) -> None:
    page = results(audited_facts, "", 2)
    assert "tbl-sizes-social-work" not in page
    assert "tbl-sizes-linkage" in page


def test_the_note_on_key_figures_mentions_weak_designs_only_where_there_are_any(
    audited_facts: Facts, lang: Language
) -> None:
    note = word(lang, "note_key_cannot")
    assert note in key_table(audited_facts).notes[0]
    carried = changed(audited_facts, "verdicts", verdict="carries", recommended="CR2")
    assert note not in key_table(carried).notes[0]


def test_causes_are_disclaimed_where_a_result_stands_without_a_lot(audited_facts: Facts, lang: Language) -> None:
    claim = word(lang, "no_causal_claim")
    own = effect(audited_facts, "linkage")
    assert claim in verdict_phrase(audited_facts, own, "belonging")
    assert claim not in verdict_phrase(changed(audited_facts, "verdicts", verdict="cannot_carry"), own, "belonging")
    lot = {"kind": "randomised", "note": None}
    assert claim not in verdict_phrase(audited_facts, {**own, "assignment": lot}, "belonging")
