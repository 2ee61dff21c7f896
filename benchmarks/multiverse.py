"""A multiverse of some 2,000 specifications: 600 rows, 1 million rows in 32 and in 5,000 clusters, and pyfixest's pace.

Nine blocks of controls (512 subsets), two outcomes, CR1 and CR2, district effects absorbed. Prints the seconds of the
one pass over the rows and of all that follows, and writes build/bench/multiverse.json. pyfixest is timed on eight
specifications of the same data, CRV1 only, to have its seconds per specification.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from itertools import combinations

import numpy as np
import polars as pl
from simulated import OUTCOMES, REGRESSORS, simulated
from timing import BUILD, ROOT

TREATMENT, *CONTROLS = REGRESSORS
BLOCKS = [list(block) for block in np.array_split(CONTROLS, 9)]
ROWS = 1_000_000
PEER_SPECIFICATIONS = 8
WIDTHS = (10, 10, 16, 8, 9, 9, 10)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def clusters(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """Merge the 5,000 communities into `count`, four to a district."""
    community = pl.col("community") % count
    return frame.with_columns(community=community, district=community // 4 if count < 5_000 else pl.col("district"))


def ours(frame: pl.DataFrame) -> dict[str, float]:
    sys.path.insert(0, str(ROOT / "pipeline"))
    from liandong.definitions import Effect, Multiverse, Step, Text
    from liandong.multiverse import run_multiverse
    from liandong.multiverse.choices import plan_choices
    from liandong.multiverse.pool import open_pool

    effect = Effect(
        id="benchmark",
        title=Text(zh="基准", en="Benchmark"),
        role="exploratory",
        outcomes=tuple(OUTCOMES),
        treatment=TREATMENT,
        absorb=("district",),
        cluster=("community",),
        steps=tuple(Step(name=f"B{i}", add=tuple(block)) for i, block in enumerate(BLOCKS)),
    )
    multiverse = Multiverse(effect="benchmark")
    run_multiverse(frame.head(2_000), effect, multiverse)
    choices = plan_choices(frame, effect, multiverse, ())
    one_pass = min(timed(lambda: open_pool(frame, choices, ("district",), None))[0] for _ in range(3))
    total, found = min((timed(lambda: run_multiverse(frame, effect, multiverse)) for _ in range(3)), key=lambda t: t[0])
    specifications, _ = found
    return {
        "rows": frame.height,
        "clusters": frame["community"].n_unique(),
        "specifications": specifications.height,
        "failed": specifications["estimate"].null_count(),
        "pass": one_pass,
        "after": total - one_pass,
        "total": total,
    }


def pyfixest_seconds(frame: pl.DataFrame) -> float:
    """Return seconds per specification, each with CRV1."""
    import pyfixest as pf

    data = frame.to_pandas()
    subsets = [subset for size in (0, 9, 4, 5) for subset in list(combinations(BLOCKS, size))[:1]]
    formulas = [
        f"{outcome} ~ {' + '.join([TREATMENT, *(c for block in subset for c in block)])} | district"
        for subset in subsets
        for outcome in OUTCOMES
    ]
    assert len(formulas) == PEER_SPECIFICATIONS

    def work() -> None:
        for formula in formulas:
            pf.feols(formula, data, vcov={"CRV1": "community"}, copy_data=False, store_data=False, lean=True)

    work()
    return timed(work)[0] / len(formulas)


def main() -> None:
    warnings.simplefilter("ignore")  # deprecations inside pyfixest
    frame = pl.read_parquet(simulated(ROWS))
    cases = [clusters(frame.head(600), 32), clusters(frame, 32), frame]
    results = [ours(case) | {"pyfixest_per_specification": pyfixest_seconds(case)} for case in cases]
    names = ("rows", "clusters", "specifications", "failed")
    print(
        "".join(f"{name:>{width}}" for name, width in zip((*names, "pass", "after", "pyfixest"), WIDTHS, strict=True))
    )
    for row in results:
        counts = "".join(f"{row[name]:>{width}}" for name, width in zip(names, WIDTHS[:4], strict=True))
        peer = row["pyfixest_per_specification"] * row["specifications"] / 2
        print(f"{counts}{row['pass']:>9.2f}{row['after']:>9.2f}{peer:>10.0f}")
    print("\nseconds; pyfixest: what it would take for the half with CRV1, model by model")
    path = BUILD / "multiverse.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"written: {path}")


if __name__ == "__main__":
    main()
