import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

PIPELINE = Path(__file__).parents[3] / "pipeline"
PAGE = """```{python}
import os, pathlib, time
pathlib.Path(os.environ["KERNEL_PID"]).write_text(str(os.getpid()))
time.sleep(120)
```
"""
SCRIPT = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started deaf to it
from liandong.render import PageJob, render_pages
jobs = [PageJob("zh/page.qmd", "page.zh", "zh", ("html",))]
try:
    render_pages(Path(sys.argv[1]), jobs, Path(sys.argv[2]), Path(sys.argv[3]), renderer="embedded")
except KeyboardInterrupt:
    sys.exit(130)
"""


def _gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to one process")
def test_an_interrupt_ends_the_kernel_and_leaves_nothing(
    tmp_path: Path, make_project: Callable[..., Path], make_bundle: Callable[..., Path]
) -> None:
    project, bundle = make_project(tmp_path, {"zh/page.qmd": PAGE}), make_bundle(tmp_path)
    note = tmp_path / "pid"
    environment = {**os.environ, "PYTHONPATH": str(PIPELINE), "KERNEL_PID": str(note), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", SCRIPT, str(project), str(bundle), str(tmp_path / "out")]
    with subprocess.Popen(command, env=environment) as process:
        limit = time.monotonic() + 60
        while not (note.exists() and note.read_text(encoding="utf-8")) and time.monotonic() < limit:
            time.sleep(0.05)
        kernel = int(note.read_text(encoding="utf-8"))
        assert not _gone(kernel)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    limit = time.monotonic() + 5
    while not _gone(kernel) and time.monotonic() < limit:
        time.sleep(0.05)
    assert _gone(kernel)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob("liandong-*")), "the staged copy is gone"
