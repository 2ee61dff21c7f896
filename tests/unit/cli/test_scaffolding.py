"""What `liandong new` prints, its exit codes, and how `check` repeats what is to be decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cases.scaffold import exports

from liandong.cli import main
from liandong.cli.scaffolding import guess_lines
from liandong.definitions import Undecided


def test_new_says_what_it_wrote_and_what_is_to_be_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exports.wjx_codes(tmp_path / "wjx.csv")
    assert main(["new", "survey", "--from", "wjx.csv", "--id", "pilot"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"pilot: {exports.ROWS} rows, 19 fields (")
    assert "data/wjx.csv, instrument/codebook.yaml" in said
    assert "pii of 2 fields: ip, q7" in said
    assert said.rstrip().endswith("liandong check survey")
    assert main(["check", "survey"]) == 0
    assert "pii of 2 fields: ip, q7" in capsys.readouterr().out
    assert main(["new", "survey", "--from", "wjx.csv"]) == 7
    assert "expected a new or empty folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["new", "x"], 2),
        (["new", "x", "--from", "nothing.csv"], 2),
        (["new", "x", "--from", "a.csv", "--id", "A b"], 2),
    ],
)
def test_new_refuses_what_it_cannot_do(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(arguments) == code
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_what_stops_a_run_comes_first() -> None:
    guesses = [
        Undecided("title_en", "field", "age"),
        Undecided("role", "field", "age"),
        Undecided("pii", "field", "address", blocks=True),
        Undecided("design.cluster", "study", ""),
    ]
    lines = list(guess_lines(guesses))
    assert "address" in lines[1]
    assert [line.split()[0] for line in lines[2:]] == ["design.cluster", "role", "title_en"]
    assert list(guess_lines([])) == []
