"""From a Parquet file to accepted and rejected rows, against merely scanning and merely copying the file.

Usage: gate.py WHAT ROWS, with WHAT one of the steps below, in a process of its own; without arguments: all of them on
5 million rows × 60 columns, and how time and memory grow from 10^4 to 10^7 rows. Writes build/bench/gate.json.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from surveys import survey
from timing import BUILD, ROOT, Measurement, in_child, measure, report

sys.path.insert(0, str(ROOT / "pipeline"))

ROWS = 5_000_000
GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)
ROUNDS = 3
RATIOS = ("scan", "count", "copy", "write")  # in turn, so that other work on the machine hits all alike


def scan(study: Path) -> None:
    """Read every column of every row: the sums of numbers, the last of dates, the length of texts."""
    rows = pl.scan_parquet(study.parent / "responses.parquet")
    schema = rows.collect_schema()
    rows.select(_looked_at(name, dtype) for name, dtype in schema.items()).collect(engine="streaming")


def _looked_at(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_numeric():
        return pl.col(name).sum()
    return pl.col(name).str.len_bytes().sum() if dtype == pl.String else pl.col(name).max()


def copy(study: Path) -> None:
    """Copy the file, uncommented: what Polars takes to decode and encode the same rows."""
    pl.scan_parquet(study.parent / "responses.parquet").sink_parquet(BUILD / "copy.parquet")


def read(study: Path) -> None:
    """Read the file as a run does: hashed, and tried out in a process of its own."""
    from liandong.ingest import read_table

    read_table(study.parent / "responses.parquet")


def count(study: Path) -> None:
    """Count every rule, the table known to be readable."""
    from liandong.ingest import apply_codebook
    from liandong.validate.facts import gather_facts
    from liandong.validate.findings import evaluate
    from liandong.validate.plan import plan_rules

    codebook, raw = _loaded(study)
    table = apply_codebook(raw, codebook).table
    communities = {"communities": pl.read_csv(study.parent / "communities.csv")}
    evaluate(table, plan_rules(codebook, gather_facts(table, codebook, communities, {}, table.schema)))


def write(study: Path) -> Callable[[], None]:
    """Write accepted and rejected rows and corrections, once the rules have been counted."""
    from liandong.definitions import load_study
    from liandong.workflow.intake import take_in

    loaded = load_study(study)
    intake = take_in(loaded, loaded.instrument.codebook, lambda _: None)
    return lambda: _write_restricted(intake)


def intake(study: Path) -> None:
    """From the file to the folder restricted/, as a run does it: read, screen, count, write."""
    write(study)()


def _write_restricted(taken_in: Any) -> None:
    from liandong.evidence import BundleWriter
    from liandong.workflow.restricted import write_restricted

    folder = BUILD / "gate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    write_restricted(BundleWriter(folder), taken_in, None)
    shutil.rmtree(folder)


def run(study: Path) -> None:
    """Everything: `liandong run` with one effect."""
    from liandong.workflow import run_study

    run_study(study, out=BUILD / "gate_bundle", on_progress=lambda _: None)


def _loaded(study: Path) -> tuple:
    from liandong.definitions import load_study
    from liandong.ingest.raw import NO_TAGS, RawTable

    path = study.parent / "responses.parquet"
    rows = pl.scan_parquet(path, use_statistics=False, glob=False)
    nothing = {name: {} for name in ("labels", "value_labels", "user_missing", "formats", "temporal")}
    height = rows.select(pl.len()).collect().item()
    raw = RawTable(path, "parquet", "", "UTF-8", rows, rows.collect_schema(), height, tags=NO_TAGS, **nothing)
    return load_study(study).instrument.codebook, raw


STEPS = {"scan": scan, "copy": copy, "read": read, "count": count, "intake": intake, "run": run}


def main(what: str, rows: int) -> None:
    study, small = survey(rows), survey(GROWTH[0])
    # Imports are no part of a step, so each is taken once on few rows first.
    if what == "write":
        write(small)()
        work = write(study)
    else:
        STEPS[what](small)
        work = partial(STEPS[what], study)
    report(measure(what, work, 1))


def everything() -> None:
    result = {}
    for rows in (ROWS, *GROWTH):
        survey(rows)
        found: dict[str, Measurement] = {}
        rounds = ROUNDS if rows <= ROWS else 1
        for turn in range(rounds):
            for what in RATIOS if turn else (*STEPS, "write"):
                one = in_child(Path(__file__), what, str(rows))
                before = found.get(what)
                seconds = one.seconds if before is None else [*before.seconds, *one.seconds]
                found[what] = Measurement(what, seconds, max(one.peak_mb, before.peak_mb if before else 0))
        best = {what: one.best for what, one in found.items()}
        result[rows] = {
            "seconds": best,
            "peak_mb": {what: round(one.peak_mb) for what, one in found.items()},
            "count_vs_scan": best["count"] / best["scan"],
            "write_vs_copy": best["write"] / best["copy"],
        }
        print(rows, json.dumps(result[rows]), flush=True)
    (BUILD / "gate.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else everything()
