"""Digits: offsets and large differences between groups must not eat the variation that the model lives on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample, dummy_fit

from liandong.inference import coefficients, fit
from liandong.moments import absorb, collect_moments, within_samples


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    return clustered_sample(21)


@pytest.mark.parametrize("offset", [1e8, -3e9, 1e12])
@pytest.mark.parametrize("effect", [None, "crossing"])
def test_an_offset_on_an_integer_column_changes_nothing(
    data: dict[str, np.ndarray], effect: str | None, offset: float
) -> None:
    frame = pl.DataFrame(data).with_columns(x1=(pl.col("x1") * 4).round())
    shifted = frame.with_columns(pl.col("x1") + offset)
    plain, moved = (
        coefficients(fit(within_samples(f, {"m": ["y", "x1", "x2"]}, "cluster", effect).within["m"], "y", ["x1", "x2"]))
        for f in (frame, shifted)
    )
    # Centring subtracts numbers of few digits, so that both columns are the same bits from there on.
    np.testing.assert_allclose(moved.estimate, plain.estimate, rtol=1e-14)
    np.testing.assert_allclose(moved.std_error, plain.std_error, rtol=1e-14)


@pytest.mark.parametrize("rows_per_product", [16, 10**9], ids=["batches", "expressions"])
@pytest.mark.parametrize("weight", [None, "weight"])
def test_groups_a_million_spreads_apart_keep_the_row_level_fit(
    data: dict[str, np.ndarray], weight: str | None, rows_per_product: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liandong.moments.collect._ROWS_PER_PRODUCT", rows_per_product)
    apart = {**data, "x1": data["x1"] + 1e6 * data["crossing"], "y": data["y"] - 1e6 * data["crossing"] ** 2}
    regressors = ["x1", "x2", "x3"]
    within = within_samples(pl.DataFrame(apart), {"m": ["y", *regressors]}, "cluster", "crossing", weight).within["m"]
    found = fit(within, "y", regressors)
    x = np.column_stack([apart[r] for r in regressors]).astype(float)
    w = None if weight is None else apart[weight]
    rows = dummy_fit(apart["y"], x, apart["cluster"], [apart["crossing"]], w)
    assert within.recentred == ("y", "x1")
    # The data hold ten digits of the variation within groups; both fits lose about as much of it.
    np.testing.assert_allclose(found.coefficients, rows.slopes, rtol=1e-9)
    np.testing.assert_allclose(coefficients(found, "CR0").std_error, np.sqrt(np.diag(rows.cr0)), rtol=1e-9)


def test_a_second_pass_is_made_only_when_needed(data: dict[str, np.ndarray]) -> None:
    frame = pl.DataFrame(data)
    assert collect_moments(frame, ["y", "x1"], "cluster", "crossing").passes == 1
    apart = frame.with_columns(pl.col("x1") + 1e5 * pl.col("crossing"))
    moments = collect_moments(apart, ["y", "x1"], "cluster", "crossing")
    assert (moments.passes, moments.recentred) == (2, ("x1",))


def test_means_survive_a_second_pass(data: dict[str, np.ndarray]) -> None:
    frame = pl.DataFrame(data).with_columns(pl.col("x1") + 1e6 * pl.col("crossing"))
    within = absorb(collect_moments(frame, ["y", "x1"], "cluster", "crossing"))
    assert within.mean("x1") == pytest.approx(frame["x1"].mean(), rel=1e-13)
    assert within.sd("x1") == pytest.approx(frame["x1"].std(), rel=1e-12)


def test_sorted_data_whose_first_rows_mislead_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liandong.moments.centring._HEAD_ROWS", 100)
    rng = np.random.default_rng(2)
    # The first hundred rows lie a hundred million spreads from the rest.
    x = np.concatenate([np.zeros(100), 1e8 + rng.standard_normal(20_000)])
    y = np.concatenate([np.full(100, np.nan), rng.standard_normal(20_000)])
    frame = pl.DataFrame({"g": np.arange(len(x)) % 7, "x": x, "y": y})
    frame.write_parquet(tmp_path / "sorted.parquet")
    lazily = collect_moments(pl.scan_parquet(tmp_path / "sorted.parquet"), ["x", "y"], "g", samples=[["x", "y"]])
    assert lazily.passes == 2
    found = absorb(lazily).sd("x")
    # The column itself is only known to 1e-8 at that offset; the sum of squares must not add to that.
    assert found == pytest.approx(np.std(x[100:], ddof=1), rel=1e-12)
