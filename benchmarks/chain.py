"""The whole chain without rendering, as a user runs it: `liandong run` on the Hubei study in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from timing import ROOT

STUDY = ROOT / "examples" / "hubei" / "study.yaml"


def chain_seconds(repeats: int = 3) -> list[float]:
    """Return the wall seconds of each run; the disk is warm from the second one on."""
    path = os.pathsep.join([str(ROOT / "pipeline"), os.environ.get("PYTHONPATH", "")])
    seconds = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "liandong", "run", str(STUDY), "--out", str(Path(folder) / "bundle")]
            begin = time.perf_counter()
            run = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path}
            )
            seconds.append(time.perf_counter() - begin)
        if run.returncode != 0:
            sys.exit(f"liandong run failed with exit code {run.returncode}:\n{run.stderr}")
    return seconds
