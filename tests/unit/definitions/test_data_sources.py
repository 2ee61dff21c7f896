"""The entries of `data` in study.yaml: short forms, several files, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from liandong.definitions.references import check_study
from liandong.definitions.shape import check_shape
from liandong.definitions.sources import SourceSpec
from liandong.definitions.study import StudyFile
from liandong.definitions.vocabulary import Vocabulary

STUDY: dict[str, Any] = {"id": "s", "title": {"zh": "题", "en": "title"}}
KEYS = "files, sheet, encoding, catalogue, origin"

SHORT_FORMS: list[tuple[Any, tuple[str, ...]]] = [
    ("a.csv", ("a.csv",)),
    (["a.csv", "b.csv"], ("a.csv", "b.csv")),
    ({"file": "a.csv"}, ("a.csv",)),
    ({"file": ["a.csv", "b.csv"]}, ("a.csv", "b.csv")),
    ({"files": "a.csv"}, ("a.csv",)),
    ({"files": ["a.csv"]}, ("a.csv",)),
]
MISTAKES: list[tuple[Any, str]] = [
    (3, f"data.responses: expected a mapping with the keys {KEYS}; got 3"),
    (None, f"data.responses: expected a mapping with the keys {KEYS}; got None"),
    ("", "data.responses: a file is named by nothing at all"),
    ([], "data.responses: expected at least 1 entries; got 0"),
    ({"files": ["a"], "sheets": "x"}, "data.responses.sheets: is not a key that is known here (did you mean 'sheet'?)"),
    ({"file": "a", "files": ["b"]}, "data.responses: give `file` for one file or `files` for several, not both"),
    (["a.csv", "a.csv"], "data.responses: the file 'a.csv' is named more than once"),
    (
        {"file": "a", "origin": "wave"},
        "data.responses.origin: expected a mapping with the keys field, values; got 'wave'",
    ),
    (
        {"files": ["a", "b"], "origin": {"field": "wave", "values": [1]}},
        "data.responses: origin.values needs one value per file, in their order; got 1 origin.values for 2 files",
    ),
    (
        {"files": ["a", "b"], "origin": {"field": "wave", "values": [1, 2.5]}},
        "data.responses.origin.values[1]: expected text or a whole number; got 2.5",
    ),
]


@pytest.mark.parametrize(("given", "files"), SHORT_FORMS)
def test_files_may_be_given_in_short(given: Any, files: tuple[str, ...]) -> None:
    assert SourceSpec.model_validate(given).files == files


@pytest.mark.parametrize(("given", "expected"), MISTAKES, ids=[expected for _, expected in MISTAKES])
def test_mistake_in_an_entry_of_data_is_told_at_its_path(given: Any, expected: str) -> None:
    _, problems = check_shape(StudyFile, {**STUDY, "data": {"responses": given}}, "study.yaml")
    assert [str(problem) for problem in problems] == [f"study.yaml: {expected}"]


def test_the_field_of_origin_must_be_one_of_the_survey() -> None:
    raw = {"data": {"responses": {"files": ["a", "b"], "origin": {"field": "wav", "values": [1, 2]}}}}
    (problem,) = check_study(raw, Vocabulary(fields={"wave": "number"}, scales=frozenset()))
    assert problem.where == "study.yaml: data.responses.origin.field"
    assert problem.hint == "did you mean 'wave'?"
