"""Who stands out: Benjamini and Hochberg's procedure on differences whose tests are intervals."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq
from statsmodels.stats.multitest import multipletests

from liandong.comparison import Communities, Measure, compare_communities
from liandong.comparison.intervals import Side, difference_interval, own_side, pooled_side, rest_side
from liandong.comparison.standing import standings
from liandong.comparison.totals import Totals, community_totals, divided


def totals(seed: int, kind: str, groups: int = 20, spread: float = 1.2) -> Totals:
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(groups), rng.integers(6, 15, groups))
    values = rng.normal(size=groups)[codes] * spread + rng.normal(size=len(codes))
    if kind == "share":
        values = (values > 0).astype(float)
    names = [str(at) for at in range(groups)]
    frame = pl.DataFrame({"x": values})
    return community_totals(
        frame, [Measure("x", kind, "all", "x")], Communities(names, pl.Series(codes, dtype=pl.UInt32))
    )


def p_values(one: Side, other: Side) -> np.ndarray:
    """Return the level at which each difference's interval just reaches zero, found by bisection."""

    def gap(alpha: float, at: int) -> float:
        level = np.array([[alpha]])
        low, high = difference_interval(one, other, one.interval(level), other.interval(level))
        return float(max(low[at, 0], -high[at, 0]))

    return np.array(
        [
            1.0 if gap(0.99, at) <= 0 else (brentq(gap, 1e-13, 0.99, args=(at,)) if gap(1e-13, at) < 0 else 0.0)
            for at in range(len(one.estimate))
        ]
    )


@pytest.mark.parametrize("kind", ["mean", "share"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_standings_are_those_of_benjamini_and_hochberg(kind: str, seed: int) -> None:
    found = totals(seed, kind)
    df = found.rows.sum(axis=0) - len(found.rows)
    variance = divided(found.spread().sum(axis=0), df)
    own, rest = own_side(found, variance), rest_side(found, None)
    pooled = pooled_side(own, found, variance, df)
    level = np.array([[0.05]])
    first = difference_interval(own, rest, own.interval(level), rest.interval(level))
    got = standings(own, pooled, rest, first)[:, 0]
    larger = np.maximum(p_values(own, rest), p_values(pooled, rest))
    rejected = multipletests(larger, 0.05, method="fdr_bh")[0]
    assert rejected.any()
    assert np.array_equal(np.isin(got, ["lower", "higher"]), rejected)
    above = (own.estimate > rest.estimate)[:, 0]
    assert np.array_equal(got == "higher", rejected & above)


def standing_out(answers: np.ndarray, codes: np.ndarray, kind: str) -> float:
    """Return the share of surveys (columns) in which any community stands out."""
    measures = [Measure(f"{at:03d}", kind, "all", str(at)) for at in range(answers.shape[1])]
    names = [str(at) for at in range(codes.max() + 1)]
    values = pl.DataFrame({str(at): answers[:, at] for at in range(answers.shape[1])})
    table, _ = compare_communities(values, measures, Communities(names, pl.Series(codes, dtype=pl.UInt32)))
    out = table.group_by("measure").agg(pl.col("standing").is_in(["lower", "higher"]).any())
    return float(out["standing"].mean())


@pytest.mark.parametrize("kind", ["mean", "skewed", "share"])
def test_equal_communities_seldom_stand_out(kind: str) -> None:
    rng = np.random.default_rng(20211026)
    codes = np.repeat(np.arange(32), rng.integers(12, 27, 32))
    shape = (len(codes), 200)
    answers = {
        "mean": rng.normal(size=shape),
        "skewed": rng.exponential(size=shape),
        "share": (rng.random(shape) < 0.3).astype(float),
    }[kind]
    # 5 % of 200 surveys are 10; 18 or more come once in 90 times where the true rate is that. See benchmarks.
    assert standing_out(answers, codes, "share" if kind == "share" else "mean") <= 17 / 200


def test_one_community_far_off_stands_out_and_the_others_do_not() -> None:
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(32), 19)
    answers = rng.normal(size=(len(codes), 1))
    answers[codes == 7] += 3
    values = pl.DataFrame({"0": answers[:, 0]})
    names = [str(at) for at in range(32)]
    table, spread = compare_communities(
        values, [Measure("x", "mean", "all", "0")], Communities(names, pl.Series(codes, dtype=pl.UInt32))
    )
    assert table.filter(pl.col("standing") != "similar").select("cluster", "standing").rows() == [("7", "higher")]
    assert spread["p_value"][0] < 1e-6
