from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from liandong.cli import main
from liandong.errors import DefinitionError
from liandong.evidence import TABLES
from liandong.workflow import ExplainResult, explain_study

ROOT = Path(__file__).resolve().parents[3]
RICE = ROOT / "examples" / "rice_insurance"


@pytest.fixture(scope="module")
def result() -> ExplainResult:
    return explain_study(RICE, on_progress=lambda _step: None)


def test_every_question_of_the_study_is_explained(result: ExplainResult) -> None:
    assert result.study_id == "rice_insurance"
    assert result.table.schema == pl.Schema(TABLES["explanations"].columns)
    assert result.unexplained == ()
    assert len(result.spreads) == result.table.select("effect", "outcome").unique().height >= 2


def test_every_question_has_the_verdict_of_the_report(result: ExplainResult) -> None:
    assert result.verdicts.schema == pl.Schema(TABLES["verdicts"].columns)
    asked = result.table.select("effect", "outcome").unique(maintain_order=True)
    assert result.verdicts.select("effect", "outcome").rows() == asked.rows()
    assert set(result.verdicts["recommended"]) == {"CR2"}


def test_the_command_prints_tables_that_fit_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["explain-se", str(RICE)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert list(tmp_path.iterdir()) == []
    assert max(map(len, lines)) <= 80
    ours = [line for line in lines if line.lstrip().startswith("→")]
    assert ours
    assert all("liandong_cr1" in line for line in ours)
    assert any("stata_xtreg" in line and line.count("—") == 5 for line in lines)
    assert any("held against" in line for line in lines)
    verdicts = [line for line in lines if line.startswith("Verdict: believe CR2 (SE 0.0")]
    assert len(verdicts) == 2


def test_a_study_without_effects_has_nothing_to_explain(tmp_path: Path) -> None:
    shutil.copytree(RICE, tmp_path / "examples" / "rice")
    shutil.copytree(ROOT / "data_schema", tmp_path / "data_schema")
    path = tmp_path / "examples" / "rice" / "study.yaml"
    path.write_text("id: rice\ntitle: {zh: 水稻, en: Rice}\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="no effect whose standard error") as caught:
        explain_study(path, on_progress=lambda _step: None)
    assert "'responses' and an instrument are needed" in str(caught.value)
