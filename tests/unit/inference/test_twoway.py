"""Two-way clustering equals pyfixest, and says aloud what it had to repair."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.reference.row_level import clustered_sample

from liandong.errors import EstimationError
from liandong.inference import Fit, covariance, fit, twoway
from liandong.moments import within_samples

REGRESSORS = ["x1", "x2", "x3"]
# pyfixest 0.60 still uses what pandas 3.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    frame = pd.DataFrame(clustered_sample(31))
    rng = np.random.default_rng(31)
    frame["year"] = rng.integers(0, 14, len(frame))
    frame["era"] = frame["year"] // 2
    frame["y"] += rng.standard_normal(14)[frame["year"]]
    return frame


def fitted(frame: pd.DataFrame, effect: str | None, weight: str | None, keys: tuple[str, ...] = ("year",)) -> Fit:
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", effect, weight, keys=keys).within["m"]
    return fit(within, "y", REGRESSORS)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("effect", [None, "same", "contains", "inside", "crossing", "year", "era"])
def test_two_ways_are_those_of_pyfixest(data: pd.DataFrame, effect: str | None, weight: str | None) -> None:
    import pyfixest

    formula = "y ~ x1 + x2 + x3" + (f" | {effect}" if effect else "")
    theirs = pyfixest.feols(formula, data, vcov={"CRV1": "cluster+year"}, weights=weight)
    found = fitted(data, effect, weight)
    ours = twoway(found, "year")
    names = list(theirs._coefnames)
    at = [names.index(r) for r in REGRESSORS]
    # Both add up nine hundred rows; the difference of three sums costs a digit or two.
    np.testing.assert_allclose(ours.matrix, np.asarray(theirs._vcov)[np.ix_(at, at)], rtol=1e-8)
    assert set(ours.df) == {theirs._df_t} == {13.0}
    assert ours.note is None


def test_clusters_nested_in_the_second_ones_leave_these(data: pd.DataFrame) -> None:
    # Every cluster lies in one "contains", so that V₁ = V₁₂ and V₂ is left.
    ours = twoway(fitted(data, None, None, ("contains",)), "contains")
    within = within_samples(data, {"m": ["y", *REGRESSORS]}, "contains").within["m"]
    np.testing.assert_allclose(ours.matrix, covariance(fit(within, "y", REGRESSORS), "CR1").matrix, rtol=1e-10)


def test_a_covariance_that_is_not_positive_is_repaired_aloud() -> None:
    # Scores of a 2 × 2 crossing that cancel both ways: V₁ = V₂ = 0 and only - V₁₂ is left in that direction.
    rng = np.random.default_rng(1)
    n = 400
    cluster, year = rng.integers(0, 2, n), rng.integers(0, 2, n)
    x = rng.standard_normal(n)
    frame = pd.DataFrame({"cluster": cluster, "year": year, "x": x, "y": x * np.where(cluster == year, 1.0, -1.0)})
    within = within_samples(frame, {"m": ["y", "x"]}, "cluster", keys=["year"]).within["m"]
    found = twoway(fit(within, "y", ["x"]), "year")
    assert found.matrix[0, 0] == pytest.approx(0.0, abs=1e-15)
    assert found.note is not None
    assert "the variance of x was negative" in found.note


def test_missing_ids_of_the_second_cluster_are_an_error(data: pd.DataFrame) -> None:
    frame = pl.from_pandas(data).with_columns(
        year=pl.when(pl.int_range(pl.len()) % 90 == 0).then(None).otherwise("year")
    )
    within = within_samples(frame, {"m": ["y", *REGRESSORS]}, "cluster", keys=["year"]).within["m"]
    with pytest.raises(EstimationError, match="10 of 900 rows have none"):
        twoway(fit(within, "y", REGRESSORS), "year")


def test_one_second_cluster_and_an_unknown_one_are_errors(data: pd.DataFrame) -> None:
    found = fitted(data.assign(year=1), None, None)
    with pytest.raises(EstimationError, match="at least two clusters each way"):
        twoway(found, "year")
    with pytest.raises(EstimationError, match="the sample has year"):
        twoway(found, "decade")


def test_keys_are_those_of_the_sample_and_leave_the_estimates_alone(data: pd.DataFrame) -> None:
    frame = data.assign(x2=data["x2"].where(data["year"] != 13))
    with_key, without = fitted(frame, "crossing", "weight"), fitted(frame, "crossing", "weight", ())
    assert with_key.within.key_names == ("year",)
    assert with_key.within.key_labels == (tuple(range(13)),)
    assert without.within.key_names == ()
    assert without.within.cell_keys.shape == (len(without.within.cells), 0)
    for kind in ("CR1", "CR2", "CR3"):
        np.testing.assert_allclose(covariance(with_key, kind).matrix, covariance(without, kind).matrix, rtol=1e-10)


def test_keys_that_make_too_many_cells_are_given_up_not_the_estimate() -> None:
    rows = 30_000
    rng = np.random.default_rng(4)
    frame = pl.DataFrame(
        {
            "cluster": np.arange(rows) % 40,
            "year": np.arange(rows),
            "x": rng.standard_normal(rows),
            "y": rng.standard_normal(rows),
        }
    )
    within = within_samples(frame, {"m": ["y", "x"]}, "cluster", keys=["year"]).within["m"]
    assert within.key_names == ()
    with pytest.raises(EstimationError, match="no further key"):
        twoway(fit(within, "y", ["x"]), "year")
