"""Sentences on balance, omitted variables and specifications: each says what its table says, and no more."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.cases.present.reading import as_read

from liandong.definitions import Language
from liandong.present import expressions, limitations, phrases, phrases_audit, phrases_verdict, words
from liandong.present.facts import Facts, Row
from liandong.present.tables_audit import balance_table
from liandong.present.tables_further import mediation_table
from liandong.present.tables_inference import explanation_table, inference_table
from liandong.present.tables_robustness import multiverse_table, sensitivity_table

effect_phrase = as_read(phrases.effect_phrase)
limitations = as_read(limitations.limitations)
dose_items = as_read(phrases_audit.dose_items)
balance_phrases = as_read(phrases_audit.balance_phrases)
multiverse_caution = as_read(phrases_audit.multiverse_caution)
multiverse_items = as_read(phrases_audit.multiverse_items)
sensitivity_items = as_read(phrases_audit.sensitivity_items)
reasons_phrase = as_read(phrases_verdict.reasons_phrase)
word = as_read(words.word)
readable = as_read(expressions.readable)


def with_rows(facts: Facts, table: str, rows: list[Row]) -> Facts:
    return dataclasses.replace(facts, records={**facts.records, table: rows})


def changed(facts: Facts, table: str, **own: Any) -> Facts:
    return with_rows(facts, table, [{**row, **own} for row in facts.records[table]])


def randomised(facts: Facts, **own: Any) -> Facts:
    assigned = {"kind": "randomised", "note": None, "unit": "individual", "strata": None, **own}
    return dataclasses.replace(facts, manifest={**facts.manifest, "study": {**facts.study, "assignment": assigned}})


def effect(facts: Facts, name: str) -> Row:
    return next(e for e in facts.effects if e["id"] == name)


def test_imbalance_is_counted_and_the_largest_named(audited_facts: Facts, lang: Language) -> None:
    text = balance_phrases(audited_facts)[0]
    said = {
        "zh": "2行中有1行的标准化差异超过0.1，最大的是“年龄”（−0.20）：两组在这些方面不同",
        "en": "1 of 2 standardised differences exceed 0.1 in size, the largest that of “Age” (−0.20): in these the",
    }
    assert said[lang] in text
    assert {"zh": "对照组只有7人，联合检验几乎没有功效", "en": "With 7 people in the untreated group"}[lang] in text


def test_likeness_is_said_without_calling_groups_alike(audited_facts: Facts, lang: Language) -> None:
    text = balance_phrases(changed(audited_facts, "balance", std_difference=0.05))[0]
    assert {"zh": "都不超过0.1", "en": "none of 2"}[lang] in text
    assert {"zh": "两组在这些方面不同", "en": "the groups differ"}[lang] not in text


def test_differences_after_a_lot_are_of_chance(audited_facts: Facts, lang: Language) -> None:
    text = balance_phrases(randomised(audited_facts))[0]
    assert {"zh": "差异出自偶然", "en": "differ by chance"}[lang] in text


def test_large_arms_leave_the_joint_test_its_power(audited_facts: Facts, lang: Language) -> None:
    text = balance_phrases(changed(audited_facts, "design", n_untreated=300))[0]
    assert {"zh": "几乎没有功效", "en": "next to no power"}[lang] not in text


def test_categories_of_a_variable_are_explained_where_there_are_any(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "social_work")
    note = word(lang, "note_balance_categories")
    assert note in balance_table(audited_facts, own).notes[0]
    assert note not in balance_table(changed(audited_facts, "balance", level=""), own).notes[0]


def test_an_interval_with_zero_leaves_nothing_to_overturn(audited_facts: Facts, lang: Language) -> None:
    by_lead = dict(sensitivity_items(audited_facts))
    clear, unclear = by_lead.values()
    assert "13.1%" in clear
    assert "2.40" in clear  # Oster's
    assert unclear == word(lang, "said_no_finding")


def test_the_interval_is_that_of_the_text_and_not_of_cr1(audited_facts: Facts, lang: Language) -> None:
    facts = changed(audited_facts, "verdicts", conf_low=-0.01, conf_high=0.05)
    assert {text for _, text in sensitivity_items(facts)} == {word(lang, "said_no_finding")}


def test_a_treatment_by_lot_has_no_delta(audited_facts: Facts, lang: Language) -> None:
    text = next(iter(dict(sensitivity_items(randomised(audited_facts))).values()))
    assert word(lang, "said_by_lot") in text
    assert "Oster" not in text


def test_agreement_in_holding_zero_is_no_finding(audited_facts: Facts, lang: Language) -> None:
    ((_, text),) = multiverse_items(audited_facts)
    rows = audited_facts.rows("specifications")
    above, below = (sum(side * row["estimate"] > 0 for row in rows) for side in (1, -1))
    assert {"zh": f"{above}种在0以上，{below}种在0以下", "en": f"{above} lie above 0, {below} below"}[lang] in text
    assert {"zh": "主要设定的区间包含0，48种设定中有48种同样如此。", "en": "holds 0, and so do those of 48 of"}[
        lang
    ] in text
    assert multiverse_caution(audited_facts) == word(lang, "said_multiverse_caution")


def test_a_clear_headline_is_held_against_the_others(audited_facts: Facts, lang: Language) -> None:
    rows = [
        {**row, "conf_low": 0.01, "conf_high": 0.2, "agrees": True}
        if row["is_headline"]
        else {**row, "conf_low": -0.3, "conf_high": 0.3, "agrees": False}
        for row in audited_facts.rows("specifications")
    ]
    facts = with_rows(audited_facts, "specifications", rows)
    ((_, text),) = multiverse_items(facts)
    assert {"zh": "48种设定中有1种的区间也全在0的同一侧，区间包含0的有47种", "en": "those of 1 of the 48"}[lang] in text
    assert multiverse_caution(facts) == ""


@pytest.mark.parametrize(("share", "cell"), [(1 / 48, "1/48"), (0.5, "50")])
def test_small_shares_are_given_as_counts(audited_facts: Facts, share: float, cell: str) -> None:
    rows = [{**row, "conf_high": -0.01} if row["is_headline"] else row for row in audited_facts.rows("specifications")]
    facts = changed(with_rows(audited_facts, "specifications", rows), "multiverse", share_negative_clear=share)
    assert multiverse_table(facts).rows[1].text(7) == cell


def test_failed_specifications_are_mentioned_if_there_are_any(audited_facts: Facts, lang: Language) -> None:
    note = {"zh": "无法估计", "en": "could not be estimated"}[lang]
    assert note not in multiverse_table(audited_facts).notes[0]
    assert note in multiverse_table(changed(audited_facts, "multiverse", n_failed=3)).notes[0]


def test_small_medians_keep_their_digits(audited_facts: Facts) -> None:
    facts = changed(audited_facts, "multiverse", headline_sd=0.0047, median_sd=0.0094)
    assert multiverse_table(facts).rows[1].text(2) == "0.0047"


def test_high_leverage_quotes_the_share_of_one_cluster(audited_facts: Facts, lang: Language) -> None:
    row = {**audited_facts.rows("verdicts")[0], "reasons": "high_leverage"}
    assert {"zh": "31%来自一个", "en": "(31%)"}[lang] in reasons_phrase(audited_facts, row)
    bare = reasons_phrase(audited_facts, {**row, "partial_leverage_max": None})
    assert "%" not in bare


def test_steps_of_categories_are_not_units(audited_facts: Facts, lang: Language) -> None:
    contact = effect_phrase(audited_facts, effect(audited_facts, "contact"), "trust")
    assert {"zh": "每高一级", "en": "per step of the categories"}[lang] in contact
    linkage = effect_phrase(audited_facts, effect(audited_facts, "linkage"), "belonging")
    assert {"zh": "每增加1", "en": "per unit"}[lang] in linkage


def test_a_mediation_names_both_kinds_of_interval_and_each_sample(audited_facts: Facts, lang: Language) -> None:
    rows = [
        {**row, "outcome": outcome, "n_obs": n, "method": "percentile" if row["path"] == "indirect" else "CR2"}
        for outcome, n in (("trust", 179), ("belonging", 182))
        for row in audited_facts.rows("mediation")
    ]
    note = mediation_table(with_rows(audited_facts, "mediation", rows), "handover").notes[0]
    assert {"zh": "其余各行为CR2", "en": "the other rows: CR2"}[lang] in note
    assert {"zh": "政府信任度 179和社区归属感 182", "en": "Trust in government 179 and Sense of belonging 182"}[
        lang
    ] in note
    assert word(lang, "note_descriptive") in note


def test_randomisation_says_what_it_assigned_anew(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "social_work")
    people = inference_table(randomised(audited_facts, strata="community"), own).notes[0]
    assert {"zh": "重新分配个人（在社区之内）", "en": "assigns individuals within communities anew"}[lang] in people
    whole = inference_table(randomised(audited_facts, unit="community"), own).notes[0]
    assert {"zh": "重新分配整个社区，", "en": "assigns whole communities anew"}[lang] in whole


def test_programs_with_the_same_answer_share_a_row(audited_facts: Facts) -> None:
    own = effect(audited_facts, "social_work")
    first = audited_facts.rows("explanations", outcome="belonging")[0]
    twin = {**first, "convention": "reghdfe", "software": "Stata reghdfe", "is_ours": False}
    facts = with_rows(audited_facts, "explanations", [*audited_facts.rows("explanations"), twin])
    table, plain = explanation_table(facts, own), explanation_table(audited_facts, own)
    assert len(table.rows) == len(plain.rows)
    assert "Stata reghdfe" in table.rows[1].text(0)


def test_options_of_other_software_are_in_the_language_of_the_page(audited_facts: Facts, lang: Language) -> None:
    text = explanation_table(audited_facts, effect(audited_facts, "social_work")).rows[2].text(0)
    assert {"zh": "虚拟变量", "en": "dummies"}[lang] in text


def test_only_the_family_is_adjusted(audited_facts: Facts, lang: Language) -> None:
    text = dict(limitations(audited_facts))[word(lang, "limit_multiple_lead")]
    assert {
        "zh": "4组处理与结果的估计，其中只有检验族所列2组",
        "en": "Of 4 pairs of treatment and outcome only the 2",
    }[lang] in text


def test_models_of_one_size_are_named_together(audited_facts: Facts, lang: Language) -> None:
    text = dict(limitations(audited_facts))[word(lang, "limit_loss_lead")]
    assert text.count("525") == 1


def test_the_limits_of_a_lock_follow_the_plan(audited_facts: Facts, lang: Language) -> None:
    assert word(lang, "limit_lock_lead") in dict(limitations(audited_facts))
    unlocked = dict(limitations(changed(audited_facts, "plan", status="unlocked", locked_on="")))
    assert word(lang, "limit_unlocked_lead") in unlocked
    assert word(lang, "limit_lock_lead") not in unlocked


def test_conditions_are_read_by_titles_and_labels(survey_facts: Facts, lang: Language) -> None:
    said = {"zh": "“性别” = “女” 且 “年龄” ≥ 65", "en": "“Gender” = “Female” and “Age” ≥ 65"}
    assert readable(survey_facts, "gender == 2 and age >= 65") == said[lang]
    assert readable(survey_facts, "nobody + 1") == "nobody + 1"


def test_the_table_has_deltas_of_clear_results_without_a_lot_only(audited_facts: Facts) -> None:
    def deltas(facts: Facts) -> list[str]:
        return [row.text(5) for row in sensitivity_table(facts).rows if len(row.cells) > 1]

    assert deltas(audited_facts) == ["2.40", "—"]
    assert deltas(randomised(audited_facts)) == ["—", "—"]


@pytest.mark.parametrize(("low", "is_open"), [(-0.01, True), (0.005, False)])
def test_a_dose_is_answered_with_a_size(audited_facts: Facts, lang: Language, low: float, is_open: bool) -> None:  # noqa: FBT001
    rows = [
        row if row["is_reference"] else {**row, "conf_low": low, "conf_high": 0.09}
        for row in audited_facts.records["dose"]
    ]
    facts = with_rows(audited_facts, "dose", rows)
    ((_, text),) = dose_items(facts, effect(facts, "contact"))
    assert {
        "zh": "（每月4次）与最低取值（每月1次）的平均差别为0–1分制上的0.040分",
        "en": "(4 a month) differs from the lowest (1 a month) by 0.040 points",
    }[lang] in text
    assert f"[{low:.3f}".replace("-", "−") in text
    assert ({"zh": "方向未定", "en": "direction is open"}[lang] in text) == is_open
    gone = with_rows(facts, "dose", [row if row["is_reference"] else {**row, "estimate": None} for row in rows])
    ((_, tests),) = dose_items(gone, effect(gone, "contact"))
    assert {"zh": "最高取值", "en": "highest value"}[lang] not in tests
    assert "0.820" in tests
