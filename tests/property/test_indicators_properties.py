"""What must hold for every sample: order, labels and scale of weights do not matter, and parts add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from liandong.definitions import Indicator
from liandong.indicators import indicator_table

# A shared machine may be slow for a moment; that is no failure.
unhurried = settings(max_examples=40, deadline=None)

SEED = st.integers(0, 2**32 - 1)


def indicator(name: str, **parts: object) -> Indicator:
    defaults = {"id": name, "group": "coverage", "title": {"zh": "某", "en": "some"}, "source": {"citation": "none"}}
    return Indicator.model_validate(defaults | parts)


INDICATORS = [
    indicator("share", numerator="a == 1", need="need == 1", subgroups=True),
    indicator("mean", kind="mean", numerator="x", universe="need == 1", subgroups=True),
    indicator("edu", kind="distribution", numerator="edu", subgroups=True),
]


def sample(seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    people, clusters = int(random.integers(1, 80)), int(random.integers(1, 12))
    village = random.integers(0, clusters, people)

    def with_holes(values: NDArray[Any]) -> pl.Series:
        return pl.select(pl.when(pl.Series(random.random(people) >= 0.1)).then(pl.Series(values))).to_series()

    return pl.DataFrame(
        {
            "village": village,
            "district": village % 3,
            "w": random.uniform(0.2, 5.0, people),
            "a": with_holes(random.integers(0, 2, people)),
            "need": with_holes(random.integers(0, 2, people)),
            "x": with_holes(random.normal(3, 2, people)),
            "edu": with_holes(random.integers(1, 4, people)),
            "sex": with_holes(random.integers(0, 2, people)),
        }
    )


def table_of(frame: pl.DataFrame, *, weighted: bool = True) -> pl.DataFrame:
    return indicator_table(
        frame, INDICATORS, "village", weight="w" if weighted else None, strata="district", subgroups=["sex"]
    )


def assert_same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    # Sums in another order differ in the last bits; an interval near 0 or 1 loses a few digits more.
    assert_frame_equal(left, right, rel_tol=1e-8, abs_tol=1e-10)


@unhurried
@given(seed=SEED)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    frame = sample(seed)
    assert_same(table_of(frame.sample(fraction=1.0, shuffle=True, seed=seed % 1000)), table_of(frame))


@unhurried
@given(seed=SEED, factor=st.floats(1e-3, 1e3))
def test_the_scale_of_weights_does_not_matter(seed: int, factor: float) -> None:
    frame = sample(seed)
    assert_same(table_of(frame.with_columns(pl.col("w") * factor)), table_of(frame))


@unhurried
@given(seed=SEED)
def test_equal_weights_are_no_weights(seed: int) -> None:
    frame = sample(seed).with_columns(w=pl.lit(3.7))
    assert_same(table_of(frame), table_of(frame, weighted=False))


@unhurried
@given(seed=SEED)
def test_the_names_of_clusters_and_strata_do_not_matter(seed: int) -> None:
    frame = sample(seed)
    renamed = frame.with_columns(
        village=pl.concat_str(pl.lit("村"), (pl.col("village") * 7919) % 101), district=-pl.col("district")
    )
    assert_same(table_of(renamed), table_of(frame))


@unhurried
@given(seed=SEED)
def test_shares_and_their_intervals_are_shares(seed: int) -> None:
    for row in table_of(sample(seed)).filter(pl.col("kind") != "mean").rows(named=True):
        assert row["numerator_n"] <= row["denominator_n"]
        if row["conf_low"] is not None:
            # Korn and Graubard's ends come from incomplete-beta quantiles, good to about 1e-12.
            assert 0 <= row["conf_low"] <= row["estimate"] + 1e-9 <= row["conf_high"] + 2e-9 <= 1 + 2e-9


@unhurried
@given(seed=SEED)
def test_the_shares_of_a_distribution_add_up_to_one(seed: int) -> None:
    table = table_of(sample(seed)).filter((pl.col("indicator") == "edu") & (pl.col("denominator_n") > 0))
    for _, rows in table.group_by("subgroup", "level"):
        assert rows["estimate"].sum() == pytest.approx(1.0, abs=1e-12)
        assert rows["numerator_n"].sum() == rows["denominator_n"][0]


@unhurried
@given(seed=SEED)
def test_subgroups_and_those_of_unknown_group_add_up_to_the_whole(seed: int) -> None:
    frame = sample(seed).with_columns(pl.col("sex").fill_null(9))
    counts = (
        table_of(frame)
        .group_by("indicator", "category", "universe", pl.col("subgroup") == "")
        .agg(pl.col("denominator_n").sum(), pl.col("numerator_n").sum())
    )
    whole, parts = (
        counts.filter(pl.col("subgroup") == is_whole).drop("subgroup").sort("indicator", "category", "universe")
        for is_whole in (True, False)
    )
    assert whole.equals(parts)
