"""Every specification equals a loop that draws its rows, writes its dummies out and inverts them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import t as student
from tests.reference.cluster_robust.full_dummies import row_model, sandwich, satterthwaite

from liandong.definitions import Effect, Multiverse, SampleRule, Scoring, Step, Text
from liandong.multiverse import run_multiverse

TEXT = Text(zh="探访", en="Visits")
BLOCKS = {"M2": ["age", "job"], "M3": ["mode=b", "mode=c"]}
EFFECT = Effect(
    id="visit",
    title=TEXT,
    role="primary",
    outcomes=("trust",),
    treatment="visited",
    absorb=("district",),
    cluster=("community",),
    steps=(Step(name="M1"), Step(name="M2", add=("age", "job")), Step(name="M3", add=("mode",))),
)
MULTIVERSE = Multiverse(
    effect="visit",
    scorings=(Scoring(outcome="trust", columns=("item",)),),
    samples=(SampleRule(name="adult", title=TEXT, where="age >= 30"),),
    absorb=((), ("wave", "district")),
    inference=("CR1", "CR2", "CR3"),
)


def survey(rows: int = 130) -> pl.DataFrame:
    """People in 10 communities of 4 districts (crossed by them), one district with a single person; gaps all over."""
    rng = np.random.default_rng(7)
    community = rng.integers(0, 10, rows)
    district = np.where(rng.random(rows) < 0.8, community // 3, rng.integers(0, 4, rows))
    district[5] = 9
    visited = (rng.random(rows) < 0.4).astype(float)
    age = rng.integers(18, 80, rows).astype(float)
    trust = 3 + 0.4 * visited + 0.01 * age + rng.normal(size=10)[community] + rng.normal(size=rows)
    frame = pl.DataFrame(
        {
            "community": community,
            "district": district,
            "wave": rng.integers(0, 3, rows),
            "visited": visited,
            "age": age,
            "job": rng.integers(0, 5, rows),
            "mode": rng.choice(["a", "b", "c"], rows),
            "trust": trust,
            "item": np.round(trust + rng.normal(size=rows)),
            "weight": rng.uniform(0.5, 3.0, rows),
        }
    )
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(row % 20 != 7).then("age"),
        pl.when(row % 30 != 11).then("trust"),
        pl.when(row % 15 != 3).then("mode"),
        pl.when(row % 25 != 4).then("wave"),
    )


def by_rows(frame: pl.DataFrame, row: dict[str, Any], weight: str | None) -> dict[str, Any]:
    """Return what one specification must be, for every kind of covariance."""
    coded = frame.with_columns(
        (pl.col("mode") == level).cast(pl.Float64).alias(f"mode={level}") for level in ("b", "c")
    )
    controls = [term for name in row["controls"].split("+") if name for term in BLOCKS[name]]
    effects = [name for name in row["absorbed"].split("+") if name]
    sample = controls if row["sample"] == "complete" else [term for terms in BLOCKS.values() for term in terms]
    rows = coded.drop_nulls(["visited", row["scoring"], *sample, *effects])
    if row["sample"] == "adult":
        rows = rows.filter(pl.col("age") >= 30)
    for effect in effects * 3:
        rows = rows.filter(pl.len().over(effect) > 1)
    w = rows[weight].to_numpy() if weight else np.ones(rows.height)
    y = rows[row["scoring"]].to_numpy()
    x = rows.select("visited", *controls).cast(pl.Float64).to_numpy()
    cluster = rows["community"].to_numpy()
    model = row_model(y, x, cluster, [rows[effect].to_numpy() for effect in effects], w)
    n, g, columns = rows.height, len(np.unique(cluster)), model.z.shape[1]
    slope = float((model.bread @ model.z.T @ model.y)[0])
    mean = np.average(y, weights=w)
    sd = np.sqrt(np.average((y - mean) ** 2, weights=w) * n / (n - 1))
    factor = g / (g - 1) * (n - 1) / (n - columns)  # no effect here is nested in the communities
    return {
        "n_obs": n,
        "n_clusters": g,
        "estimate": slope,
        "estimate_sd": slope / sd,
        "CR1": (factor * sandwich(model, 0.0)[0, 0], g - 1),
        "CR2": (sandwich(model, -0.5)[0, 0], satterthwaite(model)[0]),
        "CR3": ((g - 1) / g * sandwich(model, -1.0)[0, 0], g - 1),
    }


@pytest.mark.parametrize("weight", [None, "weight"])
def test_every_specification_equals_its_rows(weight: str | None) -> None:
    frame = survey()
    table, _ = run_multiverse(frame, EFFECT, MULTIVERSE, weight)
    assert table["flag"].unique().to_list() == [""]
    # 2 scorings × 3 sets of effects × (4 subsets on 3 samples; all controls on the complete cases are the common ones)
    assert table.height == 2 * 3 * (4 * 3 - 1) * 3
    names = ["scoring", "controls", "sample", "absorbed"]
    for _, group in groupby(table.iter_rows(named=True), key=lambda row: [row[name] for name in names]):
        rows = list(group)
        expected = by_rows(frame, rows[0], weight)
        assert [row["vcov"] for row in rows] == ["CR1", "CR2", "CR3"]
        for row in rows:
            variance, df = expected[row["vcov"]]
            assert (row["n_obs"], row["n_clusters"]) == (expected["n_obs"], expected["n_clusters"])
            # Pseudo-inverses of N × N matrices on the other side leave some 1e-10.
            for name in ("estimate", "estimate_sd"):
                assert row[name] == pytest.approx(expected[name], rel=1e-8)
            assert row["std_error"] == pytest.approx(np.sqrt(variance), rel=1e-7)
            assert row["df"] == pytest.approx(df, rel=1e-7)
            reach = student.ppf(0.975, df) * np.sqrt(variance)
            assert row["conf_low"] == pytest.approx(expected["estimate"] - reach, rel=1e-6, abs=1e-9)
            assert row["p_value"] == pytest.approx(2 * student.sf(abs(row["estimate"]) / np.sqrt(variance), df))
