"""A reader that misbehaves in every way it can: the parent lives, answers soon, and says what happened."""

from __future__ import annotations

import shutil
import struct
import time
import zipfile
import zlib
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
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


STUBBORN = """
import os, signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(5)"])
os.write(2, b"x" * 100_000)
time.sleep(60)
"""


def test_a_reader_that_will_not_be_told_is_stopped_all_the_same(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(STUBBORN, tmp_path, monkeypatch)
    started = time.monotonic()
    with pytest.raises(IngestError, match="more than 1 s and was stopped"):
        read_table(survey, timeout_seconds=1)
    assert time.monotonic() - started < 10


def test_a_reader_that_burns_time_is_stopped_by_the_system_too(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The parent may be killed itself: then nobody waits for the child.
    pretend("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", tmp_path, monkeypatch)
    with pytest.raises(IngestError, match="was stopped"):
        read_table(survey)


def test_a_small_zsav_that_unpacks_without_end_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zsav"
    pyreadstat.write_sav(pl.DataFrame({"a": [1.0]}), path, compress=True)
    blow_up(path, values=400_000_000)
    assert path.stat().st_size < 1_000_000
    started = time.monotonic()
    with pytest.raises(IngestError, match=r"bomb\.zsav|stopped|memory|damaged") as caught:
        read_table(path, timeout_seconds=3, memory_bytes=400 * 1024**2)
    assert caught.value.where == "bomb.zsav"
    assert time.monotonic() - started < 20


def blow_up(path: Path, values: int) -> None:
    """Replace the data of a .zsav by blocks of system-missing values, one byte each before packing."""
    content = path.read_bytes()
    start = content.find(struct.pack("<2i", 999, 0)) + 8
    block = 0x3FF000
    packed = zlib.compress(b"\xff" * block, 9)
    count = values // block
    trailer = struct.pack("<qqii", -100, 0, block, count)
    for i in range(count):
        trailer += struct.pack("<qqii", start + i * block, start + 24 + i * len(packed), block, len(packed))
    ends = struct.pack("<3q", start, start + 24 + count * len(packed), len(trailer))
    header = content[:80] + struct.pack("<i", count * block) + content[84:start]
    path.write_bytes(header + ends + packed * count + trailer)


def test_a_small_parquet_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    part = pa.table({"a": pa.array([1.0]).take(pa.array([0] * 1_000_000))})
    with pq.ParquetWriter(path, part.schema) as writer:
        for _ in range(80):
            writer.write_table(part)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(IngestError, match=r"more than the 0\.5 GiB of memory allowed"):
        read_table(path, memory_bytes=500 * 1024**2)


def test_a_small_workbook_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)
    with pytest.raises(IngestError, match="unpacks to 300,000,000 bytes"):
        read_table(path, memory_bytes=200 * 1024**2)


@pytest.mark.parametrize("suffix", ["sav", "dta", "xpt"])
def test_a_header_that_announces_billions_of_rows_is_not_believed(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"huge.{suffix}"
    frame = pl.DataFrame({"a": [1.0, 2.0, 3.0]})
    if suffix == "sav":
        pyreadstat.write_sav(frame, path, row_compress=True)
        content = path.read_bytes()
        path.write_bytes(content[:80] + struct.pack("<i", 2**31 - 1) + content[84:])
    elif suffix == "dta":
        pyreadstat.write_dta(frame, path, version=12)
        content = path.read_bytes()
        path.write_bytes(content[:6] + struct.pack("<I", 2**31) + content[10:])
    else:
        pyreadstat.write_xport(frame, path, file_format_version=8)
        content = path.read_bytes()
        at = content.find(b"OBSV8   HEADER RECORD!!!!!!!") + 28
        path.write_bytes(content[:at] + b"2147483648".rjust(15) + content[at + 15 :])
    started = time.monotonic()
    with pytest.raises(IngestError, match=r"2,147,483,64|cut short|17,179,869,499") as caught:
        read_table(path)
    assert caught.value.where == path.name
    assert time.monotonic() - started < 20


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
