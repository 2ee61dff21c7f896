"""Communities that do not differ, and communities that do: how often any stands out, and whether intervals hold.

``python benchmarks/communities.py`` prints, for surveys of equal communities, the share of surveys in which any is said
to stand out and in which the F test rejects; for communities that differ, the coverage of their own, the shrunken and
the difference's intervals and the share of false ones among those that stand out; then the time of large comparisons.
"""

from __future__ import annotations

import time

import numpy as np
import polars as pl

from liandong.comparison import Communities, Measure, compare_communities

SURVEYS, AT_ONCE = 2000, 100
SEED = 20211026


def survey(rng: np.random.Generator, sizes: np.ndarray, kind: str, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Return answers of `AT_ONCE` surveys, (n, surveys), and the true values of communities, (G, surveys)."""
    code = np.repeat(np.arange(len(sizes)), sizes)
    shift = rng.normal(size=(len(sizes), AT_ONCE)) * spread
    if kind == "score":
        truth = 0.63 + shift
        return truth[code] + 0.18 * rng.normal(size=(len(code), AT_ONCE)), truth
    if kind == "skewed":
        truth = 1 + shift
        return truth[code] * rng.exponential(size=(len(code), AT_ONCE)), truth
    base = {"half": 0.5, "fifth": 0.2, "rare": 0.02}[kind]
    truth = np.clip(base + shift, 0.001, 0.999)
    return (rng.random((len(code), AT_ONCE)) < truth[code]).astype(float), truth


def compare(sizes: np.ndarray, answers: np.ndarray, kind: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both tables, a survey a measure."""
    of_share = kind not in {"score", "skewed"}
    measures = [Measure(f"{at:03d}", "share" if of_share else "mean", "all", str(at)) for at in range(answers.shape[1])]
    codes = pl.Series(np.repeat(np.arange(len(sizes)), sizes), dtype=pl.UInt32)
    values = pl.DataFrame({str(at): answers[:, at] for at in range(answers.shape[1])})
    return compare_communities(values, measures, Communities([str(g) for g in range(len(sizes))], codes))


def rates(sizes: np.ndarray, kind: str, spread: float) -> dict[str, float]:
    """Return what was found over `SURVEYS` surveys."""
    rng = np.random.default_rng(SEED)
    seen: dict[str, list[float]] = {}
    for _ in range(SURVEYS // AT_ONCE):
        answers, truth = survey(rng, sizes, kind, spread)
        table, components = compare(sizes, answers, kind)
        grid = {
            name: table[name].to_numpy().reshape(AT_ONCE, len(sizes)).T
            for name in ("conf_low", "conf_high", "shrunk_low", "shrunk_high", "difference_low", "difference_high")
        }
        stands = table["standing"].to_numpy().reshape(AT_ONCE, len(sizes)).T
        weight = sizes[:, None]
        others = ((truth * weight).sum(axis=0) - truth * weight) / (sizes.sum() - weight)
        out = np.isin(stands, ["lower", "higher"])
        wrong = out & ((truth - others > 0) != (stands == "higher")) if spread else out
        found = {
            "any stands out": out.any(axis=0),
            "out": out.mean(axis=0),
            "false share": wrong.sum(axis=0) / np.maximum(out.sum(axis=0), 1),
            "F rejects": components["p_value"].fill_null(1.0).to_numpy() <= 0.05,
            "own": (grid["conf_low"] <= truth) & (truth <= grid["conf_high"]),
            "shrunk": (grid["shrunk_low"] <= truth) & (truth <= grid["shrunk_high"]),
            "difference": (grid["difference_low"] <= truth - others) & (truth - others <= grid["difference_high"]),
        }
        for name, one in found.items():
            seen.setdefault(name, []).append(float(np.mean(one)))
    return {name: float(np.mean(one)) for name, one in seen.items()}


def timing(clusters: int, measures: int, each: int) -> float:
    """Return the seconds of one comparison."""
    rng = np.random.default_rng(SEED)
    sizes = rng.integers(1, 2 * each, clusters)
    answers = (rng.random((int(sizes.sum()), measures)) < 0.4).astype(float)
    compare(sizes[:3], answers[: int(sizes[:3].sum())], "half")
    started = time.perf_counter()
    compare(sizes, answers, "half")
    return time.perf_counter() - started


def main() -> None:
    """Print rates and times."""
    rng = np.random.default_rng(SEED)
    hubei, few = rng.integers(12, 27, 32), rng.integers(2, 8, 60)
    for name, sizes in (("32 of about 19", hubei), ("60 of 2 to 7", few), ("6 of about 19", hubei[:6])):
        for kind in ("score", "skewed", "half", "fifth", "rare"):
            for spread in (0.0, 0.02 if kind == "rare" else 0.08):
                found = rates(sizes, kind, spread)
                print(f"{name:15} {kind:7} {spread:4.2f} ", "  ".join(f"{key} {one:.3f}" for key, one in found.items()))
    for clusters, measures in ((32, 40), (5000, 40)):
        print(f"{clusters} communities, {measures} measures: {timing(clusters, measures, 20):.2f} s")


if __name__ == "__main__":
    main()
