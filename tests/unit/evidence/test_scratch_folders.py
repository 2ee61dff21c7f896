from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from liandong.evidence.scratch import scratch_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing of others is removed there")

HOLDER = """
import signal, sys
from liandong.evidence.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "table.arrow").write_bytes(b"answers")
    print(folder, flush=True)
    sys.stdin.read()
"""
LONG_AGO = 1_000_000_000


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def _age(folder: Path) -> None:
    os.utime(folder, (LONG_AGO, LONG_AGO))


def test_what_a_killed_process_left_is_removed_by_the_next_one_and_what_a_living_one_uses_is_not() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().strip())
        _age(folder)
        with scratch_folder():
            assert (folder / "table.arrow").exists()
        _age(folder)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with scratch_folder() as mine:
            assert not folder.exists()
            assert mine.is_dir()
    assert not mine.exists()


def test_a_folder_that_only_has_a_similar_name_is_let_be(tmp_path: Path) -> None:
    mine = [tmp_path / name for name in ("liandong-study", "liandong-scratch-of_mine", "liandong-scratch-abcdefgh")]
    for folder in mine:
        folder.mkdir(mode=0o755)
        _age(folder)
    link = tmp_path / "liandong-scratch-abcdefg0"
    link.symlink_to(mine[0])
    new = tmp_path / "liandong-scratch-abcdefg1"
    new.mkdir(mode=0o700)
    with scratch_folder():
        assert all(folder.is_dir() for folder in (*mine, link, new))
