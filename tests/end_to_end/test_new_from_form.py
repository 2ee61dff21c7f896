"""``liandong new`` from an XLSForm: the workbook in, a study out that holds the answers against the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

Sheet = Sequence[Sequence[Any]]

SURVEY: Sheet = [
    ["type", "name", "label::中文 (zh)", "label::English (en)", "relevant", "constraint", "required"],
    ["start", "start", None, None, None, None, None],
    ["integer", "age", "年龄", "Age", None, ". >= 18", "yes"],
    ["select_one yn", "served", "接受服务", "Served", None, None, "yes"],
    ["integer", "hours", "服务小时", "Hours of service", "${served} = 1", ". < 100", None],
    ["text", "full_name", "您的姓名", "Your name", None, None, None],
    ["begin repeat", "members", "家庭成员", "Members", None, None, None],
    ["integer", "m_age", "成员年龄", "Age of the member", None, ". >= 0", None],
    ["end repeat", None, None, None, None, None, None],
]
CHOICES: Sheet = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    ["yn", 1, "是", "Yes"],
    ["yn", 0, "否", "No"],
]
SETTINGS: Sheet = [["form_title", "form_id"], ["社区服务", "services"]]
ANSWERS = """KEY,start,age,served,hours,full_name
k1,2026-06-01T10:00:00,40,1,5,王小明
k2,2026-06-01T11:00:00,30,0,7,李四
k3,2026-06-01T12:00:00,15,1,3,张三
k4,2026-06-01T13:00:00,55,2,,赵六
"""
MEMBERS = "KEY,PARENT_KEY,m_age\nk1/1,k1,8\nk1/2,k1,-1\nk9/1,k9,20\n"


@pytest.fixture
def form(tmp_path: Path, write_workbook: Callable[[Path, Mapping[str, Sheet]], Path]) -> Path:
    return write_workbook(tmp_path / "form.xlsx", {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS})


def test_a_form_alone_becomes_a_study_without_data(form: Path, liandong: Any, tmp_path: Path) -> None:
    made = liandong("new", tmp_path / "study", "--from", form)
    assert made.code == 0
    assert "6 fields" in made.out
    checked = liandong("check", tmp_path / "study")
    assert checked.code == 0
    assert "pii of 1 field: full_name" in checked.out


def test_answers_are_held_against_the_form_that_collected_them(form: Path, liandong: Any, tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    study = tmp_path / "study"
    assert liandong("new", study, "--from", form, "--from", tmp_path / "answers.csv").code == 0
    (study / "data" / "members.csv").write_text(MEMBERS, encoding="utf-8")
    text = (study / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("responses: data/answers.csv", "responses: data/answers.csv\n  members: data/members.csv")
    (study / "study.yaml").write_text(text, encoding="utf-8")
    assert liandong("run", study, "--out", tmp_path / "bundle").code == 0
    rules = pl.read_csv(tmp_path / "bundle" / "restricted" / "quality" / "breaches.csv").filter(level="all")
    broken = dict(rules.filter(pl.col("n_broken") > 0).select("rule", "n_broken").iter_rows())
    assert broken == {"age.range": 1, "served.enum": 1, "hours.skip": 1}
    members = pl.read_parquet(tmp_path / "bundle" / "restricted" / "members.parquet")
    rejected = pl.read_parquet(tmp_path / "bundle" / "restricted" / "members_rejected.parquet")
    assert (members["m_age"].to_list(), rejected.height) == ([8, None], 1)
    answers = pl.read_parquet(tmp_path / "bundle" / "restricted" / "responses.parquet")
    assert "full_name" not in answers.columns


def test_two_forms_and_a_broken_form_are_refused_with_a_reason(
    form: Path, liandong: Any, tmp_path: Path, write_workbook: Callable[[Path, Mapping[str, Sheet]], Path]
) -> None:
    other = write_workbook(tmp_path / "other.xlsx", {"survey": SURVEY, "choices": CHOICES})
    twice = liandong("new", tmp_path / "a", "--from", form, "--from", other)
    assert (twice.code, "expected one form" in twice.err) == (3, True)
    broken = write_workbook(tmp_path / "broken.xlsx", {"survey": SURVEY[:-1], "choices": CHOICES})
    unsound = liandong("new", tmp_path / "b", "--from", broken)
    assert (unsound.code, "has no end" in unsound.err) == (3, True)
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()
