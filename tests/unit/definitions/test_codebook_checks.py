from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions import load_instrument
from liandong.errors import DefinitionError

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "definitions" / "codebook_problems.yaml").read_text(encoding="utf-8")
)
INSTRUMENTS = sorted(path.parent for path in (Path(__file__).parents[3] / "data_schema").glob("*/codebook.yaml"))


def _codebook(case: dict[str, Any]) -> dict[str, Any]:
    raw: dict[str, Any] = copy.deepcopy(CASES["base"])
    for field in raw["fields"]:
        field.update(case.get("fields", {}).get(field["name"], {}))
    raw["fields"] += case.get("add_fields", [])
    raw["liandong"]["rules"] += case.get("add_rules", [])
    raw.update({key: case[key] for key in ("primaryKey", "foreignKeys") if key in case})
    return raw


def _problems(folder: Path, raw: dict[str, Any]) -> list[str]:
    (folder / "codebook.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")
    try:
        load_instrument(folder)
    except DefinitionError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_problem_of_a_codebook_is_told_word_for_word(case: dict[str, Any], tmp_path: Path) -> None:
    assert sorted(_problems(tmp_path, _codebook(case))) == sorted(case["problems"])


@pytest.mark.parametrize("folder", INSTRUMENTS, ids=lambda folder: folder.name)
def test_instruments_of_the_project_are_sound(folder: Path) -> None:
    instrument = load_instrument(folder)
    assert instrument.codebook.fields


@pytest.mark.parametrize(
    "codes", [["", "-99"], [{"value": ""}, {"value": "-99", "label": "拒答"}], ["", {"value": "-99"}]]
)
def test_missing_codes_are_texts_or_mappings(tmp_path: Path, codes: list[Any]) -> None:
    raw = _codebook({})
    raw["fields"][4] |= {"missingValues": codes}
    raw["fields"][4]["liandong"]["missing_kinds"] = {"-99": "refused"}
    assert _problems(tmp_path, raw) == []


def test_a_missing_code_in_numbers_is_told_how_to_write(tmp_path: Path) -> None:
    raw = _codebook({"fields": {"satisfied": {"missingValues": ["", -99]}}})
    hint = 'expected text such as "-99", in quotes, or a mapping with value and label; got -99'
    assert _problems(tmp_path, raw) == [f"codebook.yaml: fields[4].missingValues[1]: {hint}"]


def test_malformed_keys_do_not_hide_other_problems(tmp_path: Path) -> None:
    raw = _codebook(
        {"primaryKey": 3, "fields": {"satisfied": {"liandong": {"title_en": "S", "asked_if": "servd == 1"}}}}
    )
    assert _problems(tmp_path, raw) == [
        "codebook.yaml: primaryKey: expected a list or text; got 3",
        "codebook.yaml: fields[4] (satisfied).liandong.asked_if: 'servd' is not a field (did you mean 'served'?)",
    ]


@pytest.mark.parametrize(
    "raw", [{"fields": "x"}, {"fields": [3, None]}, {"liandong": []}, {"fields": [], "liandong": {}}]
)
def test_codebook_of_nonsense_is_refused_without_an_exception_of_another_kind(
    raw: dict[str, Any], tmp_path: Path
) -> None:
    assert _problems(tmp_path, raw)
