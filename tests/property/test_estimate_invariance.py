"""What must not matter to an estimate, and what must turn its sign."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.definitions import Effect, Step, Text
from liandong.estimate import Estimates, estimate_effects

NUMBERS = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "r2_within")
RTOL = 1e-9  # a few hundred rows summed in another order
EFFECT = Effect(
    id="visit",
    title=Text(zh="探访", en="Visits"),
    role="primary",
    outcomes=("trust",),
    treatment="visited",
    absorb=("district",),
    cluster=("community",),
    steps=(Step(name="M1"), Step(name="M2", add=("age", "mode"))),
)

seeds = st.integers(0, 2**32 - 1)


def survey(seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    n = 150
    community = rng.integers(0, 12, n)
    return pl.DataFrame(
        {
            "district": community // 3,
            "community": [f"c{code:02}" for code in community],
            "visited": rng.integers(0, 2, n),
            "age": rng.integers(18, 90, n),
            "mode": rng.choice(["phone", "visit", "web"], n),
            "trust": rng.integers(1, 6, n) + rng.normal(size=n) * 0.1,
            "weight": rng.uniform(0.2, 4.0, n),
        }
    )


def assert_same(one: Estimates, other: Estimates) -> None:
    keys = ["step", "term", "metric"]
    assert one.estimates.select(keys).equals(other.estimates.select(keys))
    for name in NUMBERS:
        np.testing.assert_allclose(one.estimates[name], other.estimates[name], rtol=RTOL, atol=1e-12, err_msg=name)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_row_order_does_not_matter(seed: int) -> None:
    frame = survey(seed)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed % 1_000)
    assert_same(estimate_effects(frame, [EFFECT]), estimate_effects(shuffled, [EFFECT]))


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(1e-3, 1e6))
def test_the_scale_of_the_weights_does_not_matter(seed: int, factor: float) -> None:
    frame = survey(seed)
    scaled = frame.with_columns(pl.col("weight") * factor)
    one, other = (estimate_effects(f, [EFFECT], weight="weight") for f in (frame, scaled))
    assert_same(one, other)
    np.testing.assert_allclose(one.design["outcome_sd"], other.design["outcome_sd"], rtol=RTOL)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_the_names_of_clusters_and_districts_do_not_matter(seed: int) -> None:
    frame = survey(seed)
    renamed = frame.with_columns(
        community=pl.lit("x") + (97 - pl.col("community").str.slice(1).cast(pl.Int64)).cast(pl.String),
        district=10 - pl.col("district"),
    )
    assert_same(estimate_effects(frame, [EFFECT]), estimate_effects(renamed, [EFFECT]))


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_a_reversed_outcome_turns_the_sign_and_nothing_else(seed: int) -> None:
    frame = survey(seed)
    one, other = (estimate_effects(f, [EFFECT]) for f in (frame, frame.with_columns(trust=6 - pl.col("trust"))))
    a, b = one.estimates, other.estimates
    for name, mirrored in (("estimate", "estimate"), ("statistic", "statistic"), ("conf_low", "conf_high")):
        np.testing.assert_allclose(a[name], -b[mirrored].to_numpy(), rtol=RTOL, atol=1e-12)
    for name in ("std_error", "p_value", "r2_within"):
        np.testing.assert_allclose(a[name], b[name], rtol=RTOL, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(-1e4, 1e4), st.floats(0.01, 100.0))
def test_the_standardised_effect_does_not_depend_on_the_units_of_the_outcome(
    seed: int, shift: float, factor: float
) -> None:
    frame = survey(seed)
    other = frame.with_columns(trust=shift + factor * pl.col("trust"))
    one, two = (estimate_effects(f, [EFFECT]).estimates.filter(metric="sd") for f in (frame, other))
    # A shift of 1e4 over a spread of 0.01 costs some ten of the sixteen digits in the data themselves.
    np.testing.assert_allclose(one["estimate"], two["estimate"], rtol=1e-6, atol=1e-8)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_whole_number_weights_give_the_slopes_of_repeated_rows(seed: int) -> None:
    frame = survey(seed).with_columns(weight=1 + pl.int_range(pl.len()) % 3)
    repeated = frame.select(pl.all().repeat_by("weight").explode())
    weighted = estimate_effects(frame, [EFFECT], weight="weight").estimates.filter(metric="points")
    copied = estimate_effects(repeated, [EFFECT]).estimates.filter(metric="points")
    np.testing.assert_allclose(weighted["estimate"], copied["estimate"], rtol=RTOL, atol=1e-12)
    # Same scores by cluster; only N in (N - 1)/(N - K) differs: K is 1 or 4 regressors and 4 districts.
    n, m, k = frame.height, repeated.height, np.where(weighted["step"] == "M1", 1, 4) + 4
    ratio = np.sqrt(((n - 1) / (n - k)) / ((m - 1) / (m - k)))
    np.testing.assert_allclose(weighted["std_error"] / copied["std_error"], ratio, rtol=1e-7)
