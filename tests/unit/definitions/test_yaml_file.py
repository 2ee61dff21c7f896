from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions.yaml_file import read_yaml

HOSTILE = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "definitions" / "hostile_yaml.yaml").read_text(encoding="utf-8")
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "h.yaml"


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: repr(case["text"]))
def test_text_that_cannot_be_read_gives_one_problem_with_its_place(case: dict[str, Any], file: Path) -> None:
    file.write_text(case["text"], encoding="utf-8", newline="")
    content, problems = read_yaml(file)
    assert content is None
    (problem,) = problems
    assert problem.where == case["where"]
    assert case["says"] in problem.message
    assert len(str(problem)) < 300


def test_all_repeated_keys_are_reported_at_once(file: Path) -> None:
    file.write_text("a: {x: 1, x: 2}\nb: 1\nb: 2\n", encoding="utf-8")
    _, problems = read_yaml(file)
    assert sorted(problem.where for problem in problems) == ["h.yaml, line 1", "h.yaml, line 3"]


def test_aliases_of_aliases_are_counted_and_never_written_out(file: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    file.write_text("\n".join(levels), encoding="utf-8")
    content, problems = read_yaml(file)
    assert content is None
    assert "when its aliases are written out" in problems[0].message


def test_anchors_and_merged_mappings_are_ordinary_yaml(file: Path) -> None:
    file.write_text("base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}\nagain: *b\n", encoding="utf-8")
    content, problems = read_yaml(file)
    assert problems == []
    assert content == {"base": {"x": 1, "y": 2}, "more": {"x": 1, "y": 3}, "again": {"x": 1, "y": 2}}


@pytest.mark.parametrize("text", ["[" * 5_000, "a: " + "{b: " * 5_000, "- " * 5_000], ids=["lists", "maps", "dashes"])
def test_deep_nesting_is_a_problem_and_no_crash(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    content, problems = read_yaml(file)
    assert content is None
    assert "nested too deeply" in problems[0].message


def test_huge_file_is_not_read(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(5_000_001)
    content, problems = read_yaml(file)
    assert content is None
    assert "at most 5000000 are read" in problems[0].message


def test_other_encodings_are_named(file: Path) -> None:
    file.write_bytes("title: 社区".encode("gb18030"))
    assert "not UTF-8" in read_yaml(file)[1][0].message
    file.write_bytes("title: 社区".encode("utf-8-sig"))
    assert read_yaml(file)[0] == {"title": "社区"}


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    assert "no such file" in read_yaml(tmp_path / "nothing.yaml")[1][0].message
    (tmp_path / "folder.yaml").mkdir()
    assert "no such file" in read_yaml(tmp_path / "folder.yaml")[1][0].message


def test_unreadable_file_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    file.write_text("a: 1", encoding="utf-8")
    monkeypatch.setattr(Path, "read_text", refuse)
    assert "cannot be read: Permission denied" in read_yaml(file)[1][0].message
