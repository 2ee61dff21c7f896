"""Collinear, constant and absorbed regressors are named, never silently lost."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample

from liandong.inference import Dropped, fit, variation
from liandong.moments import Within, within_samples


def made(frame: pl.DataFrame, columns: list[str], effect: str | None = None) -> Within:
    return within_samples(frame, {"m": columns}, "cluster", effect).within["m"]


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return pl.DataFrame(clustered_sample(8)).with_columns(
        total=pl.col("x1") * 2 - pl.col("x2") + 3,
        one=pl.lit(0.1),
        region=pl.col("contains") * 1.7 + 0.1,
        rest=1 - pl.col("x3"),
    )


def test_a_combination_of_earlier_columns_is_dropped_and_explained(frame: pl.DataFrame) -> None:
    found = fit(made(frame, ["y", "x1", "x2", "x3", "total"]), "y", ["x1", "x3", "x2", "total"])
    assert found.terms == ("x1", "x3", "x2")
    assert found.dropped == (Dropped("total", "collinear", ("x1", "x2")),)


def test_the_column_named_first_is_the_one_kept(frame: pl.DataFrame) -> None:
    within = made(frame, ["y", "x3", "rest"])
    assert fit(within, "y", ["x3", "rest"]).terms == ("x3",)
    assert fit(within, "y", ["rest", "x3"]).terms == ("rest",)


def test_a_constant_is_told_from_an_absorbed_column(frame: pl.DataFrame) -> None:
    within = made(frame, ["y", "x1", "one", "region"], "same")
    found = fit(within, "y", ["region", "one", "x1"])
    assert found.dropped == (Dropped("region", "absorbed"), Dropped("one", "constant"))
    assert found.terms == ("x1",)
    assert variation(within, "y") == "varies"


def test_without_an_effect_a_group_column_varies(frame: pl.DataFrame) -> None:
    assert variation(made(frame, ["region"]), "region") == "varies"


@pytest.mark.parametrize("ratio", [1e3, 1e6, 1e8])
def test_a_column_that_differs_mostly_between_groups_still_varies(frame: pl.DataFrame, ratio: float) -> None:
    apart = frame.with_columns(x1=pl.col("x1") + ratio * pl.col("crossing"))
    assert variation(made(apart, ["x1"], "crossing"), "x1") == "varies"


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_the_rule_does_not_depend_on_units(frame: pl.DataFrame, scale: float) -> None:
    scaled = frame.with_columns(pl.col("x1", "total") * scale)
    assert fit(made(scaled, ["y", "x1", "x2", "total"]), "y", ["x1", "x2", "total"]).terms == ("x1", "x2")


@pytest.mark.parametrize(("noise", "kept"), [(1e-3, True), (1e-6, False)])
def test_the_tolerance_is_a_billionth_of_the_variation(frame: pl.DataFrame, noise: float, kept: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(4)
    near = frame.with_columns(near=pl.col("x1") + noise * pl.Series(rng.standard_normal(frame.height)))
    found = fit(made(near, ["y", "x1", "near"]), "y", ["x1", "near"])
    assert ("near" in found.terms) is kept


def test_a_treatment_swallowed_by_the_effect_leaves_a_model_without_terms(frame: pl.DataFrame) -> None:
    found = fit(made(frame, ["y", "region"], "same"), "y", ["region"])
    assert found.terms == ()
    assert found.dropped == (Dropped("region", "absorbed"),)
    assert found.r2_within == 0
