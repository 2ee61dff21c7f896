"""The full set of inference for ten nested models (2 outcomes × 5 steps) on the simulated respondents.

Ours: estimates, CR1, CR2 with its degrees of freedom, CR3, the restricted wild bootstrap with 9,999 draws and interval,
and the cluster diagnostics of the first regressor of every model. pyfixest: the models with CRV1, which is the part of
it that it can do here (its wild bootstrap needs a package that does not install, CRV3 refits every model per cluster).

Usage: full_set.py PACKAGE:CLUSTERS ROWS, with CLUSTERS 5000 (communities; districts contain them) or 32 (each of which
crosses all 20 districts).
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings

if not sys.argv[1].startswith("pyfixest"):  # as the command line does, before numpy is imported
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import polars as pl
from simulated import OUTCOMES, REGRESSORS, STEPS, simulated
from timing import ROOT, measure, report

DRAWS = 9_999
COLUMN = {"5000": "community", "32": "area"}


def respondents(rows: int) -> pl.DataFrame:
    """Return the simulated respondents with 32 areas made of the communities."""
    return pl.read_parquet(simulated(rows)).with_columns(area=pl.col("community") % 32)


def one_pass(frame: pl.DataFrame, cluster: str) -> dict[str, object]:
    """Return the within moments of both outcomes: the only look at the rows."""
    from liandong.moments import within_samples

    samples = {outcome: [outcome, *REGRESSORS] for outcome in OUTCOMES}
    return within_samples(frame, samples, cluster, "district").within


def after_the_pass(within: dict[str, object]) -> int:
    """Compute everything else, and return how many answers there are."""
    from liandong.inference import Hypothesis, coefficients, diagnose, fit_nested, wild_bootstrap, wild_draws

    fits = [fitted for outcome in OUTCOMES for fitted in fit_nested(within[outcome], outcome, STEPS)]
    found = [coefficients(fitted, kind) for fitted in fits for kind in ("CR1", "CR2", "CR3")]
    draws = wild_draws([fitted.within.cluster_labels for fitted in fits], seed=1, count=DRAWS)
    tests = wild_bootstrap([Hypothesis(fitted, REGRESSORS[0]) for fitted in fits], draws)
    looks = [diagnose(fitted, REGRESSORS[0]) for fitted in fits]
    return len(found) + len(tests) + len(looks)


def seconds_after(rows: int, cluster: str) -> float:
    """Return the seconds of `after_the_pass`, the fastest of three."""
    within = one_pass(respondents(rows), cluster)
    after_the_pass(within)
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        after_the_pass(within)
        times.append(time.perf_counter() - begin)
    return min(times)


def main(what: str, rows: int) -> None:
    warnings.simplefilter("ignore")  # deprecations inside the peer
    package, clusters = what.split(":")
    cluster = COLUMN[clusters]
    if package == "pyfixest":
        import pyfixest as pf

        frame = respondents(rows).to_pandas()
        blocks = ", ".join("+".join(REGRESSORS[j : j + 3]) for j in range(0, len(REGRESSORS), 3))
        formula = f"{' + '.join(OUTCOMES)} ~ csw({blocks}) | district"
        options = {"vcov": {"CRV1": cluster}, "copy_data": False, "store_data": False, "lean": True}
        pf.feols(formula, frame[:20_000], **options)
        report(measure(what, lambda: pf.feols(formula, frame, **options), 1))
        return
    sys.path.insert(0, str(ROOT / "pipeline"))
    if package == "after":
        print(json.dumps(seconds_after(rows, cluster)))
        return
    frame = respondents(rows)
    after_the_pass(one_pass(frame[:100_000], cluster))
    report(measure(what, lambda: after_the_pass(one_pass(frame, cluster)), 3))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
