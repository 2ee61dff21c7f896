from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
import yaml

from liandong.definitions import load_study
from liandong.evidence.typed_rows import TypedRows
from liandong.weighting import WEIGHT
from liandong.workflow import run_study
from liandong.workflow.preparation import prepare

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def weighted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rice study, reduced to one step, with its sessions raked to other shares."""
    folder = tmp_path_factory.mktemp("weighted") / "examples" / "rice_insurance"
    shutil.copytree(ROOT / "examples" / "rice_insurance", folder)
    shutil.copytree(ROOT / "data_schema" / "social_insure", folder.parents[1] / "data_schema" / "social_insure")
    path = folder / "study.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    margin = {"column": "intensive", "targets": [[0, 0.6], [1, 0.4]]}
    raw["design"]["weighting"] = {"method": "raking", "margins": [margin], "source": {"zh": "测试", "en": "test"}}
    del raw["claims"]  # they name the effect that goes
    raw["analysis"]["effects"] = [
        {**raw["analysis"]["effects"][0], "steps": [{"name": "M1", "add": []}], "subgroups": []}
    ]
    for key in ("multiverses", "mediations", "families"):
        raw["analysis"].pop(key, None)
    raw["design"]["assignment"] = {"kind": "observational"}
    raw["analysis"]["effects"][0].pop("assignment", None)
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    (folder / "plan.lock.json").unlink(missing_ok=True)
    return folder


def test_a_study_without_targets_keeps_its_own_weight() -> None:
    study = load_study(ROOT / "examples" / "rice_insurance")
    columns = pl.DataFrame(schema=dict.fromkeys(("_row", "age"), pl.Int64))
    rows = TypedRows(columns.lazy(), columns.schema, 0)
    assert prepare(study, rows).weight is None


def test_made_weights_are_the_weights_of_every_table(weighted: Path, tmp_path: Path) -> None:
    run_study(weighted, out=tmp_path / "bundle", on_progress=lambda _: None)
    tables = {name: pl.read_csv(tmp_path / "bundle" / "tables" / f"{name}.csv") for name in ("weights", "estimates")}
    assert tables["weights"]["after"].to_list() == pytest.approx([0.6, 0.4], abs=1e-9)  # raking stops at 1e-10
    assert tables["weights"]["before"].to_list() != pytest.approx([0.6, 0.4], abs=0.01)
    assert set(tables["estimates"]["weights"]) == {WEIGHT}
    assert "weights: raking" in (tmp_path / "bundle" / "manifest.json").read_text(encoding="utf-8")
