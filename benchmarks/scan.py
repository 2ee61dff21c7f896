"""Moments of 10 million rows of Parquet against merely summing the same columns. Usage: scan.py moments|sums ROWS"""

from __future__ import annotations

import sys

import polars as pl
from simulated import OUTCOMES, REGRESSORS, simulated
from timing import ROOT, measure, report

COLUMNS = [*REGRESSORS, *OUTCOMES]


def sums(rows: pl.LazyFrame) -> None:
    rows.select(pl.col(COLUMNS).sum()).collect(engine="streaming")


def moments(rows: pl.LazyFrame) -> None:
    sys.path.insert(0, str(ROOT / "pipeline"))
    from liandong.moments import collect_moments

    collect_moments(rows, COLUMNS, "community")


def main(what: str, rows: int) -> None:
    work = {"sums": sums, "moments": moments}[what]
    report(measure(what, lambda: work(pl.scan_parquet(simulated(rows))), 5))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
