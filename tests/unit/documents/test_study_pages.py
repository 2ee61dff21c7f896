"""docs/study.md and its Chinese counterpart: every key of study.yaml, with examples that are true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from liandong.definitions import load_study
from liandong.definitions.claims import Claim
from liandong.definitions.study import Design, StudyFile
from liandong.definitions.text import Text

ROOT = Path(__file__).resolve().parents[3]
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("study.md", "study.zh-CN.md")}
BLOCKS = {name: re.findall(r"```yaml\n(.+?)```", text, flags=re.DOTALL) for name, text in PAGES.items()}
EXAMPLES = BLOCKS["study.md"]
STUDIES = {
    name: yaml.safe_load((ROOT / "examples" / name / "study.yaml").read_text(encoding="utf-8"))
    for name in ("hubei", "rice_insurance")
}


def _keys(annotation: Any, seen: set[type]) -> Iterator[str]:
    """Yield the keys of a model and of all models inside it; claims have a file of their own."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in seen or annotation in {Claim, Text}:
            return
        seen.add(annotation)
        for name, field in annotation.model_fields.items():
            yield field.alias or name
            yield from _keys(field.annotation, seen)
    for argument in get_args(annotation):
        yield from _keys(argument, seen)


KEYS = sorted(set(_keys(StudyFile, set())))


@pytest.mark.parametrize("page", PAGES)
def test_every_key_of_study_yaml_is_explained(page: str) -> None:
    text = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    named = re.findall(r"`([^`]+)`|^#+ (\w+)", text, flags=re.MULTILINE)
    code = " ".join(word for found in named for word in found)
    assert len(KEYS) > 60
    assert not set(KEYS) - set(re.findall(r"\w+", code))


@pytest.mark.parametrize(("name", "word"), [("study.md", "required"), ("study.zh-CN.md", "必填")])
def test_what_a_design_has_to_have_is_said_to_be_required(name: str, word: str) -> None:
    lines = PAGES[name].splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("## design"))
    for key, field in Design.model_fields.items():
        row = next(line for line in lines[start:] if line.startswith(f"| `{key}` |"))
        assert (word in row) == field.is_required(), row


def test_both_languages_show_the_same_examples() -> None:
    assert BLOCKS["study.md"] == BLOCKS["study.zh-CN.md"]
    assert len(EXAMPLES) >= 15


def _study_of(example: str) -> str | None:
    found = re.match(r"# examples/(\w+)\n", example)
    return found.group(1) if found else None


def _lacking(part: Any, whole: Any, path: str) -> list[str]:
    """Return the places of `part` that `whole` does not hold; entries of lists may be fewer, their keys too."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return [
            gap
            for key, value in part.items()
            for gap in (_lacking(value, whole[key], f"{path}.{key}") if key in whole else [f"{path}.{key}"])
        ]
    if isinstance(part, list) and isinstance(whole, list):
        return [f"{path}[{i}]" for i, one in enumerate(part) if all(_lacking(one, other, path) for other in whole)]
    return [] if part == whole else [path]


@pytest.mark.parametrize("example", [e for e in EXAMPLES if _study_of(e)])
def test_examples_stand_in_the_study_that_they_name(example: str) -> None:
    assert not _lacking(yaml.safe_load(example), STUDIES[str(_study_of(example))], "study")


def _merged(base: Any, change: Any) -> Any:
    if isinstance(base, dict) and isinstance(change, dict):
        return {key: _merged(base.get(key), change.get(key, base.get(key))) for key in {**base, **change}}
    return deepcopy(change)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if not _study_of(e)])
def test_examples_of_no_study_fit_the_first_one(example: str, tmp_path: Path) -> None:
    raw = _merged(STUDIES["hubei"], yaml.safe_load(example)) | {"instrument": str(ROOT / "data_schema" / "wushe")}
    (tmp_path / "claims.yaml").write_text("claims: []\n", encoding="utf-8")
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    study = load_study(tmp_path)
    assert study.id == "hubei"


def test_defaults_are_those_of_the_page() -> None:
    (example,) = [e for e in EXAMPLES if e.startswith("# the defaults")]
    defaults = StudyFile.model_validate({"id": "a", "title": {"zh": "甲", "en": "A"}}).analysis.inference
    assert yaml.safe_load(example)["analysis"]["inference"] == defaults.model_dump()
