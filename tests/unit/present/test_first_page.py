"""The first page: sentences that follow the numbers, numbers by a rule, grades with reasons."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.cases.present.rows import Rows, share

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.charts import save
from liandong.present.facts import Facts, read_facts
from liandong.present.figure_words import alt_both, alt_dots
from liandong.present.first_page import first_page, first_picture, first_table
from liandong.present.first_page_grades import Judgement, judge_effect, judge_share
from liandong.present.first_page_numbers import HOW_MANY, key_numbers
from liandong.present.first_page_words import done_sentence, found_sentence, leaning_sentence
from liandong.present.marks import unmarked
from liandong.present.phrases import both_phrase, range_phrase, share_phrase
from liandong.present.tables_appendix import key_table
from liandong.present.words import catalogue

MakeBundle = Callable[[str, dict[str, Any], dict[str, Rows]], Bundle]
CAUSAL = {"zh": re.compile("影响|效果|提高|降低"), "en": re.compile(r"\b(effects?|affects?|raised|lowered|impact)\b")}
STOPS = {"zh": "。", "en": re.compile(r"\.(?=\s|$)")}


def changed(facts: Facts, table: str, **values: Any) -> Facts:
    """Return facts with columns of a table set to other values in all rows."""
    frame = facts.tables[table].with_columns(
        pl.lit(value, dtype=facts.tables[table].schema[name]).alias(name) for name, value in values.items()
    )
    return dataclasses.replace(facts, records={**facts.records, table: frame.rows(named=True)})


def emptied(facts: Facts, *names: str) -> Facts:
    tables = {name: facts.tables[name].clear() for name in names}
    records: dict[str, list[Any]] = {name: [] for name in names}
    return dataclasses.replace(facts, tables={**facts.tables, **tables}, records={**facts.records, **records})


def study(facts: Facts, **values: Any) -> Facts:
    return dataclasses.replace(facts, manifest={**facts.manifest, "study": {**facts.study, **values}})


def said(facts: Facts) -> str:
    return unmarked(" ".join(sentence(facts) for sentence in (done_sentence, found_sentence, leaning_sentence)))


def test_three_leads_in_short_sentences(survey_facts: Facts, audited_facts: Facts, trial_facts: Facts) -> None:
    for facts in (survey_facts, audited_facts, trial_facts):
        for lead in (done_sentence, found_sentence, leaning_sentence):
            text = unmarked(lead(facts))
            assert text[-1] in "。."
            assert not re.search(r"[。.][。.]|None|\s\s", text), text
            for sentence in re.split(STOPS[facts.lang], text.rstrip("。.")):
                assert len(re.findall("；|; ", sentence)) <= 1, sentence
        assert unmarked(first_page(facts, "x")).count("\n- ") == 3


def test_a_reader_learns_first_that_nobody_real_was_asked(survey_facts: Facts, trial_facts: Facts) -> None:
    simulated = {"zh": "没有询问任何真实的人", "en": "no real person was asked"}[survey_facts.lang]
    nothing = {"zh": "对任何真实的项目都不说明什么", "en": "say nothing of any real programme"}[survey_facts.lang]
    assert simulated in done_sentence(survey_facts)
    assert nothing in leaning_sentence(survey_facts)
    assert simulated not in said(trial_facts)
    assert nothing not in said(trial_facts)


def test_what_a_design_cannot_carry_is_said_before_any_size(audited_facts: Facts) -> None:
    facts = changed(audited_facts, "verdicts", verdict="cannot_carry", recommended="", reasons="few_untreated")
    text = unmarked(found_sentence(facts))
    cannot = {"zh": "这一设计不能回答", "en": "this design cannot answer"}[facts.lang]
    assert cannot in text
    assert text.index(cannot) < text.index("0.020")
    assert not CAUSAL[facts.lang].search(text)
    leaning = {
        "zh": "不能依据这一设计下结论：对照组只有",
        "en": "can rest on this design: the untreated group has only 7",
    }
    assert leaning[facts.lang] in unmarked(leaning_sentence(facts))


def test_every_number_of_a_comparison_comes_with_its_interval(survey_facts: Facts) -> None:
    text = unmarked(found_sentence(survey_facts))
    assert text.count("[") == text.count("]")
    compared = sum(len(effect["outcomes"]) for effect in survey_facts.effects if effect["role"] == "primary")
    assert len(re.findall(r"\[[^\]]+\]", text)) == compared > 0, "those of shares stand in the table below"


@pytest.mark.parametrize("low", [0.02, -0.02])
def test_an_association_is_never_an_effect_and_open_is_not_none(survey_facts: Facts, low: float) -> None:
    facts = changed(survey_facts, "estimates", estimate=0.05, conf_low=low, conf_high=0.08, std_error=0.015)
    open_sign = low < 0
    text = unmarked(found_sentence(facts))
    assert not CAUSAL[facts.lang].search(text)
    assert ({"zh": "方向未定", "en": "is open"}[facts.lang] in text) == open_sign
    assert ({"zh": "也不能说明二者无关", "en": "no relation is not shown either"}[facts.lang] in text) == open_sign
    assert ({"zh": "较高的", "en": "associated with higher"}[facts.lang] in text) != open_sign


def test_a_lot_allows_the_word_effect(trial_facts: Facts) -> None:
    text = unmarked(found_sentence(trial_facts))
    assert {"zh": "影响方向未定", "en": "the effect is estimated"}[trial_facts.lang] in text
    assert {"zh": "0.2个百分点", "en": "0.2 percentage points"}[trial_facts.lang] in text


def test_a_study_without_primary_comparisons_tells_its_first_ones(audited_facts: Facts) -> None:
    effects = [{**effect, "role": "exploratory"} for effect in audited_facts.manifest["effects"]]
    facts = dataclasses.replace(audited_facts, manifest={**audited_facts.manifest, "effects": effects})
    text = unmarked(found_sentence(facts))
    assert {"zh": "上门频率", "en": "Frequency of visits"}[facts.lang] in text
    assert {"zh": "服务主体数", "en": "Number of providers"}[facts.lang] not in text


def test_a_study_without_comparisons_says_so(survey_facts: Facts) -> None:
    facts = emptied(survey_facts, "estimates", "design")
    assert {"zh": "没有估计任何服务与结果之间的关系", "en": "No relation between a service"}[facts.lang] in unmarked(
        leaning_sentence(facts)
    )
    assert len(key_numbers(facts)) == HOW_MANY
    assert unmarked(first_picture(facts).caption).startswith({"zh": "服务覆盖", "en": "Coverage"}[facts.lang])


def test_an_estimate_that_failed_is_named_and_graded_none(survey_facts: Facts) -> None:
    lost = {"estimate": None, "conf_low": None, "conf_high": None, "std_error": None, "p_value": None}
    facts = changed(survey_facts, "estimates", **lost)
    assert {"zh": "未能估计", "en": "could not be estimated"}[facts.lang] in unmarked(found_sentence(facts))
    assert judge_effect(facts, facts.effects[0], "trust") == Judgement("none", ("not_estimated",))
    assert "None" not in said(facts)


def test_a_study_with_hardly_anything_has_a_page(survey_facts: Facts, tmp_path: Path) -> None:
    facts = emptied(survey_facts, "estimates", "design", "indicators", "scales", "distributions", "verdicts")
    assert {"zh": "没有可以公布的比例或比较", "en": "no share and no comparison"}[facts.lang] in unmarked(
        found_sentence(facts)
    )
    assert key_numbers(facts) == []
    assert len(save(first_picture(facts).plot(), tmp_path, "first")) == 2
    assert "tbl-first" not in first_page(facts, "x")


def test_hidden_numbers_stay_hidden(audited_facts: Facts) -> None:
    hidden = {"n_treated": None, "n_untreated": None, "clusters_with_untreated": None, "suppressed": True}
    stuck = {"verdict": "cannot_carry", "recommended": "", "reasons": "few_untreated"}
    facts = changed(changed(audited_facts, "verdicts", **hidden, **stuck), "design", n_untreated=None, n_treated=None)
    facts = changed(facts, "indicators", denominator_n=None, numerator_n=None)
    text = said(facts)
    assert {"zh": "对照组不足", "en": "has fewer than"}[facts.lang] in text
    assert "7 人" not in text
    assert "only 7" not in text
    bases = [row.text(2) for row in first_table(facts).rows]
    assert any(base in {"<10", "隐去", "hidden"} or "10" in base for base in bases)


def test_the_numbers_follow_the_plan_not_the_results(survey_facts: Facts) -> None:
    titles = [number.title for number in key_numbers(survey_facts)]
    assert len(titles) == HOW_MANY
    larger = changed(survey_facts, "estimates", estimate=0.5, conf_low=0.4, conf_high=0.6)
    assert [unmarked(number.title) for number in key_numbers(larger)] == [unmarked(title) for title in titles]
    assert {"zh": "占全体（各项中最高）", "en": "of all (highest)"}[survey_facts.lang] in titles[2]


def test_five_numbers_have_five_grades_in_words(survey_facts: Facts) -> None:
    words = {"zh": "高中低无", "en": ("high", "moderate", "low", "none")}[survey_facts.lang]
    for row in first_table(survey_facts).rows:
        marks, grade = row.text(3).split("\u00a0")
        assert set(marks) <= set("●○")
        assert len(marks) == 3
        assert grade in words


SHARE = {"conf_low": 0.48, "conf_high": 0.52, "n_clusters": 32}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, Judgement("high")),
        ({"conf_low": 0.45, "conf_high": 0.54}, Judgement("high")),
        ({"conf_low": 0.445, "conf_high": 0.555}, Judgement("moderate", ("wide",))),
        ({"conf_low": 0.405, "conf_high": 0.595}, Judgement("moderate", ("wide",))),
        ({"conf_low": 0.395, "conf_high": 0.605}, Judgement("low", ("wide",))),
        ({"conf_low": 0.35, "conf_high": 0.65}, Judgement("low", ("wide",))),
        ({"denominator_n": 99, "universe": "in_need"}, Judgement("moderate", ("few_people",))),
        ({"denominator_n": 29, "universe": "in_need"}, Judgement("low", ("few_people",))),
        ({"denominator_n": None}, Judgement("moderate", ("few_people",))),
        ({"denominator_n": 400}, Judgement("moderate", ("unanswered",))),
        ({"n_clusters": 9}, Judgement("moderate", ("few_clusters",))),
        ({"group": "wellbeing"}, Judgement("moderate", ("self_reported",))),
        ({"conf_low": None, "conf_high": None}, Judgement("low", ("no_interval",))),
        ({"estimate": None, "conf_low": None}, Judgement("none", ("hidden",))),
        ({"group": "wellbeing", "n_clusters": 9}, Judgement("low", ("few_clusters", "self_reported"))),
    ],
)
def test_a_share_loses_steps_for_what_weakens_it(survey: Bundle, own: dict[str, Any], expected: Judgement) -> None:
    row = {**share("reached", "coverage", 309, 618), **SHARE, **own}
    assert judge_share(read_facts(survey, "en"), row) == expected


@pytest.mark.parametrize(
    ("invited", "expected"),
    [(700, Judgement("high")), (1200, Judgement("moderate", ("response_low",))),
     (2500, Judgement("low", ("response_low",))), (None, Judgement("moderate", ("response_unknown",)))],
)  # fmt: skip
def test_non_response_weakens_a_share(survey: Bundle, invited: int | None, expected: Judgement) -> None:
    facts = read_facts(survey, "en")
    facts = study(facts, sampling={**facts.study["sampling"], "invited": invited})
    assert judge_share(facts, {**share("reached", "coverage", 309, 618), **SHARE}) == expected


@pytest.mark.parametrize(
    ("verdict", "own", "expected"),
    [
        ({"verdict": "carries"}, {}, Judgement("moderate", ("not_by_lot",))),
        ({"verdict": "limited"}, {}, Judgement("low", ("limited", "not_by_lot"))),
        ({"verdict": "cannot_carry"}, {}, Judgement("none", ("cannot_carry",))),
        ({"verdict": "carries"}, {"conf_high": 0.1}, Judgement("low", ("not_by_lot", "wide"))),
        ({"verdict": "carries"}, {"role": "exploratory"}, Judgement("low", ("not_by_lot", "exploratory"))),
        ({"verdict": "carries"}, {"kind": "randomised"}, Judgement("high")),
        ({"verdict": "carries"}, {"kind": "randomised", "n_obs": 400}, Judgement("moderate", ("lost_cases",))),
    ],
)
def test_a_comparison_starts_from_its_design(
    audited: Bundle, verdict: dict[str, Any], own: dict[str, Any], expected: Judgement
) -> None:
    facts = read_facts(audited, "en")
    bounds = {"estimate": 0.02, "conf_low": 0.0, "conf_high": own.get("conf_high", 0.04)}
    facts = changed(facts, "verdicts", recommended="CR1", reasons="", **bounds, **verdict)
    size = own.get("n_obs", 525)
    facts = changed(facts, "estimates", n_obs=size)
    kind = {"assignment": {"kind": own.get("kind", "observational"), "note": None}}
    effect = {**facts.effects[1], "role": own.get("role", "primary"), **kind}
    assert judge_effect(facts, effect, "belonging") == expected


def test_no_phrase_of_the_first_page_calls_anything_significant_or_absent() -> None:
    for key, texts in catalogue().items():
        if key.startswith("first_"):
            both = texts["zh"] + texts["en"]
            assert not re.search("显著|significan|没有效果|no effect[^\\s]*$|no difference$", both), key
            if key.startswith("first_associated"):
                for lang, pattern in CAUSAL.items():
                    assert not pattern.search(texts[lang]), key


def test_the_picture_tells_its_finding(audited_facts: Facts, lang: Language) -> None:
    picture = first_picture(audited_facts)
    alt = unmarked(picture.alt)
    assert re.search(r"\d\.\d\d", alt)
    assert {"zh": "最小可检测差异", "en": "smallest detectable"}[lang] in alt
    assert "n = " in unmarked(picture.caption)


def test_the_lowest_stands_beside_the_highest(survey_facts: Facts) -> None:
    text = unmarked(found_sentence(survey_facts))
    for value in ("98.9%", "31.1%", "4.2%", "54.7%"):  # ends of coverage and improvement, the top of those in need
        assert value in text
    assert text.index("31.1%") < text.index("54.7%")
    values = [unmarked(number.value) for number in key_numbers(survey_facts)]
    assert values[:3] == ["98.9%", "31.1%", "31.1%"]
    grades = [number.judgement for number in key_numbers(survey_facts)]
    assert "counted" not in {reason for grade in grades for reason in grade.reasons}


@pytest.mark.parametrize(("group", "universe"), [("coverage", "all"), ("wellbeing", "all"), ("wellbeing", "in_need")])
def test_no_superlative_over_what_is_hidden(survey_facts: Facts, group: str, universe: str) -> None:
    published = {"zh": "可以公布的各项中", "en": "mong those that may be published"}[survey_facts.lang]
    more = [share("eats", "wellbeing", 26, 120, universe="in_need"), share("reached_by_few", "coverage", 100, 618)]
    defaults = {**dict.fromkeys(survey_facts.tables["indicators"].columns), "suppressed": False}
    rows = [row for row in survey_facts.records["indicators"] if row["indicator"] != "content_hidden"]
    rows += [{**defaults, **row} for row in more]
    whole = dataclasses.replace(survey_facts, records={**survey_facts.records, "indicators": rows})
    assert published not in unmarked(found_sentence(whole))
    assert published not in unmarked(range_phrase(whole, "coverage") + both_phrase(whole, "wellbeing"))
    shares = [r for r in rows if r["group"] == group and r["universe"] == universe and not r["subgroup"]]
    top = max((row for row in shares if row["kind"] == "share"), key=lambda row: row["estimate"])
    gone = {"estimate": None, "conf_low": None, "conf_high": None, "denominator_n": None, "suppressed": True}
    rows = [{**row, **gone} if row is top else row for row in rows]
    facts = dataclasses.replace(whole, records={**whole.records, "indicators": rows})
    assert published in unmarked(found_sentence(facts))
    if universe == "all":
        assert published in unmarked(range_phrase(facts, "coverage") + both_phrase(facts, "wellbeing"))
        alt = alt_dots if group == "coverage" else alt_both
        assert published in unmarked(alt(facts, group))
        titles = " ".join(unmarked(number.title) for number in key_numbers(facts))
        assert {"zh": "可公布的各项中最高", "en": "highest of those published"}[facts.lang] in titles
    hidden = {"zh": "就可以公布的指标而言", "en": "indicators that may be published"}[facts.lang]
    assert (hidden in str(key_table(facts).notes)) == (universe == "all")
    assert hidden not in str(key_table(whole).notes)


def test_no_decimal_is_made_up(survey_facts: Facts) -> None:
    rough = {"estimate": 0.33, "conf_low": 0.26, "conf_high": 0.41, "denominator_n": None, "numerator_n": None}
    row = {**share("reached", "coverage", 1, 3), **rough}
    assert unmarked(share_phrase(survey_facts, row)).startswith("33%")
    assert "[26%,\u00a041%]" in unmarked(share_phrase(survey_facts, row))
    mean = {**row, "kind": "mean", "estimate": 0.63, "conf_low": 0.6, "conf_high": 0.66}
    assert "0.63" in unmarked(share_phrase(survey_facts, mean))
    assert "0.630" not in unmarked(share_phrase(survey_facts, mean))
    exact = {**mean, "denominator_n": 618, "conf_low": 0.6012}
    assert "0.630" in unmarked(share_phrase(survey_facts, exact))


def test_what_a_design_finds_rarely_is_said_for_each_outcome(audited_facts: Facts) -> None:
    facts = changed(audited_facts, "verdicts", verdict="cannot_carry", recommended="", reasons="few_untreated")
    rows = facts.records["verdicts"]
    sized = [{**row, "mde_sd": 1.31 + at / 100, "power": 0.8} for at, row in enumerate(rows)]
    facts = dataclasses.replace(facts, records={**facts.records, "verdicts": sized})
    effect = next(effect for effect in facts.effects if effect["role"] == "primary")
    text = unmarked(leaning_sentence(facts))
    for row in sized:
        if row["effect"] == effect["id"] and row["outcome"] in effect["outcomes"]:
            assert f"{row['mde_sd']:.2f}" in text
    assert {"zh": "把握不足80%", "en": "less than 80% probability"}[facts.lang] in text
    assert not re.search("多半|mostly", text + unmarked(first_picture(facts).caption))


def test_a_negative_size_without_its_sign_has_its_bounds_in_order(survey_facts: Facts) -> None:
    facts = changed(survey_facts, "estimates", estimate=-0.03, conf_low=-0.05, conf_high=-0.01, std_error=0.012)
    text = unmarked(found_sentence(facts)).replace("\u00a0", " ")
    assert "[0.010, 0.050]" in text
    assert "−" not in text
    assert {"zh": "较低的", "en": "associated with lower"}[facts.lang] in text


def test_a_comparison_names_its_scale(survey_facts: Facts) -> None:
    on_scale = {"zh": "0–1分制", "en": "0–1 scale"}[survey_facts.lang]
    assert on_scale in unmarked(found_sentence(survey_facts))
    compared = [number.title for number in key_numbers(survey_facts) if "→" in unmarked(number.title)]
    assert len(compared) == 2
    assert all(on_scale in unmarked(title) for title in compared)


def test_what_a_lot_assigned_is_no_finding(trial_facts: Facts) -> None:
    treatment = trial_facts.effects[0]["treatment"]
    lots = [share("drawn", "coverage", 700, 1410), share("visited", "coverage", 300, 1410)]
    manifest = {**trial_facts.manifest, "indicators": {
        "drawn": {"numerator": f"{treatment} == 1", "universe": None, "need": None},
        "visited": {"numerator": f"visited == 1 and {treatment} == 1", "universe": None, "need": None},
    }}  # fmt: skip
    defaults = dict.fromkeys(trial_facts.tables["indicators"].columns)
    rows = [*trial_facts.records["indicators"], *({**defaults, "suppressed": False, **row} for row in lots)]
    facts = dataclasses.replace(trial_facts, manifest=manifest, records={**trial_facts.records, "indicators": rows})
    said_of = unmarked(found_sentence(facts)) + " ".join(unmarked(number.title) for number in key_numbers(facts))
    assert "drawn" not in said_of
    assert "visited" in said_of
    assert "→" in unmarked(key_numbers(facts)[0].title)  # what a trial is about comes first
    assert unmarked(found_sentence(facts)).index("visited") > 20


def test_nobody_calls_data_real(trial_facts: Facts) -> None:
    assert not re.search("模拟|simulated", said(trial_facts))
