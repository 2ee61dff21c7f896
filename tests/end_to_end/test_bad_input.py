"""Bad input gets one clear message, the right exit code, and loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

Run = Callable[..., Any]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "out"


def _refused(outcome: Any, code: int, *words: str, bundle: Path) -> None:
    assert outcome.code == code, outcome.err
    for word in words:
        assert word in outcome.err
    assert outcome.err.count("Error:") == 1
    assert "错误：" in outcome.err.splitlines()[-1]
    assert "Traceback" not in outcome.err
    assert not bundle.exists()
    assert not list(bundle.parent.glob(".out-*")), "a temporary folder was left behind"


def test_small_study_itself_runs(small_study: Any, liandong: Run, bundle: Path) -> None:
    outcome = liandong("run", small_study.write(), "--out", bundle)
    assert outcome.code == 0, outcome.err
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == {"received": 40, "accepted": 40, "rejected": 0}


def test_missing_file(small_study: Any, liandong: Run, bundle: Path) -> None:
    study = small_study.write()
    (study.parent / small_study.file).unlink()
    _refused(liandong("run", study, "--out", bundle), 3, "responses.csv", bundle=bundle)


def test_empty_file(small_study: Any, liandong: Run, bundle: Path) -> None:
    study = small_study.write(content=b"")
    _refused(liandong("run", study, "--out", bundle), 3, "responses.csv", "empty", bundle=bundle)


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_damaged_sav(small_study: Any, liandong: Run, bundle: Path, tmp_path: Path, damage: str) -> None:
    import pyreadstat

    whole = tmp_path / "whole.sav"
    pyreadstat.write_sav(small_study.data.to_pandas(), str(whole))
    content = bytearray(whole.read_bytes())
    if damage == "truncated":
        content = content[: len(content) * 2 // 3]
    else:
        content[60:120] = bytes(255 - byte for byte in content[60:120])
    small_study.file = "responses.sav"
    study = small_study.write(content=bytes(content))
    _refused(liandong("run", study, "--out", bundle), 3, "responses.sav", bundle=bundle)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_csv_encodings_are_read(small_study: Any, liandong: Run, bundle: Path, encoding: str) -> None:
    small_study.data = small_study.data.with_columns(pl.format("社区{}", pl.col("community")).alias("community"))
    study = small_study.write(content=small_study.data.write_csv().encode(encoding))
    outcome = liandong("run", study, "--out", bundle)
    assert outcome.code == 0, outcome.err
    accepted = pl.read_parquet(bundle / "restricted" / "responses.parquet")
    assert accepted["community"].n_unique() == 8
    assert accepted["community"].str.starts_with("社区").all()


def test_two_columns_of_one_name(small_study: Any, liandong: Run, bundle: Path) -> None:
    text = small_study.data.write_csv().replace("id,community,age", "id,community,community", 1)
    study = small_study.write(content=text.encode())
    _refused(liandong("run", study, "--out", bundle), 3, "community", bundle=bundle)


def test_unknown_column_in_the_definitions(small_study: Any, liandong: Run, bundle: Path) -> None:
    small_study.raw["analysis"]["effects"][0]["treatment"] = "servd"
    outcome = liandong("run", small_study.write(), "--out", bundle)
    _refused(outcome, 2, "analysis.effects[0].treatment", "did you mean 'served'?", bundle=bundle)


def test_ten_mistakes_are_reported_at_once(small_study: Any, liandong: Run, bundle: Path) -> None:
    raw = small_study.raw
    raw["titel"] = raw["title"]
    raw["simulated"] = "perhaps"
    raw["id"] = "Small Study"
    raw["design"]["cluster"] = "comunity"
    raw["design"]["assignment"]["kind"] = "observatonal"
    raw["disclosure"] = {"minimum_cell": 3}
    raw["report"]["formats"] = ["html", "word"]
    effect = raw["analysis"]["effects"][0]
    effect["absorb"] = ["communty"]
    effect["role"] = "main"
    effect["steps"][1]["add"] = ["agee"]
    outcome = liandong("check", small_study.write())
    assert outcome.code == 2
    assert "10 problems" in outcome.err
    for place in (
        "titel", "simulated", "id", "design.cluster", "design.assignment.kind", "disclosure.reason",
        "report.formats[1]", "effects[0].absorb[0]", "effects[0].role", "effects[0].steps[1].add[0]",
    ):  # fmt: skip
        assert place in outcome.err
    assert not bundle.exists()


def test_treatment_that_does_not_vary(small_study: Any, liandong: Run, bundle: Path) -> None:
    small_study.data = small_study.data.with_columns(served=pl.lit(1))
    outcome = liandong("run", small_study.write(), "--out", bundle)
    _estimation_failed(outcome, bundle, "served", "varies")


def test_counts_of_broken_rules_are_hidden_below_ten(small_study: Any, liandong: Run, bundle: Path) -> None:
    few = pl.when(pl.col("id") == "r03").then(pl.lit(17)).otherwise("age")
    small_study.data = small_study.data.with_columns(age=few)
    outcome = liandong("run", small_study.write(), "--out", bundle)
    assert outcome.code == 0, outcome.err
    rules = pl.read_csv(bundle / "tables" / "validation.csv").filter(pl.col("suppressed"))
    assert rules.select("rule", "n_checked", "n_failed").rows() == [("age.range", 40, None)]


def test_treatment_that_varies_in_no_community(small_study: Any, liandong: Run, bundle: Path) -> None:
    by_community = pl.col("community").is_in(["c0", "c1", "c2"]).cast(pl.Int64)
    small_study.data = small_study.data.with_columns(served=by_community)
    outcome = liandong("run", small_study.write(), "--out", bundle)
    _estimation_failed(outcome, bundle, "served", "community")


def test_outcome_that_is_all_missing(small_study: Any, liandong: Run, bundle: Path) -> None:
    small_study.data = small_study.data.with_columns(score=pl.lit(None, dtype=pl.Float64))
    outcome = liandong("run", small_study.write(), "--out", bundle)
    _estimation_failed(outcome, bundle, "score", "missing")


def _estimation_failed(outcome: Any, bundle: Path, *words: str) -> None:
    """The estimation fails with code 4; the accepted data and the tables made before it are kept."""
    assert outcome.code == 4, outcome.err
    for word in words:
        assert word in outcome.err
    assert "错误：" in outcome.err.splitlines()[-1]
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is False
    assert (bundle / "restricted" / "responses.parquet").exists()
    assert (bundle / "tables" / "validation.csv").exists()
    assert not (bundle / "tables" / "estimates.csv").exists()


def test_community_with_one_respondent_is_dropped_and_counted(small_study: Any, liandong: Run, bundle: Path) -> None:
    lone = pl.DataFrame({"id": ["lone"], "community": ["c9"], "age": [33], "served": [1], "score": [5]})
    small_study.data = pl.concat([small_study.data, lone])
    small_study.raw["disclosure"] = {"minimum_cell": 1, "reason": {"zh": "模拟数据", "en": "Simulated data"}}
    assert liandong("run", small_study.write(), "--out", bundle).code == 0
    flow = pl.read_csv(bundle / "tables" / "sample_flow.csv")
    stage = flow.row(by_predicate=pl.col("stage") == "without_singletons", named=True)
    assert (stage["rows"], stage["clusters"]) == (40, 8)
    assert "c9" in stage["detail"]
    assert pl.read_csv(bundle / "tables" / "estimates.csv")["n_obs"].unique().to_list() == [40]


def test_collinear_column_is_named_not_silently_dropped(small_study: Any, liandong: Run, bundle: Path) -> None:
    small_study.data = small_study.data.with_columns(age_again=pl.col("age") * 2)
    fields = small_study.codebook["fields"]
    fields.append({**fields[2], "name": "age_again", "constraints": {}})
    small_study.raw["analysis"]["effects"][0]["steps"].append({"name": "M3", "add": ["age_again"]})
    assert liandong("run", small_study.write(), "--out", bundle).code == 0
    table = pl.read_csv(bundle / "tables" / "estimates.csv")
    dropped = table.filter((pl.col("step") == "M3") & (pl.col("term") == "age_again"))
    assert dropped.height > 0
    assert dropped["estimate"].null_count() == dropped.height
    assert dropped["flag"].str.contains("collinear").all()


def test_script_in_a_label_stays_text(small_study: Any, liandong: Run, bundle: Path) -> None:
    hostile = "<script>alert('x')</script>"
    small_study.raw["title"] = {"zh": hostile, "en": hostile}
    small_study.codebook["fields"][3]["title"] = hostile
    outcome = liandong("report", small_study.write(), "--out", bundle, "--renderer", "embedded")
    assert outcome.code == 0, outcome.err
    page = (bundle / "report" / "evaluation.zh.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_unwritable_output(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    outcome = liandong("run", small_study.write(), "--out", blocked / "bundle")
    assert outcome.code == 7
    assert str(blocked) in outcome.err
    assert blocked.read_text() == "not a folder"


def test_folder_with_other_files_is_not_replaced(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    precious = tmp_path / "thesis"
    precious.mkdir()
    (precious / "chapter1.docx").write_text("three years")
    outcome = liandong("run", small_study.write(), "--out", precious)
    assert outcome.code == 7
    assert (precious / "chapter1.docx").read_text() == "three years"


def test_failed_run_leaves_the_old_bundle_whole(small_study: Any, liandong: Run, bundle: Path) -> None:
    study = small_study.write()
    assert liandong("run", study, "--out", bundle).code == 0
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    (study.parent / small_study.file).write_bytes(b"")
    assert liandong("run", study, "--out", bundle).code == 3
    assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before


def test_interrupt_leaves_nothing_half_written(small_study: Any, bundle: Path) -> None:
    small_study.data = pl.concat(
        [small_study.data.with_columns(id=pl.format("{}-{}", pl.lit(i), pl.col("id"))) for i in range(20_000)]
    )
    # A shell's background jobs are started deaf to interrupts, and so would be all that they start.
    heard = "import signal, runpy; signal.signal(2, signal.default_int_handler); runpy.run_module('liandong')"
    command = [sys.executable, "-c", heard, "run", str(small_study.write()), "--out", str(bundle)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        deadline = time.monotonic() + 60
        while not list(bundle.parent.glob(".out-*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "已中断" in err
    assert not bundle.exists()
    assert not list(bundle.parent.glob(".out-*"))


def test_help_is_there_for_every_command(liandong: Run) -> None:
    for command in ("check", "run", "report", "explain-se", "power", "lock", "doctor"):
        outcome = liandong(command, "--help")
        assert outcome.code == 0
        assert "Usage" in outcome.out


def test_unknown_command_is_a_usage_error(liandong: Run) -> None:
    assert liandong("rnu").code == 2
