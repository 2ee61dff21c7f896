"""Write likert.csv, the data of polr.R: 360 answers on a five-point scale in 24 clusters of 4 districts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

rng = np.random.default_rng(20210601)
n = 360
cluster = rng.permutation(np.arange(n) % 24)
treated = (rng.random(n) < 0.4).astype(int)
age = rng.integers(18, 85, n)
member = (rng.random(n) < 0.25).astype(int)
effect = 0.5 * rng.normal(size=24)
latent = 0.6 * treated + 0.015 * (age - 50) + 0.3 * member + effect[cluster] + rng.logistic(size=n)
frame = pl.DataFrame(
    {
        "cluster": cluster,
        "district": cluster // 6,
        "treated": treated,
        "age": age,
        "member": member,
        "answer": np.digitize(latent, [-1.8, -0.5, 0.7, 2.2]) + 1,
    }
)
frame.write_csv(Path(__file__).with_name("likert.csv"))
