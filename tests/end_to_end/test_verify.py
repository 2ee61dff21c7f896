"""A bundle is held against its own record and against the study run again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def made(small_study: Any, liandong: Run, tmp_path: Path) -> tuple[Path, Path]:
    study, bundle = small_study.write(), tmp_path / "out"
    assert liandong("run", study, "--out", bundle).code == 0
    return study, bundle


def test_an_untouched_bundle_agrees_and_is_not_touched(made: tuple[Path, Path], liandong: Run) -> None:
    _, bundle = made
    before = {file: file.read_bytes() for file in bundle.rglob("*") if file.is_file()}
    outcome = liandong("verify", bundle)
    assert outcome.code == 0, outcome.out
    assert "BAD" not in outcome.out
    assert before == {file: file.read_bytes() for file in bundle.rglob("*") if file.is_file()}


def test_a_changed_number_is_found_with_its_row(made: tuple[Path, Path], liandong: Run) -> None:
    _, bundle = made
    table = bundle / "tables" / "design.csv"
    header, row = table.read_text(encoding="utf-8").splitlines()
    cells = row.split(",")
    cells[header.split(",").index("n_clusters")] = "80"
    table.write_text(f"{header}\n{','.join(cells)}\n", encoding="utf-8")
    outcome = liandong("verify", bundle)
    assert outcome.code == 6
    assert "BAD  tables/design.csv: was changed after it was written" in outcome.out
    assert "n_clusters of effect=served; outcome=score: 80 → 8" in outcome.out


def test_lost_and_added_files_are_named(made: tuple[Path, Path], liandong: Run) -> None:
    _, bundle = made
    (bundle / "tables" / "scales.csv").unlink(missing_ok=True)
    (bundle / "tables" / "estimates.csv").unlink()
    (bundle / "tables" / "bonus.csv").write_text("a\n1\n")
    outcome = liandong("verify", bundle)
    assert outcome.code == 6
    assert "BAD  tables/estimates.csv: is missing" in outcome.out
    assert "BAD  tables/bonus.csv: is not on record" in outcome.out


def test_other_data_are_named_and_their_numbers_with_them(
    made: tuple[Path, Path], small_study: Any, liandong: Run
) -> None:
    _, bundle = made
    data = small_study.folder / small_study.file
    data.write_text(data.read_text().replace("r00,c0,20,", "r00,c0,21,"))
    outcome = liandong("verify", bundle)
    assert outcome.code == 6
    assert "BAD  data: responses: is not what the bundle was made of" in outcome.out
    assert "ok   definitions" in outcome.out
    assert "BAD  tables/estimates.csv" in outcome.out


def test_numbers_of_another_version_are_compared_and_bytes_are_not(made: tuple[Path, Path], liandong: Run) -> None:
    _, bundle = made
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["versions"]["polars"] = "1.0"
    table = bundle / "tables" / "design.csv"
    text = table.read_text(encoding="utf-8")
    cell = manifest["files"]["tables/design.csv"]
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    outcome = liandong("verify", bundle)
    assert outcome.code == 0, outcome.out
    assert "note versions: others than then" in outcome.out
    assert "polars 1.0 →" in outcome.out
    assert table.read_text(encoding="utf-8") == text
    assert cell == manifest["files"]["tables/design.csv"]


def test_a_copy_without_its_private_part_needs_the_study(
    made: tuple[Path, Path], liandong: Run, tmp_path: Path
) -> None:
    study, bundle = made
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy, ignore=shutil.ignore_patterns("restricted"))
    outcome = liandong("verify", copy)
    assert outcome.code == 2
    assert "--study" in outcome.err
    outcome = liandong("verify", copy, "--study", study)
    assert outcome.code == 0, outcome.out
    assert "note restricted: this copy is without its restricted part" in outcome.out


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_what_is_no_bundle_is_refused(name: str, liandong: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    outcome = liandong("verify", tmp_path / name)
    assert outcome.code == 2
    assert "expected an evidence bundle" in outcome.err


def test_another_study_is_refused(made: tuple[Path, Path], small_study: Any, liandong: Run) -> None:
    _, bundle = made
    small_study.raw["id"] = "other"
    outcome = liandong("verify", bundle, "--study", small_study.write())
    assert outcome.code == 2
    assert "expected the study 'small'; this is 'other'" in outcome.err


def test_documents_are_rendered_again_and_compared(made: tuple[Path, Path], liandong: Run) -> None:
    study, bundle = made
    assert liandong("report", study, "--out", bundle, "--lang", "en", "--renderer", "embedded").code == 0
    outcome = liandong("verify", bundle)
    assert outcome.code == 0, outcome.out
    assert "all 1 files, rendered again, are the same bytes" in outcome.out
    page = bundle / "report" / "evaluation.en.html"
    page.write_text(page.read_text(encoding="utf-8").replace("Small study", "Large study"), encoding="utf-8")
    outcome = liandong("verify", bundle)
    assert outcome.code == 6
    assert "BAD  report/evaluation.en.html: was changed after it was written" in outcome.out
    assert "BAD  report/evaluation.en.html: rendered again it is not the same byte for byte" in outcome.out
