from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
from tests.cases.present.reading import as_read

from liandong.definitions import Language
from liandong.present import limitations, words
from liandong.present.facts import Facts

limitations = as_read(limitations.limitations)
word = as_read(words.word)


def leads(facts: Facts) -> list[str]:
    return [lead for lead, _ in limitations(facts)]


def text_of(facts: Facts, key: str) -> str:
    return next((text for lead, text in limitations(facts) if lead == word(facts.lang, f"limit_{key}_lead")), "")


def with_study(facts: Facts, **own: Any) -> Facts:
    return dataclasses.replace(facts, manifest={**facts.manifest, "study": {**facts.study, **own}})


def with_column(facts: Facts, table: str, **values: Any) -> Facts:
    frame = facts.tables[table].with_columns(**{name: pl.lit(value) for name, value in values.items()})
    return dataclasses.replace(facts, records={**facts.records, table: frame.rows(named=True)})


def test_a_simulated_observational_survey_has_its_limits_in_order(survey_facts: Facts, lang: Language) -> None:
    keys = [
        *("simulated", "few", "within", "clusters", "observational", "denominator", "selfreport"),
        *("response", "loss", "reliability", "multiple", "hidden"),
    ]
    assert leads(survey_facts) == [word(lang, f"limit_{key}_lead") for key in keys]


def test_a_trial_has_none_of_those_limits(trial_facts: Facts, lang: Language) -> None:
    assert leads(trial_facts) == [word(lang, f"limit_{key}_lead") for key in ("randomised", "response", "multiple")]


def test_the_small_group_is_counted_once_per_treatment(survey_facts: Facts) -> None:
    few = [text for lead, text in limitations(survey_facts) if lead == word(survey_facts.lang, "limit_few_lead")]
    assert len(few) == 1
    assert "7" in few[0]
    assert "525" in few[0]


def test_many_clusters_are_no_limit(survey_facts: Facts) -> None:
    assert "32" in text_of(survey_facts, "clusters")
    assert text_of(with_column(survey_facts, "estimates", n_clusters=50), "clusters") == ""


def test_the_denominators_are_compared_in_figures(survey_facts: Facts) -> None:
    text = text_of(survey_facts, "denominator")
    assert "31.1%" in text
    assert "53.2%" in text


def test_the_response_rate_is_given_or_said_to_be_unknown(survey_facts: Facts, trial_facts: Facts) -> None:
    assert "88.3%" in text_of(survey_facts, "response")
    assert "%" not in text_of(trial_facts, "response")


def test_only_a_scale_below_the_bound_is_named(survey_facts: Facts, lang: Language) -> None:
    text = text_of(survey_facts, "reliability")
    assert {"zh": "社区归属感", "en": "Sense of belonging"}[lang] in text
    assert {"zh": "政府信任度", "en": "Trust in government"}[lang] not in text


def test_a_failed_cross_check_is_a_limit(survey_facts: Facts) -> None:
    assert text_of(survey_facts, "crosscheck") == ""
    assert "4" in text_of(with_column(survey_facts, "crosscheck", agrees=False), "crosscheck")


def test_a_lowered_disclosure_threshold_is_printed_with_its_reason(survey_facts: Facts, lang: Language) -> None:
    reason = {"zh": "已公开。", "en": "Published."}
    lowered = with_study(survey_facts, disclosure={"minimum_cell": 1, "reason": reason})
    text = text_of(lowered, "minimum")
    assert reason[lang].rstrip("。.") in text
    assert "。。" not in text
    assert ".." not in text


def test_small_losses_are_not_mentioned(survey_facts: Facts) -> None:
    assert "525" in text_of(survey_facts, "loss")
    assert text_of(with_column(survey_facts, "estimates", n_obs=610), "loss") == ""


def test_controls_that_may_be_consequences_are_named_where_the_study_says_what_was_settled(survey_facts: Facts) -> None:
    def facts(settled: list[str] | None, **own: Any) -> Facts:
        effect = {**survey_facts.manifest["effects"][0], "balance": settled, **own}
        return dataclasses.replace(survey_facts, manifest={**survey_facts.manifest, "effects": [effect]})

    for whole in (None, ["age", "job"], ["age", "job", "gender"]):
        assert text_of(facts(whole), "consequences") == ""
    text = text_of(facts(["age"]), "consequences")
    assert {"zh": "（M2）还控制了“工作”", "en": "(M2) also holds constant “Job”"}[survey_facts.lang] in text
    assert {"zh": "“年龄”", "en": "“Age”"}[survey_facts.lang] not in text
    drawn = facts(["age"], treatment="job", assignment={"kind": "randomised", "note": None})
    assert text_of(drawn, "consequences") == "", "what a lot assigned is no consequence"
