"""Regression tables say how they are estimated, in the table itself; stars only where asked and carried."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.cases.present.audited import audited_manifest, audited_tables
from tests.cases.present.survey import survey_manifest, survey_tables

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.docx_table import docx_table
from liandong.present.facts import Facts, read_facts
from liandong.present.table import Row, Table, aligned, group, heads
from liandong.present.tables_nested import coefficient_tables, nested_table

Made = Callable[..., Bundle]


def texts(table: Table) -> list[str]:
    return [" | ".join(row.text(column) for column in range(len(row.cells))) for row in table.rows]


def facts_of(make_bundle: Made, lang: Language = "en", *, stars: bool = False, **changed: Any) -> Facts:
    """Return the survey with other values in its rows of estimates."""
    manifest, tables = survey_manifest(), survey_tables()
    manifest["study"]["report"]["stars"] = stars
    tables["estimates"] = [{**row, **changed} for row in tables["estimates"]]
    return read_facts(make_bundle("nested", manifest, tables), lang, bound=False)


def nested(facts: Facts) -> Table:
    return nested_table(facts, facts.effects[0])


def test_the_table_says_how_its_models_are_estimated(survey_facts: Facts, lang: Language) -> None:
    rows = texts(nested(survey_facts))
    said = {
        "zh": ["固定效应：社区 | ✓ | ✓", "标准误（按社区聚类） | CR1 | CR1",
               "聚类数（社区） | 32 | 32", "自由度 | 31 | 31"],
        "en": ["Fixed effects: community | ✓ | ✓", "Std. errors, clustered by community | CR1 | CR1",
               "Clusters (community) | 32 | 32", "Degrees of freedom | 31 | 31"],
    }[lang]  # fmt: skip
    assert rows[-4:] == said
    assert sum(row.startswith({"zh": "组内R²", "en": "Within R²"}[lang]) for row in rows) == 2, "one for each outcome"
    assert sum(row.startswith({"zh": "样本量", "en": "Observations"}[lang]) for row in rows) == 2


def test_outcomes_with_clusters_of_their_own_say_so_in_their_panel(make_bundle: Made) -> None:
    manifest, tables = survey_manifest(), survey_tables()
    tables["estimates"] = [
        {**row, "n_clusters": 30, "df": 29.0} if row["outcome"] == "trust" else row for row in tables["estimates"]
    ]
    rows = texts(nested(read_facts(make_bundle("two", manifest, tables), "en", bound=False)))
    assert [row for row in rows if row.startswith("Clusters")] == [
        "Clusters (community) | 32 | 32",
        "Clusters (community) | 30 | 30",
    ]
    assert "Degrees of freedom | 29 | 29" in rows
    assert rows.index("Clusters (community) | 30 | 30") < rows.index("Controls")


def test_weights_are_named_and_without_fixed_effects_r2_is_not_within_anything(make_bundle: Made) -> None:
    assert "Weights: Age | ✓ | ✓" in texts(nested(facts_of(make_bundle, weights="age")))
    facts = facts_of(make_bundle, absorbed="")
    effect = {**facts.effects[0], "absorb": []}
    table = nested_table(facts, effect)
    assert "Fixed effects | none | none" in texts(table)
    assert "R² | 0.068 | 0.068" in texts(table)
    assert "Within" not in " ".join([*texts(table), *table.notes])


def test_there_are_no_stars_unless_asked(make_bundle: Made) -> None:
    facts = facts_of(make_bundle, p_value=0.0001)
    for table in (nested(facts), *coefficient_tables(facts, facts.effects[0])):
        assert "*" not in "".join([*texts(table), *table.notes])
        assert "No stars." in table.notes[0]


@pytest.mark.parametrize(
    ("p", "mark"),
    [(0.0009, "***"), (0.001, "**"), (0.0099, "**"), (0.01, "*"), (0.0499, "*"), (0.05, ""), (None, "")],
)
def test_stars_have_levels_that_the_note_tells(make_bundle: Made, p: float | None, mark: str) -> None:
    facts = facts_of(make_bundle, stars=True, p_value=p)
    table = nested(facts)
    assert re.search(r"\| 0\.020(\**)$", texts(table)[1])[1] == mark  # type: ignore[index]
    assert "* p < 0.05, ** p < 0.01, *** p < 0.001" in table.notes[0]
    rows = texts(coefficient_tables(facts, facts.effects[0])[0])
    assert rows[0].endswith(f"| 0.020{mark}")
    assert "*" not in "".join(rows[1:]), "controls are no results"


def test_what_the_design_cannot_carry_has_no_star(make_bundle: Made, lang: Language) -> None:
    manifest, tables = audited_manifest(), audited_tables()
    manifest["study"]["report"]["stars"] = True
    tables["estimates"] = [{**row, "p_value": 0.00001} for row in tables["estimates"]]
    facts = read_facts(make_bundle("stuck", manifest, tables), lang, bound=False)
    stuck = {(row["effect"], row["outcome"]) for row in tables["verdicts"] if row["verdict"] == "cannot_carry"}
    assert stuck
    seen = set()
    for effect in facts.effects:
        table = nested_table(facts, effect)
        panels = "\n".join(texts(table)).split(facts.title(effect["treatment"]) + " | ")[1:]
        for outcome, panel in zip(effect["outcomes"], panels, strict=True):
            starred = "*" in panel.split("\n")[0]
            assert starred != ((effect["id"], outcome) in stuck)
            seen.add(starred)
        without = {"zh": "设计不能支持的结果不标星号", "en": "cannot carry has no star"}[lang]
        assert (without in table.notes[0]) == any((effect["id"], outcome) in stuck for outcome in effect["outcomes"])
    assert seen == {True, False}


def test_decimals_of_a_panel_agree_and_of_a_table_save_what_would_vanish(survey_facts: Facts) -> None:
    for table in (nested(survey_facts), *coefficient_tables(survey_facts, survey_facts.effects[0])):
        cells = [
            cell for line in texts(table) for cell in line.split(" | ")[1:] if re.fullmatch(r"[(−]?0\.\d+\)?", cell)
        ]
        found = {len(cell.strip("()").partition(".")[2]) for cell in cells}
        assert found <= {3, 5}, "age, in units of 0.00001, keeps its own"


def keeps(table: Table) -> list[bool]:
    rows = re.findall(r"<w:tr>.*?</w:tr>", docx_table(table), re.DOTALL)[len(table.header) :]
    return ["<w:keepNext/>" in row for row in rows]


def some(*rows: Row) -> Table:
    return Table("some", "Some", aligned("left", "decimal", 1), (heads("", "n"),), rows, ("Note.",))


def test_in_word_short_tables_and_short_panels_stay_whole_and_long_ones_break() -> None:
    lines = [Row((f"r{at}", "1")) for at in range(40)]
    assert all(keeps(some(*lines[:12])))
    long = keeps(some(*lines))
    assert long[:2] == [True, True]
    assert long[-3:] == [True, True, True], "the last rows take the note along"
    assert not any(long[2:-3])
    panels = keeps(some(group("A"), *lines[:5], group("B"), *lines[5:10], group("C"), *lines[10:30]))
    assert panels[:6] == [True] * 5 + [False]
    assert panels[6:12] == [True] * 5 + [False]
    assert not any(panels[14:-3])


def test_word_tables_name_their_columns_to_the_blind(survey_facts: Facts) -> None:
    text = docx_table(nested(survey_facts))
    assert '<w:tblDescription w:val="M1 | M2"/>' in text
    assert 'w:firstRow="1"' in text
    assert "w:trHeight" not in text
