from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.cases.present.survey import survey_manifest, survey_tables

from liandong.errors import RenderError
from liandong.evidence import TABLES, read_bundle, writing_bundle
from liandong.present import draw_figures
from liandong.workflow.drawing import drawing


def written_bundle(path: Path, label: str = "") -> Path:
    """Write the survey of the tests of `present`, with `label` at the end of every Chinese name."""
    with writing_bundle(path) as writer:
        for name, rows in survey_tables().items():
            columns = TABLES[name].columns
            empty = {column: False if dtype == pl.Boolean else None for column, dtype in columns.items()}
            more = [{**empty, **row, **({"zh": row["zh"] + label} if name == "labels" else {})} for row in rows]
            writer.table(name, pl.DataFrame(more, schema=dict(columns)))
        writer.manifest(survey_manifest())
    return path


def test_processes_draw_the_bytes_that_one_process_draws(tmp_path: Path) -> None:
    bundle = written_bundle(tmp_path / "bundle")
    for name in ("together", "alone"):
        (tmp_path / name).mkdir()
    with drawing() as painters:
        painters.draw(bundle, tmp_path / "together", ["zh"], "evaluation")
    alone = draw_figures(read_bundle(bundle), tmp_path / "alone", ["zh"])
    assert sorted(file.name for file in alone) == sorted(file.name for file in (tmp_path / "together").iterdir())
    assert all(file.read_bytes() == (tmp_path / "together" / file.name).read_bytes() for file in alone)


def test_a_figure_that_cannot_be_drawn_is_the_error_of_the_figure(tmp_path: Path) -> None:
    bundle = written_bundle(tmp_path / "bundle", "\u0b95")
    with drawing() as painters, pytest.raises(RenderError, match="no sign for a character of figure") as caught:
        painters.draw(bundle, tmp_path, ["zh"], "evaluation")
    assert caught.value.hint == "write the label in other characters"


def test_a_process_that_dies_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with drawing() as painters, pytest.raises(RenderError, match=r"drawing the figures failed: .*manifest"):
        painters.draw(tmp_path / "nowhere", tmp_path, ["zh"], "evaluation")


def test_processes_without_a_bundle_are_gone_when_the_block_ends() -> None:
    with drawing() as painters:
        assert all(process.poll() is None for process in painters.processes)
    assert all(process.poll() is not None for process in painters.processes)
    assert not painters.folder.exists()
