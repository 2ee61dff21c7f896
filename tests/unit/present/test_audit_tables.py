"""Tables and sections on what a reader asks next, on the made-up audit of tests/cases/present/audited.py."""

from __future__ import annotations

import dataclasses
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import Bundle
from liandong.present import open_page
from liandong.present.facts import Facts
from liandong.present.opening import sections
from liandong.present.sections import SECTIONS, has_section, section
from liandong.present.table import Table
from liandong.present.tables_audit import arm_table, balance_table, missing_by_arm_table, plan_table, weight_table
from liandong.present.tables_further import dose_table, heterogeneity_table, mediation_table, ordinal_table
from liandong.present.tables_inference import (
    MOST_CLUSTERS,
    explanation_table,
    inference_table,
    influence_table,
    multiplicity_table,
)
from liandong.present.tables_robustness import benchmark_table, multiverse_table, power_table, sensitivity_table
from liandong.present.words import word


def texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(row.text(column) for column in range(len(row.cells))) for row in table.rows]


def without(facts: Facts, *names: str) -> Facts:
    """Return facts whose tables of these names are empty."""
    emptied = {name: facts.tables[name].clear() for name in names}
    return dataclasses.replace(
        facts, tables={**facts.tables, **emptied}, records={**facts.records, **{n: [] for n in names}}
    )


def changed(facts: Facts, table: str, **own: Any) -> Facts:
    rows = [{**row, **own} for row in facts.records[table]]
    return dataclasses.replace(facts, records={**facts.records, table: rows})


def effect(facts: Facts, name: str) -> dict[str, Any]:
    return next(e for e in facts.effects if e["id"] == name)


def test_every_method_stands_beside_the_recommended_one(audited_facts: Facts) -> None:
    recommended = changed(audited_facts, "verdicts", recommended="CR2")
    rows = texts(inference_table(recommended, effect(recommended, "social_work")))
    first = rows[1:6]
    assert [row[-1] for row in first] == ["", "✓", "", "", ""]
    assert first[1][3:6] == ("4.6", "0.830", "[−0.212, 0.252]")
    assert first[3][2:4] == ("—", "—")  # a bootstrap has no standard error


def test_no_line_is_to_be_believed_where_the_design_cannot_carry_it(audited_facts: Facts) -> None:
    rows = texts(inference_table(audited_facts, effect(audited_facts, "social_work")))
    assert {row[-1] for row in rows if len(row) > 1} == {""}


def test_two_way_clustering_names_both_columns(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "social_work") | {"cluster": ["community", "belonging"]}
    (one_way,) = inference_table(audited_facts, own).notes
    rows = [{**row, "vcov": "twoway"} if row["vcov"] == "CR3" else row for row in audited_facts.records["estimates"]]
    facts = dataclasses.replace(audited_facts, records={**audited_facts.records, "estimates": rows})
    (note,) = inference_table(facts, own).notes
    said = {
        "zh": f"双向聚类同时按{facts.noun('community')}与{facts.noun('belonging')}聚类",
        "en": f"clusters are those of {facts.noun('community')} and of {facts.noun('belonging')} at once",
    }[lang]
    assert said in note
    assert {"zh": "较小者减一", "en": "the smaller of the two"}[lang] in note
    assert facts.noun("belonging") not in one_way


def test_influence_lists_the_heaviest_clusters_first(audited_facts: Facts) -> None:
    rows = texts(influence_table(audited_facts, effect(audited_facts, "social_work")))
    assert [row[3] for row in rows[1:5]] == ["40.0", "30.0", "20.0", "10.0"]
    many = [{**audited_facts.rows("influence")[0], "cluster": f"X{n}"} for n in range(40)]
    facts = dataclasses.replace(audited_facts, records={**audited_facts.records, "influence": many})
    assert len(influence_table(facts, effect(facts, "social_work")).rows) == MOST_CLUSTERS + 1


def test_other_software_is_listed_with_factor_and_reference(audited_facts: Facts, lang: Language) -> None:
    table = explanation_table(audited_facts, effect(audited_facts, "social_work"))
    row = texts(table)[1]
    assert row[0] == "liandong *"
    assert row[2:6] == ("1.0600", "t(31)", "0.07030", "0.780")
    assert row[6] == word(lang, "held_documentation")
    assert "0.02000" in table.notes[0]


def test_a_family_has_plain_and_adjusted_p_values(audited_facts: Facts, lang: Language) -> None:
    table = multiplicity_table(audited_facts, "both")
    assert texts(table)[0][2:] == ("0.400", "0.800", "0.500", "0.600")
    assert {"zh": "两项结果", "en": "Both outcomes"}[lang] in table.caption
    assert "9,999" in table.notes[0]


def test_balance_names_the_category_and_hides_what_is_hidden(audited_facts: Facts, lang: Language) -> None:
    own = effect(audited_facts, "social_work")
    rows = texts(balance_table(audited_facts, own))
    assert rows[0][3] == "−0.20"
    assert rows[1][0] == {"zh": "工作：退休", "en": "Job: Retired"}[lang]
    gone = dict.fromkeys(("mean_treated", "mean_untreated", "std_difference", "within_difference"))
    hidden = balance_table(changed(audited_facts, "balance", suppressed=True, **gone), own)
    assert texts(hidden)[0][1] == word(lang, "suppressed_cell")
    assert "10" in hidden.notes[0]


def test_flow_and_missing_answers_stand_arm_by_arm(audited_facts: Facts) -> None:
    own = effect(audited_facts, "social_work")
    assert texts(arm_table(audited_facts, own))[1][1:] == ("611", "100.0", "32", "7", "100.0", "6")
    assert texts(missing_by_arm_table(audited_facts, own))[0][1:] == ("18/611", "2.9", "1/7", "14.3")
    hidden = changed(audited_facts, "arms", suppressed=True, rows=None, clusters=None, share=None)
    assert "611" not in str(texts(arm_table(hidden, own)))


def test_variables_hidden_in_whole_are_counted_and_not_listed(audited_facts: Facts) -> None:
    facts = changed(audited_facts, "missing_by_arm", n=None, share=None, suppressed=True)
    table = missing_by_arm_table(facts, effect(facts, "social_work"))
    assert table.rows == ()
    assert "1" in table.notes[0]


def test_margins_show_target_before_and_after(audited_facts: Facts, lang: Language) -> None:
    assert texts(weight_table(audited_facts))[1] == ({"zh": "男", "en": "Male"}[lang], "50.0", "40.0", "50.0", "245")


def test_omitted_variables_are_measured_against_blocks_of_primary_effects(audited_facts: Facts) -> None:
    rows = texts(sensitivity_table(audited_facts))
    assert [row[3] for row in rows if len(row) > 1] == ["13.1", "3.0"]
    assert benchmark_table(audited_facts).rows == ()  # the made-up benchmarks belong to a secondary effect
    only = dataclasses.replace(
        audited_facts,
        manifest={
            **audited_facts.manifest,
            "effects": [e for e in audited_facts.manifest["effects"] if e["id"] == "linkage"],
        },
    )
    # Blocks of controls, not single ones.
    assert len(benchmark_table(only).rows) == 4


def test_all_specifications_are_counted_by_what_they_say(audited_facts: Facts) -> None:
    assert texts(multiverse_table(audited_facts))[1][1:] == (
        *("48", "0.105", "0.100", "[−0.050, 0.240]", "83"),
        *("0", "0", "100"),
    )


def test_power_shows_the_design_at_hand_alone(audited_facts: Facts) -> None:
    rows = [row for row in texts(power_table(audited_facts)) if len(row) > 1]
    assert [row[1] for row in rows] == ["32", "32"]
    assert rows[0][-2:] == ("1.10", "0.21")


def test_groups_are_compared_by_the_test_of_interaction(audited_facts: Facts) -> None:
    rows = texts(heterogeneity_table(audited_facts, effect(audited_facts, "linkage")))
    assert rows[1][-2:] == ("0.300", "0.300")
    assert [row[-2:] for row in rows[2:]] == [("", "")] * 2


def test_the_lowest_dose_is_the_reference(audited_facts: Facts, lang: Language) -> None:
    rows = texts(dose_table(audited_facts, effect(audited_facts, "contact")))
    assert rows[1][2] == word(lang, "reference")
    assert rows[2][0] == {"zh": "每月2次", "en": "2 a month"}[lang]


def test_the_ordered_logit_stands_beside_its_linear_model(audited_facts: Facts) -> None:
    (row,) = texts(ordinal_table(audited_facts, effect(audited_facts, "social_work")))
    assert row[2:] == ("1.22", "[0.46, 3.25]", "0.690", "0.080", "0.710", "✓")


def test_paths_of_a_mediation_stand_in_their_order(audited_facts: Facts, lang: Language) -> None:
    table = mediation_table(audited_facts, "handover")
    assert [row[0] for row in texts(table)[1:]] == [
        word(lang, f"path_{path}") for path in ("a", "b", "indirect", "direct", "total", "share")
    ]


def test_roles_are_kept_apart_and_the_primary_come_first(audited: Bundle, lang: Language) -> None:
    page = open_page(str(audited.path), lang).effects()
    places = [page.index(f"{{#sec-{name}}}") for name in ("primary", "secondary", "exploratory")]
    assert places == sorted(places)
    assert places[0] < page.index("{#sec-effect-social-work}") < places[1] < page.index("{#sec-effect-linkage}")
    assert places[2] < page.index("{#sec-effect-contact}") < page.index("{#sec-mediation-handover}")


def test_what_came_after_the_lock_is_marked(audited: Bundle, lang: Language) -> None:
    page = open_page(str(audited.path), lang)
    mark = word(lang, "mark_added").strip(" []〔〕")
    heading = next(line for line in page.effects().splitlines() if "{#sec-effect-contact}" in line)
    assert mark in heading
    assert mark not in next(line for line in page.effects().splitlines() if "{#sec-effect-linkage}" in line)
    assert word(lang, "status_added") in page.section("plan")
    assert word(lang, "note_marked") in dose_table(page.facts, effect(page.facts, "contact")).notes[0]


def test_an_unlocked_plan_is_said_to_be_so(audited_facts: Facts, lang: Language) -> None:
    text = section(changed(audited_facts, "plan", status="unlocked"), "", "plan")
    assert {"zh": "没有锁定", "en": "was not locked"}[lang] in text
    assert "tbl-plan" not in text


def test_of_what_analyses_are_made_of_only_changes_are_listed(audited_facts: Facts) -> None:
    kept = {"kind": "indicator", "item": "reached", "role": "", "status": "locked", "locked_on": "2026-11-01"}
    moved = {**kept, "item": "content", "status": "changed"}
    rows = [*audited_facts.rows("plan"), kept, moved]
    table = plan_table(dataclasses.replace(audited_facts, records={**audited_facts.records, "plan": rows}))
    assert len(table.rows) == 3


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_stands_or_falls_with_its_table(audited_facts: Facts, survey_facts: Facts, name: str) -> None:
    assert sections(audited_facts)[f"has-{name}"]
    assert section(audited_facts, "", name) != ""
    assert not sections(survey_facts)[f"has-{name}"]
    assert section(survey_facts, "", name) == ""


def test_rows_of_effects_without_estimates_make_no_section(audited_facts: Facts) -> None:
    assert has_section(audited_facts, "balance")
    assert not has_section(without(audited_facts, "estimates"), "balance")


def test_an_unknown_section_is_an_error_that_lists_the_known(audited: Bundle) -> None:
    with pytest.raises(RenderError, match="no section 'ballance'") as caught:
        open_page(str(audited.path), "en").section("ballance")
    assert "balance" in str(caught.value)


def test_an_indirect_part_that_is_unclear_is_no_evidence_either_way(audited: Bundle, lang: Language) -> None:
    text = open_page(str(audited.path), lang).effects()
    assert {"zh": "也不能说明没有这一部分", "en": "nor show that there is none"}[lang] in text
    assert word(lang, "assumption_mediator_lead").rstrip("。.") in text


def test_a_model_without_numbers_has_dashes(audited_facts: Facts) -> None:
    reals = {name: None for name, dtype in audited_facts.tables["sensitivity"].schema.items() if dtype == pl.Float64}
    facts = changed(audited_facts, "sensitivity", **reals)
    assert [set(row[1:]) for row in texts(sensitivity_table(facts)) if len(row) > 1] == [{"—"}] * 2
