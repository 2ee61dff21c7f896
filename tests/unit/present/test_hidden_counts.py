"""Counts that the disclosure rules took away: the page says so, and does not take "hidden" for "none"."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.present.survey import survey_manifest, survey_tables
from tests.unit.present.conftest import MakeBundle

from liandong.definitions import Language
from liandong.present.facts import Facts, read_facts
from liandong.present.opening import sections
from liandong.present.table import Row
from liandong.present.tables_models import design_table
from liandong.present.tables_sample import validation_table


@pytest.fixture
def facts(make_bundle: MakeBundle, lang: Language) -> Facts:
    tables: dict[str, Any] = survey_tables()
    (broken, sound), designs = tables["validation"], tables["design"]
    hidden = {"n_failed": None, "n_rows_rejected": None, "suppressed": True}
    manifest = survey_manifest()
    manifest["study"]["disclosure"] = {"minimum_cell": 10}
    return read_facts(
        make_bundle(
            f"hidden-{lang}",
            manifest,
            tables
            | {
                "validation": [broken | hidden, sound],
                "design": [row | {"cluster_size_min": None, "suppressed": True} for row in designs],
            },
        ),
        lang,
    )


def texts(row: Row) -> list[str]:
    return [cell if isinstance(cell, str) else cell.text for cell in row.cells]


def test_a_rule_with_hidden_failures_is_among_the_broken(facts: Facts) -> None:
    (row,) = validation_table(facts).rows
    word = {"zh": "隐去", "en": "hidden"}[facts.lang]
    assert texts(row)[2:] == ["627", word, word]
    assert "10" in validation_table(facts).notes[0]
    assert sections(facts)["has-broken-rules"] is True


def test_the_size_of_a_small_cluster_is_a_bound(facts: Facts) -> None:
    assert any("15.5 (<10–31)" in texts(row) for row in design_table(facts).rows)
