"""Run every benchmark once, print a table of ratios, and write build/bench/bench.json."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

from chain import chain_seconds
from models import PACKAGES, largest_difference
from simulated import simulated
from size import main as rejection_rates
from timing import BUILD, Measurement, answer, in_child

HERE = Path(__file__).parent
MODEL_ROWS, SCAN_ROWS = 1_000_000, 10_000_000
SIZE_DRAWS = 1_500
CLUSTERS = ("32", "5000")
FULL_SET = [f"{package}:{clusters}" for clusters in CLUSTERS for package in ("liandong", "pyfixest")]
PEERS = [package for package in PACKAGES if package != "liandong"]


def alternating(script: str, arguments: list[str], rows: int, rounds: int) -> dict[str, Measurement]:
    """Measure each argument in turn, `rounds` times over, so that a busy spell on the machine hits all alike."""
    runs = [in_child(HERE / script, a, str(rows)) for _ in range(rounds) for a in arguments]
    return {
        a: Measurement(
            a,
            [s for run in runs if run.name == a for s in run.seconds],
            max(run.peak_mb for run in runs if run.name == a),
        )
        for a in arguments
    }


def main() -> None:
    for rows in (MODEL_ROWS, SCAN_ROWS):
        simulated(rows)
    chain = chain_seconds()
    scan = alternating("scan.py", ["sums", "moments"], SCAN_ROWS, rounds=3)
    models = alternating("models.py", ["liandong", "pyfixest"], MODEL_ROWS, rounds=3)
    models |= alternating("models.py", ["linearmodels", "statsmodels"], MODEL_ROWS, rounds=1)
    full = alternating("full_set.py", FULL_SET, MODEL_ROWS, rounds=2)
    after = {
        f"{rows} rows, {clusters} clusters": answer(HERE / "full_set.py", f"after:{clusters}", str(rows))
        for clusters in CLUSTERS
        for rows in (MODEL_ROWS // 10, MODEL_ROWS)
    }
    ours = models["liandong"].best
    result = {
        **{f"models_vs_{peer}": models[peer].best / ours for peer in PEERS},
        **{f"full_set_vs_pyfixest_{c}": full[f"pyfixest:{c}"].best / full[f"liandong:{c}"].best for c in CLUSTERS},
        "full_set_vs_pyfixest": min(full[f"pyfixest:{c}"].best / full[f"liandong:{c}"].best for c in CLUSTERS),
        "after_the_pass_seconds": after,
        "moments_vs_scan": scan["moments"].best / scan["sums"].best,
        "chain_seconds": min(chain),
        "seconds": {name: m.best for name, m in {**models, **full, **scan}.items()},
        "peak_mb": {name: m.peak_mb for name, m in {**models, **full, **scan}.items()},
        "largest_difference_from_pyfixest": largest_difference("liandong", "pyfixest"),
        "rows": {"models": MODEL_ROWS, "scan": SCAN_ROWS},
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "versions": {name: version(name) for name in ("polars", "numpy", *PEERS)},
    }
    (BUILD / "bench.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    show(result)
    print()
    rejection_rates(SIZE_DRAWS)


def show(result: dict) -> None:
    seconds, peaks = result["seconds"], result["peak_mb"]
    print(f"{os.cpu_count()} cores; best of several runs in fresh processes; peak memory includes imports and input\n")
    print(f"{'ten nested models, 1 million rows, 5,000 clusters':<52}{'seconds':>9}{'ratio':>8}{'peak MB':>9}")
    for package in PACKAGES:
        ratio = seconds[package] / seconds["liandong"]
        print(f"  {package:<50}{seconds[package]:>9.2f}{ratio:>8.1f}{peaks[package]:>9.0f}")
    print(f"{'full set of inference (pyfixest: the models alone)':<52}{'seconds':>9}{'ratio':>8}{'peak MB':>9}")
    for name in FULL_SET:
        ratio = seconds[name] / seconds[f"liandong:{name.split(':')[1]}"]
        print(f"  {name + ' clusters':<50}{seconds[name]:>9.2f}{ratio:>8.1f}{peaks[name]:>9.0f}")
    print("  after the one pass over the rows")
    for name, value in result["after_the_pass_seconds"].items():
        print(f"    {name:<48}{value:>9.2f}")
    print(f"{'17 columns of 10 million rows of Parquet':<52}{'seconds':>9}{'ratio':>8}{'peak MB':>9}")
    for what in ("sums", "moments"):
        ratio = seconds[what] / seconds["sums"]
        print(f"  {what:<50}{seconds[what]:>9.2f}{ratio:>8.1f}{peaks[what]:>9.0f}")
    print(f"{'liandong run examples/hubei (no rendering)':<52}{result['chain_seconds']:>9.2f}")
    print(f"\nlargest relative difference from pyfixest: {result['largest_difference_from_pyfixest']:.1e}")
    print(f"written: {BUILD / 'bench.json'}")


if __name__ == "__main__":
    main()
