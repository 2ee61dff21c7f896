"""Guesses are listed wherever they stand, and open questions of personal data refuse a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from liandong.definitions import load_study, plan_items, refuse_open_questions, undecided
from liandong.errors import DefinitionError

STUDY = """
id: s
title: {zh: 研究, en: Study}
instrument: .
data: {responses: a.csv}
undecided: [title]
"""
CODEBOOK = """
liandong:
  title: {zh: 码表, en: Codebook}
  version: "1"
  sets:
    - {id: both, title: {zh: 题, en: Q}, fields: [a, b], counted: 1, undecided: [fields]}
fields:
  - {name: a, title: 甲, type: integer, liandong: {title_en: A, undecided: [title_en]}}
  - {name: b, title: 乙, type: integer, liandong: {title_en: B}}
  - {name: home, title: 住处, type: string, liandong: {title_en: Home, PII undecided: [pii]}}
"""
SCALES = """
scales:
  - id: s1
    title: {zh: 量表, en: Scale}
    items: [a, b]
    range: [1, 5]
    minimum_answered: 1
    higher_means: {zh: 高, en: high}
    source: {citation: none}
    undecided: [reversed]
"""


def study_with(folder: Path, pii: str, *, settled: bool = False) -> Path:
    codebook = CODEBOOK.replace("PII", pii)
    files = {"study.yaml": STUDY, "codebook.yaml": codebook, "scales.yaml": SCALES}
    for name, text in files.items():
        lines = [line for line in text.splitlines() if not (settled and line.strip().startswith("undecided:"))]
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_every_guess_is_listed_with_its_place(tmp_path: Path) -> None:
    found = [(one.place, one.name, one.key, one.blocks) for one in undecided(load_study(study_with(tmp_path, "")))]
    assert found == [
        ("study", "", "title", False),
        ("field", "a", "title_en", False),
        ("field", "home", "pii", True),
        ("set", "both", "fields", False),
        ("scale", "s1", "reversed", False),
    ]


def test_a_field_that_nobody_decided_on_refuses_a_run_and_a_guess_on_the_safe_side_does_not(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"home\.liandong\.pii"):
        refuse_open_questions(load_study(study_with(tmp_path, "")))
    refuse_open_questions(load_study(study_with(tmp_path, "pii: true,")))


def test_confirming_a_guess_does_not_change_the_plan(tmp_path: Path) -> None:
    before = {item.key: item.sha256 for item in plan_items(load_study(study_with(tmp_path, "")))}
    after = {item.key: item.sha256 for item in plan_items(load_study(study_with(tmp_path, "", settled=True)))}
    assert before == after
