"""Effects and survey-like data for the tests of every room that plans or fits models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Effect, Step, Text

MakeEffect = Callable[..., Effect]


@pytest.fixture(scope="session")
def make_effect() -> MakeEffect:
    def make(steps: Sequence[Sequence[str]] = ((),), **own: Any) -> Effect:
        keys: dict[str, Any] = {
            "id": "visit",
            "title": Text(zh="探访", en="Visits"),
            "role": "primary",
            "outcomes": ("trust",),
            "treatment": "visited",
            "absorb": ("district",),
            "cluster": ("community",),
            "steps": tuple(Step(name=f"M{i}", add=tuple(added)) for i, added in enumerate(steps, start=1)),
        }
        return Effect(**{**keys, **own})

    return make


@pytest.fixture(scope="session")
def survey() -> pl.DataFrame:
    """360 people in 24 communities of 6 districts, with gaps in two columns."""
    rng = np.random.default_rng(20210526)
    n = 360
    community = np.arange(n) % 24
    visited = (rng.random(n) < 0.4).astype(int)
    age = rng.integers(18, 80, n)
    trust = 3 + 0.4 * visited + 0.01 * age + rng.normal(size=24)[community] + rng.normal(size=n)
    frame = pl.DataFrame(
        {
            "district": [f"D{code // 4}" for code in community],
            "community": community,
            "visited": visited,
            "age": age,
            "mode": rng.choice(["phone", "visit", "web"], n),
            "job": rng.integers(1, 5, n),
            "member": rng.random(n) < 0.3,
            "trust": trust,
            "belonging": trust * 0.5 + rng.normal(size=n),
            "weight": rng.uniform(0.5, 3.0, n),
        }
    )
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(row % 40 != 7).then("age"), pl.when(row % 60 != 11).then("trust"), pl.when(row % 30 != 3).then("mode")
    )
