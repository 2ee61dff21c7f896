"""A reader that misbehaves in every way it can: the parent lives, answers soon, and says what happened."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from liandong.errors import IngestError
from liandong.ingest import read_table, supervise

ANSWERS = """
import json, sys
from pathlib import Path
folder = Path(json.loads(Path(sys.argv[1]).read_text())["folder"])
(folder / "result.json").write_bytes(RESULT)
"""
PLAUSIBLE = '{"rows": 7, "names": ["a"]}'
MISDEEDS = {
    "segfault": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed the reader .SIGSEGV"),
    "abort": ("import os; os.abort()", "crashed the reader .SIGABRT"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "memory"),
    "exit": ("import sys; sys.exit('the disk is on fire')", "the disk is on fire"),
    "silence": ("", "makes no sense"),
    "out of memory": ("import sys; sys.exit(11)", "memory"),
    "garbage": (ANSWERS.replace("RESULT", repr(b'{"rows": \xff')), "makes no sense"),
    "wrong shape": (ANSWERS.replace("RESULT", repr(b'{"rows": "7", "names": 3}')), "makes no sense"),
    "no table": (ANSWERS.replace("RESULT", repr(PLAUSIBLE.encode())), "makes no sense"),
    "broken table": (
        ANSWERS.replace("RESULT", repr(PLAUSIBLE.encode()))
        + "(folder / 'table.arrow').write_bytes(b'ARROW1' + bytes(500))",
        "makes no sense",
    ),
}


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    import polars as pl
    import pyreadstat

    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(pl.DataFrame({"a": [1.0, 2.0]}), path)
    return path


def pretend(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a child that runs `code` in the place of the real one."""
    package = folder / "root" / "liandong" / "ingest"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "child.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(supervise, "_PACKAGE_ROOT", folder / "root")


@pytest.mark.parametrize(("code", "message"), MISDEEDS.values(), ids=MISDEEDS)
def test_a_reader_that_fails_is_an_error(
    code: str, message: str, survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(code, tmp_path, monkeypatch)
    with pytest.raises(IngestError, match=message) as caught:
        read_table(survey)
    assert caught.value.where == "survey.sav"
    assert "survey.sav" in caught.value.zh


def test_a_reader_that_hangs_is_stopped(survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend("import time; time.sleep(60)", tmp_path, monkeypatch)
    started = time.monotonic()
    with pytest.raises(IngestError, match="more than 0 s and was stopped"):
        read_table(survey, timeout_seconds=0.3)
    assert time.monotonic() - started < 10


def test_a_reader_that_swells_is_stopped(survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = supervise._PACKAGE_ROOT / "liandong" / "ingest"
    swelling = (real / "child.py").read_text(encoding="utf-8")
    swelling = swelling.replace("reader(request, folder)", "{'rows': len(bytearray(10**9)), 'names': []}")
    assert "bytearray" in swelling
    package = tmp_path / "root" / "liandong" / "ingest"
    pretend(swelling, tmp_path, monkeypatch)
    shutil.copy(real / "protocol.py", package)
    (package / "child_readstat.py").write_text("read = None", encoding="utf-8")
    with pytest.raises(IngestError, match=r"more than the 0\.2 GiB of memory"):
        read_table(survey, memory_bytes=200 * 1024**2)


def test_modules_in_the_current_folder_are_not_imported(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "numpy", "pyreadstat"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a trap')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_table(survey).row_count == 2


def test_nothing_is_left_in_the_temporary_folder(survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    table = read_table(survey)
    assert list(place.iterdir()) == []
    assert table.frame["a"].to_list() == [1.0, 2.0]
