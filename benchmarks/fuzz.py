"""Damage hundreds of files of every binary format and read them: nothing may crash, hang, or come back wrong.

    python benchmarks/fuzz.py [--per-format 300] [--seed 1] [--formats sav,dta] [--jobs 2] [--keep DIR]

Prints one line per format: copies made, refused with an error, read, wrong; and each wrong answer, whose file is kept.
Ends with code 1 when there is any.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "pipeline"), str(ROOT)]

from benchmarks.damage import FORMATS, Whole, judge, make_files, variants, whole_files  # noqa: E402 (needs the path)

_SLOW = 45.0  # seconds that no small file may take, on a busy machine neither


def main() -> int:
    options = _options()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="liandong-fuzz-") as name:
        folder = Path(name)
        (folder / "whole").mkdir()
        make_files(folder / "whole")
        print(f"{'format':<9} {'copies':>6} {'refused':>8} {'read':>5} {'wrong':>6} {'slowest':>8}")
        for file_format in options.formats.split(","):
            place = folder / file_format
            place.mkdir()
            wrong += _one_format(file_format, folder / "whole", place, options)
            shutil.rmtree(place)
    return int(wrong > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Damage files of every format and read them.")
    parser.add_argument("--per-format", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzz", help="where wrong files are kept")
    return parser.parse_args()


def _one_format(file_format: str, wholes: Path, place: Path, options: argparse.Namespace) -> int:
    sound = whole_files(wholes, file_format)
    if not sound:
        print(f"{file_format:<9} no whole files are at hand")
        return 0
    copies = list(variants(sound, place, options.per_format, options.seed))
    with ThreadPoolExecutor(options.jobs) as pool:
        answers = list(pool.map(_timed, copies))
    answers = [
        ("WRONG", f"it took {seconds:.0f} s", seconds) if seconds > _SLOW else (verdict, said, seconds)
        for verdict, said, seconds in answers
    ]
    counts = Counter(verdict for verdict, _, _ in answers)
    slowest = max(seconds for _, _, seconds in answers)
    print(
        f"{file_format:<9} {len(copies):>6} {counts['refused']:>8} {counts['read']:>5} {counts['WRONG']:>6}"
        f" {slowest:>7.1f}s",
        flush=True,
    )
    for copy, (verdict, said, _) in zip(copies, answers, strict=True):
        if verdict == "WRONG":
            options.keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(copy.path, options.keep)
            print(f"    {copy.path.name}: {said[:300]}")
    return counts["WRONG"]


def _timed(copy: Whole) -> tuple[str, str, float]:
    started = time.monotonic()
    verdict, said = judge(copy)
    return verdict, said, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
