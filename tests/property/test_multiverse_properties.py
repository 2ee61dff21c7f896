"""What must not matter to a multiverse."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from liandong.definitions import Effect, Multiverse, Step, Text
from liandong.multiverse import run_multiverse

EFFECT = Effect(
    id="visit",
    title=Text(zh="探访", en="Visits"),
    role="primary",
    outcomes=("trust",),
    treatment="visited",
    absorb=("district",),
    cluster=("community",),
    steps=(Step(name="M1"), Step(name="M2", add=("age",)), Step(name="M3", add=("mode",))),
)
CHOSEN = Multiverse(effect="visit", absorb=((),))

seeds = st.integers(0, 2**32 - 1)


def survey(seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    n = 120
    community = rng.integers(0, 9, n)
    frame = pl.DataFrame(
        {
            "district": community // 3,
            "community": community,
            "visited": rng.integers(0, 2, n),
            "age": rng.integers(18, 90, n),
            "mode": rng.choice(["phone", "visit", "web"], n),
            "trust": rng.integers(1, 6, n) + rng.normal(size=n) * 0.1,
        }
    )
    return frame.with_columns(
        pl.when(pl.Series(rng.random(n) < 0.9)).then(name).alias(name) for name in ("age", "mode")
    )


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_order_of_rows_and_the_names_of_blocks_do_not_matter(seed: int) -> None:
    frame = survey(seed)
    table, summary = run_multiverse(frame, EFFECT, CHOSEN)
    renamed = EFFECT.model_copy(
        update={"steps": tuple(s.model_copy(update={"name": s.name * 2}) for s in EFFECT.steps)}
    )
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed % 1_000)
    other, other_summary = run_multiverse(shuffled, renamed, CHOSEN)
    # A hundred rows summed in another order.
    assert_frame_equal(table.drop("controls"), other.drop("controls"), rel_tol=1e-8, abs_tol=1e-10)
    assert_frame_equal(summary, other_summary, rel_tol=1e-8, abs_tol=1e-10)


@settings(max_examples=10, deadline=None)
@given(seeds, st.floats(-100, 100), st.floats(0.01, 100.0))
def test_shares_do_not_depend_on_the_units_of_the_outcome(seed: int, shift: float, factor: float) -> None:
    frame = survey(seed)
    table, summary = run_multiverse(frame, EFFECT, CHOSEN)
    other, other_summary = run_multiverse(frame.with_columns(trust=shift + factor * pl.col("trust")), EFFECT, CHOSEN)
    np.testing.assert_allclose(table["estimate_sd"], other["estimate_sd"], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(table["estimate"] * factor, other["estimate"], rtol=1e-6, atol=1e-9 * factor)
    in_sd = ["headline_sd", "median_sd", "low_sd", "high_sd"]
    assert_frame_equal(summary.select(in_sd), other_summary.select(in_sd), rel_tol=1e-6, abs_tol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_a_reversed_outcome_exchanges_the_sides(seed: int) -> None:
    frame = survey(seed)
    one = run_multiverse(frame, EFFECT, CHOSEN)[1].row(0, named=True)
    other = run_multiverse(frame.with_columns(trust=-pl.col("trust")), EFFECT, CHOSEN)[1].row(0, named=True)
    assert one["share_positive_clear"] == other["share_negative_clear"]
    assert one["share_negative_clear"] == other["share_positive_clear"]
    assert (one["share_same_sign"], one["share_agrees"]) == (other["share_same_sign"], other["share_agrees"])
