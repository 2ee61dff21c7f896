from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from liandong.definitions import DataSource, load_study
from liandong.workflow.manifest import describe, fingerprint, versions

ROOT = Path(__file__).resolve().parents[3]


def _copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "rice_insurance", tmp_path / "examples" / "rice_insurance")
    shutil.copytree(ROOT / "data_schema", tmp_path / "data_schema")
    return tmp_path / "examples" / "rice_insurance" / "study.yaml"


def test_fingerprint_is_the_same_wherever_the_study_lies(tmp_path: Path) -> None:
    here = fingerprint(load_study(ROOT / "examples" / "rice_insurance"))
    there = fingerprint(load_study(_copy(tmp_path)))
    assert here == there
    assert str(ROOT) not in json.dumps(here)


def test_a_change_of_data_or_definitions_changes_the_fingerprint(tmp_path: Path) -> None:
    path = _copy(tmp_path)
    study = load_study(path)
    before = fingerprint(study)
    responses = study.data["responses"].paths[0]
    responses.write_bytes(responses.read_bytes() + b"\n")
    changed_data = fingerprint(load_study(path))
    path.write_text(path.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    changed_both = fingerprint(load_study(path))
    assert before["inputs"] != changed_data["inputs"]
    assert before["definitions"] == changed_data["definitions"] != changed_both["definitions"]


def test_absent_data_have_a_fingerprint_too(tmp_path: Path) -> None:
    path = _copy(tmp_path)
    study = load_study(path)
    study.data["responses"].paths[0].unlink()
    assert fingerprint(study)["inputs"]["responses"] == "absent"


def test_files_of_one_name_in_two_folders_have_a_hash_each(tmp_path: Path) -> None:
    study = load_study(_copy(tmp_path))
    paths = tuple(tmp_path / folder / "wave.csv" for folder in ("2021", "2023"))
    study = replace(study, data={"responses": DataSource(paths)})
    assert set(fingerprint(study)["inputs"]) == {"responses: 2021/wave.csv", "responses: 2023/wave.csv"}


def test_all_packages_of_the_lock_are_named() -> None:
    assert "not installed" not in versions().values()


def test_description_is_plain_json() -> None:
    text = json.dumps(describe(load_study(ROOT / "examples" / "hubei")), ensure_ascii=False)
    assert json.loads(text)["study"]["simulated"] is True
