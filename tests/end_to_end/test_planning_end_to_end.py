"""Commands around a study, as a user types them: `power` before it, `lock` over its plan."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Any]
DESIGN = ["--clusters", 32, "--size", 19, "--icc", 0.1]


def _shell(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run in a bare terminal of 80 columns."""
    command = [sys.executable, "-m", "liandong", *map(str, arguments)]
    plain = {"COLUMNS": "80", "TERM": "dumb", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT / "pipeline")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **plain})


def test_power_says_what_a_survey_can_detect() -> None:
    result = _shell("power", *DESIGN, "--effect", 0.4)
    assert (result.returncode, result.stderr) == (0, "")
    assert "\x1b" not in result.stdout
    # 2.899 times √((0.1 + 0.9/19)/(32/4)): the 80 % multiplier of t(30), and the error of half the clusters treated
    assert "0.393 standard deviations" in result.stdout
    lines = result.stdout.splitlines()
    table = lines[lines.index("Smallest detectable effects, in standard deviations:") :]
    assert len(table) > 6
    assert max(map(len, table)) <= 80


@pytest.mark.parametrize("command", ["power", "lock", "explain-se"])
def test_help_fits_a_narrow_terminal(command: str) -> None:
    result = _shell(command, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ([], ["--clusters", "--size", "--icc"]),
        ([*DESIGN, "--share-treated", 1], ["--share-treated"]),
        ([*DESIGN, "--power", 1], ["--power"]),
        ([*DESIGN, "--alpha", 0], ["--alpha"]),
        ([*DESIGN, "--r2-cluster", 1.5, "--cv", -1], ["--r2-cluster", "--cv"]),
        ([*DESIGN, "--icc", "nan"], ["--icc"]),
        ([*DESIGN, "--size", "inf"], ["--size"]),
        ([*DESIGN, "--effect", 0], ["--effect"]),
        ([*DESIGN, "--clusters", "many"], ["--clusters"]),
        ([*DESIGN, "--assignment", "village"], ["--assignment"]),
        ([*DESIGN, "--curve", "curve.docx"], ["--curve"]),
    ],
)
def test_impossible_plans_are_refused(liandong: Run, wrong: list[object], named: list[str]) -> None:
    outcome = liandong("power", *wrong)
    assert (outcome.code, outcome.out) == (2, "")
    for option in named:
        assert option in outcome.err
    assert "错误：" in outcome.err.splitlines()[-1]
    assert "Traceback" not in outcome.err


def test_a_lock_is_kept_broken_and_renewed(small_study: Any, liandong: Run) -> None:
    study = small_study.write()
    file = study.parent / "plan.lock.json"
    missing = liandong("lock", study, "--check")
    assert (missing.code, missing.out) == (6, "")
    locked = liandong("lock", study)
    assert locked.code == 0
    assert re.fullmatch(r"[0-9a-f]{64}\n", locked.out)
    assert json.loads(file.read_text(encoding="utf-8"))["plan"] == locked.out.strip()

    small_study.raw["title"]["en"] = "Another title"
    kept = liandong("lock", small_study.write(), "--check")
    assert (kept.code, kept.out) == (0, locked.out)

    small_study.raw["analysis"]["effects"][0]["role"] = "exploratory"
    small_study.write()
    before = file.read_bytes()
    for options in (["--check"], []):
        changed = liandong("lock", study, *options)
        assert (changed.code, changed.out) == (6, "")
        assert "changed: effect:served" in changed.err
        assert file.read_bytes() == before
    renewed = liandong("lock", study, "--renew")
    assert renewed.code == 0
    assert renewed.out != locked.out
    assert json.loads(file.read_text(encoding="utf-8"))["history"][0]["plan"] == locked.out.strip()


def test_what_was_added_after_the_lock_is_marked_in_the_bundle(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    study = small_study.write()
    assert liandong("lock", study).code == 0
    (effect,) = small_study.raw["analysis"]["effects"]
    effect["steps"].pop()
    small_study.raw["analysis"]["effects"].append({**effect, "id": "again", "role": "exploratory"})
    assert liandong("run", small_study.write(), "--out", tmp_path / "out").code == 0
    plan = pl.read_csv(tmp_path / "out" / "tables" / "plan.csv").filter(pl.col("kind") == "effect")
    assert plan.select("item", "status").rows() == [("served", "changed"), ("again", "added")]


def test_a_lock_changed_by_hand_is_refused(small_study: Any, liandong: Run) -> None:
    study = small_study.write()
    liandong("lock", study)
    file = study.parent / "plan.lock.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"role": "primary"', '"role": "secondary"'))
    digits = re.sub(r'("sha256": ")[0-9a-f]', r"\g<1>0", file.read_text(encoding="utf-8"))
    file.write_text(digits, encoding="utf-8")
    for options in ([], ["--check"], ["--renew"]):
        outcome = liandong("lock", study, *options)
        assert (outcome.code, outcome.out) == (2, "")
        assert "plan.lock.json" in outcome.err
    assert file.read_text(encoding="utf-8") == digits
