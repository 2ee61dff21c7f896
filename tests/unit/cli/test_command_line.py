from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from liandong.cli import main
from liandong.cli.terminal import Terminal
from liandong.errors import (
    DefinitionError,
    DifferenceError,
    EstimationError,
    IngestError,
    LiandongError,
    OutputError,
    Problem,
    RenderError,
    ValidationError,
)
from liandong.workflow import RunResult

SOURCE = Path(__file__).resolve().parents[3] / "pipeline"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DefinitionError([Problem("study.yaml: id", "is required")]), 2),
        (IngestError("x"), 3),
        (ValidationError("x"), 3),
        (EstimationError("x"), 4),
        (RenderError("x"), 5),
        (DifferenceError("x"), 6),
        (OutputError("x"), 7),
        (KeyboardInterrupt(), 130),
        (RuntimeError("a defect"), 1),
    ],
)
def test_each_kind_of_error_has_its_exit_code_and_a_chinese_line(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("liandong.workflow.doctor.examine", fail)
    assert main(["doctor"]) == code
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert any("\u4e00" <= character <= "\u9fff" for character in last)


def test_an_error_shows_place_matter_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    error = LiandongError(
        "expected a weight above zero; got -1", where="row 7", hint="correct the weight", zh="权重有误。"
    )
    Terminal().error(error)
    assert capsys.readouterr().err.splitlines() == [
        "Error: row 7: expected a weight above zero; got -1",
        "  → correct the weight",
        "错误：权重有误。",
    ]


@pytest.mark.parametrize(
    "arguments", [["rnu"], ["run"], ["run", "x", "--no-such-option"], ["report", "x", "--lang", "fr"]]
)
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_version_and_help_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("liandong 0.")
    assert main(["--help"]) == 0


def test_help_does_not_import_the_heavy_packages() -> None:
    program = (
        "import sys; from liandong.cli import main; main(['--help']); "
        "heavy = {'polars', 'numpy', 'pandas', 'scipy', 'pydantic', 'statsmodels', 'matplotlib'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=SOURCE)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("place", ["terminal", "pipe"])
def test_a_run_tells_what_a_person_has_to_look_at(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    watched = place == "terminal"
    monkeypatch.setattr("sys.stdout.isatty", lambda: watched)
    rows = {"received": 60, "accepted": 53, "rejected": 7}
    Terminal().run_result(RunResult(Path("build/t"), rows, ("sex: read so",), 1.0, cases=4, guesses=12))
    out, err = capsys.readouterr()
    told = out if watched else err
    assert "7 of 60 rows rejected: restricted/rejected.parquet says why" in told
    assert "12 guesses of a drafted study are undecided: `liandong check` lists them" in told
    assert "4 cases, which `liandong quality` lists" in told
    assert ("note: sex: read so" if watched else "1 notes on data and models: see manifest.json") in told
    assert out.splitlines()[-1] == "build/t"
    assert watched or out == "build/t\n"


def test_a_run_that_left_nothing_to_look_at_says_so_little(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {"received": 60, "accepted": 60, "rejected": 0}
    Terminal().run_result(RunResult(Path("build/t"), rows, (), 1.0))
    assert capsys.readouterr() == ("build/t\n", "")
