"""Wall seconds and peak memory, each measurement in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"


@dataclass(frozen=True, slots=True)
class Measurement:
    """Seconds of every repetition, and the peak memory of the process in MB (imports and input included)."""

    name: str
    seconds: list[float]
    peak_mb: float

    @property
    def best(self) -> float:
        """The fastest repetition: the one that other work on the machine disturbed least."""
        return min(self.seconds)


def measure(name: str, work: Callable[[], object], repeats: int) -> Measurement:
    """Time `work` in this process."""
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return Measurement(name, seconds, peak_mb())


def peak_mb() -> float:
    """Return the largest resident set of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def in_child(script: Path, *arguments: str) -> Measurement:
    """Run `script` in a fresh process and return the measurement that it prints as its last line."""
    return Measurement(**answer(script, *arguments))


def answer(script: Path, *arguments: str) -> Any:
    """Run `script` in a fresh process and return the JSON that it prints as its last line."""
    run = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{script.name} {' '.join(arguments)} failed:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def report(measurement: Measurement) -> None:
    """Print a measurement for `in_child`."""
    print(json.dumps(asdict(measurement)))
